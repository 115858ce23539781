package io.quorate.kv;

import static io.quorate.kv.TestClient.b;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a crash leaves of a store, and that no command stops one. */
class CrashTest {
    /** Small, so that RocksDB flushes by itself now and then. */
    private static final RocksMemory MEMORY = new RocksMemory(1 << 20, 1 << 16);

    @TempDir
    Path temporary;

    @Test
    void cornerCase25_theAppliedIndexIsStoredInTheSameAtomicWriteAsTheStateItDescribes() throws IOException {
        Path directory = temporary.resolve("store");
        List<Long> indexesAfterCrash = new ArrayList<>();
        try (MvccStore store = MvccStore.open(RocksStore.open(directory, MEMORY))) {
            for (long index = 1; index <= 3000; index++) {
                store.apply(List.of(LoggedCommand.of(index, counting(index))), index);
                if (index == 1000) {
                    store.flush();
                }
                if (index % 500 == 0) {
                    Path image = crashImage(directory, index);
                    indexesAfterCrash.add(verifyAndReplay(image, index));
                }
            }
        }
        // The crashes did lose something, and what had been flushed was not lost.
        assertThat(indexesAfterCrash.get(0)).isLessThan(500);
        assertThat(indexesAfterCrash.get(1)).isEqualTo(1000);
        assertThat(indexesAfterCrash.getLast()).isBetween(1000L, 3000L);
    }

    @Test
    void aCheckpointHoldsTheAppliedIndexAlthoughNothingWasFlushedBefore() {
        Path checkpoint = temporary.resolve("checkpoint");
        try (MvccStore store = MvccStore.open(RocksStore.open(temporary.resolve("store"), MEMORY))) {
            store.apply(List.of(LoggedCommand.of(3, Put.of(b("a"), b("1")))), 5);
            store.checkpointTo(checkpoint);
            store.apply(List.of(LoggedCommand.of(6, Put.of(b("a"), b("2")))), 6);
        }
        try (MvccStore other = MvccStore.open(RocksStore.open(temporary.resolve("other"), MEMORY))) {
            other.restoreFrom(checkpoint);
            assertThat(other.appliedIndex()).isEqualTo(5);
            assertThat(new TestClient(other).get("a").value()).isEqualTo(b("1"));
        }
    }

    @Test
    void entriesWithoutACommandMoveTheAppliedIndexToo() {
        HeapStore ordered = new HeapStore();
        MvccStore.open(ordered).apply(List.of(), 9);
        MvccStore again = MvccStore.open(ordered);
        assertThat(again.appliedIndex()).isEqualTo(9);
        assertThat(again.currentRevision()).isEqualTo(1);
    }

    @Test
    void anEntryThatCannotBeAppliedYieldsAnErrorResultAndMovesTheAppliedIndex() {
        MvccStore store = MvccStore.open(new HeapStore());
        List<Result> results = store.apply(
                List.of(
                        new LoggedCommand(1, Bytes.empty()),
                        new LoggedCommand(2, b("garbage")),
                        LoggedCommand.of(3, Put.of(b("a"), b("1")))),
                3);
        assertThat(results)
                .startsWith(
                        new Result.Rejected(KvError.UNREADABLE_COMMAND),
                        new Result.Rejected(KvError.UNREADABLE_COMMAND));
        assertThat(results.getLast()).isInstanceOf(Result.PutResult.class);
        assertThat(store.appliedIndex()).isEqualTo(3);
    }

    @Test
    void anIndexIsNeverAppliedTwice() {
        MvccStore store = MvccStore.open(new HeapStore());
        LoggedCommand first = LoggedCommand.of(5, Put.of(b("a"), b("1")));
        store.apply(List.of(first), 5);
        assertThatThrownBy(() -> store.apply(List.of(first), 6)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.apply(List.of(), 4)).isInstanceOf(IllegalArgumentException.class);
        LoggedCommand next = LoggedCommand.of(6, Put.of(b("a"), b("2")));
        assertThatThrownBy(() -> store.apply(List.of(next, next), 7)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.apply(List.of(next), 5)).isInstanceOf(IllegalArgumentException.class);
        assertThat(store.currentRevision()).isEqualTo(2);
    }

