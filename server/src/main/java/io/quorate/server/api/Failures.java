package io.quorate.server.api;

import io.grpc.InternalStatus;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorate.engine.RaftException;
import io.quorate.kv.AuditSettings;
import io.quorate.kv.KvError;
import io.quorate.kv.NoteOperation;
import io.quorate.kv.Result;
import io.quorate.kv.User;
import io.quorate.server.wire.EtcdError;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in etcd's words why a request failed. */
final class Failures {

    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private Failures() {}

    /** What the client is told of a failure, whatever it is. */
    static StatusRuntimeException of(Throwable failure) {
        Throwable cause = failure instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : failure;
        return switch (cause) {
            case StatusRuntimeException told -> told;
            case RaftException raft -> error(raft).exception();
            case RejectedExecutionException full -> EtcdError.TOO_MANY_REQUESTS.exception();
            default -> {
                LOG.error("a request failed unexpectedly", cause);
                yield Status.INTERNAL.withDescription("etcdserver: " + cause).asRuntimeException();
            }
        };
    }

    private static EtcdError error(RaftException failure) {
        return switch (failure) {
            case RaftException.Refused refused ->
                switch (refused.reason()) {
                    case NO_LEADER, TRANSFER_IN_PROGRESS -> EtcdError.TIMEOUT;
                    case NOT_LEADER -> EtcdError.NOT_LEADER;
                    case TOO_MANY_UNCOMMITTED -> EtcdError.TOO_MANY_REQUESTS;
                    case NO_ROOM -> EtcdError.NO_SPACE;
                    case BAD_TRANSFER_TARGET -> EtcdError.BAD_LEADER_TRANSFEREE;
                    case TRANSFER_TARGET_NOT_READY -> EtcdError.LEADER_TRANSFEREE_NOT_READY;
                    case CHANGE_IN_PROGRESS, NOTHING_COMMITTED_YET, BAD_CONFIGURATION -> EtcdError.UNHEALTHY;
                };
            case RaftException.Superseded superseded -> EtcdError.LEADER_CHANGED;
            case RaftException.OutcomeUnknown unknown ->
                unknown.leaderLost() ? EtcdError.TIMEOUT_LEADER_FAILURE : EtcdError.TIMEOUT;
            case RaftException.Witness witness -> EtcdError.NOT_SUPPORTED_FOR_WITNESS;
            case RaftException.Stopped stopped -> EtcdError.STOPPED;
        };
    }

    /** What the client is told when a request does not pass a check, or the store rejects it. */
    static StatusRuntimeException of(KvError error) {
        return switch (error) {
            case KEY_NOT_PROVIDED -> EtcdError.EMPTY_KEY.exception();
            case KEY_NOT_FOUND -> EtcdError.KEY_NOT_FOUND.exception();
            case VALUE_PROVIDED -> EtcdError.VALUE_PROVIDED.exception();
            case LEASE_PROVIDED -> EtcdError.LEASE_PROVIDED.exception();
            case LEASE_NOT_FOUND -> EtcdError.LEASE_NOT_FOUND.exception();
            case LEASE_EXISTS -> EtcdError.LEASE_EXISTS.exception();
            case LEASE_TTL_TOO_LARGE -> EtcdError.LEASE_TTL_TOO_LARGE.exception();
            case LEASE_FENCED -> EtcdError.LEADER_CHANGED.exception();
            case TOO_MANY_OPERATIONS -> EtcdError.TOO_MANY_OPS.exception();
            case DUPLICATE_KEY -> EtcdError.DUPLICATE_KEY.exception();
            case COMPACTED -> EtcdError.COMPACTED.exception();
            case FUTURE_REVISION -> EtcdError.FUTURE_REVISION.exception();
            case NO_SPACE -> EtcdError.NO_SPACE.exception();
            case CORRUPT -> EtcdError.CORRUPT.exception();
            case ROOT_USER_MISSING -> EtcdError.ROOT_USER_MISSING.exception();
            case ROOT_ROLE_MISSING -> EtcdError.ROOT_ROLE_MISSING.exception();
            case USER_EXISTS -> EtcdError.USER_EXISTS.exception();
            case USER_EMPTY -> EtcdError.USER_EMPTY.exception();
            case USER_NOT_FOUND -> EtcdError.USER_NOT_FOUND.exception();
            case ROLE_EXISTS -> EtcdError.ROLE_EXISTS.exception();
            case ROLE_NOT_FOUND -> EtcdError.ROLE_NOT_FOUND.exception();
            case ROLE_EMPTY -> EtcdError.ROLE_EMPTY.exception();
            case NAME_TOO_LONG ->
                Status.INVALID_ARGUMENT
                        .withDescription("etcdserver: the name of a user or role is longer than " + User.MAX_NAME_BYTES
                                + " bytes")
                        .asRuntimeException();
            case AUTH_FAILED -> EtcdError.AUTH_FAILED.exception();
            case PERMISSION_DENIED -> EtcdError.PERMISSION_DENIED.exception();
            case ROLE_NOT_GRANTED -> EtcdError.ROLE_NOT_GRANTED.exception();
            case PERMISSION_NOT_GRANTED -> EtcdError.PERMISSION_NOT_GRANTED.exception();
            case AUTH_NOT_ENABLED -> EtcdError.AUTH_NOT_ENABLED.exception();
            case INVALID_AUTH_MANAGEMENT -> EtcdError.INVALID_AUTH_MANAGEMENT.exception();
            case AUTH_OLD_REVISION -> EtcdError.AUTH_OLD_REVISION.exception();
            case INVALID_AUTH_TOKEN -> EtcdError.INVALID_AUTH_TOKEN.exception();
            case OPERATION_NOT_FOUND ->
                Status.NOT_FOUND
                        .withDescription("etcdserver: this operation is not on record")
                        .asRuntimeException();
            case REPORT_TOO_LARGE ->
                Status.INVALID_ARGUMENT
                        .withDescription("etcdserver: the report of an operation may have "
                                + NoteOperation.MAX_REPORT_BYTES + " bytes at most")
                        .asRuntimeException();
            case AUDIT_SETTINGS ->
                Status.INVALID_ARGUMENT
                        .withDescription("etcdserver: the audit log cannot be kept so: it needs at least "
                                + AuditSettings.MIN_RECORDS + " records, " + AuditSettings.MIN_BYTES
                                + " bytes and at most "
                                + AuditSettings.MAX_RULES + " rules, each with a key")
                        .asRuntimeException();
            case AUDIT_SETTINGS_CHANGED ->
                Status.FAILED_PRECONDITION
                        .withDescription(
                                "etcdserver: the audit settings are not what they were any more: somebody else has"
                                        + " changed them meanwhile; look at them, and ask again")
                        .asRuntimeException();
            // All members refuse it alike: unlike INTERNAL, this code tells that nothing was done.
            case UNREADABLE_COMMAND ->
                Status.FAILED_PRECONDITION
                        .withDescription("etcdserver: the cluster runs a release that does not know this request;"
                                + " bring all members to the same one")
                        .asRuntimeException();
        };
    }

    /** An error that etcd gives a text and no code of its own. */
    static StatusRuntimeException unknown(String text) {
        return InternalStatus.asRuntimeExceptionWithoutStacktrace(Status.UNKNOWN.withDescription(text), new Metadata());
    }

    /** A result that is not the one asked for: a rejection, or else a fault of this program. */
    static RuntimeException unexpected(Result result) {
        return result instanceof Result.Rejected rejected
                ? of(rejected.error())
                : new IllegalStateException("the store answered with " + result.getClass());
    }
}
