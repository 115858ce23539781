package io.quorate.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.simulator.campaign.Campaign;
import io.quorate.simulator.invariant.InvariantViolation;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that breaks down has shown nothing, and must not be counted among those that passed. */
class BrokenRunTest {

    private static final long SECOND = 1_000_000_000;

    @Test
    void aRunThatBreaksDownFails() {
        SimulatedRun run = new SimulatedRun(RunPlan.draw(1));
        IllegalStateException cause = new IllegalStateException("the dice are lost");
        run.agenda().after(SECOND, () -> {
            throw cause;
        });
        Optional<InvariantViolation> violation = run.run().violation();
        assertThat(violation).hasValueSatisfying(broken -> {
            assertThat(broken).hasMessageContaining("it broke down").hasMessageContaining("the dice are lost");
            assertThat(broken).hasCause(cause);
        });
    }

    @Test
    void aViolationThatIsThrownIsTheRunsOwn() {
        SimulatedRun run = new SimulatedRun(RunPlan.draw(1));
        InvariantViolation violation = new InvariantViolation("patience", "it is lost");
        run.agenda().after(SECOND, () -> {
            throw violation;
        });
        assertThat(run.run().violation()).contains(violation);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aCampaignThatCannotMakeARunSaysSo(int jobs) {
        Campaign campaign = new Campaign(
                seed -> {
                    if (seed == 3) {
                        throw new IllegalStateException("there is no seed " + seed);
                    }
                    return RunPlan.draw(seed);
                },
                1,
                5,
                jobs);
        assertThatThrownBy(() -> campaign.run(progress -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("broke down")
                .cause()
                .hasMessage("seed 3 could not be run")
                .hasCause(new IllegalStateException("there is no seed 3"));
    }
}
