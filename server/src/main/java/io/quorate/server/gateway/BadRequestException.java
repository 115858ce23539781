package io.quorate.server.gateway;

import io.grpc.Status;

/** A request that cannot be carried out, with the status that the client is told. */
final class BadRequestException extends Exception {

    private static final long serialVersionUID = 1;
    private static final int MAX_SENTENCE_CHARS = 300;

    private final transient Status status;

    private BadRequestException(Status status) {
        super(status.getDescription(), null, false, false);
        this.status = status;
    }

    /** One that cannot be understood, for a reason that may quote it. */
    static BadRequestException invalid(String reason) {
        String sentence =
                reason.length() <= MAX_SENTENCE_CHARS ? reason : reason.substring(0, MAX_SENTENCE_CHARS) + "...";
        return new BadRequestException(Status.INVALID_ARGUMENT.withDescription(sentence));
    }

    /** One that is larger than is taken; in the words of gRPC, which clients of etcd know. */
    static BadRequestException tooLarge(int bytes, int maxBytes) {
        return new BadRequestException(Status.RESOURCE_EXHAUSTED.withDescription(
                "grpc: received message larger than max (" + bytes + " vs. " + maxBytes + ")"));
    }

    Status status() {
        return status;
    }
}
