package io.quorate.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.rocksdb.RocksDBException;

class RocksStoreTest extends OrderedStoreContract {

    @Override
    OrderedStore open(Path directory) {
        return RocksStore.open(directory, RocksMemory.small());
    }

    @Test
    void whatWasWrittenIsThereAfterClosingAndOpening() {
        put("a", "1");
        store().close();
        try (OrderedStore again = open(temporary.resolve("store"))) {
            assertThat(entries(again)).containsExactly("a=1");
        }
    }

    @Test
    void onlyWhatIsInMemoryIsToldAtOnce() {
        put("a", "1");
        assertThat(store().peek(bytes("a"))).isEqualTo(new Peek.Found(Bytes.utf8("1")));
        assertThat(store().peek(bytes("b"))).isEqualTo(Peek.MISSING);
        store().close();
        try (OrderedStore again = open(temporary.resolve("store"))) {
            assertThat(again.peek(bytes("a"))).isEqualTo(Peek.UNKNOWN);
            assertThat(again.get(bytes("a"))).isPresent();
            for (int spared = 0; spared < UnknownPeeks.SPARED; spared++) {
                assertThat(again.peek(bytes("a"))).isEqualTo(Peek.UNKNOWN);
            }
            assertThat(again.peek(bytes("a"))).isInstanceOf(Peek.Found.class);
        }
    }

    @Test
    void aDirectoryCannotBeOpenedTwice() {
        assertThatThrownBy(() -> open(temporary.resolve("store")))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("cannot open the store in");
    }

    @Test
    void aDamagedDirectoryIsRefused() throws IOException {
        put("a", "1");
        store().close();
        Files.writeString(temporary.resolve("store").resolve("CURRENT"), "garbage");
        assertThatThrownBy(() -> open(temporary.resolve("store"))).isInstanceOf(StoreException.class);
    }

    /** A table's first and last key stand in the manifest, also when the table is long gone. */
    @Test
    void whatTheStoreKnowsOfItsTablesStaysSmallHoweverLongKeysAre() throws IOException {
        byte[] longKey = new byte[1 << 20];
        for (int i = 0; i < 100; i++) {
            WriteBatch batch = new WriteBatch();
            batch.put(longKey, new byte[] {(byte) i});
            store().write(batch);
            store().flush();
        }
        try (Stream<Path> files = Files.list(temporary.resolve("store"))) {
            long bytes = files.filter(file -> file.getFileName().toString().startsWith("MANIFEST"))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
            // One that is in use, and one or two that are about to be deleted; all tables there ever were would take
            // 200 MiB and more.
            assertThat(bytes).isPositive().isLessThan(100L << 20);
        }
    }

    /** What goes over to native code in one piece is what RocksDB makes of the records one by one. */
    @Test
    void aBatchIsEncodedAsRocksDbDoesIt() throws RocksDBException {
        WriteBatch batch = new WriteBatch();
        try (org.rocksdb.WriteBatch expected = new org.rocksdb.WriteBatch()) {
            assertThat(RocksBatch.encode(batch)).isEqualTo(expected.data());
            for (int size : new int[] {0, 1, 127, 128, 129, 16_383, 16_384, 2_097_151, 2_097_152}) {
                byte[] part = new byte[size];
                Arrays.fill(part, (byte) (size + 1));
                byte[] few = {(byte) size};
                batch.put(part, few);
                expected.put(part, few);
                batch.put(few, part);
                expected.put(few, part);
                batch.delete(part);
                expected.delete(part);
                assertThat(RocksBatch.encode(batch)).isEqualTo(expected.data());
            }
        }
    }

    @Test
    void leftoversOfARestoreThatACrashInterruptedDoNotMatter() throws IOException {
        put("a", "1");
        Path checkpoint = temporary.resolve("checkpoint");
        store().checkpointTo(checkpoint);
        Path leftover = Files.createDirectory(temporary.resolve("store.restoring"));
        Files.writeString(leftover.resolve("000001.sst"), "half a file");
        put("a", "later");
        store().restoreFrom(checkpoint);
        assertThat(entries(store())).containsExactly("a=1");
        assertThat(leftover).doesNotExist();
    }
}