    @Test
    void aStoreOfALaterFormatOrOfSomethingElseIsRefused() {
        HeapStore later = new HeapStore();
        WriteBatch batch = new WriteBatch();
        batch.put(StoreKeys.FORMAT, StoreKeys.number(StoreState.FORMAT_VERSION + 1));
        later.write(batch);
        assertThatThrownBy(() -> MvccStore.open(later))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("format version 3, and this release reads version 1 to 2");
        HeapStore foreign = new HeapStore();
        WriteBatch other = new WriteBatch();
        other.put(new byte[] {'x'}, new byte[0]);
        foreign.write(other);
        assertThatThrownBy(() -> MvccStore.open(foreign)).isInstanceOf(StoreException.class);
    }

    /** Writes the index into the state twice, in two keys, in one revision. */
    private static Command counting(long index) {
        return new Txn(
                List.of(),
                List.of(
                        Put.of(b("counter"), b(Long.toString(index))),
                        Put.of(b("key" + index), Bytes.wrap(new byte[100]))),
                List.of());
    }

    /** The files as they are on disk at a moment, which is what a process that dies then leaves. */
    private Path crashImage(Path directory, long index) throws IOException {
        for (int attempt = 0; attempt < 1000; attempt++) {
            Path image = Files.createDirectory(temporary.resolve("crash" + index + "-" + attempt));
            Map<Path, Long> before = sizes(directory);
            if (copied(before.keySet(), image) && sizes(directory).equals(before)) {
                return image;
            }
        }
        throw new AssertionError("RocksDB wrote or deleted files during each of 1000 attempts to copy them");
    }

    /** Whether all files were still there to be copied. */
    private static boolean copied(Set<Path> files, Path image) throws IOException {
        for (Path file : files) {
            try {
                Files.copy(file, image.resolve(file.getFileName()));
            } catch (NoSuchFileException deletedMeanwhile) {
                return false;
            }
        }
        return true;
    }

    /** A table that was empty when it was copied, and is named by the manifest that was copied after it, is of no one moment. */
    private static Map<Path, Long> sizes(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> !file.endsWith("LOCK"))
                    .collect(Collectors.toMap(
                            Function.identity(), file -> file.toFile().length(), (one, other) -> one, TreeMap::new));
        }
    }

    private static long verifyAndReplay(Path image, long lastIndex) {
        try (MvccStore store = MvccStore.open(RocksStore.open(image, MEMORY))) {
            long applied = store.appliedIndex();
            requireState(store, applied);
            for (long index = applied + 1; index <= lastIndex; index++) {
                store.apply(List.of(LoggedCommand.of(index, counting(index))), index);
            }
            requireState(store, lastIndex);
            return applied;
        }
    }

    private static void requireState(MvccStore store, long index) {
        TestClient client = new TestClient(store);
        assertThat(store.currentRevision()).isEqualTo(index + 1);
        assertThat(client.all().count()).isEqualTo(index == 0 ? 0 : index + 1);
        if (index > 0) {
            assertThat(client.get("counter"))
                    .isEqualTo(new KeyValue(b("counter"), 2, index + 1, index, b(Long.toString(index)), 0));
        }
    }

    @Test
    void aStoreThatHoldsWhatCannotBeReadIsLetGoOf() {
        Path directory = temporary.resolve("store");
        try (RocksStore store = RocksStore.open(directory, MEMORY)) {
            WriteBatch batch = new WriteBatch();
            batch.put(new byte[] {1, 2, 3}, new byte[] {4});
            store.write(batch);
        }
        assertThatThrownBy(() -> MvccStore.open(RocksStore.open(directory, MEMORY)))
                .hasMessageContaining("does not say what format it has");
        try (RocksStore again = RocksStore.open(directory, MEMORY)) {
            assertThat(again.get(new byte[] {1, 2, 3})).isPresent();
        }
    }
}
