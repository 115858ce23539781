package io.quorate.bench.load;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.quorate.server.proto.etcdserverpb.PutResponse;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A connection to nobody: calls wait for a test to answer them. Thread-safe. */
final class HeldCalls extends Channel {

    /** One that was sent. */
    static final class Held<Q, A> extends ClientCall<Q, A> {

        private final BlockingQueue<Held<?, ?>> sent;
        private final AtomicInteger count;
        private @Nullable Listener<A> listener;
        private boolean closed;

        Held(BlockingQueue<Held<?, ?>> sent, AtomicInteger count) {
            this.sent = sent;
            this.count = count;
        }

        @Override
        public synchronized void start(Listener<A> responseListener, Metadata headers) {
            listener = responseListener;
        }

        @Override
        public void request(int messages) {}

        @Override
        public void cancel(@Nullable String message, @Nullable Throwable cause) {
            close(Status.CANCELLED.withDescription(message));
        }

        @Override
        public void halfClose() {
            count.incrementAndGet();
            sent.add(this);
        }

        @Override
        public void sendMessage(Q message) {}

        @SuppressWarnings("unchecked") // Only puts are sent here.
        void answer() {
            listener().onMessage((A) PutResponse.getDefaultInstance());
            close(Status.OK);
        }

        void close(Status status) {
            synchronized (this) {
                if (closed) {
                    return;
                }
                closed = true;
            }
            listener().onClose(status, new Metadata());
        }

        private synchronized Listener<A> listener() {
            if (listener == null) {
                throw new IllegalStateException("not started");
            }
            return listener;
        }
    }

    private final BlockingQueue<Held<?, ?>> sent = new LinkedBlockingQueue<>();
    private final AtomicInteger count = new AtomicInteger();

    @Override
    public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
        return new Held<>(sent, count);
    }

    @Override
    public String authority() {
        return "nobody";
    }

    /** The next call that was sent; waits for it. */
    Held<?, ?> next() throws InterruptedException {
        return sent.take();
    }

    /** How many calls were sent. */
    int count() {
        return count.get();
    }

    /** How many of them wait. */
    int waiting() {
        return sent.size();
    }
}
