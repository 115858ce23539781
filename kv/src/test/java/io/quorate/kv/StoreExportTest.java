package io.quorate.kv;

import static io.quorate.kv.TestClient.b;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A store that is exported and imported is the same store, history and all. */
class StoreExportTest {
    private static final int COMMANDS = 600;

    @TempDir
    Path temporary;

    static Stream<Arguments> runs() {
        return StoreKind.withSeeds(8);
    }

    @ParameterizedTest
    @MethodSource("runs")
    void whatIsImportedAnswersAsWhatWasExported(StoreKind kind, long seed) {
        try (MvccStore original = MvccStore.open(kind.open(temporary.resolve("original")))) {
            TestClient client = new TestClient(original);
            RandomGenerator random =
                    RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
            RandomRequests requests = new RandomRequests(random);
            for (int i = 0; i < COMMANDS; i++) {
                client.apply(
                        random.nextInt(6) == 0
                                ? requests.lease(original.leases())
                                : requests.command(original.currentRevision()));
                if (random.nextInt(40) == 0) {
                    original.removeCompacted();
                }
            }
            client.apply(new AuthChange.AddUser("root", b("a hash"), false));
            client.apply(new AuthChange.AddRole("reader"));
            client.apply(
                    new AuthChange.GrantPermission("reader", new Permission(Permission.Access.READ, b("a"), b("b"))));
            client.apply(new AuthChange.GrantRole("root", "reader"));
            client.apply(new AlarmChange(AlarmChange.Action.ACTIVATE, new Alarm(-7, Alarm.Type.NOSPACE)));
            OrderedStore ordered = kind.open(temporary.resolve("copy"));
            try (MvccStore copy = copy(kind, original, ordered)) {
                assertThatBothAreTheSame(original, copy);
            }
        }
    }

    private MvccStore copy(StoreKind kind, MvccStore original, OrderedStore target) {
        try (StoreExport export =
                original.export(temporary.resolve("frozen"), kind.open(temporary.resolve("sorter")))) {
            StoreImport copy = new StoreImport(target, 1);
            export.changes(copy::add);
            export.leases().forEach(lease -> copy.addLease(lease.id(), lease.ttlSeconds(), lease.remainingSeconds()));
            export.alarms().forEach(copy::addAlarm);
            AuthState auth = export.auth();
            copy.setAuth(auth.isEnabled(), auth.revision(), auth.users(), auth.roles());
            assertThat(export.appliedIndex()).isEqualTo(original.appliedIndex());
            return copy.finish(export.revision(), export.compactedRevision());
        }
    }

    private void assertThatBothAreTheSame(MvccStore original, MvccStore copy) {
        assertThat(copy.appliedIndex()).isGreaterThan(0);
        assertThat(copy.currentRevision()).isEqualTo(original.currentRevision()).isGreaterThan(COMMANDS / 4);
        assertThat(copy.compactedRevision()).isEqualTo(original.compactedRevision());
        assertThat(copy.alarms()).isEqualTo(original.alarms());
        assertThat(copy.auth()).isEqualTo(original.auth());
        assertThat(copy.auth().user("root").orElseThrow().roles()).containsExactly("reader");
        long oldest = Math.max(1, original.compactedRevision());
        Range all = Range.of(b("\0"), b("\0"));
        for (long revision = oldest; revision <= original.currentRevision(); revision++) {
            assertThat(copy.range(all.atRevision(revision))).isEqualTo(original.range(all.atRevision(revision)));
            assertThat(copy.hashKv(revision)).isEqualTo(original.hashKv(revision));
        }
        List<Lease> leases = original.leases().stream()
                .map(lease -> new Lease(lease.id(), lease.ttlSeconds(), lease.remainingSeconds(), 1))
                .toList();
        assertThat(copy.leases()).isEqualTo(leases);
        leases.forEach(lease -> assertThat(copy.leaseKeys(lease.id())).isEqualTo(original.leaseKeys(lease.id())));
        try (StateScrub scrub = copy.scrub(temporary.resolve("scrub"))) {
            while (!scrub.isDone()) {
                scrub.advance(Long.MAX_VALUE);
            }
            assertThat(scrub.report().isIntact()).as("%s", scrub.report()).isTrue();
        }
    }

