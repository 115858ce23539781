package io.quorate.simulator.workload;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Whether a client that does not learn what came of its request asks for the very same again, as a real one does after a time-out
 * or a lost connection. Then both may be done, one of them, or none. In some runs no client does so; in the others it is the seed's
 * choice how often they do.
 */
public final class Perseverance {

    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How many of a hundred such requests are repeated. */
    private final int percent;

    private final SplittableRandom random;

    private Perseverance(int percent, SplittableRandom random) {
        this.percent = percent;
        this.random = random;
    }

    /**
     * That of a run's clients: a third of the runs has none.
     *
     * @param random another generator than that of all the rest, so that a run in which nobody repeats anything does not depend on it
     */
    public static Perseverance draw(SplittableRandom random) {
        return new Perseverance(random.nextInt(3) == 0 ? 0 : 20 + random.nextInt(76), random);
    }

    /** That of one client. */
    Perseverance ofOne() {
        return new Perseverance(percent, random.split());
    }

    /** Whether the request is repeated. */
    boolean asksAgain() {
        return percent > 0 && random.nextInt(100) < percent;
    }

    /** How long the client waits before it repeats it: it does so at once, or after a pause, in which others go on. */
    long pauseNanos() {
        return 1 + (random.nextBoolean() ? 0 : random.nextLong(LONGEST_PAUSE_NANOS));
    }
}
