package io.quorate.server.wire;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Holds a client of HTTP/1.1 to its part: bytes that are no request are answered with status 400 and the end of the connection, and a
 * request that is not there in time ends it too.
 *
 * <p>The clock runs only while the client owes a request: from when the last answer has left, so a long one does not count against it.
 */
final class HttpRequestGuard extends ChannelDuplexHandler {

    private final Duration timeout;
    private int unanswered;
    private @Nullable Future<?> deadline;

    HttpRequestGuard(Duration timeout) {
        this.timeout = timeout;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        startClock(ctx);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        stopClock();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        stopClock();
        super.channelInactive(ctx);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (message instanceof FullHttpRequest request) {
            stopClock();
            if (request.decoderResult().isFailure()) {
                request.release();
                ctx.writeAndFlush(HttpAnswers.text(
                                HttpResponseStatus.BAD_REQUEST, "These bytes are not a request of HTTP/1.1 or gRPC."))
                        .addListener(ChannelFutureListener.CLOSE);
                return;
            }
            unanswered++;
        }
        super.channelRead(ctx, message);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) throws Exception {
        if (message instanceof LastHttpContent) {
            super.write(ctx, message, promise.unvoid().addListener(left -> answered(ctx)));
        } else {
            super.write(ctx, message, promise);
        }
    }

    private void answered(ChannelHandlerContext ctx) {
        if (--unanswered == 0 && ctx.channel().isActive()) {
            startClock(ctx);
        }
    }

    private void startClock(ChannelHandlerContext ctx) {
        deadline = ctx.executor().schedule(() -> close(ctx), timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // There is nothing left to do if closing fails.
    private static void close(ChannelHandlerContext ctx) {
        ctx.close();
    }

    private void stopClock() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }
}
