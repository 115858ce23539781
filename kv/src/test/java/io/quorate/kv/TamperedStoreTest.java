package io.quorate.kv;

import static io.quorate.kv.TestClient.b;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What was changed behind the store's back, where it lasts, shows in the digest once its key is written, whichever way. */
class TamperedStoreTest {
    @TempDir
    Path temporary;

    /** All writes to a store that remembers that it has written the key, and to one that was opened since. */
    static Stream<Arguments> writes() {
        Map<String, Command> writes = Map.of(
                "put", Put.of(b("key"), b("3")),
                "put that answers the pair before", new Put(b("key"), b("3"), 0, true, false, false),
                "put that keeps the value", new Put(b("key"), b(""), 0, false, true, false),
                "delete", DeleteRange.of(b("key")),
                "delete that answers the pair before", new DeleteRange(b("key"), b(""), true),
                "delete of a range", new DeleteRange(b("k"), b("l"), false),
                "transaction", new Txn(List.of(), List.of(DeleteRange.of(b("key"))), List.of()));
        return Stream.of(StoreKind.values())
                .flatMap(kind -> writes.entrySet().stream()
                        .flatMap(write -> Stream.of(false, true)
                                .map(reopened -> Arguments.of(kind, write.getKey(), write.getValue(), reopened))));
    }

    @ParameterizedTest(name = "{0}: {1}, reopened: {3}")
    @MethodSource("writes")
    void aChangedValueShowsInItsBucketOnceTheKeyIsWritten(
            StoreKind kind, String name, Command write, boolean reopened) {
        try (Stores stores = new Stores(kind)) {
            if (reopened) {
                stores.reopen();
            }
            stores.replaceVersion(new Version(false, 3, 2, 0, b("X")));
            assertThat(stores.tampered.get("key").value()).isEqualTo(b("X"));
            assertThat(stores.tampered.store.digest()).isEqualTo(stores.healthy.store.digest());
            stores.applyToBoth(Put.of(b("other"), b("1")));
            assertThat(stores.tampered.store.digest()).isEqualTo(stores.healthy.store.digest());
            stores.applyToBoth(write);
            assertThat(stores.differing()).containsExactly(DigestBuckets.of(b("key")));
            stores.applyToBoth(Put.of(b("key"), b("4")));
            assertThat(stores.differing()).containsExactly(DigestBuckets.of(b("key")));
        }
    }

