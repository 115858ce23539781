package io.quorate.kv;

import java.util.Arrays;

/**
 * A node of a {@link SortedTree}: immutable for all but the {@link Edit} that has made it, which may change it until the
 * tree is handed out. What lies below a node that is older than an edit is older, too.
 */
abstract sealed class TreeNode {
    /** How much a node may hold. The more, the shorter are the ways down, and the more is copied for a change. */
    private static final int MAX_COUNT = 32;

    private static final byte[][] NONE = {};

    /** Whoever makes a tree of another one: what it has copied belongs to it, and nobody else has seen it. */
    static final class Edit {}

    /** Who may change it; for anybody else it is immutable. */
    private final Edit owner;

    private long sizeBytes;

    private TreeNode(Edit owner, long sizeBytes) {
        this.owner = owner;
        this.sizeBytes = sizeBytes;
    }

    /** The bytes of all keys and values below it, with what each entry costs besides. */
    final long sizeBytes() {
        return sizeBytes;
    }

    final boolean belongsTo(Edit edit) {
        return owner == edit;
    }

    final void setSizeBytes(long newSizeBytes) {
        sizeBytes = newSizeBytes;
    }

    /** How many entries or children it has. */
    abstract int count();

    /** The node with a change: itself if it belongs to the edit. One too many at most; then the caller must divide it. */
    abstract TreeNode with(Edit edit, byte[] key, byte[] value);

    /** Likewise; the same node if it has no such key. May be empty. */
    abstract TreeNode without(Edit edit, byte[] key);

    /** What stands at the places from {@code from} to before {@code to}. */
    abstract TreeNode part(Edit edit, int from, int to);

    /** Keys from this one on stand at the place or behind it; the place is not the first. */
    abstract byte[] bound(int place);

    /** How many nodes there are on the way from it to an entry. */
    abstract int height();

    final boolean isTooLarge() {
        return count() > MAX_COUNT;
    }

    /** The place of a key among sorted ones or, if it is not there, {@code ~} the place where it belongs. */
    private static int placeAmong(byte[][] keys, byte[] key) {
        int low = 0;
        int high = keys.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = Arrays.compareUnsigned(keys[middle], key);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return ~low;
    }

    private static <T> T[] withInserted(T[] array, int place, T added) {
        T[] longer = Arrays.copyOf(array, array.length + 1);
        System.arraycopy(array, place, longer, place + 1, array.length - place);
        longer[place] = added;
        return longer;
    }

    private static <T> T[] withReplaced(T[] array, int place, T other) {
        T[] changed = array.clone();
        changed[place] = other;
        return changed;
    }

    private static <T> T[] withoutPlace(T[] array, int place) {
        T[] shorter = Arrays.copyOf(array, array.length - 1);
        System.arraycopy(array, place + 1, shorter, place, shorter.length - place);
        return shorter;
    }

    static final class Leaf extends TreeNode {
        private static final int OVERHEAD_BYTES = 64;

        private byte[][] keys;
        private byte[][] values;

        private Leaf(Edit owner, byte[][] keys, byte[][] values, long sizeBytes) {
            super(owner, sizeBytes);
            this.keys = keys;
            this.values = values;
        }

        static Leaf empty() {
            return new Leaf(new Edit(), NONE, new byte[0][], 0);
        }

        @Override
        int count() {
            return values.length;
        }

        /** The place of a key or, if it is not there, {@code ~} the place where it belongs. */
        int find(byte[] key) {
            return placeAmong(keys, key);
        }

        byte[] key(int place) {
            return keys[place];
        }

        byte[] value(int place) {
            return values[place];
        }

        @Override
        Leaf with(Edit edit, byte[] key, byte[] value) {
            int place = placeAmong(keys, key);
            if (place < 0) {
                return changed(
                        edit,
                        withInserted(keys, ~place, key),
                        withInserted(values, ~place, value),
                        sizeBytes() + OVERHEAD_BYTES + key.length + value.length);
            }
            long size = sizeBytes() - values[place].length + value.length;
            if (!belongsTo(edit)) {
                return new Leaf(edit, keys, withReplaced(values, place, value), size);
            }
            values[place] = value;
            setSizeBytes(size);
            return this;
        }

        private Leaf changed(Edit edit, byte[][] newKeys, byte[][] newValues, long newSizeBytes) {
            if (!belongsTo(edit)) {
                return new Leaf(edit, newKeys, newValues, newSizeBytes);
            }
            keys = newKeys;
            values = newValues;
            setSizeBytes(newSizeBytes);
            return this;
        }

