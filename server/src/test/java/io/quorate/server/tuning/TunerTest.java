package io.quorate.server.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.SendBounds;
import io.quorate.core.SendCounts;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** One setting after the other, in virtual time: the windows are what a leader would have measured. */
class TunerTest {

    private static final SendBounds MOST = new SendBounds(1 << 20, 256);
    private static final SendBounds TWO = new SendBounds(1 << 20, 2);

    private final Tuner tuner = new Tuner(MOST);
    private long nowNanos;

    private Step next(Window measured) {
        nowNanos += Windows.LENGTH.toNanos();
        return tuner.next(nowNanos, Optional.of(measured));
    }

    private Step nextWithoutLeading() {
        nowNanos += Windows.LENGTH.toNanos();
        return tuner.next(nowNanos, Optional.empty());
    }

    /** Two windows that are alike. */
    private Step afterSteady(Window measured) {
        next(measured);
        return next(measured);
    }

    private void beginTrial() {
        assertThat(afterSteady(Windows.ofClients(64, 1_000))).isInstanceOf(Step.Try.class);
        assertThat(tuner.bounds()).isEqualTo(TWO);
    }

    @Test
    void aGainIsKeptWhenTwoWindowsHaveShownIt() {
        beginTrial();
        assertThat(next(Windows.ofClients(64, 5_000))).as("settling").isInstanceOf(Step.Rest.class);
        assertThat(next(Windows.ofClients(64, 700))).isInstanceOf(Step.Rest.class);
        assertThat(next(Windows.ofClients(64, 800))).isInstanceOf(Step.Keep.class);
        assertThat(tuner.bounds()).isEqualTo(TWO);
    }

    @Test
    void aGainOfOneWindowAloneIsTakenBack() {
        beginTrial();
        next(Windows.ofClients(64, 1_000));
        next(Windows.ofClients(64, 700));
        assertThat(next(Windows.ofClients(64, 1_010))).isInstanceOf(Step.TakeBack.class);
        assertThat(tuner.bounds()).isEqualTo(MOST);
    }

    @Test
    void whatIsNoGainIsTakenBackAndNotTriedAgainForAWhile() {
        beginTrial();
        next(Windows.ofClients(64, 1_000));
        assertThat(next(Windows.ofClients(64, 1_200))).isInstanceOf(Step.TakeBack.class);
        assertThat(tuner.bounds()).isEqualTo(MOST);

        assertThat(afterSteady(Windows.ofClients(64, 1_000)))
                .isEqualTo(new Step.Rest("no other setting is worth a trial"));
        nowNanos += Tuner.MEMORY.toNanos();
        assertThat(next(Windows.ofClients(64, 1_000))).isInstanceOf(Step.Try.class);
    }

    @Test
    void underAnotherLoadItMayBeTriedAgain() {
        beginTrial();
        next(Windows.ofClients(64, 1_000));
        next(Windows.ofClients(64, 1_200));
        assertThat(afterSteady(Windows.ofClients(16, 1_000))).isInstanceOf(Step.Try.class);
    }

    @Test
    void theWayBackFromAGainIsNotTriedUnderTheSameLoad() {
        beginTrial();
        next(Windows.ofClients(64, 1_000));
        next(Windows.ofClients(64, 700));
        next(Windows.ofClients(64, 700));
        // Two are under way, and hold back the rest: four would be worth a trial, and 256 not any more.
        SendCounts heldBack = new SendCounts(500, 0, 1_000, 500);
        Step step = afterSteady(Windows.ofClients(64, 700, heldBack));
        assertThat(step)
                .isInstanceOfSatisfying(
                        Step.Try.class,
                        begun -> assertThat(begun.trial().to().maxInflightMessages())
                                .isEqualTo(4));
    }

    private void keepTwo() {
        beginTrial();
        next(Windows.ofClients(64, 1_000));
        next(Windows.ofClients(64, 700));
        assertThat(next(Windows.ofClients(64, 700))).isInstanceOf(Step.Keep.class);
    }

    @Test
    void whatWasKeptHoldsUnderItsLoadAlone() {
        keepTwo();
        assertThat(afterSteady(Windows.ofClients(256, 2_800)))
                .isEqualTo(
                        new Step.BeginAnew("256.0 writes are under way, and 64.0 were when what was tried was kept"));
        assertThat(tuner.bounds()).isEqualTo(MOST);
        assertThat(afterSteady(Windows.ofClients(256, 2_800))).isInstanceOf(Step.Try.class);
    }

    @Test
    void aLoadThatIsAnotherForOneWindowChangesNothing() {
        keepTwo();
        next(Windows.ofClients(64, 700));
        assertThat(next(Windows.ofClients(256, 2_800))).isInstanceOf(Step.Rest.class);
        assertThat(next(Windows.ofClients(64, 700))).isInstanceOf(Step.Rest.class);
        assertThat(tuner.bounds()).isEqualTo(TWO);
    }

