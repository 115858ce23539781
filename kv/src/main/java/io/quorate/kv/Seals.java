package io.quorate.kv;

import io.quorate.encryption.KeyException;
import io.quorate.encryption.MasterKeys;
import io.quorate.encryption.MissingKeyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/** Judges whether master keys open what a store holds, before anything is done with it. */
public final class Seals {
    private static final String CURRENT_FILE = "CURRENT";

    private Seals() {}

    /**
     * Looks at the store that a folder holds, if it holds any; nothing in it is changed. If it is damaged such that this cannot be told,
     * whoever opens it is told.
     *
     * @throws StoreException if it is sealed, and a master key is missing or wrong
     */
    public static void require(Path folder, Optional<MasterKeys> master) {
        if (!Files.exists(folder.resolve(CURRENT_FILE))) {
            return;
        }
        try (RocksReadOnly store = RocksReadOnly.open(folder)) {
            open(store::get, master);
        } catch (StoreException e) {
            if (isRefusal(e)) {
                throw e;
            }
        }
    }

    /**
     * What a store tells of how it is sealed, to whoever has no key.
     *
     * @param masterKeyIds of the keys that open it; none if nothing is sealed
     * @param settled whether no value is in plain, or sealed with an older data key
     */
    public record Told(SortedSet<String> masterKeyIds, boolean settled) {

        public Told {
            masterKeyIds = Collections.unmodifiableSortedSet(masterKeyIds);
        }
    }

    /**
     * Asks the store that a folder holds; nothing in it is changed.
     *
     * @return empty if there is none, or it cannot be told, as while it is being made
     */
    public static Optional<Told> told(Path folder) {
        if (!Files.exists(folder.resolve(CURRENT_FILE))) {
            return Optional.empty();
        }
        try (RocksReadOnly store = RocksReadOnly.open(folder)) {
            return Optional.of(StoreSeal.in(store::get)
                    .map(seal -> new Told(seal.masterKeyIds(), seal.settled()))
                    .orElseGet(() -> new Told(new TreeSet<>(), false)));
        } catch (StoreException e) {
            return Optional.empty();
        }
    }

    /** Whether a failure is that of a key, and not of the store. */
    public static boolean isRefusal(StoreException failure) {
        return failure.getCause() instanceof KeyException;
    }

    /**
     * How a store is opened; empty if it is not sealed.
     *
     * @throws StoreException if it is, and a master key is missing or wrong
     */
    static Optional<SealedView> open(Function<byte[], Optional<byte[]>> store, Optional<MasterKeys> master) {
        Optional<StoreSeal> seal = StoreSeal.in(store);
        if (seal.isEmpty()) {
            return Optional.empty();
        }
        if (master.isEmpty()) {
            String ids = String.join(", ", seal.get().masterKeyIds());
            throw refused(new MissingKeyException(
                    seal.get().masterKeyIds().getFirst(),
                    "it needs the master key " + ids + "; give the ring that has it with --encryption-key-file"));
        }
        try {
            return Optional.of(new SealedView(
                    DataKeys.unwrapped(seal.get(), master.get()), seal.get().settled()));
        } catch (KeyException e) {
            throw refused(e);
        }
    }

    static StoreException refused(KeyException why) {
        return new StoreException("the store is encrypted, and cannot be opened: " + why.getMessage(), why);
    }
}
