package io.quorate.server.bolt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Builds one bucket's tree from keys that come in order, from its leaves to its root: of each level no more than one page is
 * held, however large the tree becomes. For one thread.
 */
final class TreeWriter {

    @SuppressWarnings("ArrayRecordComponent") // It is never compared.
    private record Entry(int flags, byte[] key, byte[] value) {
        int bytes() {
            return BoltFormat.ELEMENT_BYTES + key.length + value.length;
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // It is never compared.
    private record Child(byte[] firstKey, long page) {
        int bytes() {
            return BoltFormat.ELEMENT_BYTES + firstKey.length;
        }
    }

    /** The page of a level of branches that is being filled. */
    private static final class Level {
        private final List<Child> children = new ArrayList<>();
        private int contentBytes;
    }

    private final PageWriter pages;
    private final List<Entry> leaf = new ArrayList<>();
    private int leafBytes;

    /** The levels above the leaves, the lowest first. */
    private final List<Level> branches = new ArrayList<>();

    private byte[] lastKey = new byte[0];

    TreeWriter(PageWriter pages) {
        this.pages = pages;
    }

    /** @throws IllegalArgumentException if the key does not come after the one before, or is too long or empty */
    void add(int flags, byte[] key, byte[] value) throws IOException {
        if (key.length == 0 || key.length > BoltFormat.MAX_KEY_BYTES) {
            throw new IllegalArgumentException("a key must have 1 to 32768 bytes, not " + key.length);
        }
        if (Arrays.compareUnsigned(key, lastKey) <= 0) {
            throw new IllegalArgumentException("keys must come in order, each once");
        }
        Entry entry = new Entry(flags, key, value);
        if (!leaf.isEmpty() && leafBytes + entry.bytes() > contentBytesOfPage()) {
            endLeaf();
        }
        leaf.add(entry);
        leafBytes += entry.bytes();
        lastKey = key;
    }

    private int contentBytesOfPage() {
        return pages.pageBytes() - BoltFormat.PAGE_HEADER_BYTES;
    }

    private void endLeaf() throws IOException {
        byte[] firstKey = leaf.isEmpty() ? new byte[0] : leaf.getFirst().key();
        long page = pages.append(BoltFormat.LEAF_PAGE, leaf.size(), leafBytes, this::writeLeaf);
        leaf.clear();
        leafBytes = 0;
        addChild(0, new Child(firstKey, page));
    }

    private void writeLeaf(ByteBuffer out) {
        int position = leaf.size() * BoltFormat.ELEMENT_BYTES;
        for (Entry entry : leaf) {
            out.putInt(entry.flags())
                    .putInt(position)
                    .putInt(entry.key().length)
                    .putInt(entry.value().length);
            position += entry.key().length + entry.value().length - BoltFormat.ELEMENT_BYTES;
        }
        for (Entry entry : leaf) {
            out.put(entry.key()).put(entry.value());
        }
    }

    private void addChild(int height, Child child) throws IOException {
        if (height == branches.size()) {
            branches.add(new Level());
        }
        Level level = branches.get(height);
        // A branch with one child only leads on; with two of them the tree gets narrower at each level, whatever their
        // size.
        if (level.children.size() >= 2 && level.contentBytes + child.bytes() > contentBytesOfPage()) {
            endBranch(height);
        }
        level.children.add(child);
        level.contentBytes += child.bytes();
    }

    private void endBranch(int height) throws IOException {
        Level level = branches.get(height);
        byte[] firstKey = level.children.getFirst().firstKey();
        long page = pages.append(
                BoltFormat.BRANCH_PAGE, level.children.size(), level.contentBytes, out -> writeBranch(level, out));
        level.children.clear();
        level.contentBytes = 0;
        addChild(height + 1, new Child(firstKey, page));
    }

    private static void writeBranch(Level level, ByteBuffer out) {
        int position = level.children.size() * BoltFormat.ELEMENT_BYTES;
        for (Child child : level.children) {
            out.putInt(position).putInt(child.firstKey().length).putLong(child.page());
            position += child.firstKey().length - BoltFormat.ELEMENT_BYTES;
        }
        for (Child child : level.children) {
            out.put(child.firstKey());
        }
    }

    /** Completes the tree and returns its root page. */
    long finish() throws IOException {
        if (!leaf.isEmpty() || branches.isEmpty()) {
            endLeaf();
        }
        for (int height = 0; ; height++) {
            Level level = branches.get(height);
            if (height == branches.size() - 1 && level.children.size() == 1) {
                return level.children.getFirst().page();
            }
            if (!level.children.isEmpty()) {
                endBranch(height);
            }
        }
    }

    /**
     * Completes the tree and returns what stands for its bucket in the one above. As in bbolt, a bucket whose keys take up no
     * more than a quarter of a page is written there whole, and has no page of its own.
     */
    byte[] finishBucket() throws IOException {
        int inlineBytes = BoltFormat.PAGE_HEADER_BYTES + leafBytes;
        boolean inline = branches.isEmpty() && inlineBytes <= pages.pageBytes() / 4;
        ByteBuffer bucket = ByteBuffer.allocate(BoltFormat.BUCKET_BYTES + (inline ? inlineBytes : 0))
                .order(ByteOrder.LITTLE_ENDIAN);
        bucket.putLong(inline ? 0 : finish()).putLong(0);
        if (inline) {
            PageWriter.header(bucket, 0, BoltFormat.LEAF_PAGE, leaf.size(), 0);
            writeLeaf(bucket);
        }
        return bucket.array();
    }
}
