package io.quorate.server.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;

/** A client of HTTP/2 that writes its frames by hand, and reads only how it ends. */
public final class RawHttp2 implements AutoCloseable {

    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int PRIORITY = 2;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PING = 6;
    public static final int GO_AWAY = 7;
    public static final int WINDOW_UPDATE = 8;
    public static final int CONTINUATION = 9;

    public static final int END_STREAM = 0x1;
    public static final int END_HEADERS = 0x4;

    private static final int FRAMES_AT_ONCE = 500;
    private static final long PATIENCE_SECONDS = 60;

    private final Socket socket;
    private final CompletableFuture<OptionalLong> end = new CompletableFuture<>();
    private final AtomicLong headersRead = new AtomicLong();
    private final AtomicLong dataBytes = new AtomicLong();
    private final AtomicLong resets = new AtomicLong();

    private RawHttp2(Socket socket) {
        this.socket = socket;
        Thread.ofVirtual().start(this::read);
    }

    /** Connects, and says that it speaks HTTP/2, with these settings. */
    public static RawHttp2 connect(InetSocketAddress address, byte[] settings) throws IOException {
        RawHttp2 client = new RawHttp2(new Socket(address.getAddress(), address.getPort()));
        client.write(ByteBufUtil.getBytes(Http2CodecUtil.connectionPrefaceBuf()));
        client.write(frame(SETTINGS, 0, 0, settings));
        return client;
    }

    public static RawHttp2 connect(InetSocketAddress address) throws IOException {
        return connect(address, new byte[0]);
    }

    /** One frame's bytes. */
    public static byte[] frame(int type, int flags, int stream, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
        frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
        return frame.put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    public static byte[] integer(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    /** The headers of a call, as one block; they refer to nothing that was sent before. */
    public static byte[] callOf(String method) {
        Http2Headers headers = new DefaultHttp2Headers()
                .method("POST")
                .scheme("http")
                .path("/" + method)
                .authority("x")
                .add("content-type", "application/grpc")
                .add("te", "trailers");
        return block(headers);
    }

    /** A block with a header of so many bytes. */
    public static byte[] largeCallOf(String method, int bytes) {
        Http2Headers large = new DefaultHttp2Headers().add("large", "x".repeat(bytes));
        return concat(callOf(method), block(large));
    }

    /** A block with one more header, to follow those of a call. */
    public static byte[] header(String name, String value) {
        return block(new DefaultHttp2Headers().add(name, value));
    }

    private static byte[] block(Http2Headers headers) {
        ByteBuf block = Unpooled.buffer();
        try {
            // Without a table of what was sent before.
            new DefaultHttp2HeadersEncoder((name, value) -> true).encodeHeaders(3, headers, block);
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
        return ByteBufUtil.getBytes(block);
    }

    public static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** A message as gRPC frames it. */
    public static byte[] message(byte[] bytes) {
        return message(false, bytes);
    }

    public static byte[] message(boolean compressed, byte[] bytes) {
        return concat(new byte[] {(byte) (compressed ? 1 : 0)}, integer(bytes.length), bytes);
    }

    public void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Sends frames until the other side ends the connection, and returns after how many of them it did. */
    public long flood(int most, IntFunction<byte[]> frames) {
        int sent = 0;
        try {
            while (sent < most && !end.isDone()) {
                ByteArrayOutputStream chunk = new ByteArrayOutputStream();
                for (int i = 0; i < FRAMES_AT_ONCE; i++) {
                    chunk.writeBytes(frames.apply(sent++));
                }
                write(chunk.toByteArray());
            }
        } catch (IOException closedMeanwhile) {
            return sent;
        }
        return sent;
    }

    /** The error code of the GOAWAY by which the other side has ended the connection; empty if it has just closed it. */
    public OptionalLong awaitEnd() throws Exception {
        return end.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    public boolean isOpenFor(long millis) throws Exception {
        try {
            end.get(millis, TimeUnit.MILLISECONDS);
            return false;
        } catch (TimeoutException stillOpen) {
            return true;
        }
    }

    public boolean hasEnded() {
        return end.isDone();
    }

    /** How many blocks of headers have come: the beginnings and ends of answers. */
    public long headersRead() {
        return headersRead.get();
    }

    public long dataBytesRead() {
        return dataBytes.get();
    }

    /** How many streams the other side has reset. */
    public long resets() {
        return resets.get();
    }

    private void read() {
        OptionalLong goAway = OptionalLong.empty();
        try {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            while (true) {
                int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                int type = in.readUnsignedByte();
                in.skipNBytes(5);
                byte[] payload = in.readNBytes(length);
                switch (type) {
                    case GO_AWAY ->
                        goAway = OptionalLong.of(ByteBuffer.wrap(payload).getInt(4));
                    case RST_STREAM -> resets.incrementAndGet();
                    case HEADERS -> headersRead.incrementAndGet();
                    case DATA -> dataBytes.addAndGet(length);
                    default -> {
                        // Says nothing of how it ends.
                    }
                }
            }
        } catch (IOException | IndexOutOfBoundsException ended) {
            end.complete(goAway);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
