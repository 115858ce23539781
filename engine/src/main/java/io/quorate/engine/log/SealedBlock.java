package io.quorate.engine.log;

import io.quorate.encryption.NotAuthenticException;
import io.quorate.encryption.Opener;
import io.quorate.encryption.Sealer;
import io.quorate.engine.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Some consecutive items of one frame in the form in which a sealed segment holds them. Several are sealed together, since beginning a
 * message costs more than a hundred bytes of it; not all of a frame, so that one item can be read, and damage costs no more than its block.
 *
 * <p>Form, big endian: {@code int magic, int crc32c, int length, int number, long lsn}, then {@code length} bytes as {@link Sealer} makes them. The
 * checksum covers everything behind itself, so damage is found without the key. What lies between checksum and message is authenticated with
 * the message, so that a block which was moved is told by it ({@link #requirePlace}).
 */
final class SealedBlock {

    /** No more items are put into a block than these bytes take, unless one takes more by itself. */
    static final int ITEM_BYTES = 16 << 10;

    static final int HEADER_BYTES = 24;

    /** Bytes that a block takes beside its items. */
    static final int OVERHEAD = HEADER_BYTES + Sealer.OVERHEAD;

    private static final int MAGIC = 0x514c424b;
    private static final int CRC_OFFSET = 4;
    private static final int CHECKED_OFFSET = 8;
    private static final int NUMBER_OFFSET = 12;
    private static final int LSN_OFFSET = 16;

    private SealedBlock() {}

    /**
     * Seals items.
     *
     * @param items what is left of it; its position moves to its limit
     * @param number of the block in its frame
     * @param lsn of the frame
     * @param out has an array; its position moves behind the block
     */
    static void write(Sealer sealer, ByteBuffer items, int number, long lsn, ByteBuffer out) {
        int start = out.position();
        out.putInt(MAGIC).putInt(0).putInt(items.remaining() + Sealer.OVERHEAD);
        out.putInt(number).putLong(lsn);
        sealer.seal(items, associated(out, start), out);
        out.putInt(start + CRC_OFFSET, (int) FrameChecksum.of(out, start + CHECKED_OFFSET, out.position()));
    }

    private static ByteBuffer associated(ByteBuffer block, int start) {
        return block.slice(start + CHECKED_OFFSET, HEADER_BYTES - CHECKED_OFFSET);
    }

    /** Whether a block could begin here that ends within the buffer's limit, before its checksum is looked at. */
    static boolean mayBegin(ByteBuffer in, int position) {
        return position + OVERHEAD <= in.limit()
                && in.getInt(position) == MAGIC
                && length(in, position) >= Sealer.OVERHEAD
                && length(in, position) <= in.limit() - position - HEADER_BYTES;
    }

    /**
     * Makes sure that the block that begins at a buffer's position, if one does, says that it has this place: what it says is authenticated.
     *
     * @throws CorruptFrameException if it was moved here from elsewhere
     */
    static void requirePlace(ByteBuffer in, int number, long lsn) throws CorruptFrameException {
        int start = in.position();
        if (mayBegin(in, start)
                && (in.getInt(start + NUMBER_OFFSET) != number || in.getLong(start + LSN_OFFSET) != lsn)) {
            throw new CorruptFrameException("a sealed block of another place stands where block " + number
                    + " of the frame " + lsn + " should");
        }
    }

    private static int length(ByteBuffer in, int position) {
        return in.getInt(position + CHECKED_OFFSET);
    }

    /** Bytes that the items of a block take that {@link #mayBegin} here. */
    static int itemBytes(ByteBuffer in, int position) {
        return length(in, position) - Sealer.OVERHEAD;
    }

    /**
     * Opens the block that begins at a buffer's position, which moves behind it.
     *
     * @param items where its items go
     * @throws CorruptFrameException if there is none, it is damaged, or it was sealed with another key
     */
    static void open(ByteBuffer in, Opener opener, ByteBuffer items) throws CorruptFrameException {
        int start = in.position();
        if (!mayBegin(in, start)) {
            throw new CorruptFrameException("no sealed block begins where one should");
        }
        int end = start + HEADER_BYTES + length(in, start);
        if (in.getInt(start + CRC_OFFSET) != (int) FrameChecksum.of(in, start + CHECKED_OFFSET, end)) {
            throw new CorruptFrameException("a sealed block's checksum does not match its bytes");
        }
        try {
            opener.open(in.slice(start + HEADER_BYTES, length(in, start)), associated(in, start), items);
        } catch (NotAuthenticException e) {
            throw new CorruptFrameException("a sealed block's checksum is right, and " + e.getMessage());
        }
        in.position(end);
    }

    /**
     * The entries of the block that begins at an offset of a file, in the order in which they were written. Entries that were truncated at once
     * lie there too, before those that were written in their place.
     */
    static List<EntryFrame> entriesAt(DiskFile file, long offset, Opener opener) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(ITEM_BYTES + OVERHEAD);
        file.read(in, offset);
        in.flip();
        if (in.remaining() >= OVERHEAD && in.getInt(0) == MAGIC && length(in, 0) > in.limit() - HEADER_BYTES) {
            long most = Math.min(BatchFrame.MAX_BYTES, file.size() - offset - HEADER_BYTES);
            in = ByteBuffer.allocate(HEADER_BYTES + (int) Math.min(length(in, 0), most));
            file.read(in, offset);
            in.flip();
        }
        return entries(in, opener);
    }

    /** The entries of the block that begins at a buffer's position, which moves behind it. */
    static List<EntryFrame> entries(ByteBuffer in, Opener opener) throws CorruptFrameException {
        int start = in.position();
        ByteBuffer items = ByteBuffer.allocate(mayBegin(in, start) ? itemBytes(in, start) : 0);
        open(in, opener, items);
        items.flip();
        List<EntryFrame> entries = new ArrayList<>();
        while (items.hasRemaining()) {
            if (Mark.isNext(items)) {
                Mark.decode(items);
            } else {
                entries.add(EntryFrame.decode(items));
            }
        }
        return entries;
    }
}
