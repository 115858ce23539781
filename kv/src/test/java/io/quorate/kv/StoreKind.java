package io.quorate.kv;

import java.nio.file.Path;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** The kinds of ordered store that a test can run on. */
enum StoreKind {
    HEAP,
    ROCKS,
    SEALED;

    /** Arguments of a parameterized test: each kind with each of so many seeds. */
    static Stream<Arguments> withSeeds(int count) {
        return Stream.of(values())
                .flatMap(kind -> LongStream.rangeClosed(1, count).mapToObj(seed -> Arguments.of(kind, seed)));
    }

    OrderedStore open(Path directory) {
        return switch (this) {
            case HEAP -> new HeapStore();
            case ROCKS -> RocksStore.open(directory, RocksMemory.small());
            case SEALED -> SealedStore.over(RocksStore.open(directory, RocksMemory.small()), TestKeys.ring("k1"));
        };
    }
}
