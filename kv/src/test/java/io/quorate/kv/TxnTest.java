package io.quorate.kv;

import static io.quorate.kv.TestClient.b;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.kv.Compare.Outcome;
import io.quorate.kv.Result.DeleteRangeResult;
import io.quorate.kv.Result.PutResult;
import io.quorate.kv.Result.RangeResult;
import io.quorate.kv.Result.Rejected;
import io.quorate.kv.Result.TxnResult;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The rules of transactions, as etcd has them. */
class TxnTest {
    private final TestClient client = TestClient.onHeap();

    @Test
    void allChangesOfATransactionHaveOneRevision() {
        TxnResult result = client.txn(List.of(), List.of(put("a", "1"), put("b", "2"), put("c", "3")), List.of());
        assertThat(result.revision()).isEqualTo(2);
        assertThat(result.succeeded()).isTrue();
        assertThat(client.all().kvs()).hasSize(3).allMatch(kv -> kv.modRevision() == 2 && kv.createRevision() == 2);
    }

    @Test
    void aTransactionWithoutChangesDoesNotRaiseTheRevision() {
        client.put("a", "1");
        assertThat(client.txn(List.of(), List.of(DeleteRange.of(b("x"))), List.of()))
                .isEqualTo(new TxnResult(2, true, List.of(new DeleteRangeResult(2, 0, List.of()))));
        assertThat(client.store.currentRevision()).isEqualTo(2);
    }

    @Test
    void theFailureBranchIsTakenIfAnyCompareFails() {
        client.put("a", "1");
        TxnResult result = client.txn(
                List.of(version("a", Outcome.EQUAL, 1), version("a", Outcome.GREATER, 1)),
                List.of(put("a", "yes")),
                List.of(put("a", "no")));
        assertThat(result.succeeded()).isFalse();
        assertThat(client.get("a").value()).isEqualTo(b("no"));
    }

    @Test
    void rangesSeeEarlierWritesOfTheTransaction() {
        client.put("a", "1");
        TxnResult result = client.txn(
                List.of(),
                List.of(
                        Range.of(b("a"), b("\0")),
                        put("b", "2"),
                        Range.of(b("a"), b("\0")),
                        DeleteRange.of(b("a")),
                        Range.of(b("a"), b("\0")),
                        Range.of(b("a")).atRevision(2)),
                List.of());
        KeyValue a = new KeyValue(b("a"), 2, 2, 1, b("1"), 0);
        KeyValue two = new KeyValue(b("b"), 3, 3, 1, b("2"), 0);
        assertThat(result.responses())
                .containsExactly(
                        new RangeResult(2, List.of(a), false, 1),
                        new PutResult(3, Optional.empty()),
                        new RangeResult(3, List.of(a, two), false, 2),
                        new DeleteRangeResult(3, 1, List.of()),
                        new RangeResult(3, List.of(two), false, 1),
                        new RangeResult(3, List.of(a), false, 1));
    }

    @Test
    void aDeleteThatFindsNothingCarriesTheTransactionsRevisionOnceSomethingHasChanged() {
        TxnResult result = client.txn(
                List.of(), List.of(DeleteRange.of(b("x")), put("a", "1"), DeleteRange.of(b("y"))), List.of());
        assertThat(result.responses())
                .containsExactly(
                        new DeleteRangeResult(1, 0, List.of()),
                        new PutResult(2, Optional.empty()),
                        new DeleteRangeResult(2, 0, List.of()));
    }

    @Test
    void aPairThatIsPutAndThenDeletedInOneTransactionIsGone() {
        client.txn(
                List.of(),
                List.of(nested(List.of(), put("a", "1")), nested(List.of(), DeleteRange.of(b("a")))),
                List.of());
        assertThat(client.store.currentRevision()).isEqualTo(2);
        assertThat(client.all().count()).isZero();
        client.put("a", "2");
        assertThat(client.get("a").version()).isEqualTo(1);
    }

    @Test
    void nestedComparesSeeTheStoreAsItWasBeforeTheTransaction() {
        client.put("a", "1");
        TxnResult result = client.txn(
                List.of(),
                List.of(
                        put("a", "2"),
                        new Txn(
                                List.of(value("a", "1")),
                                List.of(put("b", "old seen")),
                                List.of(put("b", "new seen")))),
                List.of());
        assertThat(((TxnResult) result.responses().get(1)).succeeded()).isTrue();
        assertThat(client.get("b").value()).isEqualTo(b("old seen"));
        assertThat(client.get("b").modRevision()).isEqualTo(3);
    }

