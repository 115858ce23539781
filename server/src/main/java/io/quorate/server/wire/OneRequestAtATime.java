package io.quorate.server.wire;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Hands on a connection's next request only when the answer to the one before has left for the client, so that whoever answers
 * may take its time, answers go out in the order of the requests, and a client that does not read costs one answer and no more.
 *
 * <p>It stands before whatever answers by itself: that a request is too large, or none, or to be continued, is said in its turn too.
 *
 * <p>While a request is being answered, the connection is read on: that is how a client's leaving is noticed. Once another request
 * has begun behind it, nothing more is read, so that what waits is bounded.
 */
final class OneRequestAtATime extends ChannelDuplexHandler {

    /** Asks, as an event, for the end of the connection: at once, or when the request under way is answered. */
    static final Object END = new Object();

    private final Queue<HttpObject> waiting = new ArrayDeque<>();
    private boolean received = true;
    private boolean answered = true;
    private boolean ending;

    /** Whether the connection is between two requests. */
    private boolean isIdle() {
        return received && answered;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (!(message instanceof HttpObject part)) {
            super.channelRead(ctx, message);
        } else if (isOver(ctx)) {
            ReferenceCountUtil.release(part);
        } else if (mayPass(part) && waiting.isEmpty()) {
            pass(ctx, part);
        } else {
            waiting.add(part);
            ctx.channel().config().setAutoRead(false);
        }
    }

    /** Then nobody could be answered any more. */
    private boolean isOver(ChannelHandlerContext ctx) {
        return (ending && answered) || !ctx.channel().isActive();
    }

    private boolean mayPass(HttpObject part) {
        return isIdle() || !(part instanceof HttpRequest);
    }

    private void pass(ChannelHandlerContext ctx, HttpObject part) {
        if (part instanceof HttpRequest) {
            received = false;
            answered = false;
        }
        if (part instanceof LastHttpContent) {
            received = true;
        }
        ctx.fireChannelRead(part);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) throws Exception {
        if (endsAnAnswer(message)) {
            // Not at once: whoever answers is still at it, and a thousand requests must not become a thousand nested
            // calls. If the answer cannot be written, the connection is about to end.
            super.write(ctx, message, promise.unvoid().addListener(left -> {
                if (left.isSuccess()) {
                    ctx.executor().execute(() -> answered(ctx));
                }
            }));
        } else {
            super.write(ctx, message, promise);
        }
    }

    /** That a request may be continued is no answer to it. */
    static boolean endsAnAnswer(Object message) {
        return message instanceof LastHttpContent
                && !(message instanceof HttpResponse response
                        && response.status().codeClass() == HttpStatusClass.INFORMATIONAL);
    }

    private void answered(ChannelHandlerContext ctx) {
        answered = true;
        if (ending) {
            end(ctx);
        }
        if (isOver(ctx)) {
            return;
        }
        boolean passed = false;
        for (HttpObject part = waiting.peek(); part != null && mayPass(part); part = waiting.peek()) {
            waiting.remove();
            pass(ctx, part);
            passed = true;
        }
        if (passed) {
            ctx.fireChannelReadComplete();
        }
        if (waiting.isEmpty()) {
            ctx.channel().config().setAutoRead(true);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (!event.equals(END)) {
            super.userEventTriggered(ctx, event);
            return;
        }
        ending = true;
        if (answered || !received) {
            // What has not come whole is not carried out.
            answered = true;
            end(ctx);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // There is nothing left to do if closing fails.
    private static void end(ChannelHandlerContext ctx) {
        ctx.close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        waiting.forEach(ReferenceCountUtil::release);
        waiting.clear();
    }
}
