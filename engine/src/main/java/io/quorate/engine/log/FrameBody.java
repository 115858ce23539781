package io.quorate.engine.log;

import io.quorate.encryption.Sealer;
import java.nio.ByteBuffer;

/**
 * What the frame that is being filled has behind its header: items, which are entries and marks, as they are or sealed. For one thread.
 *
 * <p>For each item, {@link #room} is asked for, and then filled.
 */
sealed interface FrameBody {

    /** How what follows in a segment is written. */
    static FrameBody of(SegmentHeader segment) {
        return segment.key().isPresent() ? new Sealed(segment.key().get().key().sealer()) : new Plain();
    }

    /** Begins a frame behind its header, at the buffer's position; the one before has ended. */
    void begin(ByteBuffer frame, long lsn);

    /** Bytes that an item takes which is alone in its frame. */
    int sizeOf(int itemBytes);

    /** The frame's bytes if this item is put into it, header included. */
    int endWith(int itemBytes);

    /** Where an item of this size is to be written to. What was put before may get its final form now. */
    ByteBuffer room(int itemBytes);

    /** Where in the frame the item is found that {@link #room} was asked for. */
    int place();

    /** Whether several items are found at one place, instead of one behind the other. */
    boolean isSealed();

    /** Gives what was put its final form. */
    void end();

    /** Items one behind the other. */
    final class Plain implements FrameBody {

        private ByteBuffer frame = ByteBuffer.allocate(0);
        private int place;

        @Override
        public void begin(ByteBuffer newFrame, long lsn) {
            frame = newFrame;
        }

        @Override
        public int sizeOf(int itemBytes) {
            return itemBytes;
        }

        @Override
        public int endWith(int itemBytes) {
            return frame.position() + itemBytes;
        }

        @Override
        public ByteBuffer room(int itemBytes) {
            place = frame.position();
            return frame;
        }

        @Override
        public int place() {
            return place;
        }

        @Override
        public boolean isSealed() {
            return false;
        }

        @Override
        public void end() {}
    }

    /** Items in {@link SealedBlock}s. They are gathered on the heap, where ciphers are at their best, and put into the frame when sealed. */
    final class Sealed implements FrameBody {

        private final Sealer sealer;
        private final ByteBuffer ownItems = ByteBuffer.allocate(SealedBlock.ITEM_BYTES);
        private final ByteBuffer ownBlock = ByteBuffer.allocate(SealedBlock.ITEM_BYTES + SealedBlock.OVERHEAD);
        private ByteBuffer frame = ByteBuffer.allocate(0);
        private ByteBuffer items = ownItems;
        private long lsn;
        private int blocks;

        Sealed(Sealer sealer) {
            this.sealer = sealer;
        }

        @Override
        public void begin(ByteBuffer newFrame, long newLsn) {
            frame = newFrame;
            lsn = newLsn;
            blocks = 0;
        }

        @Override
        public int sizeOf(int itemBytes) {
            return itemBytes + SealedBlock.OVERHEAD;
        }

        @Override
        public int endWith(int itemBytes) {
            int gathered = items.position();
            int open = gathered == 0 ? 0 : SealedBlock.OVERHEAD + gathered;
            int more = gathered == 0 || isFullWith(itemBytes) ? sizeOf(itemBytes) : itemBytes;
            return frame.position() + open + more;
        }

        private boolean isFullWith(int itemBytes) {
            return items.position() + itemBytes > SealedBlock.ITEM_BYTES;
        }

        @Override
        public ByteBuffer room(int itemBytes) {
            if (isFullWith(itemBytes)) {
                closeBlock();
            }
            if (itemBytes > items.remaining()) {
                items = ByteBuffer.allocate(itemBytes);
            }
            return items;
        }

        @Override
        public int place() {
            return frame.position();
        }

        @Override
        public boolean isSealed() {
            return true;
        }

        @Override
        public void end() {
            closeBlock();
        }

        private void closeBlock() {
            if (items.position() == 0) {
                return;
            }
            items.flip();
            ByteBuffer block = items.remaining() <= SealedBlock.ITEM_BYTES
                    ? ownBlock.clear()
                    : ByteBuffer.allocate(items.remaining() + SealedBlock.OVERHEAD);
            SealedBlock.write(sealer, items, blocks, lsn, block);
            frame.put(block.flip());
            blocks++;
            items = ownItems.clear();
        }
    }
}
