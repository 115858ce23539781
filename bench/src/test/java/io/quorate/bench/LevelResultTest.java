package io.quorate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Medians over repetitions. */
class LevelResultTest {

    private static LevelResult result(double opsPerSecond, double p50Micros) {
        return new LevelResult(16, opsPerSecond, p50Micros, 2, 3, 4, 5, 6);
    }

    @Test
    void eachFigureIsTheMedianOfItsOwn() {
        LevelResult median = LevelResult.median(List.of(result(100, 9), result(300, 1), result(200, 5)));
        assertThat(median).isEqualTo(result(200, 5));
    }

    @Test
    void theMedianOfTwoIsTheirMean() {
        assertThat(LevelResult.median(List.of(result(100, 9), result(300, 1)))).isEqualTo(result(200, 5));
    }
}
