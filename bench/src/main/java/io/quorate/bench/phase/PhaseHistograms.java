package io.quorate.bench.phase;

import io.quorate.bench.metrics.DurationHistogram;
import io.quorate.bench.metrics.MetricsText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How long writes took and where, as members tell it at {@code /metrics}: since they started, or of the time between two looks. Immutable.
 * docs/phases.md defines the phases.
 *
 * @param phases by their names, which are in {@link #NAMES}
 * @param whole from proposal to answer
 */
public record PhaseHistograms(Map<String, DurationHistogram> phases, DurationHistogram whole) {

    /** All phases, in the order of a write's way. */
    public static final List<String> NAMES =
            List.of("queue", "forward", "commit", "sync", "replicate", "apply", "answer");

    /** Those that lie beside each other within {@code commit}; the others follow one another. */
    public static final List<String> WITHIN_COMMIT = List.of("sync", "replicate");

    private static final String BY_PHASE = "quorate_write_phase_duration_seconds";
    private static final String WHOLE = "quorate_write_duration_seconds";

    /**
     * One phase.
     *
     * @param share of the time that all writes took together, spent in this phase; those within {@code commit} overlap
     */
    public record Phase(String name, long count, double share, double meanMicros, double p50Micros, double p99Micros) {

        /** Whether it is a part of another one. */
        public boolean isWithinCommit() {
            return WITHIN_COMMIT.contains(name);
        }
    }

    public PhaseHistograms {
        phases = Map.copyOf(phases);
    }

    /** Reads a member's page; empty if it tells nothing of phases: it is etcd's, or an earlier release's. */
    public static Optional<PhaseHistograms> parse(String page) {
        return parse(new MetricsText(page));
    }

    static Optional<PhaseHistograms> parse(MetricsText text) {
        Map<String, DurationHistogram> phases = new LinkedHashMap<>();
        for (String name : NAMES) {
            phases.put(name, text.histogram(BY_PHASE, Map.of("phase", name)));
        }
        DurationHistogram whole = text.histogram(WHOLE, Map.of());
        return whole.atMost().isEmpty() ? Optional.empty() : Optional.of(new PhaseHistograms(phases, whole));
    }

    private DurationHistogram of(String name) {
        return phases.getOrDefault(name, DurationHistogram.EMPTY);
    }

    /** What has been added since then; empty if the member was started again meanwhile. */
    public Optional<PhaseHistograms> since(PhaseHistograms earlier) {
        Map<String, DurationHistogram> added = new LinkedHashMap<>();
        for (String name : NAMES) {
            Optional<DurationHistogram> more = of(name).since(earlier.of(name));
            if (more.isEmpty()) {
                return Optional.empty();
            }
            added.put(name, more.get());
        }
        return whole.since(earlier.whole).map(more -> new PhaseHistograms(added, more));
    }

    /** Those of two members, or of two times, together; empty if they cannot be added. */
    public Optional<PhaseHistograms> plus(PhaseHistograms other) {
        Map<String, DurationHistogram> sum = new LinkedHashMap<>();
        for (String name : NAMES) {
            Optional<DurationHistogram> both = of(name).plus(other.of(name));
            if (both.isEmpty()) {
                return Optional.empty();
            }
            sum.put(name, both.get());
        }
        return whole.plus(other.whole).map(both -> new PhaseHistograms(sum, both));
    }

    /** The writes that were answered. */
    public long writes() {
        return whole.count();
    }

    /** The phases that occurred, in the order of a write's way; none if there was no write. */
    public List<Phase> rows() {
        List<Phase> rows = new ArrayList<>();
        for (String name : NAMES) {
            phase(name).ifPresent(rows::add);
        }
        return List.copyOf(rows);
    }

    /** One of {@link #NAMES}; empty if it has not occurred. */
    public Optional<Phase> phase(String name) {
        DurationHistogram durations = of(name);
        OptionalDouble mean = durations.meanMicros();
        if (mean.isEmpty() || whole.count() == 0) {
            return Optional.empty();
        }
        return Optional.of(new Phase(
                name,
                durations.count(),
                durations.sumSeconds() / whole.sumSeconds(),
                mean.getAsDouble(),
                durations.percentileMicros(50).orElseThrow(),
                durations.percentileMicros(99).orElseThrow()));
    }
}
