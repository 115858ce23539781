package io.quorate.server.wire;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Hands on a connection's next request only when the answer to the one before has left for the client, so that whoever answers
 * may take its time, answers go out in the order of the requests, and a client that does not read costs one answer and no more.
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
        if (message instanceof LastHttpContent && busy) {
            // Not at once: whoever answers is still at it, and a thousand requests must not become a thousand nested
            // calls. If the answer cannot be written, the connection is about to end.
            super.write(ctx, message, promise.unvoid().addListener(left -> {
                if (left.isSuccess()) {
                    ctx.executor().execute(() -> next(ctx));
                }
            }));
        } else {
            super.write(ctx, message, promise);
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
