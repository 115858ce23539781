package io.quorate.cli.soak;

import static io.quorate.cli.soak.Access.bytes;

import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.WatchCreateRequest;
import io.quorate.server.proto.etcdserverpb.WatchRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;

/** Connections that speak no protocol, break off in the middle of one, are half closed or never finished. */
final class BrokenConnections implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 30_000;
    private static final int MOST_KEPT_OPEN = 20;
    private static final int WINDOW = 65_535;
    private static final String PUT = "etcdserverpb.KV/Put";
    private static final String RANGE = "etcdserverpb.KV/Range";
    private static final String WATCH = "etcdserverpb.Watch/Watch";

    private final Access access;
    private final Ledger ledger;
    private final SplittableRandom seeds;
    /** By member, so that each of them always bears as many. */
    private final List<BlockingQueue<Socket>> keptOpen;

    BrokenConnections(Access access, Ledger ledger, long seed) {
        this.access = access;
        this.ledger = ledger;
        this.seeds = new SplittableRandom(seed);
        this.keptOpen = Stream.<BlockingQueue<Socket>>generate(LinkedBlockingQueue::new)
                .limit(access.members())
                .toList();
    }

    List<Abuse> abuses() {
        return List.of(
                new Abuse("noise on the port", this::sendNoise),
                new Abuse("half-closed connections", this::halfClose),
                new Abuse("resets in the middle of a frame", this::resetInTheMiddle),
                new Abuse("wrong frames", this::sendWrongFrames),
                new Abuse("streams that are reset at once", this::resetStreams),
                new Abuse("connections left open", this::leaveOpen));
    }

    private String token() {
        return access.token().orElse("");
    }

    private synchronized SplittableRandom random() {
        return seeds.split();
    }

    private Socket connect(int member) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), access.port(member));
        socket.setSoTimeout(TIMEOUT_MILLIS);
        return socket;
    }

    /** Whether the member ends the connection, within its time. */
    private static boolean isEnded(Socket socket) throws IOException {
        try {
            while (socket.getInputStream().read(new byte[4096]) >= 0) {
                // What it answers before that is its matter.
            }
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            return true;
        }
    }

    private static void send(Socket socket, byte[] content) throws IOException {
        try {
            socket.getOutputStream().write(content);
        } catch (SocketException e) {
            // The member has ended it by now, as it may.
        }
    }

    private void expectEnd(String what, Socket socket) throws IOException {
        ledger.expect(what, "the end of the connection", isEnded(socket) ? "the end of the connection" : "silence");
    }

    private void sendNoise(int member) throws IOException {
        SplittableRandom random = random();
        for (int i = 0; i < 10; i++) {
            byte[] noise = new byte[1 + random.nextInt(1 << 14)];
            random.nextBytes(noise);
            // Never the first letter of a method, which might be waited for to go on.
            noise[0] = (byte) (0x80 | noise[0]);
            try (Socket socket = connect(member)) {
                send(socket, noise);
                expectEnd("noise on the port", socket);
            }
            try (Socket socket = connect(member)) {
                send(socket, concat(Http2Bytes.connection(WINDOW).toBytes(), noise));
                // It may read as the beginning of a frame of which the rest is to come.
                socket.shutdownOutput();
                expectEnd("noise in HTTP/2", socket);
            }
            try (Socket socket = connect(member)) {
                send(socket, concat("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII), noise));
                socket.shutdownOutput();
                expectEnd("noise in HTTP/1.1", socket);
            }
        }
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private byte[] putInTheMiddle() {
        byte[] put = PutRequest.newBuilder()
                .setKey(bytes("wrong/half"))
                .setValue(bytes("v".repeat(2000)))
                .build()
                .toByteArray();
        byte[] message = Http2Bytes.message(put);
        return Http2Bytes.connection(WINDOW)
                .call(1, PUT, token())
                .frame(Http2Bytes.DATA, 0, 1, Arrays.copyOf(message, message.length / 2))
                .toBytes();
    }

    private void halfClose(int member) throws IOException {
        List<byte[]> beginnings = List.of(
                Http2Bytes.connection(WINDOW).toBytes(),
                putInTheMiddle(),
                watching(WINDOW),
                "POST /v3/kv/put HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\n{\"key\":"
                        .getBytes(StandardCharsets.US_ASCII),
                "GET /hea".getBytes(StandardCharsets.US_ASCII),
                new byte[0]);
        for (byte[] beginning : beginnings) {
            try (Socket socket = connect(member)) {
                send(socket, beginning);
                socket.shutdownOutput();
                expectEnd("half-closed connection", socket);
            }
        }
    }

    private byte[] watching(int window) {
        byte[] create = WatchRequest.newBuilder()
                .setCreateRequest(
                        WatchCreateRequest.newBuilder().setKey(bytes("honest/")).setRangeEnd(bytes("honest0")))
                .build()
                .toByteArray();
        return Http2Bytes.connection(window)
                .call(1, WATCH, token())
                .frame(Http2Bytes.DATA, 0, 1, Http2Bytes.message(create))
                .toBytes();
    }

    private void resetInTheMiddle(int member) throws IOException {
        for (byte[] beginning : List.of(putInTheMiddle(), watching(WINDOW), watching(0))) {
            for (int cut : new int[] {beginning.length, beginning.length - 3, beginning.length / 2, 30}) {
                Socket socket = connect(member);
                send(socket, Arrays.copyOf(beginning, cut));
                reset(socket);
                ledger.count("reset in the middle", 1);
            }
        }
    }

    /** With nothing to linger for, closing sends a reset. */
    private static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    private void sendWrongFrames(int member) throws IOException {
        byte[] headers = Http2Bytes.headers(PUT, token());
        List<Http2Bytes> wrong = List.of(
                // Longer than any frame may be.
                Http2Bytes.connection(WINDOW).frame(Http2Bytes.DATA, 0, 1, 0xffffff, new byte[100]),
                // Data before there are headers.
                Http2Bytes.connection(WINDOW).frame(Http2Bytes.DATA, 0, 1, new byte[100]),
                // A stream of the server's.
                Http2Bytes.connection(WINDOW).frame(Http2Bytes.HEADERS, Http2Bytes.END_HEADERS, 2, headers),
                // A continuation of nothing.
                Http2Bytes.connection(WINDOW).frame(Http2Bytes.CONTINUATION, 0, 1, headers),
                // Another frame where a continuation must follow.
                Http2Bytes.connection(WINDOW)
                        .frame(Http2Bytes.HEADERS, 0, 1, headers)
                        .frame(Http2Bytes.PING, 0, 0, new byte[8]),
                // Headers that cannot be decoded.
                Http2Bytes.connection(WINDOW)
                        .frame(Http2Bytes.HEADERS, Http2Bytes.END_HEADERS, 1, new byte[] {-1, -1, -1, -1, -1, -1, -1, -1
                        }),
                // A setting of half a size.
                Http2Bytes.connection(WINDOW).frame(Http2Bytes.SETTINGS, 0, 0, new byte[5]));
        for (Http2Bytes frames : wrong) {
            try (Socket socket = connect(member)) {
                send(socket, frames.toBytes());
                expectEnd("wrong frames", socket);
            }
        }
    }

    private void resetStreams(int member) throws IOException {
        Http2Bytes frames = Http2Bytes.connection(WINDOW);
        for (int i = 0; i < 150; i++) {
            frames.call(2 * i + 1, i % 2 == 0 ? WATCH : PUT, token())
                    .frame(Http2Bytes.RST_STREAM, 0, 2 * i + 1, new byte[] {0, 0, 0, 8});
        }
        try (Socket socket = connect(member)) {
            send(socket, frames.toBytes());
            socket.shutdownOutput();
            expectEnd("streams reset at once", socket);
        }
    }

    /** Streams that never end, headers that never end, answers that nobody takes, requests that stop halfway. */
    private void leaveOpen(int member) throws IOException {
        Http2Bytes neverFinished = Http2Bytes.connection(WINDOW);
        for (int i = 0; i < 100; i++) {
            neverFinished.call(2 * i + 1, i % 2 == 0 ? WATCH : PUT, token());
        }
        byte[] everything = RangeRequest.newBuilder()
                .setKey(bytes("honest/"))
                .setRangeEnd(bytes("honest0"))
                .build()
                .toByteArray();
        Http2Bytes neverTaken = Http2Bytes.connection(0);
        for (int i = 0; i < 5; i++) {
            neverTaken
                    .call(2 * i + 1, RANGE, token())
                    .frame(Http2Bytes.DATA, Http2Bytes.END_STREAM, 2 * i + 1, Http2Bytes.message(everything));
        }
        leave(member, neverFinished.toBytes());
        leave(member, neverTaken.toBytes());
        leave(member, watching(0));
        leave(
                member,
                Http2Bytes.connection(WINDOW)
                        .frame(Http2Bytes.HEADERS, 0, 1, Http2Bytes.headers(PUT, token()))
                        .toBytes());
        leave(
                member,
                "POST /v3/watch HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\n{"
                        .getBytes(StandardCharsets.US_ASCII));
        leave(member, new byte[0]);
    }

    private void leave(int member, byte[] content) throws IOException {
        Socket socket = connect(member);
        send(socket, content);
        BlockingQueue<Socket> open = keptOpen.get(member);
        open.add(socket);
        ledger.count("connection left open", 1);
        while (open.size() > MOST_KEPT_OPEN) {
            Socket oldest = open.remove();
            if (random().nextBoolean()) {
                reset(oldest);
            } else {
                oldest.close();
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (BlockingQueue<Socket> open : keptOpen) {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }
}
