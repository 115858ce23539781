package io.quorate.server.wire;

import io.grpc.Grpc;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import io.quorate.engine.tls.TlsFailure;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells by a connection's first bytes which protocol it speaks, puts that protocol's handlers behind itself, and leaves the pipeline.
 *
 * <p>gRPC's clients open with HTTP/2's connection preface (RFC 9113, section 3.4), which no HTTP/1.1 request begins with. What is neither
 * is closed, and so is a connection that does not show its protocol in time. Over TLS, these are the first bytes after its handshake,
 * which counts for that time as well.
 */
@SuppressWarnings("FutureReturnValueIgnored") // There is nothing left to do if closing fails.
final class ProtocolDetector extends ByteToMessageDecoder {

    private static final Logger LOG = LoggerFactory.getLogger(ProtocolDetector.class);

    private final Supplier<ChannelHandler> grpc;
    private final Supplier<List<ChannelHandler>> guards;
    private final Runnable grpcUnused;
    private final HttpConnections httpConnections;
    private final ConnectionGate gate;
    private final Duration timeout;
    private final Optional<ClientTls> tls;

    /** gRPC starts its negotiation before the first byte; the event waits here until it is known whether gRPC is wanted. */
    private ProtocolNegotiationEvent negotiation = InternalProtocolNegotiationEvent.getDefault();

    private @Nullable Future<?> deadline;

    private boolean refused;

    /**
     * @param grpc makes the handler of gRPC
     * @param guards makes what stands before it
     * @param grpcUnused tells gRPC that the connection is not its own
     * @param gate tells whether there is room for the connection
     */
    ProtocolDetector(
            Supplier<ChannelHandler> grpc,
            Supplier<List<ChannelHandler>> guards,
            Runnable grpcUnused,
            HttpConnections httpConnections,
            ConnectionGate gate,
            Duration timeout,
            Optional<ClientTls> tls) {
        this.grpc = grpc;
        this.guards = guards;
        this.gate = gate;
        this.tls = tls;
        this.grpcUnused = grpcUnused;
        this.httpConnections = httpConnections;
        this.timeout = timeout;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        if (!gate.letsIn(ctx.channel())) {
            refused = true;
            ctx.channel().config().setAutoRead(false);
            ctx.executor().execute(ctx::close);
            return;
        }
        tls.ifPresent(how ->
                ctx.pipeline().addBefore(ctx.name(), null, how.party().accept(ctx.alloc(), timeout)));
        deadline = ctx.executor()
                .schedule(
                        () -> reject(ctx, "it did not show its protocol in time"),
                        timeout.toNanos(),
                        TimeUnit.NANOSECONDS);
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof ProtocolNegotiationEvent started) {
            negotiation = started;
        } else if (event instanceof SslHandshakeCompletionEvent ended) {
            shaken(ctx, ended);
        } else {
            super.userEventTriggered(ctx, event);
        }
    }

    /** What the services are told of the connection, they are told by the event. */
    private void shaken(ChannelHandlerContext ctx, SslHandshakeCompletionEvent ended) {
        if (ended.isSuccess()) {
            SSLSession session = ctx.pipeline().get(SslHandler.class).engine().getSession();
            negotiation = InternalProtocolNegotiationEvent.withAttributes(
                    negotiation,
                    InternalProtocolNegotiationEvent.getAttributes(negotiation).toBuilder()
                            .set(Grpc.TRANSPORT_ATTR_SSL_SESSION, session)
                            .build());
        } else {
            refused(ctx, ended.cause());
        }
    }

    private void refused(ChannelHandlerContext ctx, Throwable cause) {
        if (!refused) {
            refused = true;
            tls.ifPresent(how -> how.refusals()
                    .refused(String.valueOf(ctx.channel().remoteAddress()), "the client port", TlsFailure.of(cause)));
        }
        ctx.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
        boolean ofTls = cause instanceof SSLException || cause.getCause() instanceof SSLException;
        if (tls.isPresent() && (ofTls || refused)) {
            refused(ctx, cause);
        } else {
            super.exceptionCaught(ctx, cause);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        ByteBuf preface = Http2CodecUtil.connectionPrefaceBuf();
        int length = Math.min(in.readableBytes(), preface.readableBytes());
        if (ByteBufUtil.equals(preface, preface.readerIndex(), in, in.readerIndex(), length)) {
            if (length == preface.readableBytes()) {
                continueAsGrpc(ctx);
            }
        } else if (beginsLikeHttp(in)) {
            continueAsHttp(ctx);
        } else {
            in.skipBytes(in.readableBytes());
            reject(ctx, "it speaks neither gRPC nor HTTP/1.1");
        }
    }

    /** The handler that is added takes the bytes read so far when this one is removed, so it must be ready by then. */
    private void continueAsGrpc(ChannelHandlerContext ctx) {
        ctx.pipeline().addAfter(ctx.name(), null, grpc.get());
        guards.get().forEach(guard -> ctx.pipeline().addAfter(ctx.name(), null, guard));
        ctx.fireUserEventTriggered(negotiation);
        ctx.pipeline().remove(this);
    }

    private void continueAsHttp(ChannelHandlerContext ctx) {
        httpConnections.adopt(ctx.channel(), tls.flatMap(ClientTls::maxConnectionAge));
        grpcUnused.run();
        ctx.pipeline().remove(this);
    }

    /** Every method of HTTP begins with a capital letter; whether the rest is a request is for its codec to say. */
    private static boolean beginsLikeHttp(ByteBuf in) {
        byte first = in.getByte(in.readerIndex());
        return first >= 'A' && first <= 'Z';
    }

    private static void reject(ChannelHandlerContext ctx, String reason) {
        LOG.debug("Closed the connection from {}: {}.", ctx.channel().remoteAddress(), reason);
        ctx.close();
    }
}
