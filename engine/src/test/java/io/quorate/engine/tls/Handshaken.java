package io.quorate.engine.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * How a handshake between two sides in memory ended.
 *
 * @param atServer why it failed there; empty if it did not
 * @param atClient the same at the side that dialed
 */
record Handshaken(Optional<TlsFailure> atServer, Optional<TlsFailure> atClient) {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    boolean isGood() {
        return atServer.isEmpty() && atClient.isEmpty();
    }

    /** What went wrong first at one end; in TLS 1.3 the dialing side learns of its refusal after its own handshake. */
    private static final class Watch extends ChannelInboundHandlerAdapter {

        private Optional<TlsFailure> failure = Optional.empty();

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent ended && !ended.isSuccess()) {
                failed(ended.cause());
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            failed(cause);
        }

        private void failed(Throwable cause) {
            if (failure.isEmpty()) {
                failure = Optional.of(TlsFailure.of(cause));
            }
        }
    }

    /** One side accepts a connection on which nothing is said, for some virtual time. */
    static Optional<TlsFailure> ofSilence(TlsParty server, Duration handshakeTimeout, Duration silence) {
        Watch atServer = new Watch();
        EmbeddedChannel serverEnd = new EmbeddedChannel();
        serverEnd.freezeTime();
        serverEnd.pipeline().addLast(server.accept(UnpooledByteBufAllocator.DEFAULT, handshakeTimeout), atServer);
        serverEnd.advanceTimeBy(silence.toMillis(), TimeUnit.MILLISECONDS);
        serverEnd.runScheduledPendingTasks();
        assertThat(serverEnd.isOpen()).isEqualTo(atServer.failure.isEmpty());
        Optional<TlsFailure> failure = atServer.failure;
        serverEnd.finishAndReleaseAll();
        return failure;
    }

    /** One side dials the other by the name of a host. */
    static Handshaken between(TlsParty server, TlsParty client, String host) {
        SslHandler accepting = server.accept(UnpooledByteBufAllocator.DEFAULT, TIMEOUT);
        return between(accepting, client.dial(UnpooledByteBufAllocator.DEFAULT, host, 2380, TIMEOUT));
    }

    static Handshaken between(SslHandler accepting, SslHandler dialing) {
        Watch atServer = new Watch();
        Watch atClient = new Watch();
        EmbeddedChannel serverEnd = new EmbeddedChannel(accepting, atServer);
        EmbeddedChannel clientEnd = new EmbeddedChannel(dialing, atClient);
        boolean moved = true;
        while (moved) {
            // Both are to move, whether the first did or not.
            boolean toServer = move(clientEnd, serverEnd);
            moved = move(serverEnd, clientEnd) || toServer;
        }
        serverEnd.finishAndReleaseAll();
        clientEnd.finishAndReleaseAll();
        return new Handshaken(atServer.failure, atClient.failure);
    }

    private static boolean move(EmbeddedChannel from, EmbeddedChannel to) {
        from.runPendingTasks();
        boolean moved = false;
        for (Object bytes = from.readOutbound(); bytes != null; bytes = from.readOutbound()) {
            moved = true;
            if (to.isOpen()) {
                to.writeInbound(bytes);
                to.runPendingTasks();
            } else {
                ReferenceCountUtil.release(bytes);
            }
        }
        return moved;
    }
}
