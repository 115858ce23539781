package io.quorate.server.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.quorate.core.SendCounts;
import java.time.Duration;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** What follows from the figures of a window. */
class WindowTest {

    private static Window of(double replicateMicros, OptionalDouble floorMicros, SendCounts sent) {
        return new Window(Duration.ofSeconds(2), 4_000, 500, 900, replicateMicros, floorMicros, sent, 0);
    }

    @Test
    void asManyAreUnderWayAsComeWhileOneTakes() {
        Window window = of(0, OptionalDouble.empty(), SendCounts.NONE);
        assertThat(window.perSecond()).isCloseTo(2_000, within(1e-9));
        assertThat(window.writesUnderWay()).as("Little's law").isCloseTo(1, within(1e-9));
    }

    @Test
    void whatCanBeSavedIsWhatReplicationTakesBeyondItsFloor() {
        assertThat(of(300, OptionalDouble.of(200), SendCounts.NONE).savable()).hasValue(0.2);
        assertThat(of(150, OptionalDouble.of(200), SendCounts.NONE).savable()).hasValue(0);
        assertThat(of(300, OptionalDouble.empty(), SendCounts.NONE).savable()).isEmpty();
    }

    @Test
    void sharesAreOfWhatWasSent() {
        Window window = of(0, OptionalDouble.empty(), new SendCounts(80, 8, 200, 20));
        assertThat(window.messagesUnderWay()).isEqualTo(2.5);
        assertThat(window.fullShare()).isEqualTo(0.1);
        assertThat(window.heldBackShare()).isEqualTo(0.2);
        Window nothing = of(0, OptionalDouble.empty(), SendCounts.NONE);
        assertThat(nothing.messagesUnderWay() + nothing.fullShare() + nothing.heldBackShare())
                .isZero();
    }

    @Test
    void aWindowHasALength() {
        assertThatThrownBy(() -> new Window(Duration.ZERO, 0, 0, 0, 0, OptionalDouble.empty(), SendCounts.NONE, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
