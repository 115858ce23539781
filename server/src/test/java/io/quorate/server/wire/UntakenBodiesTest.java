package io.quorate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers of HTTP/1.1 have a bound in what waits of them, on sockets that take bytes when the test says so. */
class UntakenBodiesTest {

    private static final int LIMIT = 1 << 20;

    private final List<Limit> told = new ArrayList<>();
    private final RequestBounds bounds =
            RequestBounds.of(PortLimits.withMaxUntakenBytes(LIMIT), (limit, what) -> told.add(limit));
    private final List<Client> clients = new ArrayList<>();

    private record Waiting(Object message, ChannelPromise promise) {}

    /** A connection whose client takes nothing by itself. */
    private final class Client extends ChannelOutboundHandlerAdapter {
        private final Queue<Waiting> waiting = new ArrayDeque<>();
        private final EmbeddedChannel channel = new EmbeddedChannel(this, new UntakenBodies(bounds));

        Client() {
            clients.add(this);
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            waiting.add(new Waiting(message, promise));
        }

        void answer(int bytes) {
            var unused = channel.writeAndFlush(HttpAnswers.text(HttpResponseStatus.OK, "x".repeat(bytes - 1)));
        }

        void piece(int bytes) {
            var unused = channel.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(new byte[bytes])));
        }

        void take() {
            Waiting first = waiting.remove();
            ReferenceCountUtil.release(first.message());
            first.promise().setSuccess();
            channel.runPendingTasks();
        }
    }

    @AfterEach
    void close() {
        for (Client client : clients) {
            client.channel.finishAndReleaseAll();
            client.waiting.forEach(waiting -> ReferenceCountUtil.release(waiting.message()));
        }
    }

    @Test
    void thoseEndThatHaveWaitedLongest() {
        for (int i = 0; i < 10; i++) {
            new Client().answer(LIMIT / 4);
        }
        assertThat(clients)
                .filteredOn(client -> client.channel.isOpen())
                .containsExactlyElementsOf(clients.subList(6, 10));
        assertThat(told).hasSize(6).containsOnly(Limit.ANSWER_BYTES);
        assertThat(bounds.untaken().heldBytes()).isEqualTo(LIMIT);
    }

    @Test
    void whatIsTakenCountsNoLonger() {
        for (int i = 0; i < 100; i++) {
            Client client = new Client();
            client.answer(LIMIT / 2);
            client.take();
        }
        assertThat(clients).allMatch(client -> client.channel.isOpen());
        assertThat(bounds.untaken().heldBytes()).isZero();
    }

    /** A watcher that is always one piece behind is not more so with each. */
    @Test
    void aStreamCountsByWhatWaitsOfIt() {
        Client slow = new Client();
        slow.piece(LIMIT / 8);
        for (int i = 0; i < 100; i++) {
            slow.piece(LIMIT / 8);
            slow.take();
        }
        assertThat(bounds.untaken().heldBytes()).isEqualTo(LIMIT / 8);
        new Client().answer(LIMIT / 2);
        assertThat(slow.channel.isOpen()).isTrue();
    }

    @Test
    void oneAnswerMayBeAsLargeAsItIsAndSmallOnesDoNotCount() {
        Client large = new Client();
        large.answer(4 * LIMIT);
        for (int i = 0; i < 10; i++) {
            new Client().answer(1000);
        }
        assertThat(clients).allMatch(client -> client.channel.isOpen());
        assertThat(bounds.untaken().heldBytes()).isEqualTo(4 * LIMIT);
    }
}
