package io.quorate.bench.load;

import io.grpc.Status;
import java.util.List;

/**
 * Why a request did not end well.
 *
 * @param outcome whether the cluster has said no, or has not answered
 * @param text in the cluster's words, if it had any
 */
public record Failure(Outcome outcome, String text) {

    /** What is known of a request that failed. */
    public enum Outcome {

        /** The cluster said no: nothing was changed. */
        REFUSED,

        /** No answer came, or one that leaves it open: a write may have been carried out. */
        UNKNOWN,

        /** The cluster says that it is done, but the answer is not what it should be. */
        WRONG,

        /** It was not sent in time: the clients were busy for too long, or what makes the load was. Only in an open loop. */
        NOT_SENT,

        /** A watcher was not told of a put that was acknowledged. */
        NOT_DELIVERED
    }

    /** Every refusal by the cluster itself begins with this, whichever gRPC code it bears; other failures may as well. */
    private static final String REFUSAL = "etcdserver: ";

    /** Refusals after which a write may be carried out nevertheless. Source: etcd, api/v3rpc/rpctypes. */
    private static final List<String> OPEN_REFUSALS =
            List.of("etcdserver: request timed out", "etcdserver: leader changed", "etcdserver: server stopped");

    private static final int MAX_TEXT = 160;

    public Failure {
        text = text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) + "..." : text;
    }

    /** What a status that is not OK means. */
    public static Failure of(Status status) {
        String description = status.getDescription();
        String text = description == null ? status.getCode().toString() : description;
        boolean told = text.startsWith(REFUSAL);
        String cause = status.getCause() == null || status.getCause().getMessage() == null
                ? ""
                : ": " + status.getCause().getMessage();
        return switch (status.getCode()) {
            // Somebody left off, or failed, when the write may have been on its way already.
            case CANCELLED, DEADLINE_EXCEEDED, INTERNAL -> new Failure(Outcome.UNKNOWN, text + cause);
            // Where these are gRPC's own, how the call ended tells nothing of what the other side has done.
            case UNKNOWN, ABORTED, UNAVAILABLE, DATA_LOSS, RESOURCE_EXHAUSTED -> {
                boolean open = !told || OPEN_REFUSALS.stream().anyMatch(text::startsWith);
                yield new Failure(open ? Outcome.UNKNOWN : Outcome.REFUSED, text + cause);
            }
            case INVALID_ARGUMENT,
                    NOT_FOUND,
                    ALREADY_EXISTS,
                    PERMISSION_DENIED,
                    FAILED_PRECONDITION,
                    OUT_OF_RANGE,
                    UNIMPLEMENTED,
                    UNAUTHENTICATED -> new Failure(Outcome.REFUSED, text);
            case OK -> throw new IllegalArgumentException("a request that went well has not failed");
        };
    }

    /** For example {@code unknown outcome: no answer within 5000 ms}. */
    @Override
    public String toString() {
        String what = switch (outcome) {
            case REFUSED -> "refused";
            case UNKNOWN -> "unknown outcome";
            case WRONG -> "wrong answer";
            case NOT_SENT -> "not sent";
            case NOT_DELIVERED -> "not delivered";
        };
        return what + ": " + text;
    }
}
