package io.quorate.server.metrics;

import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.quorate.engine.WritePhase;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** How long the writes of this member's clients took, as a whole and phase by phase. Thread-safe. */
final class WriteDurations {

    private static final double NANOS_PER_SECOND = 1e9;
    private static final String LABEL = "phase";

    /** Six to a factor of ten where phases lie; fewer above 100 ms. What lies between two of them is guessed. */
    private static final double[] UPPER_BOUNDS = {
        0.00001, 0.000015, 0.00002, 0.00003, 0.00005, 0.00007, //
        0.0001, 0.00015, 0.0002, 0.0003, 0.0005, 0.0007, //
        0.001, 0.0015, 0.002, 0.003, 0.005, 0.007, //
        0.01, 0.015, 0.02, 0.03, 0.05, 0.07, //
        0.1, 0.2, 0.5, 1, 2, 5, 10
    };

    /** Holds every phase. */
    private final Map<WritePhase, DistributionDataPoint> phases = new EnumMap<>(WritePhase.class);

    private final Histogram byPhase;
    private final Histogram whole;

    /** Registers all phases at once, so that one that has not happened yet is told as such. */
    WriteDurations(PrometheusRegistry registry) {
        this.byPhase = Histogram.builder()
                .name("quorate_write_phase_duration_seconds")
                .help(
                        "The time that the writes of this member's clients spent in each phase. queue, commit or forward, apply and"
                                + " answer make up the whole; sync and replicate lie beside each other in commit.")
                .labelNames(LABEL)
                .classicOnly()
                .classicUpperBounds(UPPER_BOUNDS)
                .withoutExemplars()
                .register(registry);
        for (WritePhase phase : WritePhase.values()) {
            phases.put(phase, byPhase.labelValues(phase.text()));
        }
        this.whole = Histogram.builder()
                .name("quorate_write_duration_seconds")
                .help("The time from the proposal of a write of this member's clients to its answer.")
                .classicOnly()
                .classicUpperBounds(UPPER_BOUNDS)
                .withoutExemplars()
                .register(registry);
    }

    void phase(WritePhase phase, long nanos) {
        Objects.requireNonNull(phases.get(phase)).observe(nanos / NANOS_PER_SECOND);
    }

    void answered(long nanos) {
        whole.observe(nanos / NANOS_PER_SECOND);
    }

    WriteTotals totals() {
        HistogramDataPointSnapshot all = whole.collect().getDataPoints().getFirst();
        HistogramDataPointSnapshot replicate = byPhase.collect().getDataPoints().stream()
                .filter(point ->
                        WritePhase.REPLICATE.text().equals(point.getLabels().get(LABEL)))
                .findFirst()
                .orElseThrow();
        List<Double> bounds = new ArrayList<>();
        List<Long> counts = new ArrayList<>();
        all.getClassicBuckets().stream().forEach(bucket -> {
            bounds.add(bucket.getUpperBound());
            counts.add(bucket.getCount());
        });
        return new WriteTotals(all.getCount(), all.getSum(), bounds, counts, replicate.getCount(), replicate.getSum());
    }
}
