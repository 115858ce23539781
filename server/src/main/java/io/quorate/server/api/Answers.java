package io.quorate.server.api;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/** Ends a call with one answer, or with the reason why there is none. */
final class Answers {

    private Answers() {}

    /**
     * Answers with what comes of a question, on whatever thread that happens.
     *
     * @param question what it throws ends the call, as does what the future fails with
     * @param response makes the answer; what it throws ends the call too
     */
    static <T, R> void send(
            StreamObserver<R> call, Supplier<CompletableFuture<T>> question, Function<? super T, R> response) {
        if (call instanceof ServerCallStreamObserver<R> onWire) {
            onWire.setOnCancelHandler(Answers::ignoreCancellation);
        }
        answer(call, question, response);
    }

    /** As {@link #send}, for what may take long: {@code gone} is completed if the client does not wait any more. */
    static <T, R> void sendUnlessGone(
            StreamObserver<R> call,
            CompletableFuture<Void> gone,
            Supplier<CompletableFuture<T>> question,
            Function<? super T, R> response) {
        ServerCallStreamObserver<R> onWire = (ServerCallStreamObserver<R>) call;
        onWire.setOnCancelHandler(() -> gone.complete(null));
        onWire.setOnCloseHandler(() -> gone.complete(null));
        answer(call, question, response);
    }

    private static <T, R> void answer(
            StreamObserver<R> call, Supplier<CompletableFuture<T>> question, Function<? super T, R> response) {
        CompletableFuture<T> outcome;
        try {
            outcome = question.get();
        } catch (RuntimeException e) {
            call.onError(Failures.of(e));
            return;
        }
        var unused = outcome.whenComplete((value, failure) -> {
            if (failure != null) {
                call.onError(Failures.of(failure));
            } else {
                finish(call, value, response);
            }
        });
    }

    /** A client that has gone needs no answer; that there is a handler makes it no error to send it one. */
    private static void ignoreCancellation() {}

    private static <T, R> void finish(StreamObserver<R> call, T value, Function<? super T, R> response) {
        R answer;
        try {
            answer = response.apply(value);
        } catch (RuntimeException | Error e) {
            // Not for the future, which nobody asks: the call would never end.
            call.onError(Failures.of(e));
            return;
        }
        call.onNext(answer);
        call.onCompleted();
    }
}
