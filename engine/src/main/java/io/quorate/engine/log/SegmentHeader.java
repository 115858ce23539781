package io.quorate.engine.log;

import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import io.quorate.core.Suspension;
import io.quorate.core.quorum.MemberId;
import io.quorate.encryption.NotAuthenticException;
import io.quorate.encryption.Sealer;
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
 * long baseChain, long fileBytes, long term, long votedFor, long commitIndex, long secret}, then the log's start. The checksum covers {@code length}
 * bytes, but for what lies before {@code version}. At the next multiple of 4096 comes the page of the {@link SecretCopy}, and frames behind it.
 *
 * <p>Releases before have written segments without a secret, and without that page: these have version 1. They are read, and written to the end.
 *
 * <p>In a sealed segment there is no secret; the base's chain hash and the start are left out there and follow at the end, sealed: a chain hash tells something of
 * the entries that it is of, and the start says who the members are. At the next multiple of 4096 come the {@link KeySlots}, and frames behind
 * them. Each form has a version of its own, so releases that do not know it refuse the segment.
 *
 * @param sequence the segment's number; never used twice in a log
 * @param previous the number of the segment that this one continues; 0 if it is the first
 * @param firstLsn of the first frame in here; the previous segment counts up to the frame before, and no further
 * @param base the last entry of the log when the segment was begun
 * @param fileBytes size of the file: one that is shorter has lost something
 * @param start where the log began then
 * @param secret by which the segment's frames are known; none if it is sealed, or an earlier release's
 * @param key if the segment is sealed
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
        Suspension suspension,
        SegmentSecret secret,
        Optional<SegmentKey> key) {

    static final int ALIGNMENT = 4096;
    private static final int MAGIC = 0x514c5347;
    private static final int VERSION = 1;
    private static final int SEALED_VERSION = 2;
    private static final int SECRET_VERSION = 3;
    private static final int CRC_OFFSET = 4;
    private static final int CHECKED_OFFSET = 8;
    private static final int SEQUENCE_OFFSET = 40;
    private static final int SECRET_OFFSET = 121;
    private static final int FIXED_BYTES = SECRET_OFFSET;
    private static final int CHAIN_BYTES = 1 + Long.BYTES;
    private static final int SEALED_FIXED_BYTES = FIXED_BYTES - CHAIN_BYTES;

    /** No header is longer. */
    static final int MAX_BYTES = 1 << 20;

    /** Where the frames begin. */
    long dataOffset() {
        if (key.isPresent()) {
            return pagesOffset() + KeySlots.BYTES;
        }
        return pagesOffset() + (secret.isNone() ? 0 : SecretCopy.PAGE);
    }

    /** Where the pages with the key lie, or the one with the secret's copy. */
    long pagesOffset() {
        return (bytes() + ALIGNMENT - 1L) / ALIGNMENT * ALIGNMENT;
    }

    /** Whether the secret lies in this segment's file once more, if there is one. */
    boolean isSecretCopied(DiskFile file) throws IOException {
        return secret.isNone() || SecretCopy.read(file, pagesOffset(), sequence).equals(Optional.of(secret));
    }

    private int bytes() {
        int secretBytes = secret.isNone() ? 0 : Long.BYTES;
        return FIXED_BYTES + secretBytes + SnapshotMetaCodec.size(start) + (key.isPresent() ? Sealer.OVERHEAD : 0);
    }

    private int version() {
        if (key.isPresent()) {
            return SEALED_VERSION;
        }
        return secret.isNone() ? VERSION : SECRET_VERSION;
    }

    /** What is written first: without the pages of the key, and with the copy of a secret and where frames begin behind it. */
    ByteBuffer encode() {
        int copyBytes = secret.isNone() ? 0 : SecretCopy.PAGE + SecretCopy.BEGINNING_BYTES;
        ByteBuffer out = ByteBuffer.allocate((int) pagesOffset() + copyBytes);
        out.putInt(MAGIC).putInt(0).putInt(version());
        out.putInt(bytes()).putInt(group);
        out.putInt(Suspensions.code(suspension)).putLong(clusterId).putLong(member.value());
        out.putLong(sequence).putLong(previous).putLong(firstLsn);
        out.putLong(base.term()).putLong(base.index());
        if (key.isEmpty()) {
            SnapshotMetaCodec.putOptional(baseChain, out);
        }
        out.putLong(fileBytes);
        out.putLong(hardState.term())
                .putLong(hardState.votedFor().map(MemberId::value).orElse(0L));
        out.putLong(hardState.commitIndex());
        if (key.isPresent()) {
            ByteBuffer sealed = ByteBuffer.allocate(CHAIN_BYTES + SnapshotMetaCodec.size(start));
            SnapshotMetaCodec.putOptional(baseChain, sealed);
            SnapshotMetaCodec.encode(start, sealed);
            key.get().key().sealer().seal(sealed.flip(), associated(out), out);
        } else if (secret.isNone()) {
            SnapshotMetaCodec.encode(start, out);
        } else {
            SnapshotMetaCodec.encode(start, out.putLong(secret.bits()));
            SecretCopy.put(out, (int) pagesOffset(), sequence, secret);
        }
        out.putInt(CRC_OFFSET, BatchFrame.checksum(out, 0, bytes()));
        return out.clear();
    }

    /** What of a sealed header is not sealed. */
    private static ByteBuffer associated(ByteBuffer header) {
        return header.slice(CHECKED_OFFSET, SEALED_FIXED_BYTES - CHECKED_OFFSET);
    }

    /**
     * Reads the header of a file that should be the segment {@code sequence}.
     *
     * @param keys give the segment's own, if it is sealed
     * @return empty if it is damaged
     * @throws DataDirectoryException if a later release wrote it
     * @throws io.quorate.encryption.KeyException if it is sealed, and a master key is missing or wrong
     */
    static Optional<SegmentHeader> read(DiskFile file, long sequence, String name, LogKeys keys) throws IOException {
        Optional<ByteBuffer> whole = whole(file);
        if (whole.isEmpty()) {
            return Optional.empty();
        }
        ByteBuffer in = whole.get();
        try {
            return switch (in.getInt(CHECKED_OFFSET)) {
                case VERSION, SECRET_VERSION ->
                    Optional.of(decode(in)).filter(header -> isPossible(header.sequence, header.previous, sequence));
                case SEALED_VERSION -> readSealed(in, file, sequence, name, keys);
                default ->
                    throw new DataDirectoryException("The log segment " + name + " has format version "
                            + in.getInt(CHECKED_OFFSET) + ", this release knows versions " + VERSION + " to "
                            + SECRET_VERSION + ": use the release that wrote it, or a later one.");
            };
        } catch (CorruptFrameException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The bytes of a header whose checksum is right, and no more. */
    private static Optional<ByteBuffer> whole(DiskFile file) throws IOException {
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
        return Optional.of(in.limit(length));
    }

    /**
     * The secret of the segment {@code sequence}, read without keys.
     *
     * @return empty if neither the header nor a copy is intact
     */
    static Optional<SegmentSecret> secretIn(DiskFile file, long sequence) throws IOException {
        Optional<ByteBuffer> whole = whole(file).filter(in -> in.getLong(SEQUENCE_OFFSET) == sequence);
        if (whole.isEmpty()) {
            return SecretCopy.find(file, sequence);
        }
        ByteBuffer in = whole.get();
        boolean hasOne = in.getInt(CHECKED_OFFSET) == SECRET_VERSION && in.limit() >= SECRET_OFFSET + Long.BYTES;
        return Optional.of(hasOne ? new SegmentSecret(in.getLong(SECRET_OFFSET)) : SegmentSecret.NONE);
    }

    /** One that continues itself, or a later one, would be a log without a beginning. */
    private static boolean isPossible(long sequence, long previous, long expected) {
        return sequence == expected && previous < expected;
    }

    private static SegmentHeader decode(ByteBuffer in) throws CorruptFrameException {
        Fields fields = Fields.take(in.position(16), true);
        SegmentSecret secret = in.getInt(CHECKED_OFFSET) == SECRET_VERSION ? takeSecret(in) : SegmentSecret.NONE;
        Start start = SnapshotMetaCodec.decode(in);
        if (!secret.isNone() && in.hasRemaining()) {
            // It would reach beyond where the copy is written by what is in it.
            throw new CorruptFrameException("a segment's header is longer than what is in it");
        }
        return fields.with(fields.baseChain, start, secret, Optional.empty());
    }

    private static SegmentSecret takeSecret(ByteBuffer in) throws CorruptFrameException {
        long bits = in.remaining() < Long.BYTES ? 0 : in.getLong();
        if (bits == 0) {
            throw new CorruptFrameException("a segment's header lacks the secret that it should have");
        }
        return new SegmentSecret(bits);
    }

    private static Optional<SegmentHeader> readSealed(
            ByteBuffer in, DiskFile file, long sequence, String name, LogKeys keys) throws IOException {
        Fields fields = Fields.take(in.position(16), false);
        long slots = (in.limit() + ALIGNMENT - 1L) / ALIGNMENT * ALIGNMENT;
        Optional<KeySlots.Found> wrapped = new KeySlots(file, slots, sequence).read();
        if (!isPossible(fields.sequence, fields.previous, sequence) || wrapped.isEmpty()) {
            return Optional.empty();
        }
        SegmentKey key = keys.unwrap(wrapped.get().key(), name);
        ByteBuffer opened = ByteBuffer.allocate(in.remaining());
        try {
            key.key().opener().open(in, associated(in), opened);
        } catch (NotAuthenticException e) {
            throw new CorruptFrameException("the header of " + name + " is not what was sealed");
        }
        if (opened.flip().remaining() < CHAIN_BYTES) {
            throw new CorruptFrameException("the header of " + name + " has too little that was sealed");
        }
        OptionalLong baseChain = SnapshotMetaCodec.takeOptional(opened);
        return Optional.of(
                fields.with(baseChain, SnapshotMetaCodec.decode(opened), SegmentSecret.NONE, Optional.of(key)));
    }

    /** What stands in a header in any case, and the chain hash if it is not sealed. */
    private record Fields(
            int group,
            Suspension suspension,
            long clusterId,
            MemberId member,
            long sequence,
            long previous,
            long firstLsn,
            EntryId base,
            OptionalLong baseChain,
            long fileBytes,
            HardState hardState) {

        static Fields take(ByteBuffer in, boolean chainFollows) throws CorruptFrameException {
            return new Fields(
                    in.getInt(),
                    Suspensions.of(in.getInt()),
                    in.getLong(),
                    new MemberId(in.getLong()),
                    in.getLong(),
                    in.getLong(),
                    in.getLong(),
                    SnapshotMetaCodec.takeId(in),
                    chainFollows ? SnapshotMetaCodec.takeOptional(in) : OptionalLong.empty(),
                    in.getLong(),
                    BatchFrame.hardState(in.getLong(), in.getLong(), in.getLong()));
        }

        SegmentHeader with(OptionalLong chain, Start start, SegmentSecret secret, Optional<SegmentKey> key) {
            return new SegmentHeader(
                    group,
                    clusterId,
                    member,
                    sequence,
                    previous,
                    firstLsn,
                    base,
                    chain,
                    fileBytes,
                    start,
                    hardState,
                    suspension,
                    secret,
                    key);
        }
    }

    /** The same, with its key wrapped otherwise. */
    SegmentHeader with(SegmentKey newKey) {
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
                suspension,
                secret,
                Optional.of(newKey));
    }

    /** Whether the segment is this member's. */
    boolean belongsTo(Identity identity, int raftGroup) {
        return clusterId == identity.clusterId() && member.equals(identity.member()) && group == raftGroup;
    }
}
