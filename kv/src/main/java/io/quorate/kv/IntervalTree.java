package io.quorate.kv;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ranges of keys with what belongs to them, to be found by a key in the range: a treap by the range's beginning in which
 * each node knows the farthest end below it. Not thread-safe.
 *
 * <p>What belongs to the same range shares a node, so a thousand watchers of one prefix are found as fast as one. Finding
 * takes about as long as there are ranges to be found, times the logarithm of their number.
 */
final class IntervalTree<T> {

    private static final class Node<T> {
        private final Bytes from;
        private final @Nullable Bytes to;
        private final long priority;
        private final Set<T> members = new LinkedHashSet<>();
        private @Nullable Node<T> left;
        private @Nullable Node<T> right;

        /** The farthest end of this node and all below it; null if one has no end. */
        private @Nullable Bytes farthest;

        Node(Bytes from, @Nullable Bytes to, long priority) {
            this.from = from;
            this.to = to;
            this.priority = priority;
            this.farthest = to;
        }
    }

    private final SplittableRandom priorities = new SplittableRandom(1);
    private @Nullable Node<T> root;

    /** @param to exclusive; null: the range has no end */
    void add(Bytes from, @Nullable Bytes to, T member) {
        root = add(root, from, to, member);
    }

    /** Removes what was added with the same range. */
    void remove(Bytes from, @Nullable Bytes to, T member) {
        root = remove(root, from, to, member);
    }

    void forEachAt(Bytes key, Consumer<T> visitor) {
        visit(root, key, visitor);
    }

    private Node<T> add(@Nullable Node<T> node, Bytes from, @Nullable Bytes to, T member) {
        if (node == null) {
            Node<T> added = new Node<>(from, to, priorities.nextLong());
            added.members.add(member);
            return added;
        }
        int order = compare(from, to, node);
        if (order == 0) {
            node.members.add(member);
            return node;
        }
        if (order < 0) {
            Node<T> left = add(node.left, from, to, member);
            node.left = left;
            return update(left.priority > node.priority ? rotateRight(node, left) : node);
        }
        Node<T> right = add(node.right, from, to, member);
        node.right = right;
        return update(right.priority > node.priority ? rotateLeft(node, right) : node);
    }

    private @Nullable Node<T> remove(@Nullable Node<T> node, Bytes from, @Nullable Bytes to, T member) {
        if (node == null) {
            return null;
        }
        int order = compare(from, to, node);
        if (order < 0) {
            node.left = remove(node.left, from, to, member);
        } else if (order > 0) {
            node.right = remove(node.right, from, to, member);
        } else {
            node.members.remove(member);
            if (node.members.isEmpty()) {
                return merge(node.left, node.right);
            }
        }
        return update(node);
    }

    /** All of one tree come before all of the other. */
    private @Nullable Node<T> merge(@Nullable Node<T> first, @Nullable Node<T> second) {
        if (first == null) {
            return second;
        }
        if (second == null) {
            return first;
        }
        if (first.priority > second.priority) {
            first.right = merge(first.right, second);
            return update(first);
        }
        second.left = merge(first, second.left);
        return update(second);
    }

    private static <T> Node<T> rotateRight(Node<T> node, Node<T> left) {
        node.left = left.right;
        left.right = update(node);
        return left;
    }

    private static <T> Node<T> rotateLeft(Node<T> node, Node<T> right) {
        node.right = right.left;
        right.left = update(node);
        return right;
    }

    private static <T> Node<T> update(Node<T> node) {
        Bytes farthest = node.to;
        if (node.left != null) {
            farthest = farther(farthest, node.left.farthest);
        }
        if (node.right != null) {
            farthest = farther(farthest, node.right.farthest);
        }
        node.farthest = farthest;
        return node;
    }

    private void visit(@Nullable Node<T> node, Bytes key, Consumer<T> visitor) {
        if (node == null || !isBefore(key, node.farthest)) {
            return;
        }
        visit(node.left, key, visitor);
        if (node.from.compareTo(key) <= 0) {
            if (isBefore(key, node.to)) {
                node.members.forEach(visitor);
            }
            visit(node.right, key, visitor);
        }
    }

    private static boolean isBefore(Bytes key, @Nullable Bytes end) {
        return end == null || key.compareTo(end) < 0;
    }

    private static @Nullable Bytes farther(@Nullable Bytes one, @Nullable Bytes other) {
        return one == null || other == null ? null : one.compareTo(other) >= 0 ? one : other;
    }

    private static <T> int compare(Bytes from, @Nullable Bytes to, Node<T> node) {
        int byFrom = from.compareTo(node.from);
        if (byFrom != 0) {
            return byFrom;
        }
        Bytes end = node.to;
        if (to == null || end == null) {
            return Boolean.compare(to == null, end == null);
        }
        return to.compareTo(end);
    }
}
