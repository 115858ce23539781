package io.quorate.server.bolt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Appends pages to a file, one behind the other. For one thread. */
final class PageWriter {
    private static final int BUFFER_BYTES = 1 << 20;

    private final RandomOutput file;
    private final int pageBytes;
    private ByteBuffer buffer;
    private long nextPage;
    private long at;

    /** @param firstPage where to begin; the pages before it are left as they are */
    PageWriter(RandomOutput file, int pageBytes, long firstPage) {
        this.file = file;
        this.pageBytes = pageBytes;
        this.buffer = buffer(BUFFER_BYTES);
        this.nextPage = firstPage;
        this.at = firstPage * pageBytes;
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    int pageBytes() {
        return pageBytes;
    }

    /** The id of the next page, which is the number of pages as well. */
    long nextPage() {
        return nextPage;
    }

    /** What writes the content of a page behind its header. */
    interface Content {
        void writeTo(ByteBuffer page);
    }

    /**
     * Appends a page, as long as its content wants it.
     *
     * @param contentBytes the size of the content; what is left of the last page is filled with zeros
     * @return its id
     */
    long append(int flags, int count, int contentBytes, Content content) throws IOException {
        long used = (long) BoltFormat.PAGE_HEADER_BYTES + contentBytes;
        int pages = Math.toIntExact(Math.ceilDiv(used, pageBytes));
        ByteBuffer page = roomFor(Math.multiplyExact(pages, pageBytes));
        int start = page.position();
        long id = nextPage;
        header(page, id, flags, count, pages - 1);
        content.writeTo(page);
        while (page.position() < start + pages * pageBytes) {
            page.put((byte) 0);
        }
        nextPage += pages;
        return id;
    }

    static void header(ByteBuffer page, long id, int flags, int count, int overflow) {
        page.putLong(id).putShort((short) flags).putShort((short) count).putInt(overflow);
    }

    private ByteBuffer roomFor(int bytes) throws IOException {
        if (bytes > buffer.remaining()) {
            flush();
            if (bytes > buffer.capacity()) {
                buffer = buffer(bytes);
            }
        }
        return buffer;
    }

    /** Writes what was appended to the file. */
    void flush() throws IOException {
        buffer.flip();
        int count = buffer.remaining();
        file.write(buffer, at);
        at += count;
        // A buffer for one huge page is not kept for the others.
        buffer = buffer.capacity() > BUFFER_BYTES ? buffer(BUFFER_BYTES) : buffer.clear();
    }
}