    @Test
    void eachFlippedBitOfAValueShowsWhetherTheStoreRemembersItsHashOrNot() {
        int bits = 0;
        for (boolean reopened : new boolean[] {false, true}) {
            for (int bit = 0; bit < Byte.SIZE * "value".length(); bit++) {
                try (Stores stores = new Stores(StoreKind.HEAP)) {
                    stores.applyToBoth(Put.of(b("key"), b("value")));
                    if (reopened) {
                        stores.reopen();
                    }
                    byte[] place = StoreKeys.version(b("key"), 5, 0);
                    byte[] record = stores.ordered.get(place).orElseThrow().clone();
                    record[record.length - 1 - bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
                    WriteBatch batch = new WriteBatch();
                    batch.put(place, record);
                    stores.ordered.write(batch);
                    stores.applyToBoth(Put.of(b("key"), b("later")));
                    assertThat(stores.differing())
                            .as("bit %d, reopened: %s", bit, reopened)
                            .containsExactly(DigestBuckets.of(b("key")));
                    bits++;
                }
            }
        }
        assertThat(bits).isEqualTo(2 * 40);
    }

    @Test
    void aKeyThatIsWrittenTwiceInABatchIsTakenOutOnceAndAsItWasStored() {
        try (Stores stores = new Stores(StoreKind.HEAP)) {
            for (MvccStore store : List.of(stores.healthy.store, stores.tampered.store)) {
                long index = store.appliedIndex();
                store.apply(
                        List.of(
                                LoggedCommand.of(index + 1, Put.of(b("key"), b("3"))),
                                LoggedCommand.of(index + 2, DeleteRange.of(b("key"))),
                                LoggedCommand.of(index + 3, new Verify(List.of(1L), List.of())),
                                LoggedCommand.of(index + 4, Put.of(b("key"), b("4"))),
                                LoggedCommand.of(index + 5, Put.of(b("key"), b("5")))),
                        index + 5);
                assertThat(store.digest()).isEqualTo(NaiveDigest.of(store));
            }
            stores.replaceVersion(StoreKeys.version(b("key"), 8, 0), new Version(false, 7, 2, 0, b("X")));
            stores.applyToBoth(DeleteRange.of(b("key")));
            assertThat(stores.differing()).containsExactly(DigestBuckets.of(b("key")));
        }
    }

    @ParameterizedTest
    @EnumSource(StoreKind.class)
    void changedNumbersShowToo(StoreKind kind) {
        try (Stores stores = new Stores(kind)) {
            stores.replaceVersion(new Version(false, 3, 7, 0, b("2")));
            stores.applyToBoth(Put.of(b("key"), b("3")));
            assertThat(stores.differing()).containsExactly(DigestBuckets.of(b("key")));
        }
    }

    @ParameterizedTest
    @EnumSource(StoreKind.class)
    void aChangedIndexRecordShowsAfterARestart(StoreKind kind) {
        try (Stores stores = new Stores(kind)) {
            WriteBatch batch = new WriteBatch();
            batch.put(
                    StoreKeys.current(b("key")), new CurrentVersion(4, 0, new Version(false, 3, 1, 0, b(""))).encode());
            stores.ordered.write(batch);
            TestClient restarted = new TestClient(MvccStore.open(stores.ordered));
            restarted.delete("key");
            stores.healthy.delete("key");
            assertThat(stores.healthy.store.digest().differingBuckets(restarted.store.digest()))
                    .containsExactly(DigestBuckets.of(b("key")));
        }
    }

    /** Reading it again would compare memory with memory. */
    @Test
    void whatHasNotLeftMemoryIsTakenForWhatWasWritten() {
        try (Stores stores = new Stores(StoreKind.ROCKS)) {
            WriteBatch batch = new WriteBatch();
            batch.put(StoreKeys.version(b("key"), 4, 0), new Version(false, 3, 2, 0, b("X")).encode());
            stores.ordered.write(batch);
            stores.applyToBoth(Put.of(b("key"), b("3")));
            assertThat(stores.differing()).isEmpty();
            stores.ordered.flush();
            stores.replaceVersion(StoreKeys.version(b("key"), 5, 0), new Version(false, 3, 3, 0, b("X")));
            stores.applyToBoth(Put.of(b("key"), b("4")));
            assertThat(stores.differing()).containsExactly(DigestBuckets.of(b("key")));
        }
    }

    @ParameterizedTest
    @EnumSource(StoreKind.class)
    void aLostVersionShowsAndDoesNotStopTheStore(StoreKind kind) {
        try (Stores stores = new Stores(kind)) {
            WriteBatch batch = new WriteBatch();
            batch.delete(StoreKeys.version(b("key"), 4, 0));
            stores.ordered.write(batch);
            stores.ordered.flush();
            stores.applyToBoth(Put.of(b("key"), b("3")));
            assertThat(stores.differing()).containsExactly(DigestBuckets.of(b("key")));
        }
    }

    /** A healthy store on the heap, and one that is tampered with; both get the same commands. */
    private final class Stores implements AutoCloseable {
        private final TestClient healthy = TestClient.onHeap();
        private final OrderedStore ordered;
        private TestClient tampered;

        Stores(StoreKind kind) {
            ordered = kind.open(temporary.resolve("store"));
            tampered = new TestClient(MvccStore.open(ordered));
            applyToBoth(Put.of(b("other"), b("0")));
            applyToBoth(Put.of(b("key"), b("1")));
            applyToBoth(Put.of(b("key"), b("2")));
        }

        /** What the store remembers of its writes is forgotten. */
        void reopen() {
            tampered = new TestClient(MvccStore.open(ordered));
        }

        void replaceVersion(Version version) {
            replaceVersion(StoreKeys.version(b("key"), 4, 0), version);
        }

        void replaceVersion(byte[] place, Version version) {
            assertThat(ordered.get(place)).isPresent();
            WriteBatch batch = new WriteBatch();
            batch.put(place, version.encode());
            ordered.write(batch);
            ordered.flush();
        }

        void applyToBoth(Command command) {
            healthy.apply(command);
            tampered.apply(command);
        }

        List<Integer> differing() {
            return healthy.store.digest().differingBuckets(tampered.store.digest());
        }

        @Override
        public void close() {
            tampered.store.close();
        }
    }
}
