package io.quorate.engine.log;

import io.quorate.core.HardState;
import io.quorate.core.Suspension;
import io.quorate.core.quorum.MemberId;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What one write puts into a segment: a header, then entries and marks.
 *
 * <p>Header, big endian: {@code int magic, int crc32c, byte version, byte suspension, byte sealed, byte reserved, int group, int length, int mark,
 * long segment, long lsn, long durableLsn, long term, long votedFor, long commitIndex}. The checksum covers everything
 * after itself, {@code length} bytes of content included. Frames begin at multiples of 8 bytes.
 *
 * <p>In a segment that has a {@link SegmentSecret} the version is {@link #MARKED_VERSION}, the mark is a part of the secret, and the checksum
 * begins with all of it. In others the mark is 0.
 *
 * @param segment sequence number of the segment; a frame that a file held in an earlier life has another
 * @param lsn log sequence number: counts the frames of a log, without gaps
 * @param durableLsn the last frame that was known to be durable when this one was written: damage up to there is no torn
 *     write
 * @param hardState of the member when this was written; its commit index is that of an earlier moment if the frame holds
 *     a part of what was written then: up to it, nothing that follows changes the log
 * @param suspension whether the member does not vote, after this, and why
 * @param sealed whether the content is sealed: 0 or 1
 * @param content entries and marks; {@link SealedBlock}s of them if it is sealed
 */
record BatchFrame(
        int group,
        long segment,
        long lsn,
        long durableLsn,
        HardState hardState,
        Suspension suspension,
        boolean sealed,
        ByteBuffer content) {

    static final int HEADER_BYTES = 72;
    static final int ALIGNMENT = 8;
    static final int MAGIC = 0x514c4246;
    static final byte VERSION = 1;
    static final byte MARKED_VERSION = 2;
    static final int CRC_OFFSET = 4;
    static final int VERSION_OFFSET = 8;
    static final int SUSPENDED_OFFSET = 9;
    static final int SEALED_OFFSET = 10;
    static final int LENGTH_OFFSET = 16;
    static final int MARK_OFFSET = 20;
    static final int SEGMENT_OFFSET = 24;

    /** No frame is larger: one entry of the largest size, or a group. */
    static final int MAX_BYTES = RaftLog.MAX_ENTRY_BYTES + (8 << 20);

    static long align(long position) {
        return (position + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** Completes the frame that fills a buffer from position 0 to its position, where content is there already. */
    static void putHeader(
            ByteBuffer frame,
            int group,
            long segment,
            long lsn,
            long durableLsn,
            HardState hardState,
            Suspension suspension,
            boolean sealed,
            SegmentSecret secret) {
        int end = frame.position();
        frame.putInt(0, MAGIC);
        frame.putInt(
                VERSION_OFFSET,
                secret.frameVersion() << 24 | Suspensions.code(suspension) << 16 | (sealed ? 1 : 0) << 8);
        frame.putInt(12, group);
        frame.putInt(LENGTH_OFFSET, end - HEADER_BYTES);
        frame.putInt(MARK_OFFSET, secret.mark());
        frame.putLong(SEGMENT_OFFSET, segment);
        frame.putLong(32, lsn);
        frame.putLong(40, durableLsn);
        frame.putLong(48, hardState.term());
        Optional<MemberId> vote = hardState.votedFor();
        frame.putLong(56, vote.isPresent() ? vote.get().value() : 0);
        frame.putLong(64, hardState.commitIndex());
        frame.putInt(CRC_OFFSET, secret.checksum(frame, 0, end));
    }

    static int checksum(ByteBuffer buffer, int start, int end) {
        return (int) FrameChecksum.of(buffer, start + VERSION_OFFSET, end);
    }

    /** Reads the frame that begins at {@code start}, whose checksum is right. */
    static BatchFrame decode(ByteBuffer buffer, int start) {
        int length = buffer.getInt(start + LENGTH_OFFSET);
        return new BatchFrame(
                buffer.getInt(start + 12),
                buffer.getLong(start + SEGMENT_OFFSET),
                buffer.getLong(start + 32),
                buffer.getLong(start + 40),
                hardState(buffer.getLong(start + 48), buffer.getLong(start + 56), buffer.getLong(start + 64)),
                Suspensions.of(buffer.get(start + SUSPENDED_OFFSET)),
                buffer.get(start + SEALED_OFFSET) != 0,
                buffer.slice(start + HEADER_BYTES, length));
    }

    static HardState hardState(long term, long votedFor, long commitIndex) {
        return new HardState(term, votedFor == 0 ? Optional.empty() : Optional.of(new MemberId(votedFor)), commitIndex);
    }

    /** Bytes from this frame's beginning to where the next one may begin. */
    long alignedBytes() {
        return align(HEADER_BYTES + (long) content.capacity());
    }
}
