package io.quorate.server.api;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * One call in which a client may ask many things: each is answered before the next one is taken from the wire, so that no
 * more than one waits, however fast the client asks. Thread-safe.
 *
 * @param <Q> what is asked
 * @param <A> what is answered
 */
final class OneByOne<Q, A> implements StreamObserver<Q> {

    private final ServerCallStreamObserver<A> call;
    private final Function<Q, CompletableFuture<A>> answers;
    private boolean answering;
    private boolean wantsMore;
    private boolean halfClosed;
    private boolean over;

    /** @param answers what it throws, or fails with, ends the call */
    OneByOne(ServerCallStreamObserver<A> call, Function<Q, CompletableFuture<A>> answers) {
        this.call = call;
        this.answers = answers;
        call.disableAutoRequest();
        call.setOnCancelHandler(this::cancelled);
        call.setOnReadyHandler(this::ready);
        call.request(1);
    }

    @Override
    public void onNext(Q question) {
        synchronized (this) {
            answering = true;
        }
        CompletableFuture<A> answer;
        try {
            answer = answers.apply(question);
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        var unused = answer.whenComplete(this::answered);
    }

    private synchronized void answered(A answer, Throwable failure) {
        answering = false;
        if (over) {
            return;
        }
        if (failure != null) {
            over = true;
            call.onError(Failures.of(failure));
            return;
        }
        call.onNext(answer);
        if (halfClosed) {
            over = true;
            call.onCompleted();
        } else if (call.isReady()) {
            call.request(1);
        } else {
            wantsMore = true;
        }
    }

    /** The client has taken what it was sent. */
    private synchronized void ready() {
        if (wantsMore && !over) {
            wantsMore = false;
            call.request(1);
        }
    }

    private synchronized void cancelled() {
        over = true;
    }

    @Override
    public void onError(Throwable failure) {
        cancelled();
    }

    @Override
    public synchronized void onCompleted() {
        halfClosed = true;
        if (!answering && !over) {
            over = true;
            call.onCompleted();
        }
    }
}
