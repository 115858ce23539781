package io.quorate.engine.log;

import io.quorate.encryption.Opener;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Gives the items of a segment's frames, whether they are sealed or not. For one thread. */
final class ContentOpener {

    /** For frames of a segment that is not sealed; keeps nothing. */
    static final ContentOpener PLAIN = new ContentOpener(Optional.<Opener>empty());

    private final Optional<Opener> opener;

    ContentOpener(SegmentHeader segment) {
        this(segment.key().map(key -> key.key().opener()));
    }

    private ContentOpener(Optional<Opener> opener) {
        this.opener = opener;
    }

    /**
     * The items of a frame.
     *
     * @param items one behind the other, at position 0
     * @param blocks those that hold the items, in their order; none if they are not sealed
     */
    record Items(ByteBuffer items, List<Block> blocks) {

        /** Where in the frame's content the item is found that begins at this position of the items. */
        int place(int position) {
            int place = position;
            for (Block block : blocks) {
                if (block.firstItem <= position) {
                    place = block.place;
                }
            }
            return place;
        }
    }

    /** A block begins at this place of the frame's content, and its items at this position of all of them. */
    record Block(int place, int firstItem) {}

    /**
     * Opens a frame, whose checksum is right.
     *
     * @throws CorruptFrameException if it is sealed and cannot be opened, or is not sealed where it should be
     */
    Items open(BatchFrame frame) throws CorruptFrameException {
        if (frame.sealed() != opener.isPresent()) {
            throw new CorruptFrameException(
                    frame.sealed()
                            ? "it is sealed, in a segment that is not"
                            : "it is not sealed, in a segment that is");
        }
        return opener.isPresent()
                ? open(frame, opener.get())
                : new Items(frame.content().slice(), List.of());
    }

    private static Items open(BatchFrame frame, Opener opener) throws CorruptFrameException {
        ByteBuffer content = frame.content().slice();
        if (!content.hasRemaining()) {
            // Nothing in it shows that it is from somebody who has the key; no member writes one.
            throw new CorruptFrameException("a sealed frame has nothing in it");
        }
        // All that blocks take beside items is more than nothing, so this is enough.
        ByteBuffer items = ByteBuffer.allocate(content.remaining());
        List<Block> blocks = new ArrayList<>();
        while (content.hasRemaining()) {
            SealedBlock.requirePlace(content, blocks.size(), frame.lsn());
            blocks.add(new Block(content.position(), items.position()));
            SealedBlock.open(content, opener, items);
        }
        return new Items(items.flip(), blocks);
    }
}
