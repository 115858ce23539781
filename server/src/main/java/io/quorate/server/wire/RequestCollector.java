package io.quorate.server.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.codec.http.HttpUtil;
import org.jspecify.annotations.Nullable;

/**
 * Puts a request and its body together, and answers one that is too large with the limit and the end of the connection.
 *
 * <p>What is left of such a request is still read, and dropped: a connection that is cut while the client sends takes the answer with it.
 */
final class RequestCollector extends HttpObjectAggregator {

    RequestCollector(int maxBodyBytes) {
        super(maxBodyBytes);
    }

    /**
     * That a body may be sent is said; one that is too large is answered as if it had come, and other expectations are not looked at.
     * By itself Netty would answer those and then go on in the middle of a body.
     */
    @Override
    protected @Nullable Object newContinueResponse(HttpMessage start, int maxBodyBytes, ChannelPipeline pipeline) {
        return HttpUtil.is100ContinueExpected(start) && HttpUtil.getContentLength(start, 0L) <= maxBodyBytes
                ? super.newContinueResponse(start, maxBodyBytes, pipeline)
                : null;
    }

    @Override
    protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
        answerAndEnd(
                ctx,
                HttpAnswers.text(
                        HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                        "A request may be " + maxContentLength() + " bytes at most, and this one is larger."));
    }

    /** Answers a request that has not come whole, and writes nothing more; what follows of it is to be read and dropped. */
    @SuppressWarnings("FutureReturnValueIgnored") // There is nothing left to do if the client is gone.
    static void answerAndEnd(ChannelHandlerContext ctx, FullHttpResponse answer) {
        answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        // Past the handler that would close the connection behind the answer.
        ctx.pipeline()
                .context(HttpServerKeepAliveHandler.class)
                .writeAndFlush(answer)
                .addListener(written -> ((DuplexChannel) ctx.channel()).shutdownOutput());
    }
}
