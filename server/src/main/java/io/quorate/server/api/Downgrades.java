package io.quorate.server.api;

import io.grpc.StatusRuntimeException;
import io.quorate.server.proto.etcdserverpb.DowngradeRequest;
import io.quorate.server.wire.EtcdError;
import java.util.regex.Pattern;

/**
 * Answers who wants to go back to an earlier release, with the errors of etcd 3.5.
 *
 * <p>No release of Quorate can open what a later one has written, unless its notes say so; then nothing has to be asked for
 * beforehand. So there is no version to go back to this way, and never a job under way.
 */
final class Downgrades {

    /** A semantic version, or its first two numbers alone. */
    private static final Pattern VERSION =
            Pattern.compile("\\d{1,18}\\.\\d{1,18}(\\.\\d{1,18}(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?)?");

    private Downgrades() {}

    /** Why the request is refused. */
    static StatusRuntimeException refusal(DowngradeRequest request) {
        return switch (request.getAction()) {
            case VALIDATE, ENABLE ->
                VERSION.matcher(request.getVersion()).matches()
                        ? EtcdError.DOWNGRADE_VERSION_INVALID.exception()
                        : EtcdError.DOWNGRADE_VERSION_FORMAT.exception();
            case CANCEL -> EtcdError.NO_INFLIGHT_DOWNGRADE.exception();
            case UNRECOGNIZED -> Failures.unknown("etcdserver: unknown method");
        };
    }
}
