package io.quorate.simulator.mutant;

import io.quorate.simulator.RunPlan;
import io.quorate.simulator.SimulatedRun;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * Runs a seed and tells which invariant was violated: its name, a line feed, and how. It is loaded together with the mutated
 * classes, so all that passes between it and the test is of the JDK.
 */
public final class SeedVerdict implements LongFunction<Optional<String>> {

    @Override
    public Optional<String> apply(long seed) {
        return new SimulatedRun(RunPlan.draw(seed))
                .run()
                .violation()
                .map(violation -> violation.invariant() + "\n" + violation.getMessage());
    }
}