    @Test
    void aNestedAnswerCarriesNoRevisionOfItsOwn() {
        TxnResult result = client.txn(List.of(), List.of(nested(List.of(), put("a", "1"))), List.of());
        assertThat(result)
                .isEqualTo(new TxnResult(
                        2, true, List.of(new TxnResult(0, true, List.of(new PutResult(2, Optional.empty()))))));
    }

    @Test
    void aMissingKeyBehavesAsZerosButHasNoValue() {
        assertThat(succeeds(version("x", Outcome.EQUAL, 0))).isTrue();
        assertThat(succeeds(version("x", Outcome.LESS, 1))).isTrue();
        assertThat(succeeds(on("x", new Compare.CreateRevision(0), Outcome.EQUAL)))
                .isTrue();
        assertThat(succeeds(on("x", new Compare.ModRevision(0), Outcome.EQUAL))).isTrue();
        assertThat(succeeds(on("x", new Compare.Lease(0), Outcome.EQUAL))).isTrue();
        for (Outcome outcome : Outcome.values()) {
            assertThat(succeeds(on("x", new Compare.Value(Bytes.empty()), outcome)))
                    .isFalse();
        }
    }

    @Test
    void eachTargetIsComparedInEachWay() {
        client.put("z", "");
        client.put("a", "m");
        client.put("a", "m"); // created 3, modified 4, version 2
        assertCompares(new Compare.CreateRevision(2), new Compare.CreateRevision(3), new Compare.CreateRevision(4));
        assertCompares(new Compare.ModRevision(3), new Compare.ModRevision(4), new Compare.ModRevision(5));
        assertCompares(new Compare.Version(1), new Compare.Version(2), new Compare.Version(3));
        assertCompares(new Compare.Lease(-1), new Compare.Lease(0), new Compare.Lease(1));
        assertCompares(new Compare.Value(b("l")), new Compare.Value(b("m")), new Compare.Value(b("ma")));
    }

    @Test
    void everyKeyOfARangeMustSatisfyTheCompareAndAnEmptyRangeIsAMissingKey() {
        client.put("a", "1");
        client.put("b", "1");
        client.put("c", "2");
        Compare.Target one = new Compare.Value(b("1"));
        assertThat(succeeds(new Compare(b("a"), b("c"), one, Outcome.EQUAL))).isTrue();
        assertThat(succeeds(new Compare(b("a"), b("\0"), one, Outcome.EQUAL))).isFalse();
        assertThat(succeeds(new Compare(b("x"), b("\0"), one, Outcome.NOT_EQUAL)))
                .isFalse();
        assertThat(succeeds(new Compare(b("x"), b("\0"), new Compare.Version(0), Outcome.EQUAL)))
                .isTrue();
    }

    @Test
    void anErrorInThePathTakenRejectsTheEntireTransaction() {
        client.put("a", "1");
        Put keeping = new Put(b("x"), Bytes.empty(), 0, false, true, false);
        Operation future = Range.of(b("a")).atRevision(3);
        assertThat(client.rejected(new Txn(List.of(), List.of(put("b", "1"), keeping), List.of())))
                .isEqualTo(KvError.KEY_NOT_FOUND);
        assertThat(client.rejected(new Txn(List.of(), List.of(put("b", "1"), nested(List.of(), future)), List.of())))
                .isEqualTo(KvError.FUTURE_REVISION);
        assertThat(client.rejected(new Txn(
                        List.of(), List.of(put("b", "1"), new Put(b("c"), b(""), 9, false, false, false)), List.of())))
                .isEqualTo(KvError.LEASE_NOT_FOUND);
        assertThat(client.store.currentRevision()).isEqualTo(2);
        assertThat(client.txn(List.of(), List.of(put("b", "1")), List.of(keeping, future))
                        .succeeded())
                .isTrue();
    }

