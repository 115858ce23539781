package io.quorate.server.gateway;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.quorate.server.wire.HttpAnswers;
import java.util.Optional;

/** Makes calls of the requests on one connection, of which at most one is under way. */
final class GatewayHandler extends ChannelInboundHandlerAdapter {

    private final JsonGateway gateway;
    private Optional<GatewayCall> present = Optional.empty();

    GatewayHandler(JsonGateway gateway) {
        this.gateway = gateway;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (!(message instanceof FullHttpRequest request)) {
            super.channelRead(ctx, message);
            return;
        }
        Optional<Route> route = gateway.route(new QueryStringDecoder(request.uri()).rawPath());
        if (route.isEmpty()) {
            super.channelRead(ctx, message);
            return;
        }
        try {
            if (request.method().equals(HttpMethod.POST)) {
                begin(ctx, route.get(), request);
            } else {
                ctx.writeAndFlush(HttpAnswers.only(HttpMethod.POST))
                        .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
            }
        } finally {
            request.release();
        }
    }

    private void begin(ChannelHandlerContext ctx, Route route, FullHttpRequest request) {
        GatewayCall call = new GatewayCall(ctx, gateway, route, request.protocolVersion());
        present = Optional.of(call);
        byte[] body = ByteBufUtil.getBytes(request.content());
        gateway.workers().execute(() -> call.begin(request.headers(), body));
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) throws Exception {
        present.ifPresent(GatewayCall::wantMore);
        super.channelWritabilityChanged(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        present.ifPresent(GatewayCall::abandon);
        super.channelInactive(ctx);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        present.ifPresent(GatewayCall::abandon);
    }
}
