package io.quorate.server.wire;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2FrameTypes;

/**
 * Follows the frames of HTTP/2 through a connection's bytes, by their headers alone and in whatever pieces they come. For one thread
 * at a time.
 *
 * <p>It reads nothing of what is in them, and judges nothing: what is no frame is for the codec behind to say.
 */
final class FrameScanner {

    /** Is told of each frame as soon as its header is there. */
    @FunctionalInterface
    interface Listener {
        /**
         * A frame has begun.
         *
         * @param type by RFC 9113, section 6
         * @param length of what follows the header
         */
        void frame(int type, int flags, int length);
    }

    private static final int END_HEADERS = 0x4;

    private final byte[] header = new byte[Http2CodecUtil.FRAME_HEADER_LENGTH];
    private int headerBytes;
    private int toSkip;
    private long begun;
    private boolean inHeaderBlock;

    /** @param prefaceBytes what comes before the first frame */
    FrameScanner(int prefaceBytes) {
        this.toSkip = prefaceBytes;
    }

    /** Looks at the bytes that may be read, and leaves them there. */
    void scan(ByteBuf bytes, Listener listener) {
        int at = bytes.readerIndex();
        int end = bytes.writerIndex();
        while (at < end) {
            int skipped = Math.min(toSkip, end - at);
            toSkip -= skipped;
            at += skipped;
            while (toSkip == 0 && at < end && headerBytes < header.length) {
                header[headerBytes++] = bytes.getByte(at++);
            }
            if (headerBytes == header.length) {
                headerBytes = 0;
                begin(listener);
            }
        }
    }

    private void begin(Listener listener) {
        int length = (header[0] & 0xff) << 16 | (header[1] & 0xff) << 8 | (header[2] & 0xff);
        int type = header[3] & 0xff;
        int flags = header[4] & 0xff;
        toSkip = length;
        if (type != Http2FrameTypes.CONTINUATION) {
            begun++;
        }
        if (type == Http2FrameTypes.HEADERS || type == Http2FrameTypes.CONTINUATION) {
            inHeaderBlock = (flags & END_HEADERS) == 0;
        }
        listener.frame(type, flags, length);
    }

    /** The number of what has begun last: a frame, or the headers of a call, which are one thing in however many frames. */
    long begun() {
        return begun;
    }

    /** Whether that must be followed by more. */
    boolean owesMore() {
        return toSkip > 0 || headerBytes > 0 || inHeaderBlock;
    }
}
