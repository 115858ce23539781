package io.quorate.server.api;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Locale;

/** Writes errors as etcd's own language does, where etcd puts one into an answer. */
final class GoErrors {

    private GoErrors() {}

    /** For example {@code rpc error: code = PermissionDenied desc = etcdserver: permission denied}. */
    static String text(StatusRuntimeException error) {
        return "rpc error: code = " + name(error.getStatus().getCode()) + " desc = "
                + error.getStatus().getDescription();
    }

    /** {@code PERMISSION_DENIED} is {@code PermissionDenied} there. */
    private static String name(Status.Code code) {
        StringBuilder name = new StringBuilder();
        for (String word : code.name().split("_", -1)) {
            name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return code == Status.Code.CANCELLED ? "Canceled" : name.toString();
    }
}
