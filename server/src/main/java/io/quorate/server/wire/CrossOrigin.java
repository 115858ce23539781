package io.quorate.server.wire;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;

/**
 * Lets programs in browsers read what is answered here, from whatever site they come, as etcd does unless it is told
 * otherwise. What etcd does not have is not for them. Asked of one request at a time.
 */
final class CrossOrigin extends ChannelDuplexHandler {

    private static final String OWN_PATHS = "/quorate/";

    private boolean own;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (message instanceof FullHttpRequest request) {
            // As it was sent: what cannot be decoded is to be answered too, and pages are found by it.
            own = new QueryStringDecoder(request.uri()).rawPath().startsWith(OWN_PATHS);
        }
        if (own && message instanceof FullHttpRequest request && isFromElsewhere(request)) {
            request.release();
            var refusal = HttpAnswers.text(HttpResponseStatus.FORBIDDEN, "This path is not for pages of other sites.");
            ctx.writeAndFlush(refusal).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        } else if (!own
                && message instanceof FullHttpRequest request
                && request.method().equals(HttpMethod.OPTIONS)) {
            request.release();
            var answer = HttpAnswers.of(HttpResponseStatus.OK, "text/plain; charset=utf-8", "");
            addHeaders(answer);
            ctx.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        } else {
            super.channelRead(ctx, message);
        }
    }

    /** Browsers send a plain POST to whatever site a page names, and only keep its answer from the page: that would be too late. */
    private static boolean isFromElsewhere(FullHttpRequest request) {
        String origin = request.headers().get(HttpHeaderNames.ORIGIN);
        String host = request.headers().get(HttpHeaderNames.HOST);
        return origin != null && !origin.equals("http://" + host) && !origin.equals("https://" + host);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) throws Exception {
        if (!own && message instanceof HttpResponse answer) {
            addHeaders(answer);
        }
        super.write(ctx, message, promise);
    }

    private static void addHeaders(HttpResponse answer) {
        answer.headers()
                .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*")
                .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "POST, GET, OPTIONS, PUT, DELETE")
                .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, "accept, content-type, authorization");
    }
}
