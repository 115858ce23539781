package io.quorate.server.quorum;

/** How long something takes: half the time at most {@code p50Micros}, and 99 times of 100 at most {@code p99Micros}. */
public record Spread(long p50Micros, long p99Micros) {

    /** Which of the two is asked for. */
    public enum Percentile {
        P50,
        P99
    }

    public long micros(Percentile percentile) {
        return switch (percentile) {
            case P50 -> p50Micros;
            case P99 -> p99Micros;
        };
    }
}