    @Test
    void fewerWritesUnderWaySinceTheyAreFasterAreTheSameLoad() {
        Window slow = Windows.ofArrivals(2_000, 1_000, 4_000);
        Window fast = Windows.ofArrivals(2_000, 500, 2_000);
        assertThat(afterSteady(slow)).isInstanceOf(Step.Try.class);
        next(fast);
        next(fast);
        assertThat(next(fast)).isInstanceOf(Step.Keep.class);
        assertThat(afterSteady(fast))
                .as("one message is tried next")
                .isInstanceOfSatisfying(
                        Step.Try.class,
                        begun -> assertThat(begun.trial().from()).isEqualTo(TWO));
    }

    @Test
    void aTrialUnderAChangedLoadIsTakenBackAndMayBeTriedAgain() {
        beginTrial();
        next(Windows.ofClients(64, 1_000));
        assertThat(next(Windows.ofClients(8, 300)))
                .isInstanceOfSatisfying(
                        Step.TakeBack.class,
                        back -> assertThat(back.verdict().outcome()).isEqualTo(Verdict.Outcome.UNKNOWN));
        assertThat(tuner.bounds()).isEqualTo(MOST);
        assertThat(afterSteady(Windows.ofClients(64, 1_000))).isInstanceOf(Step.Try.class);
    }

    @Test
    void aTrialThatChokesTheLoadIsNotTriedAgainForAWhile() {
        Window load = Windows.ofArrivals(2_000, 1_000, 4_000);
        assertThat(afterSteady(load)).isInstanceOf(Step.Try.class);
        next(load);
        assertThat(next(Windows.ofArrivals(1_500, 40_000, 90_000))).isInstanceOf(Step.TakeBack.class);
        assertThat(afterSteady(load)).isEqualTo(new Step.Rest("no other setting is worth a trial"));
    }

    @Test
    void nothingIsTriedWhileAFollowerHasYetToCatchUp() {
        Window load = Windows.ofClients(64, 1_000);
        next(load);
        assertThat(next(Windows.lagging(load, 5_001)))
                .isEqualTo(new Step.Rest("a follower has yet to catch up: it lacks 5001 entries"));
        assertThat(next(Windows.lagging(load, 5_000))).isInstanceOf(Step.Try.class);
    }

    @Test
    void nothingIsTriedWhileWritesGetFasterByThemselves() {
        for (double micros = 3_000; micros > 500; micros /= 1.2) {
            assertThat(next(Windows.ofClients(64, micros))).isInstanceOf(Step.Rest.class);
        }
        assertThat(tuner.bounds()).isEqualTo(MOST);
        assertThat(nextWithoutLeading()).isInstanceOf(Step.Rest.class);
        assertThat(next(Windows.ofClients(64, 500))).as("one alone").isInstanceOf(Step.Rest.class);
        assertThat(next(Windows.ofClients(64, 530))).isInstanceOf(Step.Try.class);
    }

    @Test
    void aMemberThatLeadsNoLongerTakesItsTrialBack() {
        beginTrial();
        assertThat(nextWithoutLeading()).isInstanceOf(Step.TakeBack.class);
        assertThat(tuner.bounds()).isEqualTo(MOST);
        assertThat(nextWithoutLeading()).isInstanceOf(Step.Rest.class);
        beginTrial();
    }

    @Test
    void ofFewWritesNothingIsConcluded() {
        Window few = new Window(
                Windows.LENGTH,
                Tuner.LEAST_WRITES - 1,
                1_000,
                2_000,
                900,
                OptionalDouble.of(100),
                Windows.FOUR_UNDER_WAY,
                0);
        assertThat(next(few)).isInstanceOf(Step.Rest.class);
        beginTrial();
        next(Windows.ofClients(64, 1_000));
        assertThat(next(few)).isInstanceOf(Step.TakeBack.class);
        assertThat(afterSteady(Windows.ofClients(64, 1_000)))
                .as("the setting itself may have kept them from being answered")
                .isEqualTo(new Step.Rest("no other setting is worth a trial"));
    }

    @Test
    void settingsConvergeToWhatIsFastest() {
        // Latency by messages under way: four are best.
        for (int window = 0; window < 90; window++) {
            int allowed = tuner.bounds().maxInflightMessages();
            double micros = 800 + 100 * Math.abs(Math.log(Math.min(allowed, 16) / 4.0) / Math.log(2));
            int underWay = Math.min(allowed, 16);
            boolean bound = underWay == allowed;
            next(Windows.ofClients(64, micros, new SendCounts(1_000, 0, 1_000L * underWay, bound ? 500 : 0)));
        }
        assertThat(tuner.bounds().maxInflightMessages()).isEqualTo(4);
    }
}
