package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PaceTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Pace pace = new Pace(-5 * SECOND, 1_000);

    @Test
    void whatWasThereBeforeDoesNotCount() {
        assertThat(pace.perSecond(5 * SECOND, 3_000)).isEqualTo(200);
        assertThat(pace.left(5 * SECOND, 3_000, 5_000)).isEqualTo("about 10 s left");
    }

    @Test
    void nothingIsSaidOfWhatDoesNotGoOn() {
        assertThat(pace.perSecond(-5 * SECOND, 1_000)).isZero();
        assertThat(pace.left(-5 * SECOND, 1_000, 5_000)).isEqualTo("unknown time left");
        assertThat(pace.perSecond(SECOND, 900)).as("begun anew").isZero();
        assertThat(pace.left(SECOND, 1_000, 5_000)).isEqualTo("unknown time left");
    }

    @Test
    void whatIsDoneTakesNoTime() {
        assertThat(pace.left(5 * SECOND, 3_000, 2_000)).isEqualTo("about 0 s left");
    }
}
