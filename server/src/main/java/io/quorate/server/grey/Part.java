package io.quorate.server.grey;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What a member's score is made of: times that its clients wait for, each with the bounds between which it goes from fine to failing. */
public enum Part {

    /**
     * How long the log's syncs take. Its bounds are times, and no part of the election timeout: what a sync takes is the disk's affair,
     * while the election timeout goes with the network.
     */
    SYNC("1 of 100 syncs of its log takes") {
        @Override
        Bounds bounds(Duration electionTimeout) {
            return new Bounds(FINE_SYNC_MICROS, FAILING_SYNC_MICROS);
        }
    },

    /** For how long the process stood still: collecting garbage, swapped out, suspended, or without a processor. */
    PAUSE("its process stood still for") {
        @Override
        Bounds bounds(Duration electionTimeout) {
            return new Bounds(micros(electionTimeout) / 10, micros(electionTimeout) / 2);
        }
    },

    /** For how long what is committed waits until it is applied. */
    APPLY("what is committed waits to be applied for") {
        @Override
        Bounds bounds(Duration electionTimeout) {
            return new Bounds(micros(electionTimeout) / 5, micros(electionTimeout) * 5);
        }
    },

    /** The round trip to those voters that are a majority with this member, in the median. */
    NETWORK("a majority answers it after") {
        @Override
        Bounds bounds(Duration electionTimeout) {
            return new Bounds(micros(electionTimeout) / 50, micros(electionTimeout) / 2);
        }
    };

    private static final long FINE_SYNC_MICROS = 10_000;
    private static final long FAILING_SYNC_MICROS = 250_000;

    /**
     * Times of a part.
     *
     * @param fineMicros up to this the part's score is 0
     * @param failingMicros from this on it is 1
     */
    record Bounds(long fineMicros, long failingMicros) {}

    private final String what;

    Part(String what) {
        this.what = what;
    }

    abstract Bounds bounds(Duration electionTimeout);

    private static long micros(Duration duration) {
        return TimeUnit.NANOSECONDS.toMicros(duration.toNanos());
    }

    /** Its name in reports and metrics. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What is measured, as a clause that goes on with the time. */
    public String what() {
        return what;
    }

    /** The part of this name; empty if this release knows none. */
    public static Optional<Part> called(String word) {
        return Arrays.stream(values()).filter(part -> part.word().equals(word)).findFirst();
    }
}
