package io.quorate.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.simulator.invariant.InvariantViolation;
import org.junit.jupiter.api.Test;

/** Runs many seeds; whatever one of them finds is a bug, in the product or in the simulator. */
class SeedsTest {

    private static final int SEEDS = Integer.getInteger("simulator.seeds", 100);
    private static final long FIRST = Long.getLong("simulator.firstSeed", 1);

    @Test
    void noSeedViolatesAnInvariant() {
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            RunResult result = new SimulatedRun(RunPlan.draw(seed)).run();
            assertThat(result.violation().map(InvariantViolation::getMessage))
                    .describedAs("seed %d", seed)
                    .isEmpty();
        }
    }
}
