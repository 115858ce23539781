package io.quorate.kv;

import static io.quorate.kv.TestClient.b;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kv.Range.SortOrder;
import io.quorate.kv.Range.SortTarget;
import io.quorate.kv.Result.RangeResult;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a range answers, with each of its options. */
class RangeTest {
    private final TestClient client = TestClient.onHeap();

    /** Leaves c (created 2, modified 2), a (3, 6, version 2), b (4, 4), d deleted at 7. */
    @BeforeEach
    void fill() {
        client.put("c", "x");
        client.put("a", "y");
        client.put("b", "z");
        client.put("d", "w");
        client.put("a", "v");
        client.delete("d");
    }

    @Test
    void anEmptyRangeEndMeansTheOneKey() {
        assertThat(keys(client.range(Range.of(b("a"))))).containsExactly("a");
        assertThat(client.range(Range.of(b("d")))).isEqualTo(new RangeResult(7, List.of(), false, 0));
    }

    @Test
    void theDefaultOrderIsByKeyAscending() {
        assertThat(keys(client.range(Range.of(b("a"), b("c"))))).containsExactly("a", "b");
        assertThat(keys(client.range(Range.of(b("b"), b("\0"))))).containsExactly("b", "c");
        assertThat(keys(client.all())).containsExactly("a", "b", "c");
    }

    @Test
    void aRangeThatEndsBeforeItBeginsIsEmpty() {
        assertThat(client.range(Range.of(b("c"), b("a"))).count()).isZero();
        assertThat(client.range(Range.of(b("c"), b("c"))).count()).isZero();
    }

    @Test
    void theLimitCutsOffAndMoreAndCountTellOfTheRest() {
        RangeResult two = client.range(new Query().limit(2).range());
        assertThat(keys(two)).containsExactly("a", "b");
        assertThat(two.more()).isTrue();
        assertThat(two.count()).isEqualTo(3);
        RangeResult three = client.range(new Query().limit(3).range());
        assertThat(three.more()).isFalse();
        assertThat(three.count()).isEqualTo(3);
    }

    @Test
    void anotherSortTargetWithoutAnOrderIsAscending() {
        Range byMod = new Query().sort(SortOrder.NONE, SortTarget.MOD).range();
        assertThat(keys(client.range(byMod))).containsExactly("c", "b", "a");
    }

    @Test
    void aLimitWithATargetButNoOrderHasTheFirstKeysSortedAlone() {
        Range byMod = new Query().sort(SortOrder.NONE, SortTarget.MOD).limit(1).range();
        RangeResult one = client.range(byMod);
        assertThat(keys(one)).as("of a and b, not of all").containsExactly("b");
        assertThat(one.more()).isTrue();
        assertThat(one.count()).isEqualTo(3);
        Range ascending =
                new Query().sort(SortOrder.ASCEND, SortTarget.MOD).limit(1).range();
        assertThat(keys(client.range(ascending))).containsExactly("c");
    }

    @Test
    void pairsAreSortedByEachTargetInEitherOrder() {
        assertSorted(SortTarget.KEY, "a", "b", "c");
        assertSorted(SortTarget.CREATE, "c", "a", "b");
        assertSorted(SortTarget.MOD, "c", "b", "a");
        assertSorted(SortTarget.VALUE, "a", "c", "b");
        assertThat(keys(client.range(
                        new Query().sort(SortOrder.DESCEND, SortTarget.VERSION).range())))
                .startsWith("a");
    }

    @Test
    void theLimitIsAppliedAfterSortingAndFiltering() {
        RangeResult sorted = client.range(
                new Query().sort(SortOrder.DESCEND, SortTarget.KEY).limit(1).range());
        assertThat(keys(sorted)).containsExactly("c");
        assertThat(sorted.more()).isTrue();
        RangeResult filtered = client.range(new Query().minMod(3).limit(2).range());
        assertThat(keys(filtered)).containsExactly("a", "b");
        assertThat(filtered.more()).isFalse();
        assertThat(filtered.count()).isEqualTo(3);
    }

    @Test
    void filtersBoundModAndCreateRevisions() {
        assertThat(keys(client.range(new Query().minMod(4).range()))).containsExactly("a", "b");
        assertThat(keys(client.range(new Query().maxMod(4).range()))).containsExactly("b", "c");
        assertThat(keys(client.range(new Query().minCreate(3).range()))).containsExactly("a", "b");
        assertThat(keys(client.range(new Query().maxCreate(3).range()))).containsExactly("a", "c");
    }

