package io.quorate.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** History is given up by itself as etcd's flags say, by a clock that the test moves. */
class AutoCompactorTest {

    private long nanos = -5;

    /** A member whose revision rises by one a minute. */
    private final class Store implements AutoCompactor.Member {
        private final List<Long> compacted = new ArrayList<>();
        private CompletableFuture<Void> outcome = CompletableFuture.completedFuture(null);
        private boolean leads = true;
        private long compactedRevision = -1;

        @Override
        public boolean leads() {
            return leads;
        }

        @Override
        public long revision() {
            return 1 + minutes();
        }

        @Override
        public long compactedRevision() {
            return compactedRevision;
        }

        @Override
        public CompletableFuture<Void> compact(long revision) {
            compacted.add(revision);
            if (!outcome.isCompletedExceptionally()) {
                compactedRevision = revision;
            }
            return outcome;
        }
    }

    private final Store store = new Store();

    private long minutes() {
        return Duration.ofNanos(nanos + 5).toMinutes();
    }

    private AutoCompactor compactor(String mode, String retention) {
        return new AutoCompactor(AutoCompaction.parse(mode, retention), () -> nanos, store);
    }

    private void passUntilMinute(AutoCompactor compactor, long minute) {
        while (minutes() < minute) {
            nanos += compactor.interval().toNanos();
            compactor.tick();
        }
    }

    @Test
    void whatIsOlderThanTheRetentionGoesOnceARetentionIfThatIsShorterThanAnHour() {
        AutoCompactor compactor = compactor("periodic", "30m");
        passUntilMinute(compactor, 27);
        assertThat(store.compacted).as("before a retention has passed").isEmpty();
        passUntilMinute(compactor, 30);
        assertThat(store.compacted).containsExactly(1L);
        passUntilMinute(compactor, 57);
        assertThat(store.compacted).hasSize(1);
        passUntilMinute(compactor, 60);
        assertThat(store.compacted).containsExactly(1L, 31L);
    }

    @Test
    void aLongRetentionIsKeptWholeAndLookedAtEveryHour() {
        AutoCompactor compactor = compactor("periodic", "10");
        passUntilMinute(compactor, 10 * 60 - 6);
        assertThat(store.compacted).isEmpty();
        passUntilMinute(compactor, 10 * 60);
        assertThat(store.compacted).containsExactly(1L);
        passUntilMinute(compactor, 12 * 60);
        assertThat(store.compacted).containsExactly(1L, 61L, 121L);
    }

    @Test
    void allButTheLatestRevisionsGoEveryFiveMinutes() {
        AutoCompactor compactor = compactor("revision", "10");
        assertThat(compactor.interval()).isEqualTo(Duration.ofMinutes(5));
        passUntilMinute(compactor, 20);
        // At minutes 5, 10, 15 and 20 the revisions are 6, 11, 16 and 21.
        assertThat(store.compacted).containsExactly(1L, 6L, 11L);
    }

    @Test
    void nothingIsProposedTwice() {
        AutoCompactor compactor = compactor("revision", "10");
        store.compactedRevision = 1000;
        passUntilMinute(compactor, 60);
        assertThat(store.compacted).isEmpty();
    }

    @Test
    void whoFollowsProposesNothingAndGoesOnWithTheSameWindowWhenItLeads() {
        AutoCompactor compactor = compactor("periodic", "1h");
        store.leads = false;
        passUntilMinute(compactor, 150);
        assertThat(store.compacted).isEmpty();
        store.leads = true;
        passUntilMinute(compactor, 156);
        assertThat(store.compacted).containsExactly(97L);
    }

    @Test
    void whatFailsIsTriedAgainAtTheNextLook() {
        AutoCompactor compactor = compactor("periodic", "1h");
        store.outcome = CompletableFuture.failedFuture(new IllegalStateException("no leader"));
        passUntilMinute(compactor, 72);
        assertThat(store.compacted).containsExactly(1L, 7L, 13L);
        store.outcome = CompletableFuture.completedFuture(null);
        passUntilMinute(compactor, 120);
        assertThat(store.compacted).containsExactly(1L, 7L, 13L, 19L);
    }

    @Test
    void nothingIsProposedWhileTheOutcomeIsNotKnown() {
        AutoCompactor compactor = compactor("revision", "1");
        store.outcome = new CompletableFuture<>();
        passUntilMinute(compactor, 60);
        assertThat(store.compacted).hasSize(1);
        store.outcome.complete(null);
        passUntilMinute(compactor, 65);
        assertThat(store.compacted).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({"1h,PT1H", "30m,PT30M", "1h30m,PT1H30M", "1.5h,PT1H30M", "72,PT72H", "500ms,PT0.5S", "90s,PT90S"})
    void timesAreWrittenAsEtcdWritesThem(String text, Duration retention) {
        assertThat(AutoCompaction.parse("periodic", text)).isEqualTo(new AutoCompaction.Periodic(retention));
    }

    @ParameterizedTest
    @CsvSource({"periodic,0", "revision,0", "periodic,0s"})
    void zeroIsNone(String mode, String retention) {
        assertThat(AutoCompaction.parse(mode, retention)).isEqualTo(AutoCompaction.OFF);
    }

    @ParameterizedTest
    @CsvSource({
        "periodic,-1",
        "periodic,1x",
        "periodic,1h 5",
        "periodic,''",
        "periodic,9999999h",
        "revision,1h",
        "revision,-1",
        "hourly,1",
        "revision,''"
    })
    void whatIsNoRetentionIsRefusedWithTheFlagsName(String mode, String retention) {
        assertThatThrownBy(() -> AutoCompaction.parse(mode, retention))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--auto-compaction-");
    }
}
