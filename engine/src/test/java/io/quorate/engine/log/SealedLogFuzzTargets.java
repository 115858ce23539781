package io.quorate.engine.log;

import io.quorate.encryption.KeyException;
import io.quorate.encryption.KeyRing;
import io.quorate.encryption.Opener;
import io.quorate.encryption.Sealer;
import io.quorate.encryption.WrappedKey;
import io.quorate.engine.disk.DiskFile;
import io.quorate.engine.disk.MemoryDisk;
import io.quorate.engine.log.SnapshotMetaCodec.Start;
import io.quorate.testing.fuzz.Crc;
import io.quorate.testing.fuzz.FuzzTarget;
import io.quorate.testing.fuzz.FuzzTargets;
import io.quorate.testing.fuzz.Genuine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/**
 * What a sealed log consists of. Each is tried twice: sealed bytes that were changed, of which nothing may be opened, and changed contents that were
 * sealed as they are, by which the decoder behind is reached.
 */
public final class SealedLogFuzzTargets implements FuzzTargets {

    private static final int GENUINE = 64;
    private static final long SEQUENCE = 3;
    private static final long LSN = 17;

    /** Bytes of a sealed header that are not sealed. */
    private static final int SEALED_FIXED_BYTES = 112;

    private static final LogKeys KEYS = LogKeys.of(KeyRing.simulated("key-1", new SplittableRandom(3)));
    private static final SegmentKey KEY = key();

