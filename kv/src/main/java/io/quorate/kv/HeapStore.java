package io.quorate.kv;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * An ordered store in memory, for tests and for members that need not survive a restart.
 *
 * <p>It is one immutable tree after another: a cursor keeps the one that was current, and readers never wait.
 */
public final class HeapStore implements OrderedStore {
    private volatile SortedTree tree = SortedTree.empty();
    private volatile boolean closed;

    /** A store of its own with the content that this one has now. Takes no time: the tree itself never changes. */
    public HeapStore copy() {
        HeapStore copy = new HeapStore();
        copy.tree = current();
        return copy;
    }

    @Override
    public Optional<byte[]> get(byte[] key) {
        return Optional.ofNullable(current().get(key));
    }

    @Override
    public Peek peek(byte[] key) {
        return closed ? Peek.UNKNOWN : Peek.of(get(key));
    }

    @Override
    public Cursor cursor() {
        return new HeapCursor(current());
    }

    @Override
    public synchronized void write(WriteBatch batch) {
        SortedTree.Successor next = current().successor();
        batch.writeTo(next::put, next::delete);
        tree = next.tree();
    }

    /** Nothing survives a crash, so there is nothing to do. */
    @Override
    public void flush() {
        current();
    }

    @Override
    public void checkpointTo(Path emptyDirectory) {
        HeapSnapshot.write(current(), emptyDirectory);
    }

    /** Trees never change, so this takes nothing but the memory of what is changed meanwhile. */
    @Override
    public FrozenStore freeze(Path emptyDirectory) {
        return new FrozenTree(current());
    }

    @Override
    public synchronized void restoreFrom(Path checkpoint) {
        current();
        tree = HeapSnapshot.read(checkpoint);
    }

    @Override
    public FrozenStore openCheckpoint(Path checkpoint) {
        return new FrozenTree(HeapSnapshot.read(checkpoint));
    }

    @Override
    public long sizeBytes() {
        return 1 + current().sizeBytes();
    }

    @Override
    public long sizeInUseBytes() {
        return sizeBytes();
    }

    /** Nothing is kept that can't be read. */
    @Override
    public boolean defragment() {
        return true;
    }

    @Override
    public void close() {
        closed = true;
    }

    private SortedTree current() {
        if (closed) {
            throw new IllegalStateException("the store is closed");
        }
        return tree;
    }

    private record FrozenTree(SortedTree tree) implements FrozenStore {
        @Override
        public List<Part> parts() {
            return List.of();
        }

        @Override
        public Optional<String> verify(Part part) {
            throw new IllegalArgumentException("a store in memory has no parts");
        }

        @Override
        public Optional<byte[]> get(byte[] key) {
            return Optional.ofNullable(tree.get(key));
        }

        @Override
        public Cursor cursor() {
            return new HeapCursor(tree);
        }

        @Override
        public void close() {
            // There is nothing to give back.
        }
    }

    private static final class HeapCursor implements Cursor {
        private final SortedTree.Walk walk;
        private boolean closed;

        HeapCursor(SortedTree tree) {
            this.walk = tree.walk();
        }

        @Override
        public void seek(byte[] key) {
            requireOpen();
            walk.seek(key);
        }

        @Override
        public boolean isValid() {
            requireOpen();
            return walk.isValid();
        }

        @Override
        public void next() {
            at().next();
        }

        @Override
        public byte[] key() {
            return at().key();
        }

        @Override
        public byte[] value() {
            return at().value();
        }

        @Override
        public int value(byte[] into) {
            byte[] value = at().value();
            System.arraycopy(value, 0, into, 0, Math.min(value.length, into.length));
            return value.length;
        }

        @Override
        public void close() {
            closed = true;
        }

        private SortedTree.Walk at() {
            if (!isValid()) {
                throw new IllegalStateException("the cursor is at no key");
            }
            return walk;
        }

        private void requireOpen() {
            if (closed) {
                throw new IllegalStateException("the cursor is closed");
            }
        }
    }
}
