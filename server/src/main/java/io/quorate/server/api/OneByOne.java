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
    private final Runnable whenOver;
    private boolean answering;
    private boolean wantsMore;
    private boolean halfClosed;
    private boolean over;

    /**
     * @param answers what it throws, or fails with, ends the call
     * @param whenOver is run when the call has ended, maybe more than once
     */
    OneByOne(ServerCallStreamObserver<A> call, Function<Q, CompletableFuture<A>> answers, Runnable whenOver) {
        this.call = call;
        this.answers = answers;
        this.whenOver = whenOver;
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
            fail(failure);
            return;
        }
        call.onNext(answer);
        if (halfClosed) {
            end();
            call.onCompleted();
        } else if (call.isReady()) {
            call.request(1);
        } else {
            wantsMore = true;
        }
    }

    /** Ends the call, whatever is under way; does nothing if it has ended. */
    synchronized void fail(Throwable failure) {
        if (!over) {
            end();
            call.onError(Failures.of(failure));
        }
    }

    private void end() {
        over = true;
        whenOver.run();
    }

    /** The client has taken what it was sent. */
    private synchronized void ready() {
        if (wantsMore && !over) {
            wantsMore = false;
            call.request(1);
        }
    }

    private synchronized void cancelled() {
        end();
    }

    @Override
    public void onError(Throwable failure) {
        cancelled();
    }

    @Override
    public synchronized void onCompleted() {
        halfClosed = true;
        if (!answering && !over) {
            end();
            call.onCompleted();
        }
    }
}