    private static SegmentKey key() {
        try {
            return KEYS.newKey().orElseThrow();
        } catch (KeyException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public List<FuzzTarget<?>> targets() {
        return List.of(block(), blockContent(), header(), headerContent());
    }

    private static FuzzTarget<?> block() {
        Sealer sealer = KEY.key().sealer();
        Opener opener = KEY.key().opener();
        Genuine genuine = Genuine.of(GENUINE, random -> sealed(items(random), sealer));
        return FuzzTarget.of(
                        "sealed-block",
                        genuine::any,
                        input -> opened(input, opener, genuine),
                        CorruptFrameException.class)
                .sealedBy(SealedLogFuzzTargets::withChecksumOfBlock);
    }

    private static List<EntryFrame> opened(byte[] input, Opener opener, Genuine genuine) throws CorruptFrameException {
        ByteBuffer in = ByteBuffer.wrap(input);
        SealedBlock.requirePlace(in, 0, LSN);
        List<EntryFrame> entries = SealedBlock.entries(in, opener);
        genuine.require(Arrays.copyOf(input, in.position()));
        return entries;
    }

    private static byte[] withChecksumOfBlock(byte[] input) {
        byte[] sealed = input.clone();
        Crc.put(sealed, 4, 8, SealedBlock.HEADER_BYTES + Crc.intAt(sealed, 8));
        return sealed;
    }

    private static byte[] sealed(byte[] items, Sealer sealer) {
        ByteBuffer out = ByteBuffer.allocate(SealedBlock.OVERHEAD + items.length);
        SealedBlock.write(sealer, ByteBuffer.wrap(items), 0, LSN, out);
        return out.array();
    }

    /** Entries, with marks between them. */
    private static byte[] items(SplittableRandom random) {
        ByteBuffer items = ByteBuffer.allocate(1 << 14);
        for (EntryFrame entry :
                LogFuzzTargets.frames(random).append(1 + random.nextInt(4)).entries()) {
            if (random.nextInt(3) == 0) {
                new Mark.Stands(entry.id(), OptionalLong.of(random.nextLong())).writeTo(items);
            }
            entry.writeTo(items);
        }
        return LogFuzzTargets.bytes(items.flip());
    }

    private static FuzzTarget<?> blockContent() {
        Sealer sealer = KEY.key().sealer();
        Opener opener = KEY.key().opener();
        return FuzzTarget.of(
                        "sealed-block-content",
                        SealedLogFuzzTargets::items,
                        input -> SealedBlock.entries(ByteBuffer.wrap(sealed(input, sealer)), opener),
                        CorruptFrameException.class)
                .sealedBy(SealedLogFuzzTargets::withChecksumsOfEntries);
    }

    private static byte[] withChecksumsOfEntries(byte[] input) {
        byte[] sealed = input.clone();
        for (int at = 0; at >= 0 && at < sealed.length; ) {
            at = EntrySeals.seal(sealed, at);
        }
        return sealed;
    }

    private static FuzzTarget<?> header() {
        Genuine genuine = Genuine.of(GENUINE, SealedLogFuzzTargets::headerBytes);
        return FuzzTarget.of(
                        "sealed-segment-header",
                        random -> new Beginning(genuine.any(random), page(random, 1), page(random, 2)).encoded(),
                        input -> read(Beginning.decoded(input), genuine),
                        IOException.class)
                .sealedBy(input -> Beginning.decoded(input).withChecksums().encoded())
                .within(4096, 128 << 10, 64);
    }

    private static SegmentHeader read(Beginning beginning, Genuine genuine) throws IOException {
        SegmentHeader header = beginning.read();
        // One that is not sealed may be read; whether it may stand there is judged by the segments around it.
        if (header.key().isPresent()) {
            genuine.require(Arrays.copyOf(beginning.header(), Crc.intAt(beginning.header(), 12)));
        }
        return header;
    }

    /** One file in four has a page from another life, or none. */
    private static byte[] page(SplittableRandom random, long generation) {
        boolean other = random.nextInt(4) == 0;
        ByteBuffer page = ByteBuffer.allocate(24 + WrappedKey.MAX_BYTES);
        page.putInt(0x514c4b53)
                .putInt(0)
                .putLong(other ? SEQUENCE - 1 : SEQUENCE)
                .putLong(generation);
        KEY.wrapped().writeTo(page);
        return Beginning.withChecksumOfPage(Arrays.copyOf(page.array(), page.position()));
    }

    private static byte[] headerBytes(SplittableRandom random) {
        SegmentHeader plain = LogBytes.header(SEQUENCE, random, LogFuzzTargets.start(random));
        ByteBuffer encoded = plain.with(KEY).encode();
        byte[] bytes = new byte[LogBytes.headerBytes(encoded)];
        encoded.get(0, bytes);
        return bytes;
    }

    private static FuzzTarget<?> headerContent() {
        Sealer sealer = KEY.key().sealer();
        byte[] page = page(new SplittableRandom(1), 1);
        byte[] fixed = Arrays.copyOf(headerBytes(new SplittableRandom(1)), SEALED_FIXED_BYTES);
        return FuzzTarget.of(
                        "sealed-segment-header-content",
                        SealedLogFuzzTargets::secret,
                        input -> new Beginning(withContent(fixed, input, sealer), page, page).read(),
                        CorruptFrameException.class)
                .within(2048, 128 << 10, 64);
    }

    /** What is sealed in a header. */
    private static byte[] secret(SplittableRandom random) {
        Start start = LogFuzzTargets.start(random);
        ByteBuffer secret = ByteBuffer.allocate(9 + SnapshotMetaCodec.size(start));
        SnapshotMetaCodec.putOptional(
                random.nextBoolean() ? OptionalLong.empty() : OptionalLong.of(random.nextLong()), secret);
        SnapshotMetaCodec.encode(start, secret);
        return Arrays.copyOf(secret.array(), secret.position());
    }

    private static byte[] withContent(byte[] fixed, byte[] secret, Sealer sealer) {
        ByteBuffer header = ByteBuffer.allocate(fixed.length + secret.length + Sealer.OVERHEAD);
        header.put(fixed).putInt(12, header.capacity());
        sealer.seal(ByteBuffer.wrap(secret), header.slice(8, fixed.length - 8), header);
        Crc.put(header.array(), 4, 8, header.capacity());
        return header.array();
    }

    /** How the file of a sealed segment begins, without its zeros: {@code short headerBytes, header, short pageBytes, page, page}. */
    @SuppressWarnings("ArrayRecordComponent") // It is never compared.
    private record Beginning(byte[] header, byte[] first, byte[] second) {

        private static final int PAGE = SegmentHeader.ALIGNMENT;

        static Beginning decoded(byte[] input) {
            ByteBuffer in = ByteBuffer.wrap(input);
            return new Beginning(part(in), part(in), rest(in));
        }

        private static byte[] part(ByteBuffer in) {
            int bytes = in.remaining() < Short.BYTES ? 0 : Short.toUnsignedInt(in.getShort());
            byte[] part = new byte[Math.min(Math.min(bytes, PAGE), in.remaining())];
            in.get(part);
            return part;
        }

        private static byte[] rest(ByteBuffer in) {
            byte[] rest = new byte[Math.min(PAGE, in.remaining())];
            in.get(rest);
            return rest;
        }

        byte[] encoded() {
            return ByteBuffer.allocate(2 * Short.BYTES + header.length + first.length + second.length)
                    .putShort((short) header.length)
                    .put(header)
                    .putShort((short) first.length)
                    .put(first)
                    .put(second)
                    .array();
        }

        Beginning withChecksums() {
            byte[] sealed = header.clone();
            Crc.put(sealed, 4, 8, Crc.intAt(sealed, 12));
            return new Beginning(sealed, withChecksumOfPage(first), withChecksumOfPage(second));
        }

        static byte[] withChecksumOfPage(byte[] part) {
            byte[] page = Arrays.copyOf(part, PAGE);
            Crc.put(page, 4, 8, PAGE);
            return Arrays.copyOf(page, part.length);
        }

        SegmentHeader read() throws IOException {
            int slots = Math.ceilDiv(Math.max(1, header.length), PAGE) * PAGE;
            byte[] file = Arrays.copyOf(header, slots + 2 * PAGE);
            System.arraycopy(first, 0, file, slots, first.length);
            System.arraycopy(second, 0, file, slots + PAGE, second.length);
            DiskFile disk = new MemoryDisk().with("segment", file).open("segment");
            return SegmentHeader.read(disk, SEQUENCE, "segment", KEYS)
                    .orElseThrow(() -> new CorruptFrameException("no header"));
        }
    }
}
