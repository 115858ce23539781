package io.quorate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2FrameTypes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client that does not take what it is sent, and is in the middle of a frame whenever that is looked at; on a virtual clock. */
class FrameGuardTest {

    private static final Duration PERIOD = Duration.ofSeconds(75);
    private static final byte[] PING = RawHttp2.frame(Http2FrameTypes.PING, 0, 0, new byte[8]);
    private static final int BEGINNING = 12;

    private final List<Limit> told = new ArrayList<>();
    private final Http2ConnectionHandler codec = new Http2ConnectionHandlerBuilder()
            .server(true)
            .frameListener(new Http2FrameAdapter())
            .build();
    private final EmbeddedChannel channel = new EmbeddedChannel();

    FrameGuardTest() {
        channel.freezeTime();
        channel.pipeline().addLast(new FrameGuard(PERIOD, (limit, what) -> told.add(limit)), codec);
        byte[] preface = new byte[Http2CodecUtil.connectionPrefaceBuf().readableBytes()];
        Http2CodecUtil.connectionPrefaceBuf().readBytes(preface);
        byte[] noWindow = {0, 4, 0, 0, 0, 0};
        send(preface);
        send(RawHttp2.frame(Http2FrameTypes.SETTINGS, 0, 0, noWindow));
        send(PING, 0, BEGINNING);
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private void send(byte[] bytes) {
        channel.writeInbound(Unpooled.wrappedBuffer(bytes));
    }

    private void send(byte[] bytes, int from, int to) {
        send(Arrays.copyOfRange(bytes, from, to));
    }

    /** Ends the frame that it is in the middle of. */
    private void endFrame() {
        send(PING, BEGINNING, PING.length);
    }

    /** A call begins, whose answer the client does not take. */
    private void ask(int stream) {
        endFrame();
        send(RawHttp2.frame(
                Http2FrameTypes.HEADERS,
                RawHttp2.END_HEADERS | RawHttp2.END_STREAM,
                stream,
                RawHttp2.callOf("etcdserverpb.KV/Range")));
        ChannelHandlerContext ctx = channel.pipeline().context(codec);
        var headers = codec.encoder().writeHeaders(ctx, stream, new DefaultHttp2Headers(), 0, false, ctx.newPromise());
        var data =
                codec.encoder().writeData(ctx, stream, Unpooled.wrappedBuffer(new byte[10]), 0, true, ctx.newPromise());
        channel.flush();
        assertThat(headers.isDone()).isTrue();
        assertThat(data.isDone()).isFalse();
        send(PING, 0, BEGINNING);
    }

    private void take(int stream) {
        endFrame();
        send(RawHttp2.frame(Http2FrameTypes.WINDOW_UPDATE, 0, stream, RawHttp2.integer(10)));
        send(PING, 0, BEGINNING);
    }

    /** Time passes, in which frames end and others begin. */
    private void pass() {
        endFrame();
        send(PING, 0, BEGINNING);
        channel.advanceTimeBy(PERIOD.toNanos(), TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void itHasASecondPeriodAndNotAThird() {
        ask(1);
        pass();
        pass();
        assertThat(told).isEmpty();
        pass();
        assertThat(told).containsExactly(Limit.STALLED_READER);
    }

    @Test
    void whoeverHasTakenSomethingSinceHasItsPeriodsAnew() {
        ask(1);
        pass();
        pass();
        take(1);
        ask(3);
        pass();
        pass();
        assertThat(told).isEmpty();
        pass();
        assertThat(told).containsExactly(Limit.STALLED_READER);
    }
}
