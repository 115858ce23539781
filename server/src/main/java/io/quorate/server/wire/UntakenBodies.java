package io.quorate.server.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import org.jspecify.annotations.Nullable;

/**
 * Counts what waits to be taken of the answers of one HTTP/1.1 connection. If that is too much the connection ends: an answer that has begun
 * cannot be taken back.
 */
final class UntakenBodies extends ChannelOutboundHandlerAdapter implements UntakenAnswers.Answer {

    private final RequestBounds bounds;
    private volatile @Nullable ChannelHandlerContext present;

    UntakenBodies(RequestBounds bounds) {
        this.bounds = bounds;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        present = ctx;
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) throws Exception {
        long bytes = message instanceof HttpContent content ? content.content().readableBytes() : 0;
        if (bytes < UntakenAnswers.SMALL_BYTES) {
            super.write(ctx, message, promise);
            return;
        }
        // Before it is written: it may be taken at once.
        bounds.untaken().waits(this, bytes);
        super.write(
                ctx,
                message,
                promise.unvoid().addListener(left -> bounds.untaken().taken(this, bytes)));
    }

    /** It answers one request at a time, and so this stands for itself. */
    @Override
    public Object connection() {
        return this;
    }

    /** What waits is let go of when the connection is closed. */
    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // There is nothing left to do if closing fails.
    public void endUntaken() {
        ChannelHandlerContext ctx = present;
        if (ctx != null) {
            bounds.limits()
                    .exceeded(
                            Limit.ANSWER_BYTES,
                            "cut off " + ctx.channel().remoteAddress() + ": its answer was not taken for long");
            ctx.channel().close();
        }
    }
}
