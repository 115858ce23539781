package io.quorate.server.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;

/**
 * Puts a request and its body together, and answers one that is too large with the limit and the end of the connection.
 *
 * <p>What is left of such a request is still read, and dropped: a connection that is cut while the client sends takes the answer with it.
 */
final class RequestCollector extends HttpObjectAggregator {

    RequestCollector(int maxBodyBytes) {
        super(maxBodyBytes);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // There is nothing left to do if the client is gone.
    protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
        FullHttpResponse answer = HttpAnswers.text(
                HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                "A request may be " + maxContentLength() + " bytes at most, and this one is larger.");
        answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        // Past the handler that would close the connection behind the answer.
        ctx.pipeline()
                .context(HttpServerKeepAliveHandler.class)
                .writeAndFlush(answer)
                .addListener(written -> ((DuplexChannel) ctx.channel()).shutdownOutput());
    }
}
