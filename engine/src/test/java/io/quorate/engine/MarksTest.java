package io.quorate.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When which index was reached. */
class MarksTest {

    private final Marks marks = new Marks();

    @Test
    void anIndexWasReachedWithTheFirstMarkThatCoversIt() {
        marks.reach(3, 100);
        marks.reach(7, 200);
        assertThat(marks.reachedNanos(1)).isEqualTo(100);
        assertThat(marks.reachedNanos(3)).isEqualTo(100);
        assertThat(marks.reachedNanos(4)).isEqualTo(200);
        assertThat(marks.reachedNanos(7)).isEqualTo(200);
        assertThat(marks.reachedNanos(8)).isEqualTo(Marks.UNKNOWN);
    }

    @Test
    void whatIsNoNewsChangesNothing() {
        marks.reach(3, 100);
        assertThat(marks.isBehind(3)).isFalse();
        assertThat(marks.isBehind(4)).isTrue();
        marks.reach(2, 200);
        marks.reach(3, 300);
        assertThat(marks.reachedNanos(3)).isEqualTo(100);
    }

    @Test
    void whatIsForgottenIsNotToldAndTheRestIs() {
        marks.reach(3, 100);
        marks.reach(7, 200);
        marks.forgetTo(3);
        assertThat(marks.reachedNanos(2))
                .as("only what is asked for in order is told")
                .isEqualTo(200);
        marks.forgetTo(7);
        assertThat(marks.reachedNanos(7)).isEqualTo(Marks.UNKNOWN);
        marks.reach(9, 300);
        assertThat(marks.reachedNanos(9)).isEqualTo(300);
    }

    @Test
    void ifThereAreTooManyTheNewestMovesOnAndTheOthersStay() {
        for (int index = 1; index <= 1000; index++) {
            marks.reach(index, index * 10L);
        }
        assertThat(marks.reachedNanos(255)).isEqualTo(2550);
        assertThat(marks.reachedNanos(256)).as("later than it was").isEqualTo(10_000);
        assertThat(marks.reachedNanos(1000)).isEqualTo(10_000);
        assertThat(marks.reachedNanos(1001)).isEqualTo(Marks.UNKNOWN);
    }

    @Test
    void theQueueGoesRoundAsOftenAsItHasTo() {
        for (int index = 1; index <= 2000; index++) {
            marks.reach(index, index);
            assertThat(marks.reachedNanos(Math.max(index - 3, 1))).isEqualTo(Math.max(index - 3, 1));
        }
    }
}
