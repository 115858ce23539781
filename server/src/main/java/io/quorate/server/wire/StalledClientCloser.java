package io.quorate.server.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Cuts off a client that takes nothing of what waits to be sent to it: the answer costs memory as long as it waits.
 *
 * <p>A slow client is left alone. Progress is looked for once in each period, so a client is cut off after one to two of them.
 */
final class StalledClientCloser extends ChannelInboundHandlerAdapter {

    /** How far the sending had come: what is being written, how much of it has left, and all that waits. */
    private record Progress(@Nullable Object present, long sentOfIt, long waiting) {

        static Progress of(ChannelOutboundBuffer buffer) {
            return new Progress(buffer.current(), buffer.currentProgress(), buffer.totalPendingWriteBytes());
        }

        /** Whether the client has taken nothing in between; that others have added to what waits is no progress of the client's. */
        @SuppressWarnings("ReferenceEquality") // The same message is meant, not one like it.
        boolean stalledAt(Progress now) {
            return waiting > 0 && now.waiting >= waiting && present == now.present && sentOfIt == now.sentOfIt;
        }
    }

    private final Duration period;
    private final LimitListener limits;
    private Progress before = new Progress(null, 0, 0);
    private @Nullable Future<?> clock;

    StalledClientCloser(Duration period, LimitListener limits) {
        this.period = period;
        this.limits = limits;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        clock = ctx.executor()
                .scheduleAtFixedRate(() -> look(ctx), period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (clock != null) {
            clock.cancel(false);
            clock = null;
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // There is nothing left to do if closing fails.
    private void look(ChannelHandlerContext ctx) {
        ChannelOutboundBuffer buffer = ctx.channel().unsafe().outboundBuffer();
        if (buffer == null) {
            return;
        }
        Progress now = Progress.of(buffer);
        if (before.stalledAt(now)) {
            limits.exceeded(
                    Limit.STALLED_READER,
                    "cut off " + ctx.channel().remoteAddress() + ": nothing was taken of the " + now.waiting
                            + " bytes that wait");
            ctx.close();
        }
        before = now;
    }
}
