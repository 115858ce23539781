package io.quorate.kv;

import java.nio.file.Path;

/** The kinds of ordered store that a test can run on. */
enum StoreKind {
    HEAP,
    ROCKS;

    OrderedStore open(Path directory) {
        return switch (this) {
            case HEAP -> new HeapStore();
            case ROCKS -> RocksStore.open(directory, RocksMemory.small());
        };
    }
}
