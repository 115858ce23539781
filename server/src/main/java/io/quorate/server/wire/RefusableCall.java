package io.quorate.server.wire;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.SecurityLevel;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.net.SocketAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A call as its handler knows it, which can be refused from outside: from then on the handler's answers go nowhere. Thread-safe
 * in that; else as {@link ServerCall} is.
 */
final class RefusableCall<Q, R> extends ServerCall<Q, R> {

    private final MethodDescriptor<Q, R> method;
    private final ServerCall<?, R> call;
    private volatile Runnable onClose = () -> {};
    private volatile Consumer<Boolean> onSend = taken -> {};

    // ---- Guarded by this.
    private boolean closed;
    private boolean refused;

    RefusableCall(MethodDescriptor<Q, R> method, ServerCall<?, R> call) {
        this.method = method;
        this.call = call;
    }

    /** What is to be done once the handler has ended the call, or cannot; it may be done more than once. */
    void onClose(Runnable done) {
        onClose = done;
    }

    /** What is to be told after each message whether the client has taken nearly all that it was sent. */
    void onSend(Consumer<Boolean> sent) {
        onSend = sent;
    }

    /** Stands for the connection by which the call came. */
    Object connection() {
        SocketAddress client = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        return client == null ? "an unknown connection" : client;
    }

    /** Ends the call with this, unless it has ended. */
    synchronized void refuse(Status why) {
        if (!closed) {
            refused = true;
            closed = true;
            call.close(why, new Metadata());
        }
    }

    synchronized boolean isRefused() {
        return refused;
    }

    @Override
    public void request(int messages) {
        call.request(messages);
    }

    @Override
    public synchronized void sendHeaders(Metadata headers) {
        if (!refused) {
            call.sendHeaders(headers);
        }
    }

    /** Whoever cannot be answered is told so by gRPC, and its handler may not end the call any more. */
    @Override
    public void sendMessage(R message) {
        try {
            send(message);
        } catch (RuntimeException | Error e) {
            onClose.run();
            throw e;
        }
    }

    private void send(R message) {
        synchronized (this) {
            if (refused) {
                return;
            }
            call.sendMessage(message);
        }
        // Not under the lock: it may have other calls end, which end this one at the same time.
        boolean taken = call.isReady();
        onSend.accept(taken);
        if (!taken && call.isReady()) {
            // It was taken in between, and that may have been told before.
            onSend.accept(true);
        }
    }

    @Override
    public synchronized void close(Status status, Metadata trailers) {
        try {
            if (!refused) {
                closed = true;
                call.close(status, trailers);
            }
        } finally {
            onClose.run();
        }
    }

    @Override
    public boolean isCancelled() {
        return isRefused() || call.isCancelled();
    }

    @Override
    public boolean isReady() {
        return call.isReady();
    }

    @Override
    public void setOnReadyThreshold(int bytes) {
        call.setOnReadyThreshold(bytes);
    }

    @Override
    public void setMessageCompression(boolean enabled) {
        call.setMessageCompression(enabled);
    }

    @Override
    public void setCompression(String compressor) {
        call.setCompression(compressor);
    }

    @Override
    public SecurityLevel getSecurityLevel() {
        return call.getSecurityLevel();
    }

    @Override
    public Attributes getAttributes() {
        return call.getAttributes();
    }

    @Override
    public @Nullable String getAuthority() {
        return call.getAuthority();
    }

    @Override
    public MethodDescriptor<Q, R> getMethodDescriptor() {
        return method;
    }
}
