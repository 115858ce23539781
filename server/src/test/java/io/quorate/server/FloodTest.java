package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.netty.handler.codec.http2.Http2Error;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.wire.RawHttp2;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Clients that flood a member with frames of HTTP/2 are cut off, and others are served meanwhile and afterwards. */
@Timeout(180)
class FloodTest {

    private static final String RANGE = "etcdserverpb.KV/Range";
    private static final String WATCH = "etcdserverpb.Watch/Watch";

    private static final String RESET_BY_MEMBER = "streams that the member has to reset";

    /** More than any of them may send, by far. */
    private static final int MOST = 2_000_000;

    @TempDir
    private static Path folder;

    private static TestCluster cluster;
    private static EtcdClient other;

    @BeforeAll
    static void start() throws Exception {
        cluster = TestCluster.start(1, folder);
        other = new EtcdClient(cluster.channel(0));
        other.put("key", "value");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static InetSocketAddress address() {
        return cluster.member(0).clientAddresses().getFirst();
    }

    /**
     * A flood.
     *
     * @param first what is sent before it
     * @param frames the parts that it is of, by their number
     */
    record Flood(String what, ByteString first, IntFunction<byte[]> frames) {

        /** Whether we count it. What gRPC counts by itself it ends at once, and why does not always reach the client. */
        boolean isOurs() {
            return !what.equals("PING") && !what.equals(RESET_BY_MEMBER);
        }

        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<Flood> floods() {
        ByteString nothing = ByteString.EMPTY;
        byte[] call = RawHttp2.callOf(RANGE);
        byte[] message = RawHttp2.message(RangeRequest.getDefaultInstance().toByteArray());
        ByteString watch =
                ByteString.copyFrom(RawHttp2.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, RawHttp2.callOf(WATCH)));
        byte[] cancel = RawHttp2.integer((int) Http2Error.CANCEL.code());
        return Stream.of(
                new Flood(
                        "rapid reset",
                        nothing,
                        i -> RawHttp2.concat(
                                RawHttp2.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 2 * i + 1, call),
                                RawHttp2.frame(RawHttp2.RST_STREAM, 0, 2 * i + 1, cancel))),
                new Flood(
                        "rapid reset with requests that are whole",
                        nothing,
                        i -> RawHttp2.concat(
                                RawHttp2.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 2 * i + 1, call),
                                RawHttp2.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 2 * i + 1, message),
                                RawHttp2.frame(RawHttp2.RST_STREAM, 0, 2 * i + 1, cancel))),
                // A window of 0 more is an error of the stream, which the member resets itself (CVE-2025-8671).
                new Flood(
                        RESET_BY_MEMBER,
                        nothing,
                        i -> RawHttp2.concat(
                                RawHttp2.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 2 * i + 1, call),
                                RawHttp2.frame(RawHttp2.WINDOW_UPDATE, 0, 2 * i + 1, RawHttp2.integer(0)))),
                new Flood("PING", nothing, i -> RawHttp2.frame(RawHttp2.PING, 0, 0, new byte[8])),
                new Flood("answers to no PING", nothing, i -> RawHttp2.frame(RawHttp2.PING, 1, 0, new byte[8])),
                new Flood("SETTINGS", nothing, i -> RawHttp2.frame(RawHttp2.SETTINGS, 0, 0, new byte[0])),
                new Flood("SETTINGS, large", nothing, i -> RawHttp2.frame(RawHttp2.SETTINGS, 0, 0, manySettings())),
                new Flood(
                        "PRIORITY",
                        nothing,
                        i -> RawHttp2.frame(RawHttp2.PRIORITY, 0, 2 * (i % 1000) + 1, new byte[] {0, 0, 0, 0, 1})),
                new Flood(
                        "WINDOW_UPDATE",
                        nothing,
                        i -> RawHttp2.frame(RawHttp2.WINDOW_UPDATE, 0, 0, RawHttp2.integer(1))),
                new Flood("empty DATA", watch, i -> RawHttp2.frame(RawHttp2.DATA, 0, 1, new byte[0])),
                new Flood(
                        "DATA of padding alone",
                        watch,
                        i -> RawHttp2.frame(RawHttp2.DATA, 0x8, 1, new byte[] {3, 0, 0, 0})),
                new Flood("frames of no type", nothing, i -> RawHttp2.frame(0xee, 0, 0, new byte[3])));
    }

    /** One that is known, again and again. */
    private static byte[] manySettings() {
        byte[] one = {0, 4, 0, 1, 0, 0};
        byte[] many = new byte[2700 * one.length];
        for (int i = 0; i < many.length; i++) {
            many[i] = one[i % one.length];
        }
        return many;
    }

    @ParameterizedTest
    @MethodSource("floods")
    void isCutOffAndOthersAreServed(Flood flood) throws Exception {
        try (RawHttp2 client = RawHttp2.connect(address())) {
            client.write(flood.first().toByteArray());
            long sent = client.flood(MOST, flood.frames());

            OptionalLong why = client.awaitEnd();
            if (flood.isOurs()) {
                assertThat(why).hasValue(Http2Error.ENHANCE_YOUR_CALM.code());
            }
            assertThat(sent).isLessThan(MOST);
        }
        other.put("key", "after " + flood.what());
        assertThat(other.get("key").getKvs(0).getValue().toStringUtf8()).isEqualTo("after " + flood.what());
    }

    /** Neither frames that are wrong, one by one, nor connections that are cut off cost a line each. */
    @Test
    void floodsDoNotFillTheLog() throws Exception {
        AtomicInteger lines = new AtomicInteger();
        Handler counting = new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.incrementAndGet();
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger root = Logger.getLogger("");
        root.addHandler(counting);
        try {
            for (Flood flood : floods().toList()) {
                try (RawHttp2 client = RawHttp2.connect(address())) {
                    client.write(flood.first().toByteArray());
                    client.flood(MOST, flood.frames());
                    client.awaitEnd();
                }
            }
        } finally {
            root.removeHandler(counting);
        }
        assertThat(lines).hasValueLessThan(20);
    }

    /** Others' requests do not wait for the end of a flood. */
    @Test
    void othersAreServedWhileFloodsGoOn() throws Exception {
        Flood settings = floods().filter(flood -> flood.what().equals("SETTINGS"))
                .findFirst()
                .orElseThrow();
        Thread flooding = Thread.ofVirtual().start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                try (RawHttp2 client = RawHttp2.connect(address())) {
                    client.flood(MOST, settings.frames());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
        try {
            for (int i = 0; i < 200; i++) {
                other.put("during", "v" + i);
            }
        } finally {
            flooding.interrupt();
            flooding.join();
        }
        assertThat(refused("frames")).isPositive();
    }

    /** Netty's codec has bounds of its own on headers; by which error it ends the connection is its matter. */
    @Test
    void headersWithoutEndEndTheConnection() throws Exception {
        for (byte[] more : new byte[][] {new byte[0], {0x40}, new byte[16_000]}) {
            try (RawHttp2 client = RawHttp2.connect(address())) {
                client.write(RawHttp2.frame(RawHttp2.HEADERS, 0, 1, RawHttp2.callOf(RANGE)));
                long sent = client.flood(MOST, i -> RawHttp2.frame(RawHttp2.CONTINUATION, 0, 1, more));

                client.awaitEnd();
                assertThat(sent).isLessThan(MOST);
            }
        }
        other.put("key", "after headers");
    }

    @Test
    void metadataOf64KilobytesAreTakenAndMoreAreNot() throws Exception {
        byte[] request = RawHttp2.message(RangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8("key"))
                .build()
                .toByteArray());
        for (int kilobytes : new int[] {60, 75}) {
            try (RawHttp2 client = RawHttp2.connect(address())) {
                byte[] block = RawHttp2.largeCallOf(RANGE, kilobytes << 10);
                for (int at = 0; at < block.length; at += 16_000) {
                    int end = Math.min(at + 16_000, block.length);
                    client.write(RawHttp2.frame(
                            at == 0 ? RawHttp2.HEADERS : RawHttp2.CONTINUATION,
                            end == block.length ? RawHttp2.END_HEADERS : 0,
                            1,
                            Arrays.copyOfRange(block, at, end)));
                }
                client.write(RawHttp2.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, request));
                if (kilobytes < 64) {
                    TestCluster.await(() -> client.headersRead() == 2, "the answer");
                    assertThat(client.dataBytesRead()).isPositive();
                } else {
                    TestCluster.await(
                            () -> client.headersRead() + client.resets() > 0 || client.hasEnded(), "a refusal");
                    assertThat(client.dataBytesRead()).isZero();
                }
            }
        }
    }

    private static double refused(String limit) throws Exception {
        URI page = URI.create("http://127.0.0.1:" + address().getPort() + "/metrics");
        try (HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            String text = http.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString())
                    .body();
            Matcher line = Pattern.compile("quorate_refused_total\\{limit=\"" + limit + "\"} (\\S+)")
                    .matcher(text);
            assertThat(line.find()).as(text).isTrue();
            return Double.parseDouble(line.group(1));
        }
    }
}
