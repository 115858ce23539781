package io.quorate.kv;

import java.util.Optional;
import java.util.OptionalLong;
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

    private static final NewestVersion.Written NOT_WRITTEN =
            new NewestVersion.Written(DigestSum.ZERO, 0, OptionalLong.empty());

    /** Pairs of places, in each the one written last first. */
    private final @Nullable Entry[] places;

    /**
     * A key and all that is known of it, in one object: each is far from the others in memory, and looked at after so much else that
     * no cache has it any more.
     *
     * @param hash of the key, so that another one is seldom looked at
     */
    private record Entry(
            int hash,
            Bytes key,
            long revision,
            int sub,
            boolean deleted,
            long createRevision,
            long version,
            long lease,
            boolean isWritten,
            long first,
            long second,
            long third,
            long fourth,
            int checksum,
            boolean hasEpoch,
            long epoch) {

        static Entry of(int hash, Bytes key, NewestVersion newest) {
            CurrentVersion current = newest.current();
            Version version = current.version();
            NewestVersion.Written written = newest.written().orElse(NOT_WRITTEN);
            return new Entry(
                    hash,
                    key,
                    current.revision(),
                    current.sub(),
                    version.deleted(),
                    version.createRevision(),
                    version.version(),
                    version.lease(),
                    newest.written().isPresent(),
                    written.hash().first(),
                    written.hash().second(),
                    written.hash().third(),
                    written.hash().fourth(),
                    written.checksum(),
                    written.epoch().isPresent(),
                    written.epoch().orElse(0));
        }

        boolean isOf(Bytes asked) {
            return hash == asked.hashCode() && key.equals(asked);
        }

        NewestVersion newest() {
            Version head = new Version(deleted, createRevision, version, lease, Bytes.empty());
            return new NewestVersion(new CurrentVersion(revision, sub, head), written());
        }

        private Optional<NewestVersion.Written> written() {
            return isWritten
                    ? Optional.of(new NewestVersion.Written(
                            new DigestSum(first, second, third, fourth),
                            checksum,
                            hasEpoch ? OptionalLong.of(epoch) : OptionalLong.empty()))
                    : Optional.empty();
        }
    }

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
            if (entry != null && entry.isOf(key)) {
                return Optional.of(entry.newest());
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
        if (last != null && last.isOf(key)) {
            places[place] = Entry.of(last.hash, last.key, version);
        } else {
            places[place] = Entry.of(key.hashCode(), Bytes.wrap(key.toByteArray()), version);
            places[place + 1] = last;
        }
    }

    private int firstPlaceOf(Bytes key) {
        int hash = key.hashCode() * 0x9E3779B9; // the golden ratio spreads neighbours: Knuth, volume 3, 6.4
        return (hash ^ hash >>> 16) & (places.length - 2);
    }
}