    @Test
    void aChangeThatNoStoreCouldHaveMadeIsRefused() {
        StoreImport copy = new StoreImport(new HeapStore(), 1);
        copy.add(change(5, 0, new KeyValue(b("a"), 5, 5, 1, b("x"), 0)));
        assertRefused(copy, change(5, 0, new KeyValue(b("a"), 5, 5, 1, b("x"), 0)), "comes after 5/0");
        assertRefused(copy, change(4, 1, new KeyValue(b("a"), 4, 4, 1, b("x"), 0)), "comes after 5/0");
        assertRefused(copy, change(6, 0, new KeyValue(b(""), 6, 6, 1, b("x"), 0)), "has no key");
        assertRefused(copy, change(6, 0, new KeyValue(b("a"), 5, 5, 1, b("x"), 0)), "made at revision 5");
        assertRefused(copy, change(6, 0, new KeyValue(b("a"), 7, 6, 1, b("x"), 0)), "created at revision 7");
        assertRefused(copy, change(6, 0, new KeyValue(b("a"), 6, 6, 0, b("x"), 0)), "version 0");
        assertThatThrownBy(() -> copy.finish(4, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> copy.finish(5, 6)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Near the last revision there is, the first write would wreck whatever the import made. */
    @Test
    void aRevisionThatNoStoreEverReachesIsRefused() {
        long beyond = StoreImport.MAX_REVISION + 1;
        StoreImport copy = new StoreImport(new HeapStore(), 1);
        assertRefused(copy, change(beyond, 0, new KeyValue(b("a"), 5, beyond, 1, b("x"), 0)), "2^62");
        assertRefused(copy, change(5, 0, new KeyValue(b("a"), 5, 5, beyond, b("x"), 0)), "of version " + beyond);
        assertThatThrownBy(() -> copy.setAuth(true, beyond, List.of(), List.of()))
                .hasMessageContaining("2^62");
        assertThatThrownBy(() -> copy.finish(beyond, beyond)).hasMessageContaining("2^62");
        long last = StoreImport.MAX_REVISION;
        copy.add(change(last, 0, new KeyValue(b("a"), last, last, 1, b("x"), 0)));
        try (MvccStore store = copy.finish(last, -1)) {
            TestClient client = new TestClient(store);
            client.put("a", "y");
            assertThat(store.currentRevision()).isEqualTo(last + 1);
            assertThat(client.all().kvs()).hasSize(1);
        }
    }

    @Test
    void aDeletionAtTheCompactedRevisionIsStillAnEvent() {
        TestClient client = TestClient.onHeap();
        client.put("a", "1");
        client.put("b", "1");
        client.delete("b");
        client.delete("a");
        long deleted = client.store.currentRevision();
        client.put("c", "1");
        client.apply(new Compact(deleted, true));
        OrderedStore ordered = new HeapStore();
        try (MvccStore copy = copy(StoreKind.HEAP, client.store, ordered)) {
            assertThat(copy.compactedRevision()).isEqualTo(deleted);
            assertThat(events(copy, deleted)).hasSize(2).isEqualTo(events(client.store, deleted));
            assertThat(copy.hashKv(deleted)).isEqualTo(client.store.hashKv(deleted));
            TestClient onCopy = new TestClient(copy);
            onCopy.apply(new Compact(copy.currentRevision(), true));
            onCopy.removeAllCompacted();
            assertThat(count(ordered, StoreKeys.VERSION)).isEqualTo(1);
        }
        client.store.close();
    }

    private static List<RevisionEvents> events(MvccStore store, long revision) {
        WatchRequest everything = new WatchRequest(b("\0"), b("\0"), revision, false, false, false);
        return store.history(everything, revision, 100).orElseThrow().revisions();
    }

    @Test
    void whatIsOnlyJudgedMakesNoStore() {
        StoreImport judge = StoreImport.thatOnlyJudges();
        judge.add(change(5, 0, new KeyValue(b("a"), 5, 5, 1, b("x"), 0)));
        assertRefused(judge, change(4, 0, new KeyValue(b("a"), 4, 4, 1, b("x"), 0)), "comes after 5/0");
        assertThat(judge.lastRevision()).isEqualTo(5);
        assertThatThrownBy(() -> judge.finish(5, -1)).isInstanceOf(IllegalStateException.class);
    }

    private static StoredChange change(long revision, int sub, KeyValue kv) {
        return new StoredChange(revision, sub, false, kv);
    }

    private static void assertRefused(StoreImport copy, StoredChange change, String why) {
        assertThatThrownBy(() -> copy.add(change))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    @Test
    void aCompactionOfWhatWasImportedLeavesOneVersionOfEachLiveKey() {
        TestClient client = TestClient.onHeap();
        for (int i = 0; i < 40; i++) {
            client.put("key " + i % 5, "value " + i);
            if (i % 7 == 0) {
                client.delete("key " + i % 3);
            }
        }
        client.apply(new Compact(client.store.currentRevision() - 10, true));
        OrderedStore ordered = new HeapStore();
        try (MvccStore copy = copy(StoreKind.HEAP, client.store, ordered)) {
            TestClient onCopy = new TestClient(copy);
            onCopy.put("key 1", "last");
            // What the compacted revision itself has superseded goes with the next compaction.
            onCopy.put("new key", "first");
            onCopy.apply(new Compact(copy.currentRevision(), true));
            onCopy.removeAllCompacted();
            assertThat(count(ordered, StoreKeys.VERSION)).isEqualTo(onCopy.all().count());
            assertThat(count(ordered, StoreKeys.CURRENT)).isEqualTo(onCopy.all().count());
        }
        client.store.close();
    }

    private static long count(OrderedStore store, byte kind) {
        long count = 0;
        try (OrderedStore.Cursor cursor = store.cursor()) {
            for (cursor.seek(new byte[] {kind}); cursor.isValid() && cursor.key()[0] == kind; cursor.next()) {
                count++;
            }
        }
        return count;
    }
}
