package io.quorate.kv;

import static io.quorate.kv.TestClient.b;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kv.Result.CompactResult;
import io.quorate.kv.Result.HashResult;
import io.quorate.kv.Result.Rejected;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What compaction gives up, and what it must not. */
class CompactionTest {
    private final HeapStore ordered = new HeapStore();
    private final TestClient client = new TestClient(MvccStore.open(ordered));

    @Test
    void nothingIsCompactedAtFirst() {
        assertThat(client.store.compactedRevision()).isEqualTo(-1);
        assertThat(client.store.removeCompacted()).isFalse();
    }

    @Test
    void aRevisionThatIsCompactedOrInTheFutureCannotBeCompacted() {
        client.put("a", "1");
        client.put("a", "2");
        assertThat(client.apply(new Compact(2, true))).isEqualTo(new CompactResult(3));
        assertThat(client.rejected(new Compact(2, false))).isEqualTo(KvError.COMPACTED);
        assertThat(client.rejected(new Compact(1, false))).isEqualTo(KvError.COMPACTED);
        assertThat(client.rejected(new Compact(4, false))).isEqualTo(KvError.FUTURE_REVISION);
        assertThat(client.store.compactedRevision()).isEqualTo(2);
        assertThat(client.store.currentRevision()).isEqualTo(3);
    }

    @Test
    void theCompactedRevisionItselfIsReadableAndThoseBeforeAreNot() {
        client.put("a", "1");
        client.put("a", "2");
        client.put("a", "3");
        client.apply(new Compact(3, false));
        for (int time = 0; time < 2; time++) {
            assertThat(client.rejected(Range.of(b("a")).atRevision(2))).isEqualTo(KvError.COMPACTED);
            assertThat(client.range(Range.of(b("a")).atRevision(3)).kvs())
                    .extracting(KeyValue::value)
                    .containsExactly(b("2"));
            assertThat(client.get("a").value()).isEqualTo(b("3"));
            client.removeAllCompacted();
        }
    }

    @Test
    void theNewestVersionOfALiveKeyStaysAndTombstonesGo() {
        client.put("kept", "1");
        client.put("kept", "2");
        client.put("gone", "1");
        client.delete("gone");
        client.put("later", "1");
        client.apply(new Compact(5, false));
        client.delete("kept");
        client.removeAllCompacted();
        assertThat(storedVersions())
                .as("what was deleted at the compacted revision stays until the next compaction, for watchers")
                .containsExactly("gone@5", "gone@4", "kept@7", "kept@3", "later@6");
        assertThat(client.range(Range.of(b("kept")).atRevision(6)).kvs())
                .containsExactly(new KeyValue(b("kept"), 2, 3, 2, b("2"), 0));
        client.put("later still", "1");
        client.apply(new Compact(8, false));
        client.removeAllCompacted();
        assertThat(storedVersions()).containsExactly("later@6", "later still@8");
    }

    @Test
    void removalGoesOnAfterARestartWhereItStopped() {
        for (int i = 0; i < 2500; i++) {
            client.put("k" + i % 10, "v");
        }
        client.apply(new Compact(2501, false));
        assertThat(client.store.removeCompacted()).isTrue();
        assertThat(storedVersions()).hasSizeBetween(11, 2000);
        TestClient again = new TestClient(MvccStore.open(ordered));
        again.removeAllCompacted();
        assertThat(storedVersions())
                .as("one of each key, and what revision 2501 has superseded")
                .hasSize(11);
        assertThat(again.all().count()).isEqualTo(10);
    }

    @Test
    void theHashIsTheSameBeforeDuringAndAfterRemoval() {
        for (int i = 0; i < 3000; i++) {
            if (i % 7 == 3) {
                client.delete("k" + i % 20);
            } else {
                client.put("k" + i % 20, "v" + i);
            }
        }
        client.apply(new Compact(1500, false));
        Result before = client.store.hashKv(0);
        long whole = client.store.hash();
        do {
            assertThat(client.store.hashKv(0)).isEqualTo(before);
            assertThat(client.store.hash()).isEqualTo(whole);
        } while (client.store.removeCompacted());
        assertThat(client.store.hashKv(0)).isEqualTo(before);
        assertThat(client.store.hash()).isEqualTo(whole);
    }

    @Test
    void theHashDependsOnTheHistoryUpToItsRevisionAlone() {
        client.put("a", "1");
        client.put("a", "2");
        HashResult now = (HashResult) client.store.hashKv(0);
        assertThat(now)
                .extracting(HashResult::revision, HashResult::compactedRevision)
                .containsExactly(3L, -1L);
        client.put("a", "3");
        assertThat(client.store.hashKv(3)).isEqualTo(now);
        assertThat(client.store.hashKv(4)).isNotEqualTo(now);
        TestClient other = TestClient.onHeap();
        other.put("a", "1");
        other.put("a", "other");
        assertThat(((HashResult) other.store.hashKv(3)).hash()).isNotEqualTo(now.hash());
    }

    @Test
    void theHashOfARevisionThatCannotBeReadIsRefused() {
        client.put("a", "1");
        client.put("a", "2");
        client.apply(new Compact(3, false));
        assertThat(client.store.hashKv(2)).isEqualTo(new Rejected(KvError.COMPACTED));
        assertThat(client.store.hashKv(4)).isEqualTo(new Rejected(KvError.FUTURE_REVISION));
    }

    /** A copy that was taken before a compaction is compared with what the original answers after it. */
    @Test
    void aStoreAnswersTheHashOfOneThatHasCompactedFurther() {
        client.put("a", "1");
        client.put("b", "1");
        client.put("a", "2");
        client.delete("b");
        client.put("c", "1");
        long revision = client.store.currentRevision();
        List<Result> before = new ArrayList<>();
        for (long compacted = 1; compacted <= revision; compacted++) {
            before.add(client.store.hashKv(revision, compacted));
        }
        for (long compacted = 1; compacted <= revision; compacted++) {
            client.apply(new Compact(compacted, false));
            Result now = client.store.hashKv(revision);
            assertThat(before.get((int) compacted - 1)).isEqualTo(now);
            assertThat(client.store.hashKv(revision, -1)).isEqualTo(now);
        }
        assertThat(((HashResult) before.getFirst()).hash()).isNotEqualTo(((HashResult) before.getLast()).hash());
        assertThat(client.store.hashKv(revision, revision + 1)).isEqualTo(new Rejected(KvError.COMPACTED));
    }

    @Test
    void theWholeHashKnowsAlarmsAndMembers() {
        long before = client.store.hash();
        client.apply(new PublishMember(1, "n1", List.of("http://127.0.0.1:2379")));
        long withMember = client.store.hash();
        client.apply(new AlarmChange(AlarmChange.Action.ACTIVATE, new Alarm(1, Alarm.Type.NOSPACE)));
        assertThat(List.of(before, withMember, client.store.hash())).doesNotHaveDuplicates();
    }

    private List<String> storedVersions() {
        List<String> found = new ArrayList<>();
        try (OrderedStore.Cursor cursor = ordered.cursor()) {
            for (cursor.seek(new byte[] {StoreKeys.VERSION}); cursor.isValid(); cursor.next()) {
                if (StoreKeys.isVersion(cursor.key())) {
                    found.add(
                            StoreKeys.userKey(cursor.key()).toUtf8() + "@" + StoreKeys.revisionOfVersion(cursor.key()));
                }
            }
        }
        return found;
    }
}
