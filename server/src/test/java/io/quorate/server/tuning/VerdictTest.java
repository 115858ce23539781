package io.quorate.server.tuning;

import static io.quorate.server.tuning.Verdict.Outcome.BETTER;
import static io.quorate.server.tuning.Verdict.Outcome.NO_BETTER;
import static io.quorate.server.tuning.Verdict.Outcome.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Whether a trial was a gain. */
class VerdictTest {

    private static Verdict.Outcome of(Window before, Window during) {
        return Verdict.of(before, during).outcome();
    }

    @Test
    void clientsThatWaitAreServedFasterOrNot() {
        Window before = Windows.ofClients(64, 1_000);
        assertThat(of(before, Windows.ofClients(64, 700))).isEqualTo(BETTER);
        assertThat(of(before, Windows.ofClients(64, 970))).isEqualTo(NO_BETTER);
        assertThat(of(before, Windows.ofClients(64, 1_300))).isEqualTo(NO_BETTER);
    }

    @Test
    void writesThatComeWhenTheyComeAreServedFasterOrNot() {
        Window before = Windows.ofArrivals(2_000, 1_000, 4_000);
        assertThat(of(before, Windows.ofArrivals(2_000, 600, 4_000))).isEqualTo(BETTER);
        assertThat(of(before, Windows.ofArrivals(2_000, 600, 5_000)))
                .as("faster at the mean, and the slowest much slower")
                .isEqualTo(NO_BETTER);
        assertThat(of(before, Windows.ofArrivals(2_000, 1_010, 3_000)))
                .as("the slowest much faster")
                .isEqualTo(BETTER);
        assertThat(of(before, Windows.ofArrivals(2_000, 1_100, 3_000))).isEqualTo(NO_BETTER);
    }

    @Test
    void ofAnotherLoadNothingCanBeSaid() {
        Verdict verdict = Verdict.of(Windows.ofClients(64, 1_000), Windows.ofClients(16, 400));
        assertThat(verdict.outcome()).isEqualTo(UNKNOWN);
        assertThat(verdict.reason())
                .isEqualTo(
                        "the load has changed meanwhile: 64000 writes/s and 64.0 under way before, 40000 and 16.0 now");
    }

    @Test
    void whatChokesALoadIsNoChangeOfTheLoad() {
        Window before = Windows.ofArrivals(2_000, 1_000, 4_000);
        Verdict verdict = Verdict.of(before, Windows.ofArrivals(1_500, 40_000, 90_000));
        assertThat(verdict.outcome()).isEqualTo(NO_BETTER);
        assertThat(verdict.reason())
                .isEqualTo("2000 writes/s at 1.00 ms (p99 4.00 ms) before, 1500 at 40.00 ms (p99 90.00 ms) with it");
        assertThat(of(before, Windows.ofArrivals(1_500, 1_000, 4_000)))
                .as("fewer come, and take as long")
                .isEqualTo(UNKNOWN);
        assertThat(of(before, Windows.ofArrivals(3_000, 2_000, 8_000)))
                .as("more come, and take longer")
                .isEqualTo(UNKNOWN);
    }

    @Test
    void whatLeavesAFollowerBehindIsNoGain() {
        Window before = Windows.lagging(Windows.ofClients(64, 1_000), 40);
        Window faster = Windows.ofClients(64, 700);
        assertThat(of(before, Windows.lagging(faster, 5_040))).isEqualTo(BETTER);
        Verdict verdict = Verdict.of(before, Windows.lagging(faster, 5_041));
        assertThat(verdict.outcome()).isEqualTo(NO_BETTER);
        assertThat(verdict.reason()).isEqualTo("a follower falls behind: it lacked 40 entries before, 5041 with it");
    }

    @Test
    void aVerdictTellsItsFigures() {
        assertThat(Verdict.of(Windows.ofClients(64, 1_000), Windows.ofClients(64, 800))
                        .reason())
                .isEqualTo("64000 writes/s at 1.00 ms (p99 3.00 ms) before, 80000 at 0.80 ms (p99 2.40 ms) with it");
    }
}
