package io.quorate.server.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/** Counts what has arrived of the present request's body until it is whole, for one HTTP/1.1 connection. */
final class UnfinishedBodies extends ChannelInboundHandlerAdapter {

    private final UnfinishedRequests requests;
    private final int maxBodyBytes;
    private UnfinishedRequests.@Nullable Request body;
    private long arrivedBytes;
    private boolean refused;

    /** @param maxBodyBytes a larger body is not kept */
    UnfinishedBodies(UnfinishedRequests requests, int maxBodyBytes) {
        this.requests = requests;
        this.maxBodyBytes = maxBodyBytes;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        body = requests.begin(() -> ctx.executor().execute(() -> refuse(ctx)));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (body != null && message instanceof HttpContent content && !mayPass(body, content)) {
            ReferenceCountUtil.release(message);
            refuse(ctx);
            return;
        }
        super.channelRead(ctx, message);
    }

    /** False once it is ended: then it never gets whole for those behind. */
    private boolean mayPass(UnfinishedRequests.Request request, HttpContent content) {
        int bytes = content.content().readableBytes();
        arrivedBytes += bytes;
        if (content instanceof LastHttpContent) {
            arrivedBytes = 0;
            return request.finished();
        }
        if (arrivedBytes > maxBodyBytes) {
            return request.finished();
        }
        request.arrived(bytes);
        return !request.isEnded();
    }

    /** What has arrived is let go of at once, and the rest is read and dropped. */
    private void refuse(ChannelHandlerContext ctx) {
        if (!refused && !ctx.isRemoved()) {
            refused = true;
            ctx.pipeline().remove(RequestCollector.class);
            RequestCollector.answerAndEnd(
                    ctx,
                    HttpAnswers.text(
                            HttpResponseStatus.TOO_MANY_REQUESTS,
                            "Too much arrives at once; send the request again when less does."));
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (body != null) {
            body.close();
        }
    }
}
