package io.quorate.bench.report;

import io.quorate.bench.load.LoadPlan;
import java.util.List;
import java.util.Optional;

/**
 * What a load gave: of one target, or of two that took turns.
 *
 * @param plan what was done to each
 * @param targets one or two
 */
public record LoadReport(LoadPlan plan, List<TargetReport> targets) {

    public LoadReport {
        targets = List.copyOf(targets);
        if (targets.isEmpty() || targets.size() > 2) {
            throw new IllegalArgumentException("a report is of one target or two, and not of " + targets.size());
        }
    }

    /** The comparison, if there are two. */
    Optional<Comparison> comparison() {
        return targets.size() == 2
                ? Optional.of(new Comparison(targets.getFirst(), targets.getLast()))
                : Optional.empty();
    }
}
