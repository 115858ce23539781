package io.quorate.bench.load;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Notes what became of the requests of one repetition. Counted as latencies and failures are all requests that were to begin
 * within the measured time, however long they took; counted as throughput are all that ended well within it, whenever they
 * began. {@link #ended} may be called by any thread, the rest by one.
 */
final class Recording {

    private static final int SIGNIFICANT_DIGITS = 3;

    /** More kinds of failures than anybody reads: each text is one, and a member may put anything into it. */
    private static final int MAX_FAILURES = 50;

    private static final class KindRecording {

        private final Recorder latencies = new Recorder(SIGNIFICANT_DIGITS);
        private final Histogram total = new Histogram(SIGNIFICANT_DIGITS);
        private final LongAdder within = new LongAdder();
        private final Map<Failure, LongAdder> failures = new ConcurrentHashMap<>();
    }

    private final long beginNanos;
    private final long endNanos;
    private final Map<RequestKind, KindRecording> kinds = new EnumMap<>(RequestKind.class);
    private final List<Second> seconds = new ArrayList<>();
    private final LongAdder failed = new LongAdder();
    private long lastNanos;

    /**
     * @param beginNanos when what is measured begins, by {@link System#nanoTime}
     * @param endNanos when it ends
     */
    Recording(List<RequestKind> kinds, long beginNanos, long endNanos) {
        this.beginNanos = beginNanos;
        this.endNanos = endNanos;
        this.lastNanos = beginNanos;
        kinds.forEach(kind -> this.kinds.put(kind, new KindRecording()));
    }

    long beginNanos() {
        return beginNanos;
    }

    long endNanos() {
        return endNanos;
    }

    /**
     * A request has ended, or an event was delivered.
     *
     * @param beganNanos when it was to begin
     * @param latencyNanos from then on
     */
    void ended(RequestKind kind, long beganNanos, long latencyNanos, Optional<Failure> failure) {
        KindRecording recording = kinds.get(kind);
        if (recording == null) {
            throw new IllegalArgumentException("this workload has no " + kind);
        }
        boolean counts = isWithin(beganNanos);
        if (failure.isPresent()) {
            if (counts) {
                failed(recording, failure.get(), 1);
            }
            return;
        }
        if (isWithin(System.nanoTime())) {
            recording.within.increment();
        }
        if (counts) {
            recording.latencies.recordValue(Math.max(0, latencyNanos));
        }
    }

    /** So many failed in a way that no request tells. */
    void failed(RequestKind kind, Failure failure, long times) {
        KindRecording recording = kinds.get(kind);
        if (recording == null) {
            throw new IllegalArgumentException("this workload has no " + kind);
        }
        failed(recording, failure, times);
    }

    private void failed(KindRecording recording, Failure failure, long times) {
        failed.add(times);
        Failure counted = recording.failures.size() < MAX_FAILURES || recording.failures.containsKey(failure)
                ? failure
                : new Failure(failure.outcome(), "other reasons");
        recording.failures.computeIfAbsent(counted, first -> new LongAdder()).add(times);
    }

    private boolean isWithin(long nanos) {
        return nanos - beginNanos >= 0 && nanos - endNanos < 0;
    }

    /** How many have failed so far. */
    long failures() {
        return failed.sum();
    }

    /** Ends a stretch of a second or so of the measured time, and says what was in it. */
    Second endSecond(long nowNanos) {
        Histogram all = new Histogram(SIGNIFICANT_DIGITS);
        kinds.forEach((kind, recording) -> {
            Histogram stretch = recording.latencies.getIntervalHistogram();
            recording.total.add(stretch);
            if (!kind.isEvent()) {
                all.add(stretch);
            }
        });
        double length = Math.max(1, nowNanos - lastNanos) / 1e9;
        lastNanos = nowNanos;
        Second second = new Second(
                (nowNanos - beginNanos) / 1e9,
                all.getTotalCount() / length,
                micros(all, 50),
                micros(all, 99),
                failures());
        seconds.add(second);
        return second;
    }

    private static OptionalDouble micros(Histogram latencies, double percentile) {
        return latencies.getTotalCount() == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(latencies.getValueAtPercentile(percentile) / 1e3);
    }

    List<Second> seconds() {
        return List.copyOf(seconds);
    }

    /** What was noted, kind by kind, when all requests have ended. */
    List<Tally> tallies() {
        double length = (endNanos - beginNanos) / 1e9;
        List<Tally> tallies = new ArrayList<>();
        kinds.forEach((kind, recording) -> {
            recording.total.add(recording.latencies.getIntervalHistogram());
            Map<Failure, Long> failures = new ConcurrentHashMap<>();
            recording.failures.forEach((failure, times) -> failures.put(failure, times.sum()));
            tallies.add(
                    new Tally(kind.text(), kind.isEvent(), recording.within.sum(), length, recording.total, failures));
        });
        return List.copyOf(tallies);
    }
}
