package io.quorate.engine.log;

import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import io.quorate.core.Suspension;
import io.quorate.engine.disk.DataDirectory;
import io.quorate.engine.disk.MemoryDisk;
import io.quorate.engine.log.SnapshotMetaCodec.Start;
import io.quorate.testing.fuzz.Crc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/**
 * A log of one or two segments as a few bytes, without the zeros of its files: for each segment {@code short headerBytes, short frameBytes}, the header,
 * and the frames, each behind the other. Some of the segments have a secret.
 */
final class LogBytes {

    private static final int LENGTH_OFFSET = 12;
    private static final int SECRET_OFFSET = 121;
    private static final int SECRET_VERSION = 3;

    /** As the member's directory has it. */
    private static final byte[] IDENTITY_FILE = identityFile();

    private LogBytes() {}

    /** A log as members leave it. */
    static byte[] sample(SplittableRandom random) {
        ByteBuffer out = ByteBuffer.allocate(1 << 16);
        Start start = Start.bootstrap(LogFixture.BOOTSTRAP);
        Written written = new Written(1, EntryId.ORIGIN, 0, HardState.INITIAL);
        int segments = 1 + random.nextInt(2);
        for (int segment = 1; segment <= segments; segment++) {
            written = segment(segment, start, written, random, out);
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    /** Where writing goes on. */
    private record Written(long nextLsn, EntryId last, long chain, HardState hardState) {}

    private static Written segment(int sequence, Start start, Written before, SplittableRandom random, ByteBuffer out) {
        SegmentSecret secret = secret(random);
        SegmentHeader header = new SegmentHeader(
                0,
                LogFixture.IDENTITY.clusterId(),
                LogFixture.IDENTITY.member(),
                sequence,
                sequence - 1,
                before.nextLsn(),
                before.last(),
                OptionalLong.of(before.chain()),
                0,
                start,
                before.hardState(),
                Suspension.NONE,
                secret,
                Optional.empty());
        ByteBuffer encoded = header.encode();
        int headerBytes = headerBytes(encoded);
        ByteBuffer frames = ByteBuffer.allocate(1 << 14);
        Written written = before;
        for (int count = random.nextInt(5); count > 0; count--) {
            written = frame(sequence, secret, written, random, frames);
        }
        out.putShort((short) headerBytes).putShort((short) frames.position());
        out.put(encoded.slice(0, headerBytes)).put(frames.flip());
        return written;
    }

    private static SegmentSecret secret(SplittableRandom random) {
        return random.nextInt(3) == 0 ? SegmentSecret.NONE : new SegmentSecret(random.nextLong());
    }

    private static Written frame(
            int sequence, SegmentSecret secret, Written before, SplittableRandom random, ByteBuffer out) {
        ByteBuffer frame = ByteBuffer.allocate(4096).position(BatchFrame.HEADER_BYTES);
        EntryId last = before.last();
        long chain = before.chain();
        for (int entries = random.nextInt(4); entries > 0; entries--) {
            byte[] payload = new byte[random.nextInt(12)];
            random.nextBytes(payload);
            EntryId id = new EntryId(Math.max(1, last.term()) + random.nextInt(2), last.index() + 1);
            EntryFrame entry = EntryFrame.encode(0, id, EntryKind.COMMAND, chain, ByteBuffer.wrap(payload));
            entry.writeTo(frame);
            last = id;
            chain = entry.chainHash();
        }
        if (random.nextInt(3) == 0) {
            new Mark.Stands(last, OptionalLong.of(chain)).writeTo(frame);
        }
        HardState hardState = new HardState(last.term(), Optional.empty(), random.nextLong(last.index() + 1));
        BatchFrame.putHeader(
                frame,
                0,
                sequence,
                before.nextLsn(),
                before.nextLsn() - random.nextInt(2),
                hardState,
                Suspension.NONE,
                false,
                secret);
        out.put(frame.flip());
        out.position((int) BatchFrame.align(out.position()));
        return new Written(before.nextLsn() + 1, last, chain, hardState);
    }

    static SegmentHeader header(long sequence, SplittableRandom random, Start start) {
        return new SegmentHeader(
                random.nextInt(3),
                random.nextLong(),
                LogFixture.IDENTITY.member(),
                sequence,
                sequence - 1,
                random.nextInt(100),
                new EntryId(random.nextInt(9), random.nextInt(100)),
                OptionalLong.of(random.nextLong()),
                random.nextInt(10_000),
                start,
                LogFuzzTargets.hardState(random),
                Suspension.NONE,
                secret(random),
                Optional.empty());
    }

    /** The length that a header says it has. */
    static int headerBytes(ByteBuffer header) {
        return header.getInt(LENGTH_OFFSET);
    }

    /** A part of the bytes that belongs to one segment. */
    private record Part(int begin, int headerEnd, int end) {

        static Part at(byte[] input, int at) {
            int headerBytes = at + 2 <= input.length ? unsignedShort(input, at) : 0;
            int frameBytes = at + 4 <= input.length ? unsignedShort(input, at + 2) : 0;
            int begin = Math.min(at + 4, input.length);
            int headerEnd = Math.min(begin + headerBytes, input.length);
            return new Part(begin, headerEnd, Math.min(headerEnd + frameBytes, input.length));
        }

        private static int unsignedShort(byte[] input, int at) {
            return Short.toUnsignedInt(ByteBuffer.wrap(input).getShort(at));
        }
    }

    /** The same with checksums that are right, of headers, frames and entries, as far as these can be found. */
    static byte[] sealed(byte[] input) {
        byte[] sealed = input.clone();
        for (int at = 0; at < sealed.length; ) {
            Part part = Part.at(sealed, at);
            byte[] header = Arrays.copyOfRange(sealed, part.begin(), part.headerEnd());
            Crc.put(header, 4, 8, Crc.intAt(header, LENGTH_OFFSET));
            System.arraycopy(header, 0, sealed, part.begin(), header.length);
            byte[] frames = Arrays.copyOfRange(sealed, part.headerEnd(), part.end());
            sealFrames(frames, secretOf(header));
            System.arraycopy(frames, 0, sealed, part.headerEnd(), frames.length);
            at = part.end();
        }
        return sealed;
    }

    private static SegmentSecret secretOf(byte[] header) {
        return Crc.intAt(header, 8) == SECRET_VERSION && header.length >= SECRET_OFFSET + Long.BYTES
                ? new SegmentSecret(ByteBuffer.wrap(header).getLong(SECRET_OFFSET))
                : SegmentSecret.NONE;
    }

    private static void sealFrames(byte[] frames, SegmentSecret secret) {
        for (int at = 0; at + BatchFrame.HEADER_BYTES <= frames.length; ) {
            int length = Crc.intAt(frames, at + BatchFrame.LENGTH_OFFSET);
            int end = at + BatchFrame.HEADER_BYTES + length;
            if (length < 0 || end < 0 || end > frames.length) {
                return;
            }
            byte[] content = Arrays.copyOfRange(frames, at + BatchFrame.HEADER_BYTES, end);
            for (int entry = 0; entry >= 0 && entry < content.length; ) {
                entry = EntrySeals.seal(content, entry);
            }
            System.arraycopy(content, 0, frames, at + BatchFrame.HEADER_BYTES, length);
            ByteBuffer frame = ByteBuffer.wrap(frames);
            frame.putInt(at + BatchFrame.MARK_OFFSET, secret.mark());
            frame.putInt(at + BatchFrame.CRC_OFFSET, secret.checksum(frame, at, end));
            at = (int) BatchFrame.align(end);
        }
    }

    /** The disk of a member that has such a log, and only that. */
    static MemoryDisk disk(byte[] input) throws IOException {
        MemoryDisk disk = new MemoryDisk();
        int sequence = 1;
        for (int at = 0; at < input.length && sequence <= 4; sequence++) {
            Part part = Part.at(input, at);
            int headerBytes = part.headerEnd() - part.begin();
            int dataOffset = dataOffset(input, part);
            byte[] file = new byte[dataOffset + part.end() - part.headerEnd()];
            System.arraycopy(input, part.begin(), file, 0, headerBytes);
            System.arraycopy(input, part.headerEnd(), file, dataOffset, part.end() - part.headerEnd());
            disk.with(LogFiles.nameOf(sequence), file);
            at = part.end();
        }
        return disk.with("identity", IDENTITY_FILE);
    }

    private static int dataOffset(byte[] input, Part part) {
        byte[] header = Arrays.copyOfRange(input, part.begin(), part.headerEnd());
        int pages = Math.ceilDiv(Math.max(header.length, 1), SegmentHeader.ALIGNMENT);
        return (secretOf(header).isNone() ? pages : pages + 1) * SegmentHeader.ALIGNMENT;
    }

    private static byte[] identityFile() {
        MemoryDisk disk = new MemoryDisk();
        try (DataDirectory directory = DataDirectory.open(disk, LogFixture.IDENTITY)) {
            directory.initialized();
            ByteBuffer content = ByteBuffer.allocate(4096);
            disk.open("identity").read(content, 0);
            return LogFuzzTargets.bytes(content.flip());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