    @Test
    void countOnlyAnswersTheCountAlone() {
        Range all = Range.of(b("a"), b("\0"));
        assertThat(client.range(new Query().countOnly().limit(1).range()))
                .isEqualTo(new RangeResult(7, List.of(), false, 3));
        assertThat(client.range(all).count()).isEqualTo(3);
    }

    @Test
    void keysOnlyAnswersEmptyValuesAndAllElseAndStillSortsByValue() {
        RangeResult plain = client.range(new Query().keysOnly().range());
        assertThat(plain.kvs().getFirst()).isEqualTo(new KeyValue(b("a"), 3, 6, 2, Bytes.empty(), 0));
        RangeResult sorted = client.range(
                new Query().keysOnly().sort(SortOrder.ASCEND, SortTarget.VALUE).range());
        assertThat(keys(sorted)).containsExactly("a", "c", "b");
        assertThat(sorted.kvs()).allMatch(kv -> kv.value().isEmpty());
    }

    @Test
    void anOldRevisionIsReadAsItWas() {
        assertThat(client.range(Range.of(b("a")).atRevision(5)).kvs())
                .containsExactly(new KeyValue(b("a"), 3, 3, 1, b("y"), 0));
        RangeResult before = client.range(Range.of(b("a"), b("\0")).atRevision(6));
        assertThat(keys(before)).containsExactly("a", "b", "c", "d");
        assertThat(before.revision()).isEqualTo(7);
        assertThat(keys(client.range(Range.of(b("a"), b("\0")).atRevision(1)))).isEmpty();
    }

    @Test
    void aFutureRevisionIsRefused() {
        assertThat(client.rejected(Range.of(b("a")).atRevision(8))).isEqualTo(KvError.FUTURE_REVISION);
    }

    @Test
    void anEmptyKeyIsRefused() {
        assertThat(client.rejected(Range.of(Bytes.empty(), b("\0")))).isEqualTo(KvError.KEY_NOT_PROVIDED);
    }

    @Test
    void keysWithManyVersionsAreWalkedOverAtEveryRevision() {
        TestClient busy = TestClient.onHeap();
        for (int i = 0; i < 50; i++) {
            busy.put("k" + i % 3, "v" + i);
        }
        for (long revision = 4; revision <= 51; revision++) {
            RangeResult then = busy.range(Range.of(b("a"), b("\0")).atRevision(revision));
            long newest = revision;
            assertThat(then.kvs()).hasSize(3).anyMatch(kv -> kv.modRevision() == newest);
            assertThat(then.kvs()).allMatch(kv -> kv.modRevision() > newest - 3 && kv.modRevision() <= newest);
        }
    }

    private void assertSorted(SortTarget target, String... ascending) {
        RangeResult up = client.range(new Query().sort(SortOrder.ASCEND, target).range());
        assertThat(keys(up)).containsExactly(ascending);
        RangeResult down =
                client.range(new Query().sort(SortOrder.DESCEND, target).range());
        assertThat(keys(down)).containsExactlyElementsOf(List.of(ascending).reversed());
    }

    private static List<String> keys(RangeResult result) {
        return result.kvs().stream().map(kv -> kv.key().toUtf8()).toList();
    }

    /** A range over everything, with some options. */
    private static final class Query {
        private long limit;
        private SortOrder order = SortOrder.NONE;
        private SortTarget target = SortTarget.KEY;
        private boolean keysOnly;
        private boolean countOnly;
        private final long[] bounds = new long[4];

        Query limit(long value) {
            limit = value;
            return this;
        }

        Query sort(SortOrder newOrder, SortTarget newTarget) {
            order = newOrder;
            target = newTarget;
            return this;
        }

        Query keysOnly() {
            keysOnly = true;
            return this;
        }

        Query countOnly() {
            countOnly = true;
            return this;
        }

        Query minMod(long value) {
            bounds[0] = value;
            return this;
        }

        Query maxMod(long value) {
            bounds[1] = value;
            return this;
        }

        Query minCreate(long value) {
            bounds[2] = value;
            return this;
        }

        Query maxCreate(long value) {
            bounds[3] = value;
            return this;
        }

        Range range() {
            return new Range(
                    b("a"), b("\0"), limit, 0, order, target, false, keysOnly, countOnly, bounds[0], bounds[1],
                    bounds[2], bounds[3]);
        }
    }
}
