package io.quorate.server.wire;

import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells by a connection's first bytes which protocol it speaks, puts that protocol's handlers behind itself, and leaves the pipeline.
 *
 * <p>gRPC's clients open with HTTP/2's connection preface (RFC 9113, section 3.4), which no HTTP/1.1 request begins with. What is neither
 * is closed, and so is a connection that does not show its protocol in time.
 */
final class ProtocolDetector extends ByteToMessageDecoder {

    private static final Logger LOG = LoggerFactory.getLogger(ProtocolDetector.class);

    private final Supplier<ChannelHandler> grpc;
    private final Runnable grpcUnused;
    private final HttpConnections httpConnections;
    private final Duration timeout;

    /** gRPC starts its negotiation before the first byte; the event waits here until it is known whether gRPC is wanted. */
    private ProtocolNegotiationEvent negotiation = InternalProtocolNegotiationEvent.getDefault();

    private @Nullable Future<?> deadline;

    ProtocolDetector(
            Supplier<ChannelHandler> grpc, Runnable grpcUnused, HttpConnections httpConnections, Duration timeout) {
        this.grpc = grpc;
        this.grpcUnused = grpcUnused;
        this.httpConnections = httpConnections;
        this.timeout = timeout;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
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
        } else {
            super.userEventTriggered(ctx, event);
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
        ctx.fireUserEventTriggered(negotiation);
        ctx.pipeline().remove(this);
    }

    private void continueAsHttp(ChannelHandlerContext ctx) {
        httpConnections.adopt(ctx.channel());
        grpcUnused.run();
        ctx.pipeline().remove(this);
    }

    /** Every method of HTTP begins with a capital letter; whether the rest is a request is for its codec to say. */
    private static boolean beginsLikeHttp(ByteBuf in) {
        byte first = in.getByte(in.readerIndex());
        return first >= 'A' && first <= 'Z';
    }

    @SuppressWarnings("FutureReturnValueIgnored") // There is nothing left to do if closing fails.
    private static void reject(ChannelHandlerContext ctx, String reason) {
        LOG.debug("Closed the connection from {}: {}.", ctx.channel().remoteAddress(), reason);
        ctx.close();
    }
}
