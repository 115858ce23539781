package io.quorate.kv;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An immutable ordered map from bytes to bytes: a change makes a new tree that shares almost all of the old one.
 *
 * <p>A treap (Aragon and Seidel, "Randomized search trees", 1989): ordered by key, and a heap by a priority that is a
 * hash of the key, which keeps it balanced, as if the keys had come in random order.
 */
final class SortedTree {
    private static final SortedTree EMPTY = new SortedTree(null, 0);

    private final @Nullable Node root;
    private final long sizeBytes;

    private SortedTree(@Nullable Node root, long sizeBytes) {
        this.root = root;
        this.sizeBytes = sizeBytes;
    }

    static SortedTree empty() {
        return EMPTY;
    }

    /** The bytes of all keys and values, with what the tree needs for each entry. */
    long sizeBytes() {
        return sizeBytes;
    }

    /** The entry of a key. */
    @Nullable
    Node get(byte[] key) {
        Node node = root;
        while (node != null) {
            int order = Arrays.compareUnsigned(key, node.key);
            if (order == 0) {
                return node;
            }
            node = order < 0 ? node.left : node.right;
        }
        return null;
    }

    /** The entries in the order of their keys, from the first that is at the given key or after it. */
    Walk from(byte[] key) {
        return new Walk(root, key);
    }

    SortedTree with(byte[] key, byte[] value) {
        Insertion insertion = new Insertion(new Node(key, value, null, null));
        Node newRoot = insertion.into(root);
        return new SortedTree(newRoot, sizeBytes + insertion.sizeBytes);
    }

    SortedTree without(byte[] key) {
        Node old = get(key);
        return old == null ? this : new SortedTree(remove(root, key), sizeBytes - sizeOf(old));
    }

    private static long sizeOf(@Nullable Node node) {
        return node == null ? 0 : Node.size(node.key, node.value);
    }

    /** One entry on its way into a tree. */
    private static final class Insertion {
        private final Node added;

        /** By how much the tree grows. */
        private long sizeBytes;

        Insertion(Node added) {
            this.added = added;
            this.sizeBytes = sizeOf(added);
        }

        Node into(@Nullable Node tree) {
            if (tree == null) {
                return added;
            }
            int order = Arrays.compareUnsigned(added.key, tree.key);
            if (order == 0) {
                sizeBytes -= sizeOf(tree);
                return new Node(added.key, added.value, added.priority, tree.left, tree.right);
            }
            if (order < 0) {
                Node left = into(tree.left);
                return left.priority > tree.priority ? left.withRight(tree.withLeft(left.right)) : tree.withLeft(left);
            }
            Node right = into(tree.right);
            return right.priority > tree.priority ? right.withLeft(tree.withRight(right.left)) : tree.withRight(right);
        }
    }

    private static @Nullable Node remove(@Nullable Node tree, byte[] key) {
        if (tree == null) {
            return null;
        }
        int order = Arrays.compareUnsigned(key, tree.key);
        if (order == 0) {
            return join(tree.left, tree.right);
        }
        return order < 0 ? tree.withLeft(remove(tree.left, key)) : tree.withRight(remove(tree.right, key));
    }

    /** One tree of two, where every key of the first comes before those of the second. */
    private static @Nullable Node join(@Nullable Node first, @Nullable Node second) {
        if (first == null || second == null) {
            return first == null ? second : first;
        }
        return first.priority > second.priority
                ? first.withRight(join(first.right, second))
                : second.withLeft(join(first, second.left));
    }

    /**
     * A walk over the entries in order. It keeps the path to where it stands, so that a whole walk looks at each entry once
     * and compares no keys but on its way to the first. Not thread-safe.
     */
    static final class Walk {
        private static final int USUAL_DEPTH = 32;
        private static final @Nullable Node[] NOWHERE = {};

        /** The present entry, below it those whose left side it is on: what comes when everything above is done. */
        private @Nullable Node[] path = NOWHERE;

        private int depth;

        private Walk(@Nullable Node root, byte[] from) {
            Node node = root;
            while (node != null) {
                if (Arrays.compareUnsigned(from, node.key) <= 0) {
                    push(node);
                    node = node.left;
                } else {
                    node = node.right;
                }
            }
        }

        /** Where it stands; nothing behind the last entry. */
        @Nullable
        Node current() {
            return depth == 0 ? null : path[depth - 1];
        }

        /** Goes on to the next entry; behind the last it stays. Returns where it stands then. */
        @Nullable
        Node next() {
            Node left = current();
            if (left != null) {
                path[--depth] = null;
                for (Node node = left.right; node != null; node = node.left) {
                    push(node);
                }
            }
            return current();
        }

        private void push(Node node) {
            if (depth == path.length) {
                path = Arrays.copyOf(path, Math.max(USUAL_DEPTH, 2 * depth));
            }
            path[depth++] = node;
        }
    }

    /** An entry; nobody may write to its arrays. */
    static final class Node {
        private static final int OVERHEAD_BYTES = 64;

        final byte[] key;
        final byte[] value;
        private final int priority;
        private final @Nullable Node left;
        private final @Nullable Node right;

        private Node(byte[] key, byte[] value, @Nullable Node left, @Nullable Node right) {
            this(key, value, mix(Arrays.hashCode(key)), left, right);
        }

        private Node(byte[] key, byte[] value, int priority, @Nullable Node left, @Nullable Node right) {
            this.key = key;
            this.value = value;
            this.priority = priority;
            this.left = left;
            this.right = right;
        }

        private Node withLeft(@Nullable Node newLeft) {
            return new Node(key, value, priority, newLeft, right);
        }

        private Node withRight(@Nullable Node newRight) {
            return new Node(key, value, priority, left, newRight);
        }

        private static long size(byte[] key, byte[] value) {
            return (long) OVERHEAD_BYTES + key.length + value.length;
        }

        /** The finalizer of MurmurHash3: the hash of an array alone follows the order of keys too closely. */
        private static int mix(int hash) {
            int h = (hash ^ (hash >>> 16)) * 0x85ebca6b;
            h = (h ^ (h >>> 13)) * 0xc2b2ae35;
            return h ^ (h >>> 16);
        }
    }
}
