package io.quorate.engine.log;

import io.quorate.encryption.WrappedKey;
import io.quorate.engine.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Where a sealed segment's wrapped key lies: twice, in two pages behind the header, so that it can be wrapped anew in place. One page is
 * written while the other one is durable; whatever a crash leaves, one of them is whole.
 *
 * <p>A page of 4096 bytes, big endian: {@code int magic, int crc32c, long segment, long generation}, then the {@link WrappedKey}, then zeros. The
 * checksum covers all behind itself. The page of the higher generation counts. A page that the file held in an earlier life names another
 * segment.
 */
final class KeySlots {

    /** Bytes of both pages. */
    static final int BYTES = 2 * SegmentHeader.ALIGNMENT;

    private static final int PAGE = SegmentHeader.ALIGNMENT;
    private static final int MAGIC = 0x514c4b53;
    private static final int CRC_OFFSET = 4;
    private static final int KEY_OFFSET = 24;

    private final DiskFile file;
    private final long start;
    private final long segment;

    /** @param start where the first page lies */
    KeySlots(DiskFile file, long start, long segment) {
        this.file = file;
        this.start = start;
        this.segment = segment;
    }

    private record Slot(int number, long generation, WrappedKey key) {}

    /**
     * What the pages say.
     *
     * @param key the wrapped key that counts
     * @param alike whether the other page says the same
     */
    record Found(WrappedKey key, boolean alike) {}

    /** The segment's key; none if no page is whole. */
    Optional<Found> read() throws IOException {
        Optional<Slot> newest = newest();
        if (newest.isEmpty()) {
            return Optional.empty();
        }
        WrappedKey key = newest.get().key;
        boolean alike = slot(1 - newest.get().number)
                .filter(other -> other.key.equals(key))
                .isPresent();
        return Optional.of(new Found(key, alike));
    }

    private Optional<Slot> newest() throws IOException {
        Optional<Slot> first = slot(0);
        Optional<Slot> second = slot(1);
        boolean firstCounts =
                second.isEmpty() || (first.isPresent() && first.get().generation >= second.get().generation);
        return firstCounts ? first : second;
    }

    private Optional<Slot> slot(int number) throws IOException {
        ByteBuffer page = ByteBuffer.allocate(PAGE);
        file.read(page, start + (long) number * PAGE);
        if (page.hasRemaining()
                || page.getInt(0) != MAGIC
                || page.getInt(CRC_OFFSET) != BatchFrame.checksum(page, 0, PAGE)
                || page.getLong(8) != segment) {
            return Optional.empty();
        }
        return Optional.of(new Slot(number, page.getLong(16), WrappedKey.decode(page.position(KEY_OFFSET))));
    }

    /** Writes both pages of a segment that is not part of the log yet; the caller syncs. */
    void create(WrappedKey key) throws IOException {
        write(0, 1, key);
        write(1, 2, key);
    }

    /** Puts a key in the place of the present one, which counts until the new one is durable. Nothing of the old one is left. */
    void replace(WrappedKey key) throws IOException {
        Optional<Slot> newest = newest();
        int kept = newest.map(Slot::number).orElse(0);
        long generation = newest.map(Slot::generation).orElse(0L);
        write(1 - kept, generation + 1, key);
        file.sync();
        write(kept, generation + 2, key);
        file.sync();
    }

    private void write(int number, long generation, WrappedKey key) throws IOException {
        ByteBuffer page = ByteBuffer.allocate(PAGE);
        page.putInt(MAGIC).putInt(0).putLong(segment).putLong(generation);
        key.writeTo(page);
        page.putInt(CRC_OFFSET, BatchFrame.checksum(page, 0, PAGE));
        file.write(page.clear(), start + (long) number * PAGE);
    }
}
