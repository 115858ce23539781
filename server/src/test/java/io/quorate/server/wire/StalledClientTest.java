package io.quorate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A client that takes nothing of a large answer. */
class StalledClientTest {

    private static final String LARGE = "x".repeat(32 << 20);
    private final CountDownLatch cutOff = new CountDownLatch(1);

    private final class LargeAnswer extends SimpleChannelInboundHandler<FullHttpRequest> {

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
            ctx.channel().closeFuture().addListener(closed -> cutOff.countDown());
            var unused = ctx.writeAndFlush(HttpAnswers.text(HttpResponseStatus.OK, LARGE));
        }
    }

    @Test
    void isCutOff() throws Exception {
        ClientListenerOptions options = PortLimits.withStallTimeout(Duration.ofMillis(100));
        try (EventLoops eventLoops = EventLoops.open(1);
                ClientListener listener = listen(eventLoops, options);
                Socket socket = new Socket(
                        InetAddress.getLoopbackAddress(),
                        listener.addresses().getFirst().getPort())) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

            assertThat(cutOff.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    private ClientListener listen(EventLoops eventLoops, ClientListenerOptions options) throws IOException {
        return ClientListener.start(
                List.of(new ListenUrl("127.0.0.1", 0)),
                eventLoops,
                options,
                List.of(),
                () -> List.<ChannelHandler>of(new LargeAnswer()));
    }
}