    @Test
    void aRangeAtACompactedRevisionRejectsTheEntireTransaction() {
        client.put("a", "1");
        client.put("a", "2");
        client.apply(new Compact(3, false));
        Operation old = Range.of(b("a")).atRevision(2);
        assertThat(client.rejected(new Txn(List.of(), List.of(put("b", "1"), old), List.of())))
                .isEqualTo(KvError.COMPACTED);
        assertThat(client.store.read(new Txn(List.of(), List.of(old), List.of())))
                .isEqualTo(new Rejected(KvError.COMPACTED));
        Range negative = Range.of(b("a")).atRevision(-2);
        assertThat(client.store.read(new Txn(List.of(), List.of(negative), List.of())))
                .as("as in etcd, this is older than what is compacted")
                .isEqualTo(new Rejected(KvError.COMPACTED));
        assertThat(client.store.range(negative))
                .as("alone it means the current revision")
                .isInstanceOf(RangeResult.class);
    }

    @Test
    void aKeyThatIsWrittenTwiceIsRefusedAlsoIfNobodyJudgedTheEntryBefore() {
        assertThat(client.rejected(new Txn(List.of(), List.of(put("a", "1"), put("a", "2")), List.of())))
                .isEqualTo(KvError.DUPLICATE_KEY);
        assertThat(client.store.currentRevision()).isEqualTo(1);
    }

    @Test
    void aTransactionThatOnlyReadsIsReadAtOneRevision() {
        client.put("a", "1");
        Txn txn = new Txn(
                List.of(value("a", "1")),
                List.of(Range.of(b("a")), new Txn(List.of(), List.of(Range.of(b("b"))), List.of())),
                List.of());
        assertThat(txn.isReadOnly()).isTrue();
        assertThat(client.store.read(txn))
                .isEqualTo(new TxnResult(
                        2,
                        true,
                        List.of(
                                new RangeResult(2, List.of(new KeyValue(b("a"), 2, 2, 1, b("1"), 0)), false, 1),
                                new TxnResult(0, true, List.of(new RangeResult(2, List.of(), false, 0))))));
        Txn writing = new Txn(List.of(), List.of(), List.of(nested(List.of(), put("a", "1"))));
        assertThatThrownBy(() -> client.store.read(writing)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aTransactionIsSerializableOnlyIfAllItsRangesAre() {
        Range here = new Range(
                b("a"), b(""), 0, 0, Range.SortOrder.NONE, Range.SortTarget.KEY, true, false, false, 0, 0, 0, 0);
        assertThat(new Txn(List.of(), List.of(here), List.of(nested(List.of(), here))).isSerializable())
                .isTrue();
        assertThat(new Txn(List.of(), List.of(here), List.of(nested(List.of(), Range.of(b("a"))))).isSerializable())
                .isFalse();
    }

    private void assertCompares(Compare.Target below, Compare.Target same, Compare.Target above) {
        assertThat(succeeds(on("a", below, Outcome.GREATER))).isTrue();
        assertThat(succeeds(on("a", same, Outcome.GREATER))).isFalse();
        assertThat(succeeds(on("a", same, Outcome.EQUAL))).isTrue();
        assertThat(succeeds(on("a", above, Outcome.EQUAL))).isFalse();
        assertThat(succeeds(on("a", above, Outcome.LESS))).isTrue();
        assertThat(succeeds(on("a", same, Outcome.LESS))).isFalse();
        assertThat(succeeds(on("a", below, Outcome.NOT_EQUAL))).isTrue();
        assertThat(succeeds(on("a", same, Outcome.NOT_EQUAL))).isFalse();
    }

    private boolean succeeds(Compare compare) {
        return ((TxnResult) client.store.read(new Txn(List.of(compare), List.of(), List.of()))).succeeded();
    }

    private static Operation put(String key, String value) {
        return Put.of(b(key), b(value));
    }

    private static Operation nested(List<Compare> compares, Operation operation) {
        return new Txn(compares, List.of(operation), List.of());
    }

    private static Compare on(String key, Compare.Target target, Outcome outcome) {
        return Compare.of(b(key), target, outcome);
    }

    private static Compare version(String key, Outcome outcome, long version) {
        return on(key, new Compare.Version(version), outcome);
    }

    private static Compare value(String key, String value) {
        return on(key, new Compare.Value(b(value)), Outcome.EQUAL);
    }
}
