package io.quorate.kv;

import static io.quorate.kv.TestClient.b;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What watchers see: from the past, from now on, and from revisions yet to come; fast ones and slow ones. */
class WatchTest {
    @TempDir
    Path temporary;

    private final MvccStore store = MvccStore.open(new HeapStore());
    private WatchHub hub = new WatchHub(store, WatchHub.Limits.DEFAULT);
    private int ready;

    private void apply(Command command) {
        long index = store.appliedIndex() + 1;
        store.apply(List.of(LoggedCommand.of(index, command)), index, hub::applied);
    }

    private void put(String key, String value) {
        apply(Put.of(b(key), b(value)));
    }

    private void delete(String key) {
        apply(DeleteRange.of(b(key)));
    }

    private void compact(long revision) {
        apply(new Compact(revision, true));
        while (store.removeCompacted()) {
            // the next chunk
        }
    }

    private Watcher watch(WatchRequest request) {
        return hub.watch(request, () -> ready++);
    }

    private List<String> seen(Watcher watcher) {
        hub.deliver();
        List<String> seen = new ArrayList<>();
        for (Optional<WatchAnswer> answer = watcher.poll(); answer.isPresent(); answer = watcher.poll()) {
            switch (answer.get()) {
                case WatchAnswer.Events events -> events.revisions().forEach(revision -> seen.add(text(revision)));
                case WatchAnswer.Compacted compacted -> seen.add("compacted " + compacted.compactedRevision());
            }
        }
        return seen;
    }

    /** As {@code 5:a=1,-b}. */
    private static String text(RevisionEvents revision) {
        List<String> events = new ArrayList<>();
        for (KeyEvent event : revision.events()) {
            assertThat(event.kv().modRevision()).isEqualTo(revision.revision());
            String key = event.kv().key().toUtf8();
            String text = event.kind() == KeyEvent.Kind.DELETE
                    ? "-" + key
                    : (event.isCreate() ? "+" : "") + key + "="
                            + event.kv().value().toUtf8();
            events.add(text
                    + event.prev()
                            .map(prev -> "(" + prev.value().toUtf8() + ")")
                            .orElse(""));
        }
        return revision.revision() + ":" + String.join(",", events);
    }

    @Test
    void aWatcherSeesWhatComesAfterItsCreation() {
        put("a", "0");
        Watcher watcher = watch(WatchRequest.of(b("a")));
        assertThat(seen(watcher)).isEmpty();
        put("a", "1");
        put("b", "1");
        delete("a");
        put("a", "2");
        assertThat(seen(watcher)).containsExactly("3:a=1", "5:-a", "6:+a=2");
        assertThat(seen(watcher)).isEmpty();
    }

    @Test
    void whatWasAppliedAndNotDeliveredWhenItBeganIsNotSeen() {
        put("a", "1");
        Watcher watcher = watch(WatchRequest.of(b("a")));
        put("a", "2");
        assertThat(seen(watcher)).containsExactly("3:a=2");
    }

    @Test
    void aWatcherFromThePastReadsTheHistoryAndThenGoesOn() {
        put("a", "1");
        put("a", "2");
        Watcher watcher = watch(WatchRequest.of(b("a")).from(2));
        put("a", "3");
        assertThat(seen(watcher)).containsExactly("2:+a=1", "3:a=2", "4:a=3");
        put("a", "4");
        assertThat(seen(watcher)).containsExactly("5:a=4");
    }

    @Test
    void aWatcherFromTheFutureSeesNothingBefore() {
        Watcher watcher = watch(WatchRequest.of(b("a")).from(4));
        for (int i = 1; i <= 4; i++) {
            put("a", "" + i);
        }
        assertThat(seen(watcher)).containsExactly("4:a=3", "5:a=4");
    }

