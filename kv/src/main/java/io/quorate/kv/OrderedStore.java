package io.quorate.kv;

import io.quorate.encryption.DataKey;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An ordered map from bytes to bytes with atomic batches and consistent cursors: what the MVCC store is kept in.
 *
 * <p>Keys are ordered as unsigned bytes. All methods may be called from any thread; a {@link Cursor} belongs to the
 * thread that opened it. Every method throws {@link StoreException} if the storage fails and
 * {@link IllegalStateException} after {@link #close}.
 */
public interface OrderedStore extends AutoCloseable {

    /** The value of a key; nobody may write to the array. */
    Optional<byte[]> get(byte[] key);

    /**
     * As {@link #get}, for a thread that must not wait, nor fail: only a store that is all in memory, or knows what is, can tell
     * anything, and one that is closed cannot.
     */
    default Peek peek(byte[] key) {
        return Peek.UNKNOWN;
    }

    /** A cursor over the store as it is now: no later batch is seen. It must be closed, and soon. */
    Cursor cursor();

    /** Applies all changes of the batch or, if the process dies, none of them; readers see all of them or none. */
    void write(WriteBatch batch);

    /** Returns once everything written before survives a crash. */
    void flush();

    /**
     * Tells what has not left memory: as long as this is the same number as before a write, nothing that was written then has
     * gone to the disk, or come from there. Empty if the store does not know.
     */
    default OptionalLong memoryEpoch() {
        return OptionalLong.empty();
    }

    /**
     * Writes a copy of the store, consistent and durable, as files into a directory that is empty or does not exist.
     * Writes go on meanwhile.
     */
    void checkpointTo(Path emptyDirectory);

    /**
     * Holds the store as it is now, to be read from however long that takes; writes and {@link #restoreFrom} go on
     * meanwhile. Fails also if what is on disk is damaged such that it cannot be opened.
     *
     * @param emptyDirectory on the same file system, empty or missing; may be used as long as the frozen store is
     */
    FrozenStore freeze(Path emptyDirectory);

    /**
     * Replaces the whole content by that of a checkpoint made by a store of the same kind. Waits until all cursors are
     * closed. If the process dies on the way, the content afterwards is the old one, the new one, or none; the
     * checkpoint itself is left as it is.
     */
    void restoreFrom(Path checkpoint);

    /** Reads a checkpoint made by a store of the same kind, as it lies on the disk; nothing in it is changed. */
    FrozenStore openCheckpoint(Path checkpoint);

    /**
     * Looks whether a checkpoint can be restored from with the keys that there are; changes nothing.
     *
     * @throws StoreException if it is sealed, and a master key is missing or wrong
     */
    default void requireRestorable(Path checkpoint) {
        try (FrozenStore held = openCheckpoint(checkpoint)) {
            Seals.open(held::get, Optional.empty());
        }
    }

    /**
     * Seals some of what is not sealed yet as this store seals what is written, if it does. Reads and writes go on meanwhile.
     *
     * @return whether there may be more
     */
    default boolean rewriteSome() {
        return false;
    }

    /** How far that is; empty if this store seals nothing. */
    default Optional<SealProgress> sealProgress() {
        return Optional.empty();
    }

    /** A key for what is written elsewhere of this store's content for a while; empty if this store seals nothing. */
    default Optional<DataKey> scratchKey() {
        return Optional.empty();
    }

    /** How many bytes the store takes up, roughly; more than 0. */
    long sizeBytes();

    /** How many of those bytes hold what can still be read, roughly; more than 0 and at most {@link #sizeBytes}. */
    long sizeInUseBytes();

    /**
     * Gives back what is taken up by keys and values that can't be read any more. Reads and writes go on meanwhile; returns
     * when it is done.
     *
     * @return false if it was broken off since the store is replaced or closed
     */
    boolean defragment();

    /** Makes everything durable and releases what the store holds. Waits until all cursors are closed. */
    @Override
    void close();

    /** A place in the ordered keys, or none. */
    interface Cursor extends AutoCloseable {

        /** Moves to the first key that is at or after the given one. */
        void seek(byte[] key);

        /** Whether the cursor is at a key. The other methods below may be called only then. */
        boolean isValid();

        void next();

        /** The key; nobody may write to the array. */
        byte[] key();

        /** The value; nobody may write to the array. */
        byte[] value();

        /**
         * Copies the beginning of the value into the array, as much as fits, and answers how much there is to be copied. Only a version's
         * {@link Version#MAX_HEAD_SIZE head} can be told from it: a store that seals values has no more at hand without opening them.
         */
        int value(byte[] into);

        @Override
        void close();
    }
}
