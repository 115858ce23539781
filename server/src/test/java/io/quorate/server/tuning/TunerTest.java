package io.quorate.server.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.SendBounds;
import io.quorate.core.SendCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** One setting after the other, in virtual time: the windows are what a leader would have measured. */
class TunerTest {

    private static final SendBounds MOST = new SendBounds(1 << 20, 256);
    private static final SendBounds TWO = new SendBounds(1 << 20, 2);
    private static final SendBounds FOUR = new SendBounds(1 << 20, 4);

    /** One message is under way, and holds back what comes: twice as many would be worth a trial. */
    private static final SendCounts HELD_BACK = new SendCounts(500, 0, 500, 500);

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
        Tuner fromFour = new Tuner(FOUR);
        Window slow = Windows.ofClients(64, 1_000);
        Window fast = Windows.ofClients(64, 700);
        assertThat(afterGain(fromFour, slow, fast, Windows.ofClients(64, 700, HELD_BACK)))
                .isEqualTo(new Step.Rest("no other setting is worth a trial"));
        assertThat(fromFour.bounds()).isEqualTo(TWO);
    }

    @Test
    void theWayBackIsNotTriedEitherWhereFewerAreUnderWaySinceTheyAreFaster() {
        Window fast = Windows.ofArrivals(2_000, 400, 2_000);
        assertThat(afterGain(
                        new Tuner(FOUR),
                        Windows.ofArrivals(2_000, 1_000, 4_000),
                        fast,
                        Windows.withSent(fast, HELD_BACK)))
                .isEqualTo(new Step.Rest("no other setting is worth a trial"));
    }

    /** What comes when each of these windows was measured twice after a trial that was kept. */
    private static Step afterGain(Tuner tuner, Window slow, Window fast, Window... then) {
        long nowNanos = 0;
        List<Window> windows = new ArrayList<>(List.of(slow, slow, fast, fast, fast));
        for (Window window : then) {
            windows.addAll(List.of(window, window));
        }
        Step step = new Step.Rest("nothing has been measured");
        for (int i = 0; i < windows.size(); i++) {
            nowNanos += Windows.LENGTH.toNanos();
            step = tuner.next(nowNanos, Optional.of(windows.get(i)));
            if (i == 4) {
                assertThat(step).isInstanceOf(Step.Keep.class);
            }
        }
        return step;
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
    void whatWasKeptIsGivenUpWhenAFollowerFallsBehindLater() {
        keepTwo();
        Window load = Windows.ofClients(64, 700);
        assertThat(next(Windows.lagging(load, 5_001))).isInstanceOf(Step.Rest.class);
        assertThat(next(Windows.lagging(load, 6_500)))
                .isEqualTo(new Step.BeginAnew(
                        "a follower falls behind by what was kept: it lacked 5001 entries, and lacks 6500"));
        assertThat(tuner.bounds()).isEqualTo(MOST);
        assertThat(afterSteady(Windows.ofClients(64, 700)))
                .as("it would fall behind again")
                .isEqualTo(new Step.Rest("no other setting is worth a trial"));
    }

    @Test
    void aFollowerThatCatchesUpChangesNothing() {
        keepTwo();
        Window load = Windows.ofClients(64, 700);
        for (long lag = 50_000; lag > 0; lag -= 10_000) {
            assertThat(next(Windows.lagging(load, lag))).isInstanceOf(Step.Rest.class);
        }
        assertThat(tuner.bounds()).isEqualTo(TWO);
    }

    @Test
    void writesThatTakeLongerByThemselvesAreNoOtherLoad() {
        assertThat(afterSteady(Windows.ofArrivals(2_000, 1_500, 4_000))).isInstanceOf(Step.Try.class);
        next(Windows.ofArrivals(2_000, 1_000, 3_000));
        next(Windows.ofArrivals(2_000, 1_000, 3_000));
        assertThat(next(Windows.ofArrivals(2_000, 1_000, 3_000))).isInstanceOf(Step.Keep.class);
        assertThat(afterSteady(Windows.ofArrivals(2_000, 1_300, 4_000))).isNotInstanceOf(Step.BeginAnew.class);
        assertThat(tuner.bounds().maxInflightMessages()).isLessThanOrEqualTo(2);
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
