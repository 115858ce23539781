package io.quorate.server.bolt;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;

/**
 * Reads a bbolt file that nobody writes to. Nothing in the file is trusted: whatever is wrong with it ends in a {@link
 * BoltException}, and reading takes time and memory in proportion to the file's size at most. For one thread.
 */
public final class BoltReader implements AutoCloseable {
    /**
     * A page with all that overflows it; what is larger is refused, since it must be held in memory, and what is read of it a
     * few times more. A command has no more than half of that, and bbolt puts two keys at least on a page.
     */
    private static final long MAX_PAGE_BYTES = 1 << 26;

    /** As many of them are held as the tree has levels. They have no values, so none is anywhere near this. */
    private static final long MAX_BRANCH_BYTES = 1 << 22;

    private final RandomInput file;
    private final BoltMeta meta;
    private long readPages;

    private BoltReader(RandomInput file, BoltMeta meta) {
        this.file = file;
        this.meta = meta;
    }

    /**
     * Opens the file that the first so many bytes of a file are; what follows them is not looked at.
     *
     * @throws BoltException if it is none
     */
    public static BoltReader open(Path path, long length) throws IOException {
        return open(RandomInput.of(FileChannel.open(path, StandardOpenOption.READ)), length);
    }

    /** As {@link #open(Path, long)}, from any bytes; they are closed with this, and also if this fails. */
    public static BoltReader open(RandomInput file, long length) throws IOException {
        try {
            return new BoltReader(file, BoltMeta.read(file, Math.min(length, file.size())));
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** As {@link #open(Path, long)}, of a file that is open. */
    static BoltReader of(FileChannel file, long length) throws IOException {
        return open(RandomInput.of(file), length);
    }

    /** What takes the content of a bucket, in the order of its keys. The arrays are the receiver's own. */
    public interface Visitor {
        void entry(byte[] key, byte[] value) throws IOException;

        /** A bucket in the bucket; to be read, if at all, before anything else is. */
        default void bucket(byte[] name, BoltBucket bucket) throws IOException {}
    }

    /**
     * The bucket that holds the others, to be read through once: within that, no page may be reached twice, however deep buckets
     * are nested, for in an intact file none is.
     */
    public BoltBucket root() {
        return new BoltBucket(new Walk(), meta.rootPage(), 0);
    }

    public int pageBytes() {
        return meta.pageBytes();
    }

    /** How many pages the file consists of; there may be more behind them that were never used. */
    public long pages() {
        return meta.end();
    }

    /** How many pages were read by now, of which none is read twice in one reading. */
    public long readPages() {
        return readPages;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    static void readFully(RandomInput file, ByteBuffer into, long offset) throws IOException {
        long at = offset;
        while (into.hasRemaining()) {
            int count = file.read(into, at);
            if (count < 0) {
                throw new EOFException("the file ends at " + at + ", it has become shorter");
            }
            at += count;
        }
        into.flip();
    }

    /** One reading of the file, from page to page. */
    final class Walk {
        private final BitSet visited = new BitSet();

        /**
         * Reads a page.
         *
         * @throws BoltException if there can be no such page, if it is damaged, or if it was read before
         */
        BoltPage page(long id) throws IOException {
            if (id < 2 || id >= meta.end() || id > Integer.MAX_VALUE) {
                throw new BoltException("it is damaged: something leads to page " + Long.toUnsignedString(id)
                        + ", and there are " + meta.end() + " pages");
            }
            ByteBuffer header = buffer(BoltFormat.PAGE_HEADER_BYTES);
            readFully(file, header, id * meta.pageBytes());
            long found = header.getLong(0);
            if (found != id) {
                throw new BoltException(
                        "it is damaged: page " + id + " says that it is page " + Long.toUnsignedString(found));
            }
            long pages = 1 + Integer.toUnsignedLong(header.getInt(BoltFormat.OVERFLOW_AT));
            if (pages > meta.end() - id) {
                throw new BoltException("it is damaged: page " + id + " goes beyond the end of the file");
            }
            visit((int) id, (int) pages);
            boolean branch = header.getShort(BoltFormat.FLAGS_AT) == BoltFormat.BRANCH_PAGE;
            long most = branch ? MAX_BRANCH_BYTES : MAX_PAGE_BYTES;
            if (pages * meta.pageBytes() > most) {
                throw new BoltException("page " + id + " has more than " + most + " bytes, which cannot be read");
            }
            ByteBuffer page = buffer((int) pages * meta.pageBytes());
            readFully(file, page, id * meta.pageBytes());
            readPages += pages;
            return BoltPage.of("page " + id, page);
        }

        private void visit(int first, int count) throws BoltException {
            int again = visited.nextSetBit(first);
            if (again >= 0 && again < first + count) {
                throw new BoltException("it is damaged: more than one way leads to page " + again);
            }
            visited.set(first, first + count);
        }
    }

    static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
