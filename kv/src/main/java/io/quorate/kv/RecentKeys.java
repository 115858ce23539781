package io.quorate.kv;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which version is the newest of the keys that were written last, so that it need not be looked up in the store when they are
 * written again, nor hashed to be taken out of the digest; not thread-safe. It pays for the read that the digest takes: the
 * value itself always comes from the store.
 *
 * <p>Whoever writes keys to the store tells it of all of them, so what it knows is never out of date.
 */
final class RecentKeys {
    static final int MAX_KEYS = 1 << 16;

    /** Longer keys are not kept, so that memory stays bounded. */
    private static final int MAX_KEY_BYTES = 256;

    private static final float LOAD_FACTOR = 0.75f;

    private final Map<Bytes, NewestVersion> newest;

    /** @param maxKeys how many are kept; the one that was not looked for the longest goes first */
    RecentKeys(int maxKeys) {
        newest = new LinkedHashMap<>(1024, LOAD_FACTOR, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Bytes, NewestVersion> eldest) {
                return size() > maxKeys;
            }
        };
    }

    /** The newest version of a key, if it was written of late. */
    Optional<NewestVersion> find(Bytes key) {
        return Optional.ofNullable(newest.get(key));
    }

    /** Takes note of what is in the store by now. The key is copied: it may be a window on a whole command. */
    void written(Bytes key, NewestVersion version) {
        if (key.size() <= MAX_KEY_BYTES) {
            @Nullable NewestVersion known = newest.replace(key, version);
            if (known == null) {
                newest.put(Bytes.wrap(key.toByteArray()), version);
            }
        }
    }
}
