package io.quorate.server.tuning;

import io.quorate.server.ServerConfig;
import java.util.Locale;

/**
 * What came of a trial, by what was measured before and during it.
 *
 * @param outcome whether it stays
 * @param reason with the figures, as half a sentence
 */
public record Verdict(Outcome outcome, String reason) {

    /** What becomes of what was tried. */
    public enum Outcome {
        /** It was a gain, and stays. */
        BETTER,
        /** It was none, and is taken back. */
        NO_BETTER,
        /** Something else has changed too: nothing can be said, and it is taken back. */
        UNKNOWN
    }

    /** Two loads that differ by more than this factor are not the same. */
    static final double SAME_LOAD = 1.25;

    /** Of writes that take so many times as long nothing is known, even if as many come. */
    private static final double OTHER_TIMES = 2;

    /** A follower that gets further behind than this is not served: as many entries stay for it in a shortened log, by default. */
    static final long MUCH_LAG_ENTRIES = ServerConfig.Snapshots.DEFAULT.catchUpEntries();

    private static final double CLEARLY_LESS = 0.95;
    private static final double MUCH_LESS = 0.90;
    private static final double HARDLY_MORE = 1.02;
    private static final double A_LITTLE_MORE = 1.10;

    /**
     * Compares two windows. The load is the same if as many writes were under way (clients that wait for their answers: then they are
     * answered faster or not), or if as many came in a second (clients that come when they come). Fewer writes that take longer are
     * no other load: where writes come when they come, that is what a setting does that is too slow for them.
     *
     * <p>Clients wait for a majority alone. So it is no gain either if a follower falls behind for it that they do not wait for.
     */
    public static Verdict of(Window before, Window during) {
        if (during.lagEntries() > before.lagEntries() + MUCH_LAG_ENTRIES) {
            return new Verdict(
                    Outcome.NO_BETTER,
                    "a follower falls behind: it lacked " + before.lagEntries() + " entries before, "
                            + during.lagEntries() + " with it");
        }
        double mean = during.meanMicros() / before.meanMicros();
        boolean choked = during.perSecond() < before.perSecond() && mean > HARDLY_MORE;
        if (!choked && !isSameLoad(before, during)) {
            return new Verdict(
                    Outcome.UNKNOWN,
                    String.format(
                            Locale.ROOT,
                            "the load has changed meanwhile: %.0f writes/s and %.1f under way before, %.0f and %.1f now",
                            before.perSecond(),
                            before.writesUnderWay(),
                            during.perSecond(),
                            during.writesUnderWay()));
        }
        double p99 = during.p99Micros() / before.p99Micros();
        boolean better = (mean <= CLEARLY_LESS && p99 <= A_LITTLE_MORE) || (mean <= HARDLY_MORE && p99 <= MUCH_LESS);
        return new Verdict(
                better ? Outcome.BETTER : Outcome.NO_BETTER,
                String.format(
                        Locale.ROOT,
                        "%.0f writes/s at %.2f ms (p99 %.2f ms) before, %.0f at %.2f ms (p99 %.2f ms) with it",
                        before.perSecond(),
                        before.meanMicros() / 1e3,
                        before.p99Micros() / 1e3,
                        during.perSecond(),
                        during.meanMicros() / 1e3,
                        during.p99Micros() / 1e3));
    }

    /** Whether two windows in which nothing was changed are alike, so that a third one would be too. */
    static boolean isSteady(Window earlier, Window later) {
        double least = Math.min(earlier.meanMicros(), later.meanMicros());
        return isSameLoad(earlier, later)
                && Math.max(earlier.meanMicros(), later.meanMicros()) <= A_LITTLE_MORE * least;
    }

    private static boolean isSameLoad(Window before, Window during) {
        return isNear(before.writesUnderWay(), during.writesUnderWay())
                || isNear(before.perSecond(), during.perSecond());
    }

    /**
     * Whether what was measured under one load goes on to hold: about as many writes are under way; or as many come in a second, and
     * take longer or shorter by themselves, since a disk has become slower, say. But where they take more than twice as long, it may be
     * that many more clients wait, of a cluster that gave what it could before.
     */
    static boolean holdsUnder(Window then, Window now) {
        return isNear(then.writesUnderWay(), now.writesUnderWay())
                || (isNear(then.perSecond(), now.perSecond())
                        && isWithin(OTHER_TIMES, then.writesUnderWay(), now.writesUnderWay()));
    }

    private static boolean isNear(double a, double b) {
        return isWithin(SAME_LOAD, a, b);
    }

    private static boolean isWithin(double factor, double a, double b) {
        return Math.max(a, b) <= factor * Math.min(a, b);
    }
}
