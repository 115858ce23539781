package io.quorate.cli;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorate.bench.load.Failure;
import io.quorate.server.wire.EtcdError;
import java.net.URI;
import java.time.Duration;

/** Says in one sentence why a request failed, and tells what surely did not happen from what may have happened. */
final class RequestFailure {

    /** Every refusal by the cluster itself begins with this, whichever gRPC code it bears. */
    private static final String REFUSAL = "etcdserver: ";

    private RequestFailure() {}

    /** Whether the request got lost on its way or its answer did, as against being refused. */
    static boolean isConnectionLost(Status status) {
        return status.getCode() == Status.Code.UNAVAILABLE && !isRefusal(status);
    }

    /** Whether the cluster has users, and nobody was named: nothing was done. */
    static boolean isForWantOfAUser(Status status) {
        return describe(status).equals(EtcdError.USER_EMPTY.message());
    }

    /** Whether the login that the request named is none any more, or was one before others came: nothing was done. */
    static boolean isForWantOfALogin(Status status) {
        return describe(status).equals(EtcdError.INVALID_AUTH_TOKEN.message())
                || describe(status).equals(EtcdError.AUTH_OLD_REVISION.message());
    }

    /** Whether just this member does not serve, and has done nothing: it says that another one should be asked, or is a learner. */
    static boolean isForAnotherMember(Status status) {
        String text = describe(status);
        return status.getCode() == Status.Code.UNAVAILABLE
                && (text.contains(", ask another ")
                        || text.equals("etcdserver: the member is not ready")
                        || text.equals(EtcdError.NOT_SUPPORTED_FOR_LEARNER.message()));
    }

    static CommandFailed ofRead(StatusRuntimeException failure, URI endpoint, Duration timeout) {
        Status status = failure.getStatus();
        if (status.getCode() == Status.Code.DEADLINE_EXCEEDED) {
            return new CommandFailed(
                    ExitCode.UNREACHABLE,
                    endpoint.getAuthority() + " did not answer within " + seconds(timeout)
                            + "; see 'quorate status', or give it longer with --timeout",
                    failure);
        }
        return refused(failure, endpoint);
    }

    static CommandFailed ofWrite(StatusRuntimeException failure, URI endpoint, Duration timeout) {
        Status status = failure.getStatus();
        boolean late = status.getCode() == Status.Code.DEADLINE_EXCEEDED;
        if (Failure.of(status).outcome() != Failure.Outcome.UNKNOWN) {
            return refused(failure, endpoint);
        }
        String what =
                late ? "did not answer within " + seconds(timeout) : "did not confirm it (" + describe(status) + ")";
        return new CommandFailed(
                ExitCode.UNKNOWN_OUTCOME,
                "the outcome of this write is unknown: " + endpoint.getAuthority() + " " + what
                        + "; it may have been carried out, so read the key before you repeat it",
                failure);
    }

    private static CommandFailed refused(StatusRuntimeException failure, URI endpoint) {
        Status status = failure.getStatus();
        if (status.getCode() == Status.Code.UNIMPLEMENTED) {
            return new CommandFailed(
                    ExitCode.FAILED,
                    endpoint.getAuthority() + " does not offer this request; is it an etcd v3 server?",
                    failure);
        }
        String hint = isForWantOfAUser(status) ? "; it has users: name one with --user" : "";
        return new CommandFailed(ExitCode.FAILED, "the cluster refused: " + describe(status) + hint, failure);
    }

    private static boolean isRefusal(Status status) {
        return describe(status).startsWith(REFUSAL);
    }

    /** The status's own words, or its code where it has none. */
    static String describe(Status status) {
        String description = status.getDescription();
        return description == null ? status.getCode().toString() : description;
    }

    private static String seconds(Duration timeout) {
        return timeout.toMillis() % 1000 == 0 ? timeout.toSeconds() + " s" : timeout.toMillis() + " ms";
    }
}
