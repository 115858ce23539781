package io.quorate.bench.micro;

import io.quorate.encryption.KeyRing;
import io.quorate.kv.HeapStore;
import io.quorate.kv.OrderedStore;
import io.quorate.kv.RocksMemory;
import io.quorate.kv.RocksStore;
import io.quorate.kv.SealedStore;
import java.nio.file.Path;
import java.security.SecureRandom;

/** What the key-value store is kept in. */
public enum StoreKind {
    /** Trees on the heap. */
    HEAP {
        @Override
        OrderedStore open(Path directory) {
            return new HeapStore();
        }
    },
    /** RocksDB, with the memory of a member that has its process for itself. */
    ROCKS {
        @Override
        OrderedStore open(Path directory) {
            return RocksStore.open(directory, RocksMemory.standard());
        }
    },
    /** The same, with its values sealed. */
    SEALED {
        @Override
        OrderedStore open(Path directory) {
            return SealedStore.over(ROCKS.open(directory), KeyRing.simulated("bench", new SecureRandom()));
        }
    };

    abstract OrderedStore open(Path directory);
}
