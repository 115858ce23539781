package io.quorate.kv;

import static io.quorate.kv.TestClient.b;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kv.Result.DeleteRangeResult;
import io.quorate.kv.Result.PutResult;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The rules of revisions and versions, as etcd has them. */
class PutAndDeleteTest {
    private final TestClient client = TestClient.onHeap();

    @Test
    void revisionStartsAtOneOnAnEmptyStoreAndTheFirstWriteGivesTwo() {
        assertThat(client.store.currentRevision()).isEqualTo(1);
        assertThat(client.all().revision()).isEqualTo(1);
        assertThat(client.put("a", "1").revision()).isEqualTo(2);
        assertThat(client.store.currentRevision()).isEqualTo(2);
    }

    @Test
    void eachWriteRaisesTheRevisionByExactlyOne() {
        client.put("a", "1");
        client.put("a", "1");
        assertThat(client.put("b", "1").revision()).isEqualTo(4);
        assertThat(client.delete("a").revision()).isEqualTo(5);
    }

    @Test
    void deletingNothingDoesNotRaiseTheRevision() {
        client.put("a", "1");
        assertThat(client.delete("b")).isEqualTo(new DeleteRangeResult(2, 0, List.of()));
        assertThat(client.store.currentRevision()).isEqualTo(2);
    }

    @Test
    void putKeepsTheCreateRevisionOfALiveKeyAndRaisesItsVersion() {
        client.put("a", "1");
        client.put("b", "1");
        client.put("a", "2");
        assertThat(client.get("a")).isEqualTo(new KeyValue(b("a"), 2, 4, 2, b("2"), 0));
    }

    @Test
    void putAfterADeleteCreatesTheKeyAnewWithVersionOne() {
        client.put("a", "1");
        client.put("a", "2");
        client.delete("a");
        client.put("a", "3");
        assertThat(client.get("a")).isEqualTo(new KeyValue(b("a"), 5, 5, 1, b("3"), 0));
    }

    @Test
    void putAnswersThePairBeforeOnlyWhenAsked() {
        Put asking = new Put(b("a"), b("1"), 0, true, false, false);
        assertThat(client.apply(asking)).isEqualTo(new PutResult(2, Optional.empty()));
        assertThat(client.apply(asking))
                .isEqualTo(new PutResult(3, Optional.of(new KeyValue(b("a"), 2, 2, 1, b("1"), 0))));
        assertThat(client.put("a", "2").prev()).isEmpty();
    }

    @Test
    void ignoreValueKeepsTheValueAndNeedsAnExistingKey() {
        Put keeping = new Put(b("a"), Bytes.empty(), 0, false, true, false);
        assertThat(client.rejected(keeping)).isEqualTo(KvError.KEY_NOT_FOUND);
        client.put("a", "1");
        client.apply(keeping);
        assertThat(client.get("a")).isEqualTo(new KeyValue(b("a"), 2, 3, 2, b("1"), 0));
        client.delete("a");
        assertThat(client.rejected(keeping)).isEqualTo(KvError.KEY_NOT_FOUND);
        assertThat(client.store.currentRevision()).isEqualTo(4);
    }

    @Test
    void ignoreLeaseNeedsAnExistingKey() {
        Put keeping = new Put(b("a"), b("2"), 0, false, false, true);
        assertThat(client.rejected(keeping)).isEqualTo(KvError.KEY_NOT_FOUND);
        client.put("a", "1");
        client.apply(keeping);
        assertThat(client.get("a").value()).isEqualTo(b("2"));
    }

    @Test
    void anUnknownLeaseIsRefused() {
        assertThat(client.rejected(new Put(b("a"), b("1"), 7, false, false, false)))
                .isEqualTo(KvError.LEASE_NOT_FOUND);
        assertThat(client.all().count()).isZero();
    }

