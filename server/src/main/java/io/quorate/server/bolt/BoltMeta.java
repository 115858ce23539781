package io.quorate.server.bolt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * What one of a file's two metas says.
 *
 * @param end the number of pages that were ever used: all page ids are below
 */
record BoltMeta(int pageBytes, long rootPage, long end, long transaction) {
    private static final int MIN_PAGE_BYTES = 512;
    private static final int MAX_PAGE_BYTES = 1 << 20;

    /**
     * The meta that counts: the newer one of those that are intact.
     *
     * @param length of the file
     * @throws BoltException if neither is
     */
    static BoltMeta read(RandomInput file, long length) throws IOException {
        Optional<BoltMeta> first = readAt(file, 0, length);
        Optional<BoltMeta> second = first.isPresent()
                ? readAt(file, first.get().pageBytes(), length)
                        .filter(meta -> meta.pageBytes() == first.get().pageBytes())
                : search(file, length);
        if (first.isEmpty() && second.isEmpty()) {
            throw new BoltException("it is no bbolt file, or both of its metas are damaged");
        }
        boolean firstIsNewer =
                second.isEmpty() || (first.isPresent() && first.get().isNewerThan(second.get()));
        BoltMeta meta = (firstIsNewer ? first : second).orElseThrow();
        if (meta.end() < 2 || meta.end() > length / meta.pageBytes()) {
            throw new BoltException("it is cut off: its " + length + " bytes are less than the " + meta.end()
                    + " pages of " + meta.pageBytes() + " bytes that it says it has");
        }
        return meta;
    }

    private boolean isNewerThan(BoltMeta other) {
        return Long.compareUnsigned(transaction, other.transaction) > 0;
    }

    /** Without the first meta it is not known how long a page is, and so not where the second one begins. */
    private static Optional<BoltMeta> search(RandomInput file, long length) throws IOException {
        for (int pageBytes = MIN_PAGE_BYTES; pageBytes <= MAX_PAGE_BYTES; pageBytes *= 2) {
            Optional<BoltMeta> found = readAt(file, pageBytes, length);
            if (found.isPresent() && found.get().pageBytes() == pageBytes) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static Optional<BoltMeta> readAt(RandomInput file, long offset, long length) throws IOException {
        if (offset + BoltFormat.PAGE_HEADER_BYTES + BoltFormat.META_BYTES > length) {
            return Optional.empty();
        }
        ByteBuffer meta = ByteBuffer.allocate(BoltFormat.META_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        BoltReader.readFully(file, meta, offset + BoltFormat.PAGE_HEADER_BYTES);
        boolean intact = meta.getInt(0) == BoltFormat.MAGIC
                && meta.getInt(4) == BoltFormat.VERSION
                && meta.getLong(BoltFormat.CHECKSUM_AT) == BoltFormat.checksum(meta, BoltFormat.CHECKSUM_AT);
        int pageBytes = meta.getInt(8);
        return intact && pageBytes >= MIN_PAGE_BYTES && pageBytes <= MAX_PAGE_BYTES && Integer.bitCount(pageBytes) == 1
                ? Optional.of(new BoltMeta(pageBytes, meta.getLong(16), meta.getLong(40), meta.getLong(48)))
                : Optional.empty();
    }
}
