package io.quorate.bench.load;

import java.time.Duration;
import java.util.Optional;

/**
 * How much load of what kind, for how long.
 *
 * @param clients each has one request under way at a time
 * @param connections the clients share them evenly
 * @param pace how long it takes, and at which rate requests arrive
 * @param data the keys and values
 * @param readShare of the requests of {@link Workload#MIXED}, from 0 to 1
 * @param watchers of {@link Workload#WATCH}
 * @param timeout after which an answer is waited for no longer
 * @param keep whether the keys stay when it is over
 */
public record LoadPlan(
        Workload workload,
        int clients,
        int connections,
        Pace pace,
        Data data,
        double readShare,
        int watchers,
        Duration timeout,
        boolean keep) {

    private static final int MAX_CLIENTS = 100_000;
    private static final int MAX_CONNECTIONS = 10_000;

    /**
     * When requests are sent.
     *
     * @param duration of what is measured of each repetition
     * @param warmup before it
     * @param repetitions what is reported are medians over them
     * @param ratePerSecond requests that arrive each second, whether or not those before are answered; without it, each client
     *     sends its next request when the one before is answered
     */
    public record Pace(Duration duration, Duration warmup, int repetitions, Optional<Double> ratePerSecond) {

        private static final double MAX_RATE = 10_000_000;

        public Pace {
            require(
                    duration.toMillis() >= 100 && isADayAtMost(duration),
                    "what is measured must take at least 100 ms, and at most a day");
            require(!warmup.isNegative() && isADayAtMost(warmup), "the warm-up takes between no time and a day");
            require(repetitions >= 1 && repetitions <= 1000, "there must be between 1 and 1000 repetitions");
            require(
                    ratePerSecond.isEmpty() || (ratePerSecond.get() > 0 && ratePerSecond.get() <= MAX_RATE),
                    "the rate must be more than 0 and at most 10000000 requests a second");
        }
    }

    /**
     * What is read and written.
     *
     * @param keys how many different ones
     * @param keyBytes of each key
     * @param valueBytes of each value
     */
    public record Data(int keys, int keyBytes, int valueBytes) {

        /** For workloads that have no keys: the least that there can be. */
        public static final Data NONE = new Data(1, Keyspace.MIN_KEY_BYTES, 0);

        /** etcd takes requests of 1.5 MiB by default. */
        private static final int MAX_VALUE_BYTES = 1 << 20;

        private static final int MAX_KEY_BYTES = 1024;
        private static final int MAX_KEYS = 100_000_000;

        public Data {
            require(keys >= 1 && keys <= MAX_KEYS, "there must be between 1 and " + MAX_KEYS + " keys");
            require(
                    keyBytes >= Keyspace.MIN_KEY_BYTES && keyBytes <= MAX_KEY_BYTES,
                    "a key has between " + Keyspace.MIN_KEY_BYTES + " and " + MAX_KEY_BYTES
                            + " bytes, since it begins with bench/ and the number of the run");
            require(
                    valueBytes >= 0 && valueBytes <= MAX_VALUE_BYTES,
                    "a value has at most " + MAX_VALUE_BYTES + " bytes, since members take requests of 1.5 MiB");
        }
    }

    public LoadPlan {
        require(clients >= 1 && clients <= MAX_CLIENTS, "there must be between 1 and " + MAX_CLIENTS + " clients");
        require(
                connections >= 1 && connections <= MAX_CONNECTIONS,
                "there must be between 1 and " + MAX_CONNECTIONS + " connections");
        require(readShare >= 0 && readShare <= 1, "the share of reads must be between 0 and 1");
        require(watchers >= 1 && watchers <= MAX_CLIENTS, "there must be between 1 and " + MAX_CLIENTS + " watchers");
        require(
                workload != Workload.WATCH || data.valueBytes() >= WatchPuts.MIN_VALUE_BYTES,
                "a value has at least " + WatchPuts.MIN_VALUE_BYTES
                        + " bytes where it is watched, to tell when it was sent");
        require(
                timeout.toMillis() >= 1 && isADayAtMost(timeout),
                "an answer must be waited for at least a millisecond, and at most a day");
    }

    /** Beyond some centuries a time would be more nanoseconds than there are numbers for. */
    private static boolean isADayAtMost(Duration time) {
        return time.compareTo(Duration.ofDays(1)) <= 0;
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /** One line that says it all. */
    public String line() {
        String loop = pace.ratePerSecond
                .map(rate -> "open loop at " + (rate == Math.rint(rate) ? Long.toString(Math.round(rate)) : rate)
                        + " requests a second")
                .orElse("closed loop");
        String special = switch (workload) {
            case MIXED -> ", " + Math.round(readShare * 1000) / 10.0 + " % reads, zipfian keys";
            case WATCH -> ", " + watchers + " watchers";
            case PUT, GET, SGET, TXN, LEASE -> "";
        };
        return workload.text() + special + ": " + clients + " clients on " + connections + " connections, " + loop
                + ", " + pace.repetitions + " x " + seconds(pace.duration) + " after " + seconds(pace.warmup)
                + " each" + keys();
    }

    private String keys() {
        return workload == Workload.LEASE
                ? ""
                : ", " + data.keys + " keys of " + data.keyBytes + " bytes, values of " + data.valueBytes + " bytes";
    }

    private static String seconds(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }
}