        @Override
        Leaf without(Edit edit, byte[] key) {
            int place = placeAmong(keys, key);
            if (place < 0) {
                return this;
            }
            long gone = (long) OVERHEAD_BYTES + key.length + values[place].length;
            return changed(edit, withoutPlace(keys, place), withoutPlace(values, place), sizeBytes() - gone);
        }

        @Override
        Leaf part(Edit edit, int from, int to) {
            long size = 0;
            for (int i = from; i < to; i++) {
                size += OVERHEAD_BYTES + keys[i].length + values[i].length;
            }
            return new Leaf(edit, Arrays.copyOfRange(keys, from, to), Arrays.copyOfRange(values, from, to), size);
        }

        @Override
        byte[] bound(int place) {
            return keys[place];
        }

        @Override
        int height() {
            return 0;
        }
    }

    static final class Branch extends TreeNode {
        /** The keys of a child are before the bound at its place, and not before the bound at the place before it. */
        private byte[][] bounds;

        private TreeNode[] children;

        private Branch(Edit owner, byte[][] bounds, TreeNode[] children, long sizeBytes) {
            super(owner, sizeBytes);
            this.bounds = bounds;
            this.children = children;
        }

        /** What a root that is too large is divided into. */
        static Branch of(Edit edit, TreeNode tooLarge) {
            Branch undivided = new Branch(edit, NONE, new TreeNode[] {tooLarge}, tooLarge.sizeBytes());
            return undivided.withDivided(edit, 0, tooLarge, tooLarge.sizeBytes());
        }

        @Override
        int count() {
            return children.length;
        }

        TreeNode child(int place) {
            return children[place];
        }

        /** The child that a key belongs to. */
        int place(byte[] key) {
            int place = placeAmong(bounds, key);
            return place >= 0 ? place + 1 : ~place;
        }

        @Override
        Branch with(Edit edit, byte[] key, byte[] value) {
            int place = place(key);
            // Looked up before: a child that belongs to the edit is changed itself.
            long others = sizeBytes() - children[place].sizeBytes();
            TreeNode changed = children[place].with(edit, key, value);
            long size = others + changed.sizeBytes();
            return changed.isTooLarge()
                    ? withDivided(edit, place, changed, size)
                    : withChild(edit, place, changed, size);
        }

        private Branch withChild(Edit edit, int place, TreeNode child, long newSizeBytes) {
            if (!belongsTo(edit)) {
                return new Branch(edit, bounds, withReplaced(children, place, child), newSizeBytes);
            }
            children[place] = child;
            setSizeBytes(newSizeBytes);
            return this;
        }

        /** With two halves of it instead of a child that has become too large. */
        private Branch withDivided(Edit edit, int place, TreeNode tooLarge, long newSizeBytes) {
            int middle = tooLarge.count() / 2;
            TreeNode first = tooLarge.part(edit, 0, middle);
            TreeNode second = tooLarge.part(edit, middle, tooLarge.count());
            return changed(
                    edit,
                    withInserted(bounds, place, tooLarge.bound(middle)),
                    withInserted(withReplaced(children, place, first), place + 1, second),
                    newSizeBytes);
        }

        private Branch changed(Edit edit, byte[][] newBounds, TreeNode[] newChildren, long newSizeBytes) {
            if (!belongsTo(edit)) {
                return new Branch(edit, newBounds, newChildren, newSizeBytes);
            }
            bounds = newBounds;
            children = newChildren;
            setSizeBytes(newSizeBytes);
            return this;
        }

        @Override
        Branch without(Edit edit, byte[] key) {
            int place = place(key);
            long others = sizeBytes() - children[place].sizeBytes();
            TreeNode changed = children[place].without(edit, key);
            if (changed == children[place] && !changed.belongsTo(edit)) {
                return this;
            }
            if (changed.count() > 0) {
                return withChild(edit, place, changed, others + changed.sizeBytes());
            }
            byte[][] fewer = bounds.length == 0 ? bounds : withoutPlace(bounds, Math.max(0, place - 1));
            return changed(edit, fewer, withoutPlace(children, place), others);
        }

        @Override
        Branch part(Edit edit, int from, int to) {
            long size = 0;
            for (int i = from; i < to; i++) {
                size += children[i].sizeBytes();
            }
            return new Branch(
                    edit, Arrays.copyOfRange(bounds, from, to - 1), Arrays.copyOfRange(children, from, to), size);
        }

        @Override
        byte[] bound(int place) {
            return bounds[place - 1];
        }

        @Override
        int height() {
            return 1 + children[0].height();
        }
    }
}
