package io.quorate.engine.transport.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.quorate.core.quorum.MemberId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** After the handshake the acceptor of a connection has nothing more to say on it. */
@SuppressWarnings("FutureReturnValueIgnored") // a close that fails leaves nothing to be done
final class Silence extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(Silence.class);

    private final MemberId acceptor;
    private final Context context;

    Silence(MemberId acceptor, Context context) {
        this.acceptor = acceptor;
        this.context = context;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
        context.garbage()
                .line("member " + context.self() + " disconnected member " + acceptor
                        + ", which sent bytes on a connection that it only receives on");
        ctx.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("the connection to member {} broke: {}", acceptor, cause.getMessage());
        ctx.close();
    }
}
