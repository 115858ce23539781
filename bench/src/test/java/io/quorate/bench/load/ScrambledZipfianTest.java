package io.quorate.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScrambledZipfianTest {

    private static final int DRAWS = 2_000_000;

    /** The probabilities of the ranks from 1 on, by their definition. */
    private static double[] probabilities(int keys) {
        double[] weights = IntStream.rangeClosed(1, keys)
                .mapToDouble(rank -> Math.pow(rank, -ScrambledZipfian.EXPONENT))
                .toArray();
        double sum = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(weight -> weight / sum).toArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 100, 1000})
    void ranksFollowTheAnalyticDistribution(int keys) {
        ScrambledZipfian zipfian = new ScrambledZipfian(keys);
        SplittableRandom random = new SplittableRandom(7);
        long[] seen = new long[keys];
        for (int i = 0; i < DRAWS; i++) {
            seen[zipfian.nextRank(random) - 1]++;
        }

        double[] expected = probabilities(keys);
        double chiSquare = 0;
        for (int i = 0; i < keys; i++) {
            double share = expected[i] * DRAWS;
            chiSquare += (seen[i] - share) * (seen[i] - share) / share;
        }

        // Its mean is the number of degrees of freedom, its variance twice that: five deviations above is out of the
        // question.
        int freedom = keys - 1;
        assertThat(chiSquare).isLessThan(freedom + 5 * Math.sqrt(2.0 * freedom));
    }

    @Test
    void theTailOfManyKeysHasItsShare() {
        int keys = 1_000_000;
        ScrambledZipfian zipfian = new ScrambledZipfian(keys);
        SplittableRandom random = new SplittableRandom(8);
        double[] expected = probabilities(keys);
        double expectedTail =
                IntStream.range(keys / 10, keys).mapToDouble(i -> expected[i]).sum();

        long tail = IntStream.range(0, DRAWS)
                .filter(i -> zipfian.nextRank(random) > keys / 10)
                .count();

        double deviation = Math.sqrt(DRAWS * expectedTail * (1 - expectedTail));
        assertThat(Math.abs(tail - DRAWS * expectedTail)).isLessThan(5 * deviation);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 10, 1000, 4096, 99_991})
    void everyRankHasAKeyOfItsOwn(int keys) {
        ScrambledZipfian zipfian = new ScrambledZipfian(keys);

        int[] drawn =
                IntStream.rangeClosed(1, keys).map(zipfian::keyOf).sorted().toArray();
        assertThat(drawn).isEqualTo(IntStream.range(0, keys).toArray());
    }

    @Test
    void popularKeysLieScattered() {
        ScrambledZipfian zipfian = new ScrambledZipfian(10_000);

        int[] popular =
                IntStream.rangeClosed(1, 10).map(zipfian::keyOf).sorted().toArray();

        assertThat(popular[9] - popular[0]).isGreaterThan(5_000);
    }

    @Test
    void oneKeyIsAllThatCanBeDrawnOfOne() {
        assertThat(new ScrambledZipfian(1).next(new SplittableRandom(1))).isZero();
    }
}
