package io.quorate.kv;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An immutable ordered map from bytes to bytes: a change makes a new tree that shares almost all of the old one.
 *
 * <p>A B+ tree whose changed nodes are copied, up to the root. A node that deletions leave with little is not merged with
 * its neighbour, but goes when it is empty (Johnson and Shasha, "B-trees with inserts and deletes: why free-at-empty is
 * better than merge-at-half", 1993).
 */
final class SortedTree {
    /** How much a node may hold. The more, the shorter are the ways down, and the more is copied for a change. */
    private static final int MAX_COUNT = 32;

    private static final SortedTree EMPTY = new SortedTree(new Leaf(new byte[0][], new byte[0][], 0));

    private final Node root;

    private SortedTree(Node root) {
        this.root = root;
    }

    static SortedTree empty() {
        return EMPTY;
    }

    /** The bytes of all keys and values, with what the tree needs for each entry. */
    long sizeBytes() {
        return root.sizeBytes;
    }

    /** The value of a key; nobody may write to the array. */
    byte @Nullable [] get(byte[] key) {
        Node node = root;
        while (node instanceof Branch branch) {
            node = branch.children[branch.place(key)];
        }
        Leaf leaf = (Leaf) node;
        int place = find(leaf.keys, 0, key);
        return place < 0 ? null : leaf.values[place];
    }

    /** The entries in the order of their keys, from the first that is at the given key or after it. */
    Walk from(byte[] key) {
        return new Walk(root, key);
    }

    /** With a value for a key; both arrays are the tree's from then on. */
    SortedTree with(byte[] key, byte[] value) {
        Node changed = root.with(key, value);
        return new SortedTree(changed.isTooLarge() ? Branch.of(changed) : changed);
    }

    SortedTree without(byte[] key) {
        Node changed = root.without(key);
        while (changed instanceof Branch branch && branch.count() == 1) {
            changed = branch.children[0];
        }
        if (changed == root) {
            return this;
        }
        return changed.count() == 0 ? EMPTY : new SortedTree(changed);
    }

    /** The place of a key among sorted ones from a place on, or, if it is not there, {@code ~} the place where it belongs. */
    private static int find(byte[][] keys, int from, byte[] key) {
        int low = from;
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

    private abstract static sealed class Node {
        final long sizeBytes;

        Node(long sizeBytes) {
            this.sizeBytes = sizeBytes;
        }

        /** How many entries or children it has. */
        abstract int count();

        /** One too many at most; then whoever asked for the change must divide it. */
        abstract Node with(byte[] key, byte[] value);

        /** The same node if it has no such key; may be empty. */
        abstract Node without(byte[] key);

        /** What stands at the places from {@code from} to before {@code to}. */
        abstract Node part(int from, int to);

        /** Keys from this one on stand at the place or behind it. */
        abstract byte[] bound(int place);

        /** How many nodes there are on the way from it to an entry. */
        abstract int height();

        final boolean isTooLarge() {
            return count() > MAX_COUNT;
        }
    }

    private static final class Leaf extends Node {
        private static final int OVERHEAD_BYTES = 64;

        private final byte[][] keys;
        private final byte[][] values;

        Leaf(byte[][] keys, byte[][] values, long sizeBytes) {
            super(sizeBytes);
            this.keys = keys;
            this.values = values;
        }

        @Override
        int count() {
            return keys.length;
        }

        @Override
        Leaf with(byte[] key, byte[] value) {
            int place = find(keys, 0, key);
            if (place >= 0) {
                return new Leaf(
                        keys, withReplaced(values, place, value), sizeBytes - values[place].length + value.length);
            }
            return new Leaf(
                    withInserted(keys, ~place, key),
                    withInserted(values, ~place, value),
                    sizeBytes + OVERHEAD_BYTES + key.length + value.length);
        }

        @Override
        Leaf without(byte[] key) {
            int place = find(keys, 0, key);
            if (place < 0) {
                return this;
            }
            long gone = (long) OVERHEAD_BYTES + keys[place].length + values[place].length;
            return new Leaf(withoutPlace(keys, place), withoutPlace(values, place), sizeBytes - gone);
        }

        @Override
        Leaf part(int from, int to) {
            long size = 0;
            for (int i = from; i < to; i++) {
                size += OVERHEAD_BYTES + keys[i].length + values[i].length;
            }
            return new Leaf(Arrays.copyOfRange(keys, from, to), Arrays.copyOfRange(values, from, to), size);
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

    private static final class Branch extends Node {
        /** The keys of a child are not before its bound, and before that of the next one. The first bound is not asked for. */
        private final byte[][] bounds;

        private final Node[] children;

        private Branch(byte[][] bounds, Node[] children, long sizeBytes) {
            super(sizeBytes);
            this.bounds = bounds;
            this.children = children;
        }

        /** What a root that is too large is divided into. */
        static Branch of(Node tooLarge) {
            byte[][] bounds = {tooLarge.bound(0)};
            return new Branch(bounds, new Node[] {tooLarge}, tooLarge.sizeBytes).withDivided(0, tooLarge);
        }

        @Override
        int count() {
            return children.length;
        }

        /** The child that a key belongs to. */
        int place(byte[] key) {
            int place = find(bounds, 1, key);
            return place >= 0 ? place : ~place - 1;
        }

        @Override
        Branch with(byte[] key, byte[] value) {
            int place = place(key);
            Node changed = children[place].with(key, value);
            return changed.isTooLarge() ? withDivided(place, changed) : withChild(place, changed);
        }

        private Branch withChild(int place, Node changed) {
            long size = sizeBytes - children[place].sizeBytes + changed.sizeBytes;
            return new Branch(bounds, withReplaced(children, place, changed), size);
        }

        /** With two halves of it instead of a child that has become too large. */
        private Branch withDivided(int place, Node tooLarge) {
            int middle = tooLarge.count() / 2;
            Node first = tooLarge.part(0, middle);
            Node second = tooLarge.part(middle, tooLarge.count());
            return new Branch(
                    withInserted(bounds, place + 1, tooLarge.bound(middle)),
                    withInserted(withReplaced(children, place, first), place + 1, second),
                    sizeBytes - children[place].sizeBytes + tooLarge.sizeBytes);
        }

        @Override
        Branch without(byte[] key) {
            int place = place(key);
            Node changed = children[place].without(key);
            if (changed == children[place]) {
                return this;
            }
            if (changed.count() > 0) {
                return withChild(place, changed);
            }
            long size = sizeBytes - children[place].sizeBytes;
            return new Branch(withoutPlace(bounds, place), withoutPlace(children, place), size);
        }

        @Override
        Branch part(int from, int to) {
            long size = 0;
            for (int i = from; i < to; i++) {
                size += children[i].sizeBytes;
            }
            return new Branch(Arrays.copyOfRange(bounds, from, to), Arrays.copyOfRange(children, from, to), size);
        }

        @Override
        byte[] bound(int place) {
            return bounds[place];
        }

        @Override
        int height() {
            return 1 + children[0].height();
        }
    }

    /**
     * A walk over the entries in order. It keeps the path to where it stands, so that a whole walk looks at each entry once
     * and compares no keys but on its way to the first. Not thread-safe.
     */
    static final class Walk {
        /** The branches on the way down to the present leaf, and which child of each leads there. */
        private final Branch[] path;

        private final int[] places;
        private Leaf leaf;
        private int place;

        private Walk(Node root, byte[] from) {
            path = new Branch[root.height()];
            places = new int[path.length];
            Node node = root;
            int level = 0;
            while (node instanceof Branch branch) {
                path[level] = branch;
                places[level] = branch.place(from);
                node = branch.children[places[level]];
                level++;
            }
            leaf = (Leaf) node;
            int found = find(leaf.keys, 0, from);
            place = found >= 0 ? found : ~found;
            if (!isValid()) {
                nextLeaf();
            }
        }

        /** Whether it stands at an entry, and not behind the last. */
        boolean isValid() {
            return place < leaf.keys.length;
        }

        /** The key of the present entry; nobody may write to the array. */
        byte[] key() {
            return leaf.keys[place];
        }

        /** The value of the present entry; nobody may write to the array. */
        byte[] value() {
            return leaf.values[place];
        }

        /** Goes on to the next entry, or behind the last. */
        void next() {
            place++;
            if (!isValid()) {
                nextLeaf();
            }
        }

        /** Goes on to the first entry of the next leaf; behind the last leaf it stays. */
        private void nextLeaf() {
            int level = path.length - 1;
            while (level >= 0 && places[level] + 1 == path[level].children.length) {
                level--;
            }
            if (level < 0) {
                return;
            }
            places[level]++;
            Node node = path[level].children[places[level]];
            while (node instanceof Branch branch) {
                level++;
                path[level] = branch;
                places[level] = 0;
                node = branch.children[0];
            }
            leaf = (Leaf) node;
            place = 0;
        }
    }
}
