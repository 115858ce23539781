package io.quorate.engine.transport.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.quorate.engine.tls.TlsFailure;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/**
 * Tells why TLS failed on a connection, once, and closes it; what is behind it in the pipeline hears nothing of that.
 *
 * <p>In TLS 1.3 whoever dials takes the handshake for done before the other side has judged its certificate, so that a refusal arrives
 * later, in place of the first answer.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close that fails leaves nothing to be done
final class TlsGate extends ChannelInboundHandlerAdapter {

    private final Consumer<TlsFailure> failed;
    private boolean over;

    TlsGate(Consumer<TlsFailure> failed) {
        this.failed = failed;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof SslHandshakeCompletionEvent ended && !ended.isSuccess()) {
            end(ctx, ended.cause());
        } else {
            super.userEventTriggered(ctx, event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
        boolean ofTls = cause instanceof SSLException
                || (cause instanceof DecoderException && cause.getCause() instanceof SSLException);
        if (ofTls || over) {
            end(ctx, cause);
        } else {
            super.exceptionCaught(ctx, cause);
        }
    }

    private void end(ChannelHandlerContext ctx, Throwable cause) {
        if (!over) {
            over = true;
            failed.accept(TlsFailure.of(cause));
        }
        ctx.close();
    }
}