    @Test
    void anEntryThatNobodyJudgedBeforeIsRefusedWhenApplied() {
        assertThat(client.rejected(Put.of(Bytes.empty(), b("1")))).isEqualTo(KvError.KEY_NOT_PROVIDED);
        assertThat(client.rejected(DeleteRange.of(Bytes.empty()))).isEqualTo(KvError.KEY_NOT_PROVIDED);
        assertThat(client.rejected(new Put(b("a"), b("1"), 0, false, true, false)))
                .isEqualTo(KvError.VALUE_PROVIDED);
        assertThat(client.rejected(new Put(b("a"), b("1"), 1, false, false, true)))
                .isEqualTo(KvError.LEASE_PROVIDED);
        assertThat(client.store.currentRevision()).isEqualTo(1);
    }

    @Test
    void deleteOfARangeIsOneRevisionAndAnswersThePairsBeforeWhenAsked() {
        client.put("a", "1");
        client.put("b", "2");
        client.put("c", "3");
        DeleteRangeResult result = (DeleteRangeResult) client.apply(new DeleteRange(b("a"), b("c"), true));
        assertThat(result.revision()).isEqualTo(5);
        assertThat(result.deleted()).isEqualTo(2);
        assertThat(result.prevKvs())
                .containsExactly(new KeyValue(b("a"), 2, 2, 1, b("1"), 0), new KeyValue(b("b"), 3, 3, 1, b("2"), 0));
        assertThat(client.all().kvs()).extracting(KeyValue::key).containsExactly(b("c"));
    }

    @Test
    void deleteFromAKeyOnReachesToTheEndOfTheKeyspace() {
        client.put("a", "1");
        client.put("b", "2");
        client.put("zz", "3");
        assertThat(((DeleteRangeResult) client.apply(DeleteRange.of(b("b"), b("\0")))).deleted())
                .isEqualTo(2);
        assertThat(client.all().count()).isEqualTo(1);
    }

    @Test
    void keysThatHoldZeroBytesOrBeginWithEachOtherAreKeptApart() {
        List<Bytes> keys = List.of(
                Bytes.wrap(new byte[] {0}),
                Bytes.wrap(new byte[] {0, 0}),
                Bytes.wrap(new byte[] {0, 1}),
                Bytes.wrap(new byte[] {0, (byte) 0xff}),
                Bytes.wrap(new byte[] {1}),
                Bytes.wrap(new byte[] {1, 0}),
                Bytes.wrap(new byte[] {1, 0, 1}),
                Bytes.wrap(new byte[] {1, 1}),
                Bytes.wrap(new byte[] {(byte) 0xff}),
                Bytes.wrap(new byte[] {(byte) 0xff, 0}));
        for (int i = keys.size() - 1; i >= 0; i--) {
            client.apply(Put.of(keys.get(i), keys.get(i)));
        }
        assertThat(client.all().kvs()).extracting(KeyValue::key).containsExactlyElementsOf(keys);
        assertThat(client.range(Range.of(keys.get(3), keys.get(7))).kvs())
                .extracting(KeyValue::value)
                .containsExactlyElementsOf(keys.subList(3, 7));
        for (Bytes key : keys) {
            assertThat(client.range(Range.of(key)).kvs())
                    .extracting(KeyValue::value)
                    .containsExactly(key);
        }
    }

    @Test
    void commandsOfOneBatchSeeEachOther() {
        List<Result> results = client.store.apply(
                List.of(
                        LoggedCommand.of(1, Put.of(b("a"), b("1"))),
                        LoggedCommand.of(2, new Put(b("a"), b("2"), 0, true, false, false)),
                        LoggedCommand.of(4, DeleteRange.of(b("a"))),
                        LoggedCommand.of(5, Put.of(b("a"), b("3")))),
                7);
        assertThat(results)
                .containsExactly(
                        new PutResult(2, Optional.empty()),
                        new PutResult(3, Optional.of(new KeyValue(b("a"), 2, 2, 1, b("1"), 0))),
                        new DeleteRangeResult(4, 1, List.of()),
                        new PutResult(5, Optional.empty()));
        assertThat(client.get("a")).isEqualTo(new KeyValue(b("a"), 5, 5, 1, b("3"), 0));
        assertThat(client.store.appliedIndex()).isEqualTo(7);
    }
}
