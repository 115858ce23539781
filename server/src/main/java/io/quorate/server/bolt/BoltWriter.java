package io.quorate.server.bolt;

import io.quorate.engine.disk.OwnersAlone;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;

/**
 * Writes a bbolt file from buckets and keys that come in order: {@link #beginBucket}, {@link #put} as often as there are keys,
 * the next bucket, and {@link #finish} at the end. It holds a few pages in memory, and no more. For one thread.
 *
 * <p>Everything is written once, one page behind the other, so no page is free in the file; the two metas, which say where the
 * root is, come last.
 */
public final class BoltWriter implements AutoCloseable {
    /** The page size that bbolt has on most machines. */
    public static final int USUAL_PAGE_BYTES = 4096;

    private static final int META_PAGES = 2;
    private static final long FREELIST_PAGE = META_PAGES;

    private final RandomOutput file;
    private final int pageBytes;
    private final PageWriter pages;
    private final TreeWriter root;
    private Optional<Bucket> bucket = Optional.empty();

    @SuppressWarnings("ArrayRecordComponent") // It is never compared.
    private record Bucket(byte[] name, TreeWriter keys) {}

    private BoltWriter(RandomOutput file, int pageBytes) throws IOException {
        this.file = file;
        this.pageBytes = pageBytes;
        this.pages = new PageWriter(file, pageBytes, FREELIST_PAGE);
        this.root = new TreeWriter(pages);
        pages.append(BoltFormat.FREELIST_PAGE, 0, 0, empty -> {});
    }

    /**
     * Begins a file, which must not be there yet.
     *
     * @param pageBytes a power of 2, at least 1024
     */
    public static BoltWriter create(Path file, int pageBytes) throws IOException {
        Set<OpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        return to(RandomOutput.of(FileChannel.open(file, options, OwnersAlone.file(file))), pageBytes);
    }

    /** As {@link #create}, to anywhere; that is closed with this, and also if this fails. */
    public static BoltWriter to(RandomOutput out, int pageBytes) throws IOException {
        try {
            if (pageBytes < 1024 || Integer.bitCount(pageBytes) != 1) {
                throw new IllegalArgumentException(
                        "a page must have a power of 2 of bytes, at least 1024, not " + pageBytes);
            }
            return new BoltWriter(out, pageBytes);
        } catch (IOException | RuntimeException e) {
            out.close();
            throw e;
        }
    }

    /**
     * Begins a bucket, and ends the one before.
     *
     * @throws IllegalArgumentException if its name does not come after the one before, in the order of unsigned bytes
     */
    public void beginBucket(byte[] name) throws IOException {
        endBucket();
        bucket = Optional.of(new Bucket(name, new TreeWriter(pages)));
    }

    /**
     * Writes a key into the bucket that was begun last.
     *
     * @param key 1 to 32768 bytes
     * @throws IllegalArgumentException if the key does not come after the one before
     * @throws IllegalStateException if no bucket was begun
     */
    public void put(byte[] key, byte[] value) throws IOException {
        bucket.orElseThrow(() -> new IllegalStateException("no bucket was begun"))
                .keys()
                .add(0, key, value);
    }

    /** Completes the file; it is not synced. */
    public void finish() throws IOException {
        endBucket();
        long rootPage = root.finish();
        pages.flush();
        for (int meta = 0; meta < META_PAGES; meta++) {
            writeMeta(meta, rootPage);
        }
        file.finish();
    }

    private void endBucket() throws IOException {
        if (bucket.isPresent()) {
            root.add(
                    BoltFormat.BUCKET_FLAG,
                    bucket.get().name(),
                    bucket.get().keys().finishBucket());
            bucket = Optional.empty();
        }
    }

    /** The second meta has the older transaction, as if the first one had been committed after it. */
    private void writeMeta(int number, long rootPage) throws IOException {
        ByteBuffer page = ByteBuffer.allocate(pageBytes).order(ByteOrder.LITTLE_ENDIAN);
        PageWriter.header(page, number, BoltFormat.META_PAGE, 0, 0);
        ByteBuffer meta = page.slice().order(ByteOrder.LITTLE_ENDIAN);
        meta.putInt(BoltFormat.MAGIC)
                .putInt(BoltFormat.VERSION)
                .putInt(pageBytes)
                .putInt(0);
        meta.putLong(rootPage).putLong(0);
        meta.putLong(FREELIST_PAGE).putLong(pages.nextPage()).putLong(META_PAGES - number);
        meta.putLong(BoltFormat.checksum(meta, BoltFormat.CHECKSUM_AT));
        page.clear();
        file.write(page, (long) number * pageBytes);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
