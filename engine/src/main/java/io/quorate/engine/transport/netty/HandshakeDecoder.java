package io.quorate.engine.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;

/** Waits for the other side's part of the handshake: for a bounded time, and for nothing but that. */
@SuppressWarnings("FutureReturnValueIgnored") // a write or close that fails closes the channel, which is noticed
abstract class HandshakeDecoder extends ByteToMessageDecoder {

    private final ToIntFunction<ByteBuf> length;
    private final Duration timeout;
    private Optional<Future<?>> deadline = Optional.empty();
    private boolean ended;

    /**
     * Begins to wait when added to a pipeline.
     *
     * @param length of the message in bytes, the magic number included, as far as what has arrived tells; reads nothing
     */
    HandshakeDecoder(ToIntFunction<ByteBuf> length, Duration timeout) {
        this.length = length;
        this.timeout = timeout;
    }

    /** The message has arrived; called with what follows the magic number. */
    abstract void arrived(ChannelHandlerContext ctx, ByteBuf message);

    /** The other side did not keep to the protocol; the connection is being closed. */
    abstract void failed(ChannelHandlerContext ctx, String reason);

    @Override
    public final void handlerAdded(ChannelHandlerContext ctx) {
        deadline = Optional.of(ctx.executor()
                .schedule(
                        () -> fail(ctx, "did not finish the handshake in time"),
                        timeout.toNanos(),
                        TimeUnit.NANOSECONDS));
    }

    @Override
    protected final void handlerRemoved0(ChannelHandlerContext ctx) {
        deadline.ifPresent(timer -> timer.cancel(false));
    }

    @Override
    protected final void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (ended) {
            in.skipBytes(in.readableBytes());
        } else if (!Handshake.mayBegin(in)) {
            in.skipBytes(in.readableBytes());
            fail(ctx, "sent bytes that are not of the peer protocol");
        } else if (in.readableBytes() >= length.applyAsInt(in)) {
            ended = true;
            deadline.ifPresent(timer -> timer.cancel(false));
            arrived(ctx, in.skipBytes(Long.BYTES));
        }
    }

    @Override
    public final void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(ctx, "broke the connection off during the handshake: " + cause.getMessage());
    }

    private void fail(ChannelHandlerContext ctx, String reason) {
        if (!ended) {
            ended = true;
            failed(ctx, reason);
        }
        ctx.close();
    }
}
