package io.quorate.kv;

import static io.quorate.kv.TestClient.b;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The history has many changes in one record, and each of them is found and removed as if it had its own. */
class HistoryRecordTest {
    private static final WatchRequest EVERYTHING =
            WatchRequest.of(Bytes.wrap(new byte[] {0}), Bytes.wrap(new byte[] {0}));

    private final HeapStore ordered = new HeapStore();
    private final TestClient client = new TestClient(MvccStore.open(ordered));

    @Test
    void aBatchOfChangesIsAFewRecords() {
        applyTogether(puts(200));
        assertThat(records()).extracting(record -> record.changes().size()).containsExactly(64, 64, 64, 8);
        client.apply(new Txn(List.of(), List.of(Put.of(b("a"), b("")), Put.of(b("b"), b(""))), List.of()));
        HistoryRecord last = records().getLast();
        assertThat(last.place()).isEqualTo(Bytes.wrap(StoreKeys.historyRecord(202, 1)));
        assertThat(last.changes())
                .containsExactly(new HistoryRecord.Change(202, 0, b("a")), new HistoryRecord.Change(202, 1, b("b")));
    }

    @Test
    void aRecordDoesNotGrowBeyondALimitHoweverLongItsKeysAre() {
        Bytes longKey = Bytes.wrap(new byte[3000]);
        applyTogether(List.of(Put.of(longKey, b("1")), Put.of(longKey, b("2")), Put.of(longKey, b("3"))));
        assertThat(records()).extracting(record -> record.changes().size()).containsExactly(2, 1);
    }

    @Test
    void theHistoryCanBeReadFromEachRevision() {
        applyTogether(puts(150));
        client.apply(new Txn(
                List.of(),
                List.of(DeleteRange.of(b("key1")), Put.of(b("a"), b("")), Put.of(b("b"), b(""))),
                List.of()));
        List<RevisionEvents> all = historyFrom(1);
        assertThat(all)
                .extracting(RevisionEvents::revision)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(2, 152).mapToObj(Long::valueOf).toList());
        assertThat(all.getLast().events()).hasSize(3);
        for (int from = 2; from <= 153; from++) {
            assertThat(historyFrom(from)).isEqualTo(all.subList(from - 2, all.size()));
        }
    }

    @Test
    void aCompactionWithinARecordRemovesWhatIsBeforeItAndNothingElse() {
        for (int compacted = 2; compacted <= 72; compacted += 7) {
            HeapStore store = new HeapStore();
            TestClient compacting = new TestClient(MvccStore.open(store));
            applyTogether(compacting, puts(70));
            List<RevisionEvents> all = historyFrom(compacting, 1);
            compacting.apply(new Compact(Math.min(compacted, 71), true));
            compacting.removeAllCompacted();
            long first = Math.min(compacted, 71);
            List<RevisionEvents> left = historyFrom(compacting, first);
            assertThat(left).isEqualTo(all.subList((int) first - 2, all.size()));
            assertThat(records(store).stream()
                            .mapToInt(record -> record.changes().size())
                            .sum())
                    .isEqualTo(left.size());
            assertThat(compacting.store.removeCompacted()).isFalse();
        }
    }

    /** As the releases before this format have written it. */
    @Test
    void aStoreOfTheFirstFormatIsReadAndWrittenOnAndRefusedByThoseThatWroteIt() {
        applyTogether(puts(100));
        HeapStore earlier = ordered.copy();
        toFirstFormat(earlier);
        TestClient opened = new TestClient(MvccStore.open(earlier));
        assertThat(historyFrom(opened, 1)).isEqualTo(historyFrom(1));
        assertThat(format(earlier)).isEqualTo(1);
        for (TestClient each : List.of(client, opened)) {
            applyTogether(each, puts(100));
            each.apply(new Compact(50, true));
            each.removeAllCompacted();
        }
        assertThat(format(earlier)).isEqualTo(2);
        assertThat(historyFrom(opened, 50)).isEqualTo(historyFrom(50)).hasSize(152);
        client.apply(new Compact(150, true));
        client.removeAllCompacted();
        opened.apply(new Compact(150, true));
        opened.removeAllCompacted();
        assertThat(historyFrom(opened, 150)).isEqualTo(historyFrom(150)).hasSize(52);
        assertThat(opened.store.hash()).isEqualTo(client.store.hash());
    }

    @Test
    void aRecordThatIsNoneIsRefused() {
        for (byte[] value : List.of(new byte[0], new byte[] {2}, new byte[] {2, 0}, new byte[] {2, 0, 0, 5, 1})) {
            WriteBatch batch = new WriteBatch();
            batch.put(StoreKeys.historyRecord(2, 0), value);
            ordered.write(batch);
            assertThatThrownBy(this::records)
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("the store holds history that cannot be read");
        }
    }

    private static void toFirstFormat(HeapStore store) {
        WriteBatch batch = new WriteBatch();
        for (HistoryRecord record : records(store)) {
            batch.delete(record.place().toByteArray());
            for (HistoryRecord.Change change : record.changes()) {
                batch.put(
                        StoreKeys.history(change.revision(), change.sub()),
                        change.key().toByteArray());
            }
        }
        batch.put(StoreKeys.FORMAT, StoreKeys.number(1));
        store.write(batch);
    }

    private static long format(HeapStore store) {
        return StoreKeys.number(store.get(StoreKeys.FORMAT).orElseThrow(), 0);
    }

    private static List<Put> puts(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> Put.of(b("key" + i % 7), b("value" + i)))
                .toList();
    }

    private void applyTogether(List<Put> puts) {
        applyTogether(client, puts);
    }

    private static void applyTogether(TestClient client, List<Put> puts) {
        List<LoggedCommand> batch = new ArrayList<>();
        long index = client.store.appliedIndex();
        for (Put put : puts) {
            batch.add(LoggedCommand.of(++index, put));
        }
        client.store.apply(batch, index);
    }

    private List<RevisionEvents> historyFrom(long revision) {
        return historyFrom(client, revision);
    }

    private static List<RevisionEvents> historyFrom(TestClient client, long revision) {
        return client.store.history(EVERYTHING, revision, 1000).orElseThrow().revisions();
    }

    private List<HistoryRecord> records() {
        return records(ordered);
    }

    private static List<HistoryRecord> records(HeapStore store) {
        List<HistoryRecord> records = new ArrayList<>();
        try (OrderedStore.Cursor cursor = store.cursor()) {
            for (cursor.seek(StoreKeys.history(0, 0)); HistoryRecord.isAt(cursor); cursor.next()) {
                records.add(HistoryRecord.at(cursor));
            }
        }
        return records;
    }
}
