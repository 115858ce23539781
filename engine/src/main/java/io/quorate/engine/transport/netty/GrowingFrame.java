package io.quorate.engine.transport.netty;

import io.netty.buffer.ByteBuf;
import io.quorate.engine.transport.FrameCodec;
import java.nio.ByteBuffer;

/**
 * A frame of which the bytes come one after the other. How long it will be it says at its beginning; memory is set aside as they come, never more than four
 * times what is there, so that who claims much and sends little takes no room. What comes out is an array of the frame's own, without a gap.
 */
final class GrowingFrame {

    /** Most frames are no longer, and are never copied. */
    static final int FIRST_BYTES = 64 << 10;

    private static final int GROWTH = 4;

    private final int size;
    private ByteBuffer bytes;

    /** @param following how many bytes follow the field that says so */
    GrowingFrame(int following) {
        this.size = FrameCodec.LENGTH_BYTES + following;
        this.bytes = ByteBuffer.allocate(Math.min(size, FIRST_BYTES)).putInt(following);
    }

    /** Moves what there is here, as far as it belongs to the frame. Whether the frame is whole now. */
    boolean fill(ByteBuf in) {
        while (take(in, bytes) && bytes.capacity() < size) {
            int more = (int) Math.min(size, (long) GROWTH * bytes.capacity());
            bytes = ByteBuffer.allocate(more).put(bytes.flip());
        }
        return bytes.position() == size;
    }

    /** Moves as many bytes as there are and fit. Whether the target is full now. */
    static boolean take(ByteBuf in, ByteBuffer target) {
        int end = target.limit();
        target.limit(target.position() + Math.min(in.readableBytes(), target.remaining()));
        in.readBytes(target);
        target.limit(end);
        return !target.hasRemaining();
    }

    /** The frame, which is whole, from its beginning. */
    ByteBuffer whole() {
        return bytes.flip();
    }

    /** Bytes that are set aside for it at present. */
    int capacity() {
        return bytes.capacity();
    }
}
