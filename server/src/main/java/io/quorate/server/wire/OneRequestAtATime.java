package io.quorate.server.wire;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Hands on a connection's next request only when the one before it is answered, so that whoever answers may take its time and
 * answers still go out in the order of the requests.
 *
 * <p>While a request is being answered, the connection is read on: that is how a client's leaving is noticed. Once a request
 * waits behind it, nothing more is read, so that what waits is bounded.
 */
final class OneRequestAtATime extends ChannelDuplexHandler {

    private final Queue<FullHttpRequest> waiting = new ArrayDeque<>();
    private boolean busy;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (!(message instanceof FullHttpRequest request)) {
            super.channelRead(ctx, message);
        } else if (busy) {
            waiting.add(request);
            ctx.channel().config().setAutoRead(false);
        } else {
            busy = true;
            ctx.fireChannelRead(request);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) throws Exception {
        super.write(ctx, message, promise);
        if (message instanceof LastHttpContent && busy) {
            // Not at once: whoever answers is still at it, and a thousand requests must not become a thousand nested
            // calls.
            ctx.executor().execute(() -> next(ctx));
        }
    }

    private void next(ChannelHandlerContext ctx) {
        FullHttpRequest request = waiting.poll();
        if (request == null) {
            busy = false;
            ctx.channel().config().setAutoRead(true);
        } else {
            ctx.fireChannelRead(request);
            ctx.fireChannelReadComplete();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        waiting.forEach(FullHttpRequest::release);
        waiting.clear();
    }
}
