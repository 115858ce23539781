package io.quorate.kv;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which version is the newest of the keys that were written last, so that it need not be looked up in the store when they are
 * written again, nor hashed to be taken out of the digest; not thread-safe. It pays for the read that the digest takes: the
 * value itself always comes from the store.
 *
 * <p>Whoever writes keys to the store tells it of all of them, so what it knows is never out of date. It forgets as a
 * processor's cache does: each key has two places by its hash, and a new one takes that of the one written longer ago.
 */
final class RecentKeys {
    static final int MAX_KEYS = 1 << 16;

    /** Longer keys are not kept, so that memory stays bounded. */
    private static final int MAX_KEY_BYTES = 256;

    /** Pairs of places, in each the one written last first. */
    private final @Nullable Entry[] places;

    private record Entry(Bytes key, NewestVersion version) {}

    /** @param maxKeys how many are kept at most: a power of two, or 0 */
    RecentKeys(int maxKeys) {
        places = new @Nullable Entry[maxKeys];
    }

    /** The newest version of a key, if it was written of late. */
    Optional<NewestVersion> find(Bytes key) {
        if (places.length == 0) {
            return Optional.empty();
        }
        int first = firstPlaceOf(key);
        for (int place = first; place <= first + 1; place++) {
            Entry entry = places[place];
            if (entry != null && entry.key.equals(key)) {
                return Optional.of(entry.version);
            }
        }
        return Optional.empty();
    }

    /** Takes note of what is in the store by now. The key is copied: it may be a window on a whole command. */
    void written(Bytes key, NewestVersion version) {
        if (places.length == 0 || key.size() > MAX_KEY_BYTES) {
            return;
        }
        int place = firstPlaceOf(key);
        Entry last = places[place];
        if (last != null && last.key.equals(key)) {
            places[place] = new Entry(last.key, version);
        } else {
            places[place] = new Entry(Bytes.wrap(key.toByteArray()), version);
            places[place + 1] = last;
        }
    }

    private int firstPlaceOf(Bytes key) {
        int hash = key.hashCode() * 0x9E3779B9; // the golden ratio spreads neighbours: Knuth, volume 3, 6.4
        return (hash ^ hash >>> 16) & (places.length - 2);
    }
}
