package io.quorate.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.quorum.MemberId;
import io.quorate.simulator.campaign.Campaign;
import io.quorate.simulator.fault.Fault;
import io.quorate.simulator.invariant.InvariantViolation;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that breaks down has shown nothing, and must not be counted among those that passed. */
class BrokenRunTest {

    private static final long SECOND = 1_000_000_000;

    /** A run with it breaks down: nobody starts again before it has died. */
    private static final Fault IMPOSSIBLE = new Fault.Crash(SECOND / 2, new MemberId(1), CrashKind.PROCESS, -1);

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

    /** A failure is worth more than a campaign that was made whole, so it is told of; and what is lacking is told of too. */
    @Test
    void aCampaignWithAFailingRunAndOneThatCannotBeMadeTellsOfBoth() {
        CyclicBarrier bothHaveBegun = new CyclicBarrier(2);
        Campaign campaign = new Campaign(
                seed -> {
                    await(bothHaveBegun);
                    if (seed == 2) {
                        throw new IllegalStateException("there is no seed " + seed);
                    }
                    return new RunPlan(seed, 3, SECOND, List.of(IMPOSSIBLE), 2, 20);
                },
                1,
                2,
                2);
        Campaign.Outcome outcome = campaign.run(progress -> {});
        assertThat(outcome.failures()).singleElement().satisfies(failure -> {
            assertThat(failure.plan().seed()).isEqualTo(1);
            assertThat(failure.violation()).isPresent();
        });
        assertThat(outcome.notMade())
                .singleElement()
                .satisfies(cause -> assertThat(cause)
                        .hasMessage("seed 2 could not be run")
                        .hasCause(new IllegalStateException("there is no seed 2")));
        assertThat(outcome.progress().seeds()).isEqualTo(1);
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }
}
