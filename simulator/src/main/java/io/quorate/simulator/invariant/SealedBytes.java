package io.quorate.simulator.invariant;

import io.quorate.encryption.DataKey;
import io.quorate.encryption.NotAuthenticException;
import io.quorate.encryption.Opener;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Opens what one member has sealed in its log, by the layout of sealed segments and with the keys of the run. */
final class SealedBytes {

    private static final int HEADER_CHECKED = 8;
    private static final int HEADER_LENGTH = 12;
    private static final int HEADER_FIXED_BYTES = 112;

    private static final int BLOCK_ASSOCIATED = 8;
    private static final int BLOCK_HEADER_BYTES = 24;

    private final List<DataKey> keys;
    private final Map<Long, Opener> bySegment = new HashMap<>();

    /** @param keys that there are; more may come, at its end */
    SealedBytes(List<DataKey> keys) {
        this.keys = keys;
    }

    /** What is sealed of a segment's header; frames of the segment can be opened from then on. */
    ByteBuffer header(ByteBuffer header, long segment) {
        ByteBuffer associated = header.slice(HEADER_CHECKED, HEADER_FIXED_BYTES - HEADER_CHECKED);
        int length = header.getInt(HEADER_LENGTH) - HEADER_FIXED_BYTES;
        // A segment that has just begun has one of the latest.
        for (DataKey key : keys.reversed()) {
            Opener opener = key.opener();
            ByteBuffer opened = ByteBuffer.allocate(length);
            try {
                opener.open(header.slice(HEADER_FIXED_BYTES, length), associated, opened);
                bySegment.put(segment, opener);
                return opened.flip();
            } catch (NotAuthenticException e) {
                // Another segment's.
            }
        }
        throw new IllegalStateException("segment " + segment + " was sealed with none of the run's keys");
    }

    /** The items of a frame, whose blocks lie from one position to another. */
    ByteBuffer items(ByteBuffer in, int from, int to, long segment) {
        Opener opener = bySegment.get(segment);
        if (opener == null) {
            throw new IllegalStateException("a sealed frame of segment " + segment + " came before its header");
        }
        ByteBuffer items = ByteBuffer.allocate(to - from);
        for (int block = from; block < to; ) {
            int length = in.getInt(block + BLOCK_ASSOCIATED);
            try {
                opener.open(
                        in.slice(block + BLOCK_HEADER_BYTES, length),
                        in.slice(block + BLOCK_ASSOCIATED, BLOCK_HEADER_BYTES - BLOCK_ASSOCIATED),
                        items);
            } catch (NotAuthenticException e) {
                throw new IllegalStateException("what was written to segment " + segment + " cannot be opened", e);
            }
            block += BLOCK_HEADER_BYTES + length;
        }
        return items.flip();
    }
}
