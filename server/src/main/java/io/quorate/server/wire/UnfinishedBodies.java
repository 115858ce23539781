package io.quorate.server.wire;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Counts what has arrived of the present request's body until it is answered, for one HTTP/1.1 connection. */
final class UnfinishedBodies extends ChannelDuplexHandler {

    private final RequestBounds bounds;
    private final int maxBodyBytes;
    private UnfinishedRequests.@Nullable Request body;
    private long arrivedBytes;
    private WorkUnderWay.@Nullable Part work;
    private boolean refused;

    /** @param maxBodyBytes a larger body is not kept */
    UnfinishedBodies(RequestBounds bounds, int maxBodyBytes) {
        this.bounds = bounds;
        this.maxBodyBytes = maxBodyBytes;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        body = bounds.unfinished().begin(() -> ctx.executor().execute(() -> refuse(ctx)));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (body != null && message instanceof HttpContent content && !mayPass(ctx, body, content)) {
            ReferenceCountUtil.release(message);
            refuse(ctx);
            return;
        }
        super.channelRead(ctx, message);
    }

    /** False once it is ended: then it never gets whole for those behind. */
    private boolean mayPass(ChannelHandlerContext ctx, UnfinishedRequests.Request request, HttpContent content) {
        int bytes = content.content().readableBytes();
        arrivedBytes += bytes;
        if (content instanceof LastHttpContent) {
            long whole = arrivedBytes;
            arrivedBytes = 0;
            return request.finished() && (whole > maxBodyBytes || mayBegin(ctx, whole));
        }
        if (arrivedBytes > maxBodyBytes) {
            return request.finished();
        }
        request.arrived(bytes);
        return !request.isEnded();
    }

    private boolean mayBegin(ChannelHandlerContext ctx, long bytes) {
        Optional<RequestsUnderWay.Share> room =
                bounds.underWay().take(ctx.channel().id(), bytes);
        if (room.isEmpty()) {
            bounds.limits()
                    .exceeded(
                            Limit.REQUEST_BYTES,
                            "refused a request of " + ctx.channel().remoteAddress() + ": too much is under way");
        }
        room.ifPresent(share ->
                work = WorkUnderWay.begin(ctx.channel(), () -> bounds.underWay().giveBack(share)));
        return room.isPresent();
    }

    /** The connection's requests come one at a time, so this answers the present one. */
    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) throws Exception {
        if (OneRequestAtATime.endsAnAnswer(message)) {
            answered();
        }
        super.write(ctx, message, promise);
    }

    private void answered() {
        if (work != null) {
            work.ended();
            work = null;
        }
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
        answered();
    }
}
