package io.quorate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients of HTTP/1.1 that ask, and do not read what they are answered, on a socket that takes bytes when the test says so. */
class UnreadAnswersTest {

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(75);

    private final Socket socket = new Socket();
    private final Answering answering = new Answering();
    private final EmbeddedChannel channel =
            new EmbeddedChannel(socket, new HttpRequestGuard(REQUEST_TIMEOUT), new OneRequestAtATime(), answering);

    UnreadAnswersTest() {
        channel.freezeTime();
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
        socket.waiting.forEach(waiting -> ReferenceCountUtil.release(waiting.message()));
    }

    private record Waiting(Object message, ChannelPromise promise) {}

    /** Keeps what is written until the client takes it. */
    private static final class Socket extends ChannelOutboundHandlerAdapter {
        private final Queue<Waiting> waiting = new ArrayDeque<>();

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            waiting.add(new Waiting(message, promise));
        }
    }

    /** Answers all at once. */
    private static final class Answering extends SimpleChannelInboundHandler<FullHttpRequest> {
        private final List<String> begun = new ArrayList<>();

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
            begun.add(request.uri());
            var unused = ctx.writeAndFlush(HttpAnswers.text(HttpResponseStatus.OK, "of " + request.uri()));
        }
    }

    private void ask(String path) {
        channel.writeInbound(
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path, Unpooled.EMPTY_BUFFER));
        channel.runPendingTasks();
    }

    /** The client takes the first of the answers that wait. */
    private void read() {
        Waiting first = socket.waiting.remove();
        ReferenceCountUtil.release(first.message());
        first.promise().setSuccess();
        channel.runPendingTasks();
    }

    @Test
    void aRequestBeginsOnlyWhenTheAnswerBeforeHasLeft() {
        for (int request = 0; request < 100; request++) {
            ask("/" + request);
        }

        assertThat(answering.begun).containsExactly("/0");
        assertThat(channel.config().isAutoRead()).isFalse();

        read();
        assertThat(answering.begun).containsExactly("/0", "/1");

        while (!socket.waiting.isEmpty()) {
            read();
        }
        assertThat(answering.begun).hasSize(100);
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void theTimeForTheNextRequestBeginsWhenTheAnswerHasLeft() {
        ask("/slow");
        pass(REQUEST_TIMEOUT.multipliedBy(2));
        assertThat(channel.isOpen()).as("while the answer waits").isTrue();

        read();
        pass(REQUEST_TIMEOUT.minusSeconds(1));
        assertThat(channel.isOpen()).isTrue();
        pass(Duration.ofSeconds(2));
        assertThat(channel.isOpen()).isFalse();
    }

    private void pass(Duration time) {
        channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
    }
}
