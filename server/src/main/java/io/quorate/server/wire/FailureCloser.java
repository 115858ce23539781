package io.quorate.server.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.CodecException;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes an HTTP/1.1 connection whose handlers failed: nobody knows what was answered on it. */
final class FailureCloser extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(FailureCloser.class);

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // There is nothing left to do if closing fails.
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException || cause instanceof CodecException) {
            LOG.debug(
                    "The client {} went away or broke the protocol.",
                    ctx.channel().remoteAddress(),
                    cause);
        } else {
            LOG.warn(
                    "Closed the connection from {}: serving it failed.",
                    ctx.channel().remoteAddress(),
                    cause);
        }
        ctx.close();
    }
}
