package io.quorate.cli.soak;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Frames of HTTP/2 by hand, whole or not, since no library would send what a broken client does. */
final class Http2Bytes {

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Begins a connection; the window is what the peer may send on each stream, in bytes. */
    static Http2Bytes connection(int window) {
        Http2Bytes begun = new Http2Bytes();
        begun.bytes.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        byte[] settings =
                ByteBuffer.allocate(6).putShort((short) 4).putInt(window).array();
        return begun.frame(SETTINGS, 0, 0, settings);
    }

    Http2Bytes frame(int type, int flags, int stream, byte[] payload) {
        return frame(type, flags, stream, payload.length, payload);
    }

    /** A frame whose header may tell another length than it has. */
    Http2Bytes frame(int type, int flags, int stream, int told, byte[] payload) {
        bytes.writeBytes(ByteBuffer.allocate(9)
                .put((byte) (told >> 16))
                .putShort((short) told)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .array());
        bytes.writeBytes(payload);
        return this;
    }

    /** The beginning of a call of gRPC. */
    Http2Bytes call(int stream, String method, String token) {
        return frame(HEADERS, END_HEADERS, stream, headers(method, token));
    }

    static byte[] headers(String method, String token) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        header(block, ":method", "POST");
        header(block, ":scheme", "http");
        header(block, ":path", "/" + method);
        header(block, ":authority", "localhost");
        header(block, "content-type", "application/grpc");
        header(block, "te", "trailers");
        if (!token.isEmpty()) {
            header(block, "token", token);
        }
        return block.toByteArray();
    }

    /** As a literal that is not indexed: every text here is shorter than 127 bytes. */
    private static void header(ByteArrayOutputStream block, String name, String value) {
        block.write(0);
        block.write(name.length());
        block.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
        block.write(value.length());
        block.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
    }

    /** A message of gRPC with its prefix. */
    static byte[] message(byte[] content) {
        return ByteBuffer.allocate(5 + content.length)
                .put((byte) 0)
                .putInt(content.length)
                .put(content)
                .array();
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }
}
