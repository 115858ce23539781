package io.quorate.kv;

import io.quorate.kv.TreeNode.Branch;
import io.quorate.kv.TreeNode.Edit;
import io.quorate.kv.TreeNode.Leaf;
import org.jspecify.annotations.Nullable;

/**
 * An immutable ordered map from bytes to bytes: changes make a new tree that shares almost all of the old one.
 *
 * <p>A B+ tree whose changed nodes are copied, up to the root. A node that deletions leave with little is not merged with
 * its neighbour, but goes when it is empty (Johnson and Shasha, "B-trees with inserts and deletes: why free-at-empty is
 * better than merge-at-half", 1993).
 */
final class SortedTree {
    private static final SortedTree EMPTY = new SortedTree(Leaf.empty());

    private final TreeNode root;

    private SortedTree(TreeNode root) {
        this.root = root;
    }

    static SortedTree empty() {
        return EMPTY;
    }

    /** The bytes of all keys and values, with what the tree needs for each entry. */
    long sizeBytes() {
        return root.sizeBytes();
    }

    /** The value of a key; nobody may write to the array. */
    byte @Nullable [] get(byte[] key) {
        TreeNode node = root;
        while (node instanceof Branch branch) {
            node = branch.child(branch.place(key));
        }
        Leaf leaf = (Leaf) node;
        int place = leaf.find(key);
        return place < 0 ? null : leaf.value(place);
    }

    /** The entries in the order of their keys, from the first that is at the given key or after it. */
    Walk from(byte[] key) {
        Walk walk = walk();
        walk.seek(key);
        return walk;
    }

    /** A walk that stands behind the last entry until it is told where to begin. */
    Walk walk() {
        return new Walk(root);
    }

    /** Begins to make another tree of this one. */
    Successor successor() {
        return new Successor(root);
    }

    /**
     * A tree in the making: however many changes go into it, each node of the old tree is copied once at most, because the
     * copy itself may be changed until the tree is handed out. Not thread-safe.
     */
    static final class Successor {
        private Edit edit = new Edit();
        private TreeNode root;

        private Successor(TreeNode root) {
            this.root = root;
        }

        /** Sets the value of a key; both arrays are the tree's from then on. */
        void put(byte[] key, byte[] value) {
            TreeNode changed = root.with(edit, key, value);
            root = changed.isTooLarge() ? Branch.of(edit, changed) : changed;
        }

        /** Removes a key, if it is there. */
        void delete(byte[] key) {
            TreeNode changed = root.without(edit, key);
            while (changed instanceof Branch branch && branch.count() == 1) {
                changed = branch.child(0);
            }
            root = changed.count() == 0 ? EMPTY.root : changed;
        }

        /** The tree with all changes so far; later ones do not touch it. */
        SortedTree tree() {
            edit = new Edit();
            return new SortedTree(root);
        }
    }

    /**
     * A walk over the entries in order. It keeps the path to where it stands, so that a whole walk looks at each entry once
     * and compares no keys but on its way to the first. Not thread-safe.
     */
    static final class Walk {
        private final TreeNode root;

        /** The branches on the way down to the present leaf, and which child of each leads there. */
        private final Branch[] path;

        private final int[] places;
        private Leaf leaf = (Leaf) EMPTY.root;
        private int place;

        private Walk(TreeNode root) {
            this.root = root;
            path = new Branch[root.height()];
            places = new int[path.length];
        }

        /** Goes to the first entry that is at the key or after it, or behind the last. */
        void seek(byte[] key) {
            TreeNode node = root;
            int level = 0;
            while (node instanceof Branch branch) {
                path[level] = branch;
                places[level] = branch.place(key);
                node = branch.child(places[level]);
                level++;
            }
            leaf = (Leaf) node;
            int found = leaf.find(key);
            place = found >= 0 ? found : ~found;
            if (!isValid()) {
                nextLeaf();
            }
        }

        /** Whether it stands at an entry, and not behind the last. */
        boolean isValid() {
            return place < leaf.count();
        }

        /** The key of the present entry; nobody may write to the array. */
        byte[] key() {
            return leaf.key(place);
        }

        /** The value of the present entry; nobody may write to the array. */
        byte[] value() {
            return leaf.value(place);
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
            while (level >= 0 && places[level] + 1 == path[level].count()) {
                level--;
            }
            if (level < 0) {
                return;
            }
            places[level]++;
            TreeNode node = path[level].child(places[level]);
            while (node instanceof Branch branch) {
                level++;
                path[level] = branch;
                places[level] = 0;
                node = branch.child(0);
            }
            leaf = (Leaf) node;
            place = 0;
        }
    }
}
