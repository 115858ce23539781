package io.quorate.kv;

import java.util.concurrent.locks.Lock;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** A RocksDB iterator, which keeps the view of the moment at which it was made. */
final class RocksCursor implements OrderedStore.Cursor {
    private final RocksIterator iterator;
    private final Lock lifetime;
    private boolean closed;

    /** Takes over the lock, which it gives back when it is closed. */
    RocksCursor(RocksIterator iterator, Lock lifetime) {
        this.iterator = iterator;
        this.lifetime = lifetime;
    }

    @Override
    public void seek(byte[] key) {
        requireOpen();
        iterator.seek(key);
    }

    /** An iterator becomes invalid at the end and also when a read fails; the two must not be mixed up. */
    @Override
    public boolean isValid() {
        requireOpen();
        if (iterator.isValid()) {
            return true;
        }
        try {
            iterator.status();
        } catch (RocksDBException e) {
            throw new StoreException("cannot read on in the store: " + e.getMessage(), e);
        }
        return false;
    }

    @Override
    public void next() {
        requireOpen();
        iterator.next();
    }

    @Override
    public byte[] key() {
        requireOpen();
        return iterator.key();
    }

    @Override
    public byte[] value() {
        requireOpen();
        return iterator.value();
    }

    @Override
    public int value(byte[] into) {
        requireOpen();
        return iterator.value(into, 0, into.length);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            iterator.close();
            lifetime.unlock();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the cursor is closed");
        }
    }
}
