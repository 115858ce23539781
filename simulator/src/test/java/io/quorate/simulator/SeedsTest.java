package io.quorate.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.simulator.campaign.Campaign;
import io.quorate.simulator.invariant.InvariantViolation;
import org.junit.jupiter.api.Test;

/** Runs many seeds; whatever one of them finds is a bug, in the product or in the simulator. */
class SeedsTest {

    private static final int SEEDS = Integer.getInteger("simulator.seeds", 500);
    private static final long FIRST = Long.getLong("simulator.firstSeed", 1);

    @Test
    void noSeedViolatesAnInvariant() {
        int jobs = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 2);
        Campaign.Outcome outcome = new Campaign(RunPlan::draw, FIRST, SEEDS, jobs).run(progress -> {});
        assertThat(outcome.failures())
                .allSatisfy(failure -> assertThat(failure.violation().map(InvariantViolation::getMessage))
                        .describedAs("seed %d", failure.plan().seed())
                        .isEmpty());
        assertThat(outcome.progress().seeds()).isEqualTo(SEEDS);
        // Of each the checker knows whether its clients saw what can have been.
        assertThat(outcome.progress().undecided()).isZero();
    }
}
