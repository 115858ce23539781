package io.quorate.engine.log;

import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.Suspension;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.DataDirectory;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.DiskFile;
import io.quorate.engine.disk.MemoryDisk;
import io.quorate.engine.inspect.Finding;
import io.quorate.engine.log.SnapshotMetaCodec.Start;
import io.quorate.engine.transport.RandomFrames;
import io.quorate.testing.fuzz.Crc;
import io.quorate.testing.fuzz.FuzzTarget;
import io.quorate.testing.fuzz.FuzzTargets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/** Records of the log one by one, and a log as a whole. */
public final class LogFuzzTargets implements FuzzTargets {

    private static final int MAX_CONTENT_BYTES = 40;
    private static final long SEQUENCE = 3;
    private static final LogOptions OPTIONS = new LogOptions(12 << 10, 1, 4096, 4096);

    @Override
    public List<FuzzTarget<?>> targets() {
        return List.of(entry(), configuration(), snapshotMeta(), mark(), segmentHeader(), inspection(), recovery());
    }

    private static FuzzTarget<EntryFrame> entry() {
        return FuzzTarget.of(
                        "log-entry",
                        random -> bytes(
                                frames(random).append(1).entries().getFirst().bytes()),
                        input -> EntryFrame.decode(ByteBuffer.wrap(input)),
                        CorruptFrameException.class)
                .sealedBy(LogFuzzTargets::withSealedEntry)
                .writtenBy(entry -> bytes(entry.bytes()), EntryFrame::bytes);
    }

    private static byte[] withSealedEntry(byte[] input) {
        byte[] sealed = input.clone();
        EntrySeals.seal(sealed, 0);
        return sealed;
    }

    private static FuzzTarget<?> configuration() {
        return FuzzTarget.of(
                        "configuration",
                        random -> bytes(ConfigurationCodec.encode(frames(random).configuration())),
                        input -> ConfigurationCodec.decode(ByteBuffer.wrap(input)),
                        CorruptFrameException.class)
                .writtenBy(configuration -> bytes(ConfigurationCodec.encode(configuration)));
    }

    private static FuzzTarget<?> snapshotMeta() {
        return FuzzTarget.of(
                        "snapshot-meta",
                        random -> encoded(start(random)),
                        input -> SnapshotMetaCodec.decode(ByteBuffer.wrap(input)),
                        CorruptFrameException.class)
                .writtenBy(LogFuzzTargets::encoded);
    }

    private static byte[] encoded(Start start) {
        ByteBuffer out = ByteBuffer.allocate(SnapshotMetaCodec.size(start));
        SnapshotMetaCodec.encode(start, out);
        return out.array();
    }

    private static FuzzTarget<?> mark() {
        return FuzzTarget.of(
                        "log-mark",
                        random -> encoded(mark(random)),
                        LogFuzzTargets::decodedMark,
                        CorruptFrameException.class)
                .writtenBy(LogFuzzTargets::encoded);
    }

    private static Mark decodedMark(byte[] input) throws CorruptFrameException {
        ByteBuffer in = ByteBuffer.wrap(input);
        if (!Mark.isNext(in)) {
            throw new CorruptFrameException("no mark");
        }
        return Mark.decode(in);
    }

    private static byte[] encoded(Mark mark) {
        ByteBuffer out = ByteBuffer.allocate(mark.size());
        mark.writeTo(out);
        return out.array();
    }

    private static Mark mark(SplittableRandom random) {
        return switch (random.nextInt(6)) {
            case 0 -> new Mark.Truncated(id(random), chain(random));
            case 1 -> new Mark.Compacted(start(random));
            case 2 -> new Mark.Reset(start(random));
            case 3 -> new Mark.VotingSuspended(Suspension.ENTRIES_LOST);
            case 4 -> new Mark.VotingResumed();
            default -> new Mark.Stands(id(random), chain(random));
        };
    }

