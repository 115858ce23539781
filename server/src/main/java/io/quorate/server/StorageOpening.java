package io.quorate.server;

import io.quorate.encryption.MasterKeys;
import io.quorate.engine.disk.Disk;
import io.quorate.kv.MvccStore;
import io.quorate.kv.OrderedStore;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * How a member's storage is opened: as it is, but where tests leave out parts of it or make it slow.
 *
 * @param store opens a store that is not in memory
 * @param disk what is made of the disk that the log is on
 * @param keys with which what is on it is sealed; it is certain that they open what is there
 */
record StorageOpening(Function<OrderedStore, MvccStore> store, UnaryOperator<Disk> disk, Optional<MasterKeys> keys) {

    static final StorageOpening PLAIN = new StorageOpening(MvccStore::open, UnaryOperator.identity(), Optional.empty());

    StorageOpening withStore(Function<OrderedStore, MvccStore> otherStore) {
        return new StorageOpening(otherStore, disk, keys);
    }

    StorageOpening withDisk(UnaryOperator<Disk> otherDisk) {
        return new StorageOpening(store, otherDisk, keys);
    }

    StorageOpening withKeys(Optional<MasterKeys> otherKeys) {
        return new StorageOpening(store, disk, otherKeys);
    }
}
