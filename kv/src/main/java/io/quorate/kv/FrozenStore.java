package io.quorate.kv;

import java.util.List;
import java.util.Optional;

/**
 * A store as it was at one moment, to be read from beside the writes that go on. Whatever is read comes from the storage,
 * with its checksums verified, and takes no room in the store's cache.
 *
 * <p>For one thread at a time. Reading throws {@link StoreException} if the storage fails or is damaged.
 */
public interface FrozenStore extends AutoCloseable {

    /** A file that holds a part of the content. */
    record Part(String name, long bytes) {}

    /** The files, if there are any. */
    List<Part> parts();

    /**
     * Reads a file as a whole, with what no key leads to.
     *
     * @return what is wrong with it
     */
    Optional<String> verify(Part part);

    Optional<byte[]> get(byte[] key);

    /** As {@link OrderedStore#cursor}. */
    OrderedStore.Cursor cursor();

    @Override
    void close();
}
