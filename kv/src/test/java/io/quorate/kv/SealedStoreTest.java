package io.quorate.kv;

import static io.quorate.kv.TestClient.b;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.encryption.KeyException;
import io.quorate.encryption.MasterKeys;
import io.quorate.encryption.MissingKeyException;
import io.quorate.encryption.WrongKeyException;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealedStoreTest {
    private static final String SECRET = "what-nobody-may-read-on-the-disk";

    @TempDir
    private Path folder;

    private static OrderedStore plain(Path directory) {
        return RocksStore.open(directory, RocksMemory.small());
    }

    private static MvccStore sealed(Path directory, MasterKeys keys) {
        return MvccStore.open(SealedStore.over(plain(directory), keys));
    }

    private Path kv() {
        return folder.resolve("kv");
    }

    private static TestClient filled(MvccStore store) {
        TestClient client = new TestClient(store);
        for (int i = 0; i < 300; i++) {
            client.put("key" + i, SECRET + i);
        }
        client.apply(new AuthChange.AddUser("olga", b(SECRET + "-hash"), false));
        client.delete("key7");
        client.put("key8", SECRET + "-again");
        return client;
    }

    /** Whether any file in a folder has these bytes; RocksDB's own compression leaves text that short mostly as it is. */
    private static boolean isOnDisk(Path directory, String text) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Map<String, List<Byte>> bytes(Path directory) throws IOException {
        Map<String, List<Byte>> all = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                byte[] content = Files.readAllBytes(file);
                List<Byte> boxed = new java.util.ArrayList<>(content.length);
                for (byte one : content) {
                    boxed.add(one);
                }
                all.put(directory.relativize(file).toString(), boxed);
            }
        }
        return all;
    }

    private static void sealAll(MvccStore store) {
        while (store.sealSome()) {
            // the next step
        }
    }

    @Test
    void valuesAndPasswordHashesAreNowhereOnTheDiskAndAreReadAllTheSame() throws IOException {
        try (MvccStore store = sealed(kv(), TestKeys.ring("k1"))) {
            filled(store);
        }
        assertThat(isOnDisk(kv(), "what-nobody")).isFalse();
        assertThat(isOnDisk(kv(), "key")).isTrue();
        try (MvccStore store = sealed(kv(), TestKeys.ring("k1"))) {
            TestClient client = new TestClient(store);
            assertThat(client.get("key12").value()).isEqualTo(b(SECRET + "12"));
            assertThat(client.get("key8").value()).isEqualTo(b(SECRET + "-again"));
            assertThat(client.range(Range.counting(b("key"), b("kez"))).count()).isEqualTo(299);
            assertThat(store.auth().users().getFirst().passwordHash()).isEqualTo(b(SECRET + "-hash"));
            assertThat(store.sealProgress()).contains(new SealProgress("k1", 1, true, OptionalLong.of(0)));
        }
    }

    /** Members compare their states, and some may be encrypted when others are not yet. */
    @Test
    void itsDigestsAndHashesAreThoseOfAPlainStore() {
        try (MvccStore store = sealed(kv(), TestKeys.ring("k1"));
                MvccStore other = MvccStore.open(plain(folder.resolve("plain")))) {
            filled(store);
            filled(other);
            assertThat(store.digest()).isEqualTo(other.digest());
            assertThat(store.hash()).isEqualTo(other.hash());
            assertThat(store.hashKv(0)).isEqualTo(other.hashKv(0));
        }
    }

    @Test
    void aScrubReadsThroughTheSealsAndFindsNothing() {
        try (MvccStore store = sealed(kv(), TestKeys.ring("k1"))) {
            filled(store);
            try (StateScrub scrub = store.scrub(folder.resolve("frozen"))) {
                scrub.advance(Long.MAX_VALUE);
                assertThat(scrub.isDone()).isTrue();
                assertThat(scrub.report().isIntact()).isTrue();
            }
        }
    }

    @Test
    void whatWasSealedInOnePlaceIsNotOpenedInAnother() {
        try (MvccStore store = sealed(kv(), TestKeys.ring("k1"))) {
            TestClient client = new TestClient(store);
            client.put("a", "first");
            client.put("b", "other");
        }
        byte[] a = StoreKeys.version(b("a"), 2, 0);
        byte[] bb = StoreKeys.version(b("b"), 3, 0);
        try (OrderedStore below = plain(kv())) {
            WriteBatch swap = new WriteBatch();
            swap.put(a, below.get(bb).orElseThrow());
            swap.put(bb, below.get(a).orElseThrow());
            below.write(swap);
        }
        try (MvccStore store = sealed(kv(), TestKeys.ring("k1"))) {
            assertThatThrownBy(() -> store.range(Range.of(b("a"))))
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.isDamage()).isTrue());
        }
    }

    /** A member that meets it has its state anew from the leader, and does not stop for good. */
    @Test
    void aRecordThatCannotEvenBeOpenedIsDamage() {
        try (MvccStore store = sealed(kv(), TestKeys.ring("k1"))) {
            new TestClient(store).put("a", "first");
        }
        byte[] place = StoreKeys.version(b("a"), 2, 0);
        // Cut off behind the number of its data key, before it, before and in its own numbers, with the number of a
        // data key that there is
        // not, and of no kind, or one that there is not.
        List<byte[]> records = List.of(
                new byte[] {2, 2, 1, 0, 1, 7},
                new byte[] {2, 2, 1, 0},
                new byte[] {2},
                new byte[] {2, 2, 1},
                Arrays.copyOf(new byte[] {2, 2, 1, 0, 9}, 60),
                new byte[] {},
                new byte[] {7});
        for (byte[] record : records) {
            try (OrderedStore below = plain(kv())) {
                WriteBatch change = new WriteBatch();
                change.put(place, record);
                below.write(change);
            }
            try (MvccStore store = sealed(kv(), TestKeys.ring("k1"))) {
                assertThatThrownBy(() -> store.range(Range.of(b("a"))))
                        .isInstanceOfSatisfying(
                                StoreException.class,
                                e -> assertThat(e.isDamage()).as(e.getMessage()).isTrue());
            }
        }
    }

    /** A seal of a later release is whole: a state that only that can open must not be dropped. */
    @Test
    void aSealThatIsCutOffIsDamageAndOneOfAnotherFormIsNot() {
        try (MvccStore store = sealed(kv(), TestKeys.ring("k1"))) {
            new TestClient(store).put("a", "first");
        }
        for (byte[] seal : List.of(new byte[] {1, 0, 0}, new byte[] {2, 0, 0})) {
            try (OrderedStore below = plain(kv())) {
                WriteBatch change = new WriteBatch();
                change.put(StoreKeys.SEAL, seal);
                below.write(change);
            }
            assertThatThrownBy(() -> sealed(kv(), TestKeys.ring("k1")))
                    .hasMessageContaining("the store's data keys cannot be read")
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.isDamage()).isEqualTo(seal[0] == 1));
        }
    }

    /** The numbers beside a value are readable, and belong to it. */
    @Test
    void aNumberThatWasChangedBesideAValueIsFound() {
        try (MvccStore store = sealed(kv(), TestKeys.ring("k1"))) {
            new TestClient(store).put("a", "first");
        }
        byte[] place = StoreKeys.version(b("a"), 2, 0);
        try (OrderedStore below = plain(kv())) {
            byte[] record = below.get(place).orElseThrow().clone();
            record[3]++;
            WriteBatch change = new WriteBatch();
            change.put(place, record);
            below.write(change);
        }
        try (MvccStore store = sealed(kv(), TestKeys.ring("k1"))) {
            assertThatThrownBy(() -> store.range(Range.of(b("a")))).isInstanceOf(StoreException.class);
        }
    }

    /** Whoever has the disk has no key, but can write what needs none. */
    @Test
    void aValueThatWasPutThereInPlainIsRefusedOnceAllAreSealed() {
        try (MvccStore store = sealed(kv(), TestKeys.ring("k1"))) {
            new TestClient(store).put("a", "first");
        }
        byte[] place = StoreKeys.version(b("a"), 2, 0);
        try (OrderedStore below = plain(kv())) {
            WriteBatch planted = new WriteBatch();
            planted.put(place, new Version(false, 2, 1, 0, b("other")).encode());
            below.write(planted);
        }
        try (MvccStore store = sealed(kv(), TestKeys.ring("k1"))) {
            assertThatThrownBy(() -> store.range(Range.of(b("a"))))
                    .hasMessageContaining("in plain, though all of its values are sealed")
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.isDamage()).isTrue());
        }
        try (StoreInspection inspection = StoreInspection.of(kv(), Optional.of(TestKeys.ring("k1")), bytes -> {})) {
            assertThat(inspection.problems()).isNotEmpty();
        }
    }

    /** What was read from before a store was settled, or before another one took its place, was in plain rightly. */
    @Test
    void aCursorFromBeforeAllWasSealedReadsWhatItSees() {
        try (MvccStore store = MvccStore.open(plain(kv()))) {
            filled(store);
        }
        try (SealedStore store = SealedStore.over(plain(kv()), TestKeys.ring("k1"));
                OrderedStore.Cursor before = store.cursor()) {
            while (store.rewriteSome()) {
                // the next step
            }
            assertThat(store.sealProgress().orElseThrow().settled()).isTrue();
            before.seek(new byte[] {StoreKeys.VERSION});
            assertThat(Version.decode(Bytes.wrap(before.value())).value().size())
                    .isPositive();
            try (OrderedStore.Cursor after = store.cursor()) {
                after.seek(new byte[] {StoreKeys.VERSION});
                assertThat(after.value()).isEqualTo(before.value());
            }
        }
    }

    @Test
    void aStoreThatIsPlainIsOpenedAndSealedStepByStepUntilNothingPlainIsLeft() throws IOException {
        try (MvccStore store = MvccStore.open(plain(kv()))) {
            filled(store);
        }
        assertThat(isOnDisk(kv(), "what-nobody")).isTrue();
        long hash;
        try (MvccStore store = sealed(kv(), TestKeys.ring("k1"))) {
            TestClient client = new TestClient(store);
            hash = store.hash();
            client.put("new", SECRET);
            assertThat(client.get("key1").value()).isEqualTo(b(SECRET + "1"));
            assertThat(store.sealProgress().orElseThrow().left()).isEmpty();
            store.sealSome();
            assertThat(store.sealProgress()).contains(new SealProgress("k1", 1, false, OptionalLong.of(301)));
            store.sealSome();
            assertThat(store.sealProgress().orElseThrow().left().orElseThrow()).isBetween(1L, 300L);
        }
        // It is broken off there, and begins anew with what is left.
        try (MvccStore store = sealed(kv(), TestKeys.ring("k1"))) {
            store.sealSome();
            assertThat(store.sealProgress().orElseThrow().left().orElseThrow()).isBetween(1L, 300L);
            sealAll(store);
            assertThat(store.sealProgress()).contains(new SealProgress("k1", 1, true, OptionalLong.of(0)));
            assertThat(new TestClient(store).get("key1").value()).isEqualTo(b(SECRET + "1"));
            new TestClient(store).delete("new");
            assertThat(hash).isNotEqualTo(store.hash());
        }
        assertThat(isOnDisk(kv(), "what-nobody")).isFalse();
        try (MvccStore store = sealed(kv(), TestKeys.ring("k1"))) {
            assertThat(store.sealSome()).isFalse();
        }
    }

    @Test
    void anotherMasterKeyWrapsAtOnceAndTheValuesFollowUnderAnotherDataKey() {
        try (MvccStore store = sealed(kv(), TestKeys.ring("k1"))) {
            filled(store);
        }
        long hash;
        try (MvccStore store = sealed(kv(), TestKeys.ring("m2", "k1"))) {
            hash = store.hash();
            assertThat(store.sealProgress().orElseThrow().masterKeyId()).isEqualTo("m2");
            assertThat(store.sealProgress().orElseThrow().dataKeys()).isEqualTo(2);
        }
        // The old master key is not needed any more, although nothing was rewritten yet.
        try (MvccStore store = sealed(kv(), TestKeys.ring("m2"))) {
            assertThat(store.hash()).isEqualTo(hash);
            sealAll(store);
            assertThat(store.sealProgress()).contains(new SealProgress("m2", 1, true, OptionalLong.of(0)));
            assertThat(store.hash()).isEqualTo(hash);
        }
        try (MvccStore store = sealed(kv(), TestKeys.ring("m2"))) {
            assertThat(store.hash()).isEqualTo(hash);
        }
    }

    @Test
    void valuesThatTheDiskHadNoRoomForOnceAreSealedAllTheSame() {
        allAreSealedThoughOneCallFails("write", 1);
    }

    @Test
    void valuesBeforeOneThatCouldNotBeReadOnceAreSealedAllTheSame() {
        allAreSealedThoughOneCallFails("next", 10);
    }

    /** What the walk had found by then lies behind it: was it settled without that, nobody could read it any more. */
    private void allAreSealedThoughOneCallFails(String method, int calls) {
        long hash;
        try (MvccStore store = MvccStore.open(plain(kv()))) {
            filled(store);
            hash = store.hash();
        }
        for (MasterKeys keys : List.of(TestKeys.ring("k1"), TestKeys.ring("m2", "k1"))) {
            AtomicInteger untilFailure = new AtomicInteger();
            OrderedStore below = failing(OrderedStore.class, plain(kv()), method, untilFailure);
            try (MvccStore store = MvccStore.open(SealedStore.over(below, keys))) {
                store.sealSome();
                store.sealSome();
                untilFailure.set(calls);
                assertThatThrownBy(store::sealSome).hasMessageContaining("no room");
                sealAll(store);
                assertThat(store.sealProgress().orElseThrow().settled()).isTrue();
            }
            try (MvccStore store = sealed(kv(), keys)) {
                assertThat(store.hash()).isEqualTo(hash);
            }
        }
    }

    /** Fails one call of a method, be it the store's or a cursor's: the one that counts down to 0. */
    private static <T> T failing(Class<T> type, T real, String method, AtomicInteger untilFailure) {
        InvocationHandler handler = (proxy, called, arguments) -> {
            if (called.getName().equals(method) && untilFailure.decrementAndGet() == 0) {
                throw new StoreException("the disk has no room for now");
            }
            try {
                Object result = called.invoke(real, arguments);
                return result instanceof OrderedStore.Cursor cursor
                        ? failing(OrderedStore.Cursor.class, cursor, method, untilFailure)
                        : result;
            } catch (InvocationTargetException e) {
                throw Objects.requireNonNull(e.getCause());
            }
        };
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    @Test
    void aMissingOrWrongKeyIsRefusedBeforeAnythingIsTouched() throws IOException {
        try (MvccStore store = sealed(kv(), TestKeys.ring("k1"))) {
            filled(store);
        }
        Map<String, List<Byte>> before = bytes(kv());
        assertThatThrownBy(() -> Seals.require(kv(), Optional.empty()))
                .hasMessageContaining("k1")
                .hasMessageContaining("--encryption-key-file")
                .hasCauseInstanceOf(MissingKeyException.class);
        assertThatThrownBy(() -> Seals.require(kv(), Optional.of(TestKeys.ring("m2"))))
                .hasMessageContaining("k1")
                .hasCauseInstanceOf(MissingKeyException.class);
        assertThatThrownBy(() -> Seals.require(kv(), Optional.of(TestKeys.impostor("k1"))))
                .hasMessageContaining("k1")
                .hasCauseInstanceOf(WrongKeyException.class);
        assertThat(bytes(kv())).isEqualTo(before);
        Seals.require(kv(), Optional.of(TestKeys.ring("m2", "k1")));
        Seals.require(folder.resolve("missing"), Optional.empty());
        assertThat(bytes(kv())).isEqualTo(before);
        // Whoever does not ask before is refused as well, if later.
        assertThatThrownBy(() -> MvccStore.open(plain(kv()))).hasMessageContaining("k1");
        assertThatThrownBy(() -> sealed(kv(), TestKeys.ring("m2"))).hasCauseInstanceOf(KeyException.class);
    }

    /** As a member meets the snapshot of a leader that has another ring. */
    @Test
    void aCheckpointWhoseKeyIsMissingIsRefusedAndTheStoreStaysAsItIs() {
        Path checkpoint = folder.resolve("checkpoint");
        try (MvccStore leader = sealed(folder.resolve("leader"), TestKeys.ring("k1"))) {
            filled(leader);
            leader.checkpointTo(checkpoint);
        }
        try (MvccStore other = sealed(kv(), TestKeys.ring("m2"));
                MvccStore plain = MvccStore.open(plain(folder.resolve("plain")))) {
            new TestClient(other).put("own", "value");
            new TestClient(plain).put("own", "value");
            for (MvccStore store : List.of(other, plain)) {
                assertThatThrownBy(() -> store.restoreFrom(checkpoint)).hasMessageContaining("k1");
                assertThat(new TestClient(store).get("own").value()).isEqualTo(b("value"));
            }
        }
    }

    @Test
    void aCheckpointIsTakenOverWithItsKeysAndOneThatIsPlainIsSealed() {
        Path checkpoint = folder.resolve("checkpoint");
        Path plainCheckpoint = folder.resolve("plain-checkpoint");
        long hash;
        try (MvccStore leader = sealed(folder.resolve("leader"), TestKeys.ring("k1"));
                MvccStore plain = MvccStore.open(plain(folder.resolve("plain")))) {
            filled(leader);
            filled(plain);
            hash = leader.hash();
            leader.checkpointTo(checkpoint);
            plain.checkpointTo(plainCheckpoint);
        }
        try (MvccStore store = sealed(kv(), TestKeys.ring("m2", "k1"))) {
            store.restoreFrom(checkpoint);
            assertThat(store.hash()).isEqualTo(hash);
            assertThat(store.sealProgress().orElseThrow().masterKeyId()).isEqualTo("m2");
            store.restoreFrom(plainCheckpoint);
            assertThat(store.hash()).isEqualTo(hash);
            sealAll(store);
            new TestClient(store).put("more", "of it");
            assertThat(store.sealProgress().orElseThrow().settled()).isTrue();
        }
    }

    @Test
    void anInspectionOpensItWithTheRingAndTellsWithoutWhichKeyIsMissing() {
        try (MvccStore store = sealed(kv(), TestKeys.ring("k1"))) {
            filled(store);
        }
        try (StoreInspection inspection = StoreInspection.of(kv(), Optional.of(TestKeys.ring("k1")), bytes -> {})) {
            assertThat(inspection.problems()).isEmpty();
            assertThat(inspection.content().orElseThrow().isIntact()).isTrue();
            assertThat(new TestClient(inspection.store().orElseThrow())
                            .get("key1")
                            .value())
                    .isEqualTo(b(SECRET + "1"));
        }
        try (StoreInspection inspection = StoreInspection.of(kv(), bytes -> {})) {
            assertThat(inspection.problems())
                    .singleElement()
                    .satisfies(problem -> assertThat(problem.what()).contains("k1"));
        }
    }

    /** So a release that knows nothing of seals refuses it, and one without keys keeps the format that it has. */
    @Test
    void aSealedStoreHasAFormatOfItsOwnAndAPlainOneKeepsItsOwn() {
        try (MvccStore store = sealed(kv(), TestKeys.ring("k1"));
                MvccStore plain = MvccStore.open(plain(folder.resolve("plain")))) {
            filled(store);
            filled(plain);
        }
        try (OrderedStore store = plain(kv());
                OrderedStore plain = plain(folder.resolve("plain"))) {
            assertThat(StoreKeys.number(store.get(StoreKeys.FORMAT).orElseThrow(), 0))
                    .isEqualTo(3);
            assertThat(StoreKeys.number(plain.get(StoreKeys.FORMAT).orElseThrow(), 0))
                    .isEqualTo(2);
            assertThat(plain.get(StoreKeys.SEAL)).isEmpty();
        }
    }

    @Test
    void aRecordThatACompactionRemovedIsNotBroughtBackBySealing() {
        try (MvccStore store = MvccStore.open(plain(kv()))) {
            TestClient client = new TestClient(store);
            for (int i = 0; i < 200; i++) {
                client.put("key", "value" + i);
            }
        }
        try (MvccStore store = sealed(kv(), TestKeys.ring("k1"))) {
            TestClient client = new TestClient(store);
            store.sealSome();
            store.sealSome();
            client.apply(new Compact(201, false));
            client.removeAllCompacted();
            sealAll(store);
            store.flush();
        }
        try (OrderedStore below = plain(kv());
                OrderedStore.Cursor cursor = below.cursor()) {
            int versions = 0;
            for (cursor.seek(new byte[] {StoreKeys.VERSION});
                    cursor.isValid() && StoreKeys.isVersion(cursor.key());
                    cursor.next()) {
                versions++;
            }
            // The newest, and what it superseded: the compacted revision stays whole until the next compaction.
            assertThat(versions).isEqualTo(2);
        }
    }
}
