package io.quorate.kv;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreInspectionTest {

    @TempDir
    private Path folder;

    /** A store of two files, with a thousand keys. */
    private Path writeStore() {
        Path directory = folder.resolve("kv");
        try (MvccStore store = MvccStore.open(RocksStore.open(directory, RocksMemory.small()))) {
            for (int i = 1; i <= 1000; i++) {
                Put put = Put.of(Bytes.utf8("key" + i), Bytes.utf8("value" + i));
                store.apply(List.of(new LoggedCommand(i, Bytes.wrap(CommandCodec.encode(put)))), i);
                if (i == 500) {
                    store.flush();
                }
            }
        }
        return directory;
    }

    /** Every file with its size, time and content. */
    private static Map<String, List<Object>> listing(Path directory) throws IOException {
        Map<String, List<Object>> listing = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList()) {
                listing.put(
                        directory.relativize(file).toString(),
                        List.of(
                                Files.getLastModifiedTime(file),
                                Files.isRegularFile(file) ? new String(Files.readAllBytes(file), UTF_8) : ""));
            }
        }
        return listing;
    }

    @Test
    void anIntactStoreIsReadWholeAndNothingInItsFolderIsTouched() throws IOException {
        Path directory = writeStore();
        Map<String, List<Object>> before = listing(directory);
        List<Long> read = new ArrayList<>();
        try (StoreInspection inspection = StoreInspection.of(directory, read::add)) {
            assertThat(inspection.problems()).isEmpty();
            MvccStore store = inspection.store().orElseThrow();
            assertThat(store.appliedIndex()).isEqualTo(1000);
            assertThat(store.hashKv(0)).isInstanceOf(Result.HashResult.class);
        }
        assertThat(read.stream().mapToLong(Long::longValue).sum()).isGreaterThan(1000 * 20);
        assertThat(listing(directory)).isEqualTo(before);
    }

    /** A process that is killed before its store has written anything leaves files without a single record. */
    @Test
    void aStoreOfWhichNothingWasFlushedIsAnEmptyOne() throws IOException {
        Path directory = folder.resolve("killed");
        Path left = Files.createDirectory(folder.resolve("left"));
        try (MvccStore store = MvccStore.open(RocksStore.open(directory, RocksMemory.small()))) {
            Put put = Put.of(Bytes.utf8("key"), Bytes.utf8("value"));
            store.apply(List.of(new LoggedCommand(1, Bytes.wrap(CommandCodec.encode(put)))), 1);
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.copy(file, left.resolve(file.getFileName()));
                }
            }
        }
        try (StoreInspection inspection = StoreInspection.of(left, bytes -> {})) {
            assertThat(inspection.problems()).isEmpty();
            assertThat(inspection.store().orElseThrow().appliedIndex()).isZero();
            assertThat(inspection.content().orElseThrow().isIntact()).isTrue();
        }
    }

    @Test
    void aBitFlippedInATableFileIsFoundAndTheFileNamed() throws IOException {
        Path directory = writeStore();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".sst")).toList()) {
                byte[] intact = Files.readAllBytes(file);
                for (int position : new int[] {10, intact.length / 2, intact.length / 3}) {
                    byte[] flipped = intact.clone();
                    flipped[position] ^= 4;
                    Files.write(file, flipped);
                    try (StoreInspection inspection = StoreInspection.of(directory, bytes -> {})) {
                        assertThat(inspection.problems())
                                .as("bit flipped in " + file + " at " + position)
                                .isNotEmpty()
                                .anySatisfy(problem -> assertThat(problem.file() + problem.what())
                                        .contains(file.getFileName().toString()));
                    }
                    Files.write(file, intact);
                }
            }
        }
    }

    /** Writes to the store as nobody should, with right checksums. */
    private void tamper(Path directory, Consumer<OrderedStore> change) {
        try (RocksStore store = RocksStore.open(directory, RocksMemory.small())) {
            change.accept(store);
        }
    }

    private ScrubReport content(Path directory) {
        try (StoreInspection inspection = StoreInspection.of(directory, bytes -> {})) {
            assertThat(inspection.problems()).isEmpty();
            return inspection.content().orElseThrow();
        }
    }

    @Test
    void aValueThatWasChangedUnderARightChecksumIsFoundWithItsBucket() {
        Path directory = writeStore();
        assertThat(content(directory).isIntact()).isTrue();
        tamper(directory, store -> {
            CurrentVersion current = CurrentKeys.find(store, Bytes.utf8("key7")).orElseThrow();
            byte[] place = StoreKeys.version(Bytes.utf8("key7"), current.revision(), current.sub());
            byte[] record = store.get(place).orElseThrow().clone();
            record[record.length - 1] ^= 1;
            WriteBatch batch = new WriteBatch();
            batch.put(place, record);
            store.write(batch);
        });
        assertThat(content(directory))
                .isEqualTo(new ScrubReport(1000, List.of(DigestBuckets.of(Bytes.utf8("key7"))), List.of(), List.of()));
    }

    @Test
    void anIndexThatDoesNotNameTheNewestVersionIsFoundWithItsKey() {
        Path directory = writeStore();
        tamper(directory, store -> {
            WriteBatch batch = new WriteBatch();
            batch.delete(StoreKeys.current(Bytes.utf8("key7")));
            store.write(batch);
        });
        ScrubReport content = content(directory);
        assertThat(content).isEqualTo(new ScrubReport(1000, List.of(), List.of(Bytes.utf8("key7")), List.of()));
        assertThat(content.difference().orElseThrow()).contains("though every checksum is right", "key7");
    }

    @Test
    void whatHasNoDigestIsSaidNotToHaveBeenCompared() {
        Path directory = writeStore();
        tamper(directory, store -> {
            WriteBatch batch = new WriteBatch();
            batch.delete(StoreKeys.digest(1));
            store.write(batch);
        });
        ScrubReport content = content(directory);
        assertThat(content.errors()).containsExactly("The store has lost its digest.");
        assertThat(content.difference()).isEmpty();
    }

    @Test
    void aMissingOrForeignFolderIsAProblemAndIsNotCreated() throws IOException {
        Path missing = folder.resolve("none");
        try (StoreInspection inspection = StoreInspection.of(missing, bytes -> {})) {
            assertThat(inspection.problems()).isNotEmpty();
            assertThat(inspection.store()).isEmpty();
        }
        assertThat(missing).doesNotExist();
    }
}
