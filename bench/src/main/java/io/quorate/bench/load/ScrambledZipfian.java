package io.quorate.bench.load;

import java.util.random.RandomGenerator;

/**
 * Draws keys as YCSB does: the k-th most popular one with a probability in proportion to 1/k^0.99, and popular ones lie
 * scattered over all keys. Immutable; threads bring their own generator.
 *
 * <p>Ranks are drawn by rejection-inversion (Hörmann and Derflinger, "Rejection-inversion to generate variates from monotone
 * discrete distributions", 1996), which follows the distribution exactly and needs no sum over all keys; YCSB's own
 * generator approximates it. Ranks become keys by a multiplication modulo the number of keys, which lets no two ranks fall on
 * one key as YCSB's hash does.
 */
final class ScrambledZipfian {

    /** YCSB's, core/generator/ZipfianGenerator.java. */
    static final double EXPONENT = 0.99;

    private static final long FACTOR = 0x9e3779b97f4a7c15L >>> 1;
    private static final double NEARLY_ZERO = 1e-8;

    private final int keys;
    private final long step;
    private final double integralOfFirst;
    private final double integralOfAll;
    private final double sureWithin;

    /** @param keys how many to draw from, at least one */
    ScrambledZipfian(int keys) {
        this.keys = keys;
        this.step = step(keys);
        this.integralOfFirst = integral(1.5) - 1;
        this.integralOfAll = integral(keys + 0.5);
        this.sureWithin = 2 - inverseOfIntegral(integral(2.5) - weight(2));
    }

    /** A number that has no divisor in common with the number of keys, so that its multiples reach every key. */
    private static long step(int keys) {
        long step = FACTOR % keys;
        while (greatestCommonDivisor(step, keys) != 1) {
            step++;
        }
        return step;
    }

    private static long greatestCommonDivisor(long a, long b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }

    /** Draws the index of a key. */
    int next(RandomGenerator random) {
        return keyOf(nextRank(random));
    }

    /** @param rank 1 for the most popular one */
    int keyOf(int rank) {
        return (int) (rank * step % keys);
    }

    /** Draws a rank, from 1 for the most popular key to the number of keys. */
    int nextRank(RandomGenerator random) {
        while (true) {
            double area = integralOfAll + random.nextDouble() * (integralOfFirst - integralOfAll);
            double x = inverseOfIntegral(area);
            int rank = Math.clamp((long) (x + 0.5), 1, keys);
            // Most draws are decided by the first comparison, which costs no logarithm.
            if (rank - x <= sureWithin || area >= integral(rank + 0.5) - weight(rank)) {
                return rank;
            }
        }
    }

    private static double weight(double x) {
        return Math.exp(-EXPONENT * Math.log(x));
    }

    /** The integral of {@link #weight} from 1 to x. */
    private static double integral(double x) {
        double log = Math.log(x);
        double power = (1 - EXPONENT) * log;
        return (Math.abs(power) > NEARLY_ZERO ? Math.expm1(power) / power : 1 + power / 2) * log;
    }

    private static double inverseOfIntegral(double area) {
        double t = Math.max(-1, area * (1 - EXPONENT));
        return Math.exp((Math.abs(t) > NEARLY_ZERO ? Math.log1p(t) / t : 1 - t / 2) * area);
    }
}
