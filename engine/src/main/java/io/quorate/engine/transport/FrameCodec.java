package io.quorate.engine.transport;

import io.quorate.engine.log.CorruptFrameException;
import java.nio.ByteBuffer;

/** The binary form of a {@link PeerFrame}. */
public final class FrameCodec {

    private final int maxFrameBytes;

    public FrameCodec(int maxFrameBytes) {
        this.maxFrameBytes = maxFrameBytes;
    }

    public int maxFrameBytes() {
        return maxFrameBytes;
    }

    /** Bytes that the encoded form takes, the length field included. */
    public int size(PeerFrame frame) {
        throw new UnsupportedOperationException();
    }

    /** Writes {@link #size} bytes and moves the position of {@code out} behind them. */
    public void encode(PeerFrame frame, ByteBuffer out) {
        throw new UnsupportedOperationException();
    }

    /** Reads one frame that fills the remaining bytes of a heap buffer; entries and contents become views of it. */
    public PeerFrame decode(ByteBuffer in) throws CorruptFrameException {
        throw new UnsupportedOperationException();
    }
}
