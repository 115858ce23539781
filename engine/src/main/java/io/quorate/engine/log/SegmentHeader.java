package io.quorate.engine.log;

import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import io.quorate.core.Suspension;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.DiskFile;
import io.quorate.engine.disk.Identity;
import io.quorate.engine.log.SnapshotMetaCodec.Start;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The beginning of a segment file: whose it is, and all that was known when it was begun, so that older segments can go.
 *
 * <p>Layout, big endian: {@code int magic, int crc32c, int version, int length, int group, int suspension, long
 * clusterId, long member, long sequence, long previous, long firstLsn, long baseTerm, long baseIndex, byte baseChainKnown,
 * long baseChain, long fileBytes, long term, long votedFor, long commitIndex}, then the log's start. The checksum covers {@code length}
 * bytes from behind itself. Frames begin at the next multiple of 4096.
 *
 * @param sequence the segment's number; never used twice in a log
 * @param previous the number of the segment that this one continues; 0 if it is the first
 * @param firstLsn of the first frame in here; the previous segment counts up to the frame before, and no further
 * @param base the last entry of the log when the segment was begun
 * @param fileBytes size of the file: one that is shorter has lost something
 * @param start where the log began then
 */
record SegmentHeader(
        int group,
        long clusterId,
        MemberId member,
        long sequence,
        long previous,
        long firstLsn,
        EntryId base,
        OptionalLong baseChain,
        long fileBytes,
        Start start,
        HardState hardState,
        Suspension suspension) {

    static final int ALIGNMENT = 4096;
    private static final int MAGIC = 0x514c5347;
    private static final int VERSION = 1;
    private static final int CRC_OFFSET = 4;
    private static final int CHECKED_OFFSET = 8;
    private static final int FIXED_BYTES = 121;
    private static final int MAX_BYTES = 1 << 20;

    /** Where the frames begin. */
    long dataOffset() {
        return (bytes() + ALIGNMENT - 1L) / ALIGNMENT * ALIGNMENT;
    }

    private int bytes() {
        return FIXED_BYTES + SnapshotMetaCodec.size(start);
    }

    ByteBuffer encode() {
        ByteBuffer out = ByteBuffer.allocate((int) dataOffset());
        out.putInt(MAGIC).putInt(0).putInt(VERSION).putInt(bytes());
        out.putInt(group)
                .putInt(Suspensions.code(suspension))
                .putLong(clusterId)
                .putLong(member.value());
        out.putLong(sequence).putLong(previous).putLong(firstLsn);
        out.putLong(base.term()).putLong(base.index());
        SnapshotMetaCodec.putOptional(baseChain, out);
        out.putLong(fileBytes);
        out.putLong(hardState.term())
                .putLong(hardState.votedFor().map(MemberId::value).orElse(0L));
        out.putLong(hardState.commitIndex());
        SnapshotMetaCodec.encode(start, out);
        out.putInt(CRC_OFFSET, BatchFrame.checksum(out, 0, bytes()));
        return out.clear();
    }

    /**
     * Reads the header of a file that should be the segment {@code sequence}.
     *
     * @return empty if it is damaged
     * @throws DataDirectoryException if a later release wrote it
     */
    static Optional<SegmentHeader> read(DiskFile file, long sequence, String name) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(ALIGNMENT);
        file.read(in, 0);
        if (in.flip().remaining() < FIXED_BYTES || in.getInt(0) != MAGIC) {
            return Optional.empty();
        }
        int length = in.getInt(12);
        if (length < FIXED_BYTES || length > MAX_BYTES || length > file.size()) {
            return Optional.empty();
        }
        if (length > in.remaining()) {
            in = ByteBuffer.allocate(length);
            file.read(in, 0);
            in.flip();
        }
        if (in.remaining() < length || in.getInt(CRC_OFFSET) != BatchFrame.checksum(in, 0, length)) {
            return Optional.empty();
        }
        if (in.getInt(CHECKED_OFFSET) != VERSION) {
            throw new DataDirectoryException("The log segment " + name + " has format version "
                    + in.getInt(CHECKED_OFFSET) + ", this release knows version " + VERSION
                    + ": use the release that wrote it, or a later one.");
        }
        try {
            SegmentHeader header = decode(in.limit(length).position(16));
            // One that continues itself, or a later one, would be a log without a beginning.
            boolean possible = header.sequence == sequence && header.previous < sequence;
            return possible ? Optional.of(header) : Optional.empty();
        } catch (CorruptFrameException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static SegmentHeader decode(ByteBuffer in) throws CorruptFrameException {
        int group = in.getInt();
        Suspension suspension = Suspensions.of(in.getInt());
        long clusterId = in.getLong();
        MemberId member = new MemberId(in.getLong());
        long sequence = in.getLong();
        long previous = in.getLong();
        long firstLsn = in.getLong();
        EntryId base = SnapshotMetaCodec.takeId(in);
        OptionalLong baseChain = SnapshotMetaCodec.takeOptional(in);
        long fileBytes = in.getLong();
        HardState hardState = BatchFrame.hardState(in.getLong(), in.getLong(), in.getLong());
        Start start = SnapshotMetaCodec.decode(in);
        return new SegmentHeader(
                group,
                clusterId,
                member,
                sequence,
                previous,
                firstLsn,
                base,
                baseChain,
                fileBytes,
                start,
                hardState,
                suspension);
    }

    /** Whether the segment is this member's. */
    boolean belongsTo(Identity identity, int raftGroup) {
        return clusterId == identity.clusterId() && member.equals(identity.member()) && group == raftGroup;
    }
}
