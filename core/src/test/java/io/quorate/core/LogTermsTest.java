package io.quorate.core;

import static io.quorate.core.CoreUnderTest.batch;
import static io.quorate.core.CoreUnderTest.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.EntryBatch.TermRun;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LogTermsTest {

    private static LogTerms log(long... terms) {
        return new LogTerms(EntryId.ORIGIN, batch(1, terms));
    }

    @Test
    void anEmptyLogEndsWhereItBegins() {
        LogTerms log = new LogTerms(id(3, 9), EntryBatch.empty(10));
        assertThat(log.last()).isEqualTo(id(3, 9));
        assertThat(log.matches(id(3, 9))).isTrue();
        assertThat(log.matches(id(3, 10))).isFalse();
    }

    @Test
    void theHintSkipsEntriesOfLaterTerms() {
        LogTerms log = log(1, 1, 2, 2, 4, 4);
        assertThat(log.lastAtOrBelow(6, 4)).isEqualTo(id(4, 6));
        assertThat(log.lastAtOrBelow(6, 3)).isEqualTo(id(2, 4));
        assertThat(log.lastAtOrBelow(3, 2)).isEqualTo(id(2, 3));
        assertThat(log.lastAtOrBelow(99, 1)).isEqualTo(id(1, 2));
        assertThat(log.lastAtOrBelow(6, 0)).isEqualTo(EntryId.ORIGIN);
    }

    @Test
    void whatWasDroppedBeforeItWasSyncedIsInDoubtWhenItComesBackUntilWhatFollowsItIsDurable() {
        LogTerms log = log(1);
        log.append(2, 3);
        log.truncateFrom(2);
        log.append(3, 2);
        log.truncateFrom(2);
        log.append(2, 3);
        log.append(4, 4);
        assertThat(log.synced(id(2, 2))).as("of the first time").isFalse();
        assertThat(log.synced(id(2, 3))).as("of the first time").isFalse();
        assertThat(log.synced(id(3, 2))).as("dropped").isFalse();
        assertThat(log.syncedIndex()).isEqualTo(1);
        assertThat(log.synced(id(4, 4))).isTrue();
        assertThat(log.syncedIndex()).isEqualTo(4);
    }

    @Test
    void otherEntriesThanThoseThatWereDroppedAreInNoDoubtWhateverTheirTerm() {
        LogTerms log = log(1);
        log.append(5, 3);
        log.truncateFrom(2);
        log.append(4, 2);
        log.append(4, 3);
        assertThat(log.synced(id(4, 3))).isTrue();
        assertThat(log.syncedIndex()).isEqualTo(3);
    }

    @Test
    void aDoubtEndsWhenSomethingIsDurableThatWasWrittenAfterIt() {
        LogTerms log = log(1);
        log.append(2, 4);
        log.truncateFrom(3);
        log.append(3, 3);
        assertThat(log.synced(id(2, 2))).as("written before the drop").isTrue();
        log.truncateFrom(3);
        log.append(4, 3);
        assertThat(log.synced(id(4, 3))).isTrue();
        log.truncateFrom(3);
        log.append(3, 3);
        assertThat(log.synced(id(3, 3))).as("written anew").isTrue();
    }

    @Test
    void whatWasSyncedBeforeItWasDroppedRaisesNone() {
        LogTerms log = log(1, 2, 2);
        log.truncateFrom(2);
        assertThat(log.syncedIndex()).isEqualTo(1);
        log.append(1, 2);
        assertThat(log.synced(id(1, 2))).isTrue();
    }

    @Test
    void aSnapshotAheadOfTheLogRaisesNoDoubtAboutWhatFollows() {
        LogTerms log = log(1);
        log.append(1, 3);
        log.resetTo(id(1, 9));
        log.append(1, 10);
        assertThat(log.synced(id(1, 3))).isFalse();
        assertThat(log.synced(id(1, 10))).isTrue();
    }

    @Test
    void appendingOutOfOrderIsABrokenInvariant() {
        assertThatThrownBy(() -> log(1, 2).append(1, 3)).isInstanceOf(BrokenInvariantException.class);
        assertThatThrownBy(() -> log(1, 2).append(2, 2)).isInstanceOf(BrokenInvariantException.class);
        assertThatThrownBy(() -> log(1, 2).truncateFrom(3)).isInstanceOf(BrokenInvariantException.class);
        assertThatThrownBy(() -> log(1, 2).compactTo(3)).isInstanceOf(BrokenInvariantException.class);
    }

    /** The runs say what a plain list of terms says. */
    @Test
    void theRunsEqualAListOfTerms() {
        for (long seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            LogTerms log = log();
            List<Long> terms = new ArrayList<>();
            long start = 0;
            long startTerm = 0;
            for (int i = 0; i < 200; i++) {
                long last = start + terms.size();
                long lastTerm = terms.isEmpty() ? startTerm : terms.getLast();
                switch (random.nextInt(6)) {
                    case 0 -> {
                        if (!terms.isEmpty()) {
                            int keep = random.nextInt(terms.size());
                            log.truncateFrom(start + keep + 1);
                            terms.subList(keep, terms.size()).clear();
                        }
                    }
                    case 1 -> {
                        int drop = random.nextInt(terms.size() + 1) / 2;
                        startTerm = drop == 0 ? startTerm : terms.get(drop - 1);
                        terms.subList(0, drop).clear();
                        start += drop;
                        log.compactTo(start);
                    }
                    default -> {
                        int count = random.nextInt(1, 5);
                        long term = Math.max(1, lastTerm + random.nextInt(2));
                        log.append(term, last + count);
                        for (int entry = 0; entry < count; entry++) {
                            terms.add(term);
                        }
                    }
                }
                compare(seed, log, start, startTerm, terms, random);
            }
        }
    }

    private static void compare(
            long seed, LogTerms log, long start, long startTerm, List<Long> terms, SplittableRandom random) {
        long last = start + terms.size();
        assertThat(log.start()).as("seed %d", seed).isEqualTo(id(startTerm, start));
        assertThat(log.lastIndex()).as("seed %d", seed).isEqualTo(last);
        for (long index = start + 1; index <= last; index++) {
            assertThat(log.termAt(index)).as("seed %d", seed).isEqualTo(terms.get((int) (index - start - 1)));
        }
        if (!terms.isEmpty()) {
            long first = start + 1 + random.nextInt(terms.size());
            List<TermRun> runs = log.terms(first, last);
            long[] expected = terms.stream()
                    .skip(first - start - 1)
                    .mapToLong(Long::longValue)
                    .toArray();
            assertThat(runs)
                    .as("seed %d", seed)
                    .isEqualTo(batch(first, expected).terms());
            TermRun run = runs.getFirst();
            assertThat(log.firstDifference(first, run)).isEqualTo(run.lastIndex() + 1);
            assertThat(log.firstDifference(first, new TermRun(run.term() + 1, run.lastIndex())))
                    .isEqualTo(first);
        }
    }
}