    @Test
    void rangesPrefixesAndEverythingAreWatched() {
        Watcher between = watch(WatchRequest.of(b("b"), b("d")));
        Watcher from = watch(WatchRequest.of(b("c"), b("\0")));
        Watcher everything = watch(WatchRequest.of(b(""), b("\0")));
        for (String key : List.of("a", "b", "c", "d")) {
            put(key, "1");
        }
        assertThat(seen(between)).containsExactly("3:+b=1", "4:+c=1");
        assertThat(seen(from)).containsExactly("4:+c=1", "5:+d=1");
        assertThat(seen(everything)).hasSize(4);
        WatchRequest empty = WatchRequest.of(b("b"), b("b"));
        assertThatThrownBy(() -> watch(empty)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void allEventsOfARevisionComeTogetherInTheirOrder() {
        put("b", "1");
        apply(new LeaseGrant(1, 10));
        apply(new Put(b("x"), b("1"), 1, false, false, false));
        apply(new Put(b("y"), b("1"), 1, false, false, false));
        Watcher live = watch(WatchRequest.of(b(""), b("\0")));
        apply(new Txn(
                List.of(), List.of(Put.of(b("c"), b("1")), DeleteRange.of(b("b")), Put.of(b("a"), b("1"))), List.of()));
        apply(new LeaseRevoke(1));
        List<String> expected = List.of("5:+c=1,-b,+a=1", "6:-x,-y");
        assertThat(seen(live)).isEqualTo(expected);
        assertThat(seen(watch(WatchRequest.of(b(""), b("\0")).from(5)))).isEqualTo(expected);
    }

    @Test
    void filtersLeaveOutPutsOrDeletions() {
        WatchRequest all = WatchRequest.of(b("a"));
        WatchRequest noPut = new WatchRequest(b("a"), b(""), 0, false, true, false);
        WatchRequest noDelete = new WatchRequest(b("a"), b(""), 0, false, false, true);
        List<Watcher> live = List.of(watch(all), watch(noPut), watch(noDelete));
        put("a", "1");
        delete("a");
        List<Watcher> late = List.of(watch(all.from(1)), watch(noPut.from(1)), watch(noDelete.from(1)));
        for (List<Watcher> watchers : List.of(live, late)) {
            assertThat(seen(watchers.get(0))).containsExactly("2:+a=1", "3:-a");
            assertThat(seen(watchers.get(1))).containsExactly("3:-a");
            assertThat(seen(watchers.get(2))).containsExactly("2:+a=1");
        }
    }

    @Test
    void previousPairsComeWithWhatIsNoCreationUnlessCompacted() {
        WatchRequest request = new WatchRequest(b("a"), b(""), 0, true, false, false);
        Watcher live = watch(request);
        put("a", "1");
        put("a", "2");
        delete("a");
        put("a", "3");
        Watcher late = watch(request.from(2));
        List<String> expected = List.of("2:+a=1", "3:a=2(1)", "4:-a(2)", "5:+a=3");
        assertThat(seen(live)).isEqualTo(expected);
        assertThat(seen(late)).isEqualTo(expected);
        compact(3);
        assertThat(seen(watch(request.from(3)))).containsExactly("3:a=2", "4:-a(2)", "5:+a=3");
    }

    @Test
    void aCompactedStartEndsTheWatcherWithTheCompactedRevision() {
        for (int i = 1; i <= 5; i++) {
            put("a", "" + i);
        }
        delete("b");
        put("b", "1");
        delete("b");
        compact(8);
        put("a", "6");
        Watcher watcher = watch(WatchRequest.of(b("a")).from(7));
        assertThat(seen(watcher)).containsExactly("compacted 8");
        assertThat(seen(watcher)).isEmpty();
        assertThat(hub.size()).isZero();
        assertThat(seen(watch(WatchRequest.of(b(""), b("\0")).from(8)))).containsExactly("8:-b", "9:a=6");
    }

    @Test
    void aWatcherThatKeepsUpIsNotHurtByACompactionOfWhatItHasYetToSee() {
        Watcher watcher = watch(WatchRequest.of(b("a")));
        for (int i = 1; i <= 5; i++) {
            put("a", "" + i);
        }
        compact(6);
        assertThat(seen(watcher)).containsExactly("2:+a=1", "3:a=2", "4:a=3", "5:a=4", "6:a=5");
    }

    @Test
    void forASlowWatcherABoundedAmountWaitsAndTheRestIsReadFromTheHistory() {
        hub = new WatchHub(store, new WatchHub.Limits(1 << 20, 1000, 1 << 20, 10));
        Watcher slow = watch(WatchRequest.of(b("a")));
        Watcher quick = watch(WatchRequest.of(b("a")));
        List<String> expected = new ArrayList<>();
        List<String> seenByQuick = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            put("a", "" + i);
            expected.add((i + 2) + ":" + (i == 0 ? "+" : "") + "a=" + i);
            seenByQuick.addAll(seen(quick));
            assertThat(slow.progress().isPresent()).isEqualTo(false);
        }
        assertThat(seenByQuick).isEqualTo(expected);
        assertThat(seen(slow)).isEqualTo(expected);
        put("a", "again");
        assertThat(seen(slow)).containsExactly("102:a=again");
    }

    @Test
    void howeverManySlowWatchersThereAreABoundedAmountWaitsForAllOfThemTogether() {
        int limitBytes = 2000;
        hub = new WatchHub(store, new WatchHub.Limits(1 << 20, 1000, limitBytes, 10));
        List<Watcher> slow = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            slow.add(watch(WatchRequest.of(b("key" + i))));
        }
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < slow.size(); i++) {
                put("key" + i, "" + round);
                hub.deliver();
                assertThat(hub.waitingBytes()).isBetween(1L, (long) limitBytes);
            }
        }
        Watcher closed = slow.removeFirst();
        closed.close();
        int first = 1;
        for (Watcher watcher : slow) {
            String key = "key" + first;
            assertThat(seen(watcher))
                    .containsExactly(
                            (first + 2) + ":+" + key + "=0",
                            (first + 22) + ":" + key + "=1",
                            (first + 42) + ":" + key + "=2");
            first++;
        }
        assertThat(hub.waitingBytes()).isZero();
    }

    @Test
    void aSlowWatcherWhoseNextRevisionIsCompactedSeesWhatWaitedAndThenItsEnd() {
        hub = new WatchHub(store, new WatchHub.Limits(1 << 20, 300, 1 << 20, 10));
        Watcher slow = watch(WatchRequest.of(b("a")));
        for (int i = 0; i < 20; i++) {
            put("a", "" + i);
        }
        hub.deliver();
        compact(15);
        assertThat(seen(slow)).containsExactly("2:+a=0", "3:a=1", "compacted 15");
    }

    @Test
    void whatIsAppliedFasterThanDeliveredIsReadFromTheHistory() {
        hub = new WatchHub(store, new WatchHub.Limits(1000, 1 << 20, 1 << 20, 10));
        Watcher watcher = watch(WatchRequest.of(b("a")));
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            put("a", "" + i);
            expected.add((i + 2) + ":" + (i == 0 ? "+" : "") + "a=" + i);
        }
        assertThat(seen(watcher)).isEqualTo(expected);
        put("a", "more");
        assertThat(seen(watcher)).containsExactly("52:a=more");
    }

    @Test
    void progressIsNeverAheadOfEventsAndNeverGoesBack() {
        put("b", "1");
        Watcher watcher = watch(WatchRequest.of(b("a")));
        assertThat(watcher.progress()).hasValue(2);
        put("b", "2");
        assertThat(watcher.progress()).hasValue(2);
        hub.deliver();
        assertThat(watcher.progress()).hasValue(3);
        put("a", "1");
        put("b", "3");
        assertThat(watcher.progress()).hasValue(3);
        hub.deliver();
        assertThat(watcher.progress()).as("an event waits").isEmpty();
        assertThat(seen(watcher)).hasSize(1);
        assertThat(watcher.progress()).hasValue(5);
        Watcher behind = watch(WatchRequest.of(b("a")).from(1));
        assertThat(behind.progress()).isEmpty();
        assertThat(seen(behind)).hasSize(1);
        assertThat(behind.progress()).hasValue(5);
        Watcher future = watch(WatchRequest.of(b("a")).from(100));
        assertThat(future.progress()).hasValue(5);
    }

    @Test
    void whoeverWaitsIsToldOnceThatThereIsSomething() {
        Watcher watcher = watch(WatchRequest.of(b("a")));
        put("b", "1");
        hub.deliver();
        assertThat(ready).isZero();
        put("a", "1");
        put("a", "2");
        hub.deliver();
        assertThat(ready).isEqualTo(1);
        assertThat(seen(watcher)).hasSize(2);
        watcher.close();
        put("a", "3");
        hub.deliver();
        assertThat(ready).isEqualTo(1);
        assertThat(watcher.poll()).isEmpty();
        assertThat(watcher.progress()).isEqualTo(OptionalLong.empty());
        assertThat(hub.size()).isZero();
    }

    @Test
    void aSnapshotThatReplacesTheStoreLosesNothing() {
        MvccStore other = MvccStore.open(new HeapStore());
        Watcher watcher = watch(WatchRequest.of(b("a")));
        Watcher future = watch(WatchRequest.of(b("a")).from(6));
        for (int i = 1; i <= 6; i++) {
            Command command = Put.of(b("a"), b("" + i));
            other.apply(List.of(LoggedCommand.of(i, command)), i);
            if (i <= 2) {
                store.apply(List.of(LoggedCommand.of(i, command)), i, hub::applied);
            }
        }
        Path checkpoint = temporary.resolve("checkpoint");
        other.checkpointTo(checkpoint);
        store.restoreFrom(checkpoint);
        hub.restored(store);
        assertThat(ready).isEqualTo(2);
        assertThat(seen(watcher)).containsExactly("2:+a=1", "3:a=2", "4:a=3", "5:a=4", "6:a=5", "7:a=6");
        assertThat(seen(future)).containsExactly("6:a=5", "7:a=6");
        put("a", "7");
        assertThat(seen(watcher)).containsExactly("8:a=7");
        assertThat(seen(future)).containsExactly("8:a=7");
    }

    @Test
    void aSnapshotThatHasCompactedWhatComesNextEndsTheWatcher() {
        Watcher watcher = watch(WatchRequest.of(b("a")));
        MvccStore other = MvccStore.open(new HeapStore());
        for (int i = 1; i <= 6; i++) {
            other.apply(List.of(LoggedCommand.of(i, Put.of(b("a"), b("" + i)))), i);
        }
        other.apply(List.of(LoggedCommand.of(7, new Compact(5, false))), 7);
        hub.restored(other);
        assertThat(seen(watcher)).containsExactly("compacted 5");
    }
}