    private static FuzzTarget<?> segmentHeader() {
        return FuzzTarget.of(
                        "log-segment-header",
                        LogFuzzTargets::headerSample,
                        LogFuzzTargets::decodedHeader,
                        CorruptFrameException.class,
                        DataDirectoryException.class)
                .sealedBy(LogFuzzTargets::withSealedHeader)
                .writtenBy(header -> Arrays.copyOf(header.encode().array(), LogBytes.headerBytes(header.encode())));
    }

    private static byte[] headerSample(SplittableRandom random) {
        ByteBuffer header = LogBytes.header(SEQUENCE, random, start(random)).encode();
        return bytes(header.slice(0, LogBytes.headerBytes(header)));
    }

    private static SegmentHeader decodedHeader(byte[] input) throws IOException {
        DiskFile file = new MemoryDisk().with("segment", input).open("segment");
        return SegmentHeader.read(file, SEQUENCE, "segment", LogKeys.NONE)
                .orElseThrow(() -> new CorruptFrameException("no header"));
    }

    private static byte[] withSealedHeader(byte[] input) {
        byte[] sealed = input.clone();
        Crc.put(sealed, 4, 8, Crc.intAt(sealed, 12));
        return sealed;
    }

    private static FuzzTarget<?> inspection() {
        return FuzzTarget.of("log-inspection", LogBytes::sample, LogFuzzTargets::inspected, IOException.class)
                .sealedBy(LogBytes::sealed)
                .within(2048, 512 << 10, 256);
    }

    private static List<Finding> inspected(byte[] input) throws IOException {
        try (LogInspection inspection =
                LogInspection.of(LogBytes.disk(input), LogFixture.IDENTITY, 0, Optional.empty(), LogKeys.NONE)) {
            return inspection.findings();
        }
    }

    private static FuzzTarget<?> recovery() {
        return FuzzTarget.of("log-recovery", LogBytes::sample, LogFuzzTargets::recovered, IOException.class)
                .sealedBy(LogBytes::sealed)
                .within(2048, 2 << 20, 256);
    }

    /** Opens the log as a member does at its start; what it has made of it can be opened again. */
    private static Suspension recovered(byte[] input) throws IOException {
        MemoryDisk disk = LogBytes.disk(input);
        Suspension first = open(disk);
        try {
            Suspension again = open(disk);
            if (first != again) {
                throw new IllegalStateException("voting was " + first + ", and is " + again + " at the next start");
            }
            return again;
        } catch (IOException e) {
            throw new IllegalStateException("what was recovered cannot be opened again", e);
        }
    }

    private static Suspension open(MemoryDisk disk) throws IOException {
        try (DataDirectory directory = DataDirectory.open(disk, LogFixture.IDENTITY);
                LogFiles files = LogFiles.open(directory, 0, LogFixture.BOOTSTRAP, Optional.empty(), OPTIONS)
                        .files()) {
            return files.tail().suspension();
        }
    }

    static RandomFrames frames(SplittableRandom random) {
        return new RandomFrames(random.nextLong(), MAX_CONTENT_BYTES);
    }

    static Start start(SplittableRandom random) {
        long index = random.nextInt(1000);
        SnapshotMeta meta = new SnapshotMeta(
                new EntryId(random.nextInt(10), index), frames(random).configuration(), random.nextInt(1000));
        return new Start(meta, chain(random));
    }

    static HardState hardState(SplittableRandom random) {
        Optional<MemberId> vote =
                random.nextBoolean() ? Optional.empty() : Optional.of(new MemberId(random.nextLong() | 1));
        return new HardState(random.nextInt(20), vote, random.nextInt(20));
    }

    private static EntryId id(SplittableRandom random) {
        return new EntryId(random.nextInt(10), random.nextInt(20));
    }

    private static OptionalLong chain(SplittableRandom random) {
        return random.nextBoolean() ? OptionalLong.empty() : OptionalLong.of(random.nextLong());
    }

    static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        return bytes;
    }
}
