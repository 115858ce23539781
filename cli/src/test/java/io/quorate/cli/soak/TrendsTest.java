package io.quorate.cli.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What grows is found, what is flat or only warms up is not. */
class TrendsTest {

    private static final long MIB = 1 << 10;

    private static List<Sample> samples(LongFunction<Sample> of) {
        return LongStream.range(0, 120).mapToObj(of).toList();
    }

    private static Sample sample(long second, long heapKib, long threads, long sockets) {
        return new Sample(
                second, heapKib + 200 * MIB, heapKib, threads, 80 + sockets, sockets, 5, 50, 9, 1, 7, 100 * MIB);
    }

    @Test
    void whatOnlyGoesUpAndDownHasNotGrown() {
        List<Sample> flat = samples(i -> sample(i, 60 * MIB + i % 7 * MIB, 40 + i % 5, 20 + i % 11));

        assertThat(Trends.LONG.judge("m1", flat)).isEmpty();
    }

    @Test
    void whatGrowsOnlyWhileItWarmsUpHasNotGrown() {
        List<Sample> warming = samples(i -> sample(i, Math.min(i, 30) * 3 * MIB, Math.min(60, 2 * i), 20));

        assertThat(Trends.LONG.judge("m1", warming)).isEmpty();
    }

    @Test
    void aLeakOfMemoryIsFound() {
        List<Sample> leaking = samples(i -> sample(i, 60 * MIB + i * MIB / 4, 40, 20));

        assertThat(Trends.LONG.judge("m1", leaking))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("m1: live heap (KiB) grew: median");
    }

    @Test
    void threadsAndSocketsThatAreNeverEndedAreFound() {
        List<Sample> leaking = samples(i -> sample(i, 60 * MIB, 40 + i / 4, 20 + i));

        assertThat(Trends.LONG.judge("m1", leaking)).hasSize(2);
    }

    @Test
    void tooFewSamplesAreNoProof() {
        assertThat(Trends.LONG.judge("m1", samples(i -> sample(i, 1, 1, 1)).subList(0, 7)))
                .containsExactly("m1: 7 samples tell nothing of a trend, which takes 8");
    }

    @Test
    void whatIsLeftBehindIsNamed() {
        assertThat(Trends.leftBehind("m1", sample(0, 1, 1, 10), sample(9, 1, 1, 12)))
                .containsExactly("m1: sockets were left behind: 10 before the soak, 12 after it");
        assertThat(Trends.leftBehind("m1", sample(0, 1, 1, 10), sample(9, 9, 9, 10)))
                .isEmpty();
    }
}
