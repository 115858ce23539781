package io.quorate.simulator.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.quorum.MemberId;
import io.quorate.simulator.RunPlan;
import io.quorate.simulator.RunResult;
import io.quorate.simulator.SimulatedRun;
import io.quorate.simulator.fault.Fault;
import io.quorate.simulator.invariant.InvariantViolation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is left of a failing run, where it is known what makes it fail. */
class ShrinkingTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int ENOUGH = 1_000;
    private static final String WANTED = "wanted";

    /** Ten faults, one in each second. */
    private static final List<Fault> FAULTS = IntStream.range(0, 10)
            .<Fault>mapToObj(i -> new Fault.Snapshot(i * SECOND, new MemberId(1)))
            .toList();

    private static final Fault THIRD = FAULTS.get(3);
    private static final Fault SEVENTH = FAULTS.get(7);

    private static final RunPlan DRAWN = new RunPlan(42, 7, 15 * SECOND, FAULTS, 9, 50);

    private static RunResult result(RunPlan plan, Optional<String> invariant, long nanos) {
        return new RunResult(
                plan, invariant.map(name -> new InvariantViolation(name, "it does not hold")), nanos, 0, 0, 0, false);
    }

    /** Fails as the seventh fault happens, if the third has and there are members enough. */
    private static RunResult needsTwoFaultsAndFourMembers(RunPlan plan) {
        boolean fails = plan.faults().contains(THIRD)
                && plan.faults().contains(SEVENTH)
                && plan.faultNanos() > SEVENTH.at()
                && plan.members() >= 4;
        return result(plan, fails ? Optional.of(WANTED) : Optional.empty(), fails ? SEVENTH.at() : plan.faultNanos());
    }

    private static RunResult shrunk(int maxRuns, Function<RunPlan, RunResult> runner) {
        return new Shrinking(runner.apply(DRAWN), runner, maxRuns, smaller -> {}).run();
    }

    @Test
    void exactlyWhatTheFailureNeedsIsLeft() {
        RunResult smallest = shrunk(ENOUGH, ShrinkingTest::needsTwoFaultsAndFourMembers);
        assertThat(smallest.plan())
                .isEqualTo(new RunPlan(DRAWN.seed(), 4, SEVENTH.at() + 1, List.of(THIRD, SEVENTH), 1, 50));
        assertThat(smallest.violation().map(InvariantViolation::invariant)).contains(WANTED);
    }

    @Test
    void eachSmallerRunIsToldAndFailsToo() {
        List<RunResult> told = new ArrayList<>();
        Function<RunPlan, RunResult> runner = ShrinkingTest::needsTwoFaultsAndFourMembers;
        RunResult smallest = new Shrinking(runner.apply(DRAWN), runner, ENOUGH, told::add).run();
        assertThat(told)
                .isNotEmpty()
                .allSatisfy(run -> assertThat(run.violation().map(InvariantViolation::invariant))
                        .contains(WANTED))
                .doesNotHaveDuplicates()
                .last()
                .isEqualTo(smallest);
    }

    @Test
    void aRunThatViolatesSomethingElseIsNotTakenForTheSame() {
        Fault hides = FAULTS.get(5);
        RunResult smallest = shrunk(ENOUGH, plan -> {
            RunResult run = needsTwoFaultsAndFourMembers(plan);
            return run.violation().isEmpty() || plan.faults().contains(hides)
                    ? run
                    : result(plan, Optional.of("another"), run.virtualNanos());
        });
        assertThat(smallest.plan().faults()).containsExactly(THIRD, hides, SEVENTH);
        assertThat(smallest.violation().map(InvariantViolation::invariant)).contains(WANTED);
    }

    @Test
    void noMoreRunsAreTriedThanAllowed() {
        for (int allowed = 0; allowed < 40; allowed++) {
            List<RunPlan> tried = new ArrayList<>();
            RunResult failing = needsTwoFaultsAndFourMembers(DRAWN);
            Function<RunPlan, RunResult> counting = plan -> {
                tried.add(plan);
                return needsTwoFaultsAndFourMembers(plan);
            };
            RunResult smallest = new Shrinking(failing, counting, allowed, smaller -> {}).run();
            assertThat(tried).hasSizeLessThanOrEqualTo(allowed);
            assertThat(smallest.violation()).isPresent();
            if (allowed == 0) {
                assertThat(smallest).isSameAs(failing);
            }
        }
    }

    @Test
    void whatFailsWithoutAnyFaultIsLeftWithNextToNothing() {
        RunResult smallest = shrunk(ENOUGH, plan -> result(plan, Optional.of(WANTED), plan.faultNanos() + SECOND));
        long shortest = smallest.plan().faultNanos();
        assertThat(shortest).isLessThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(1));
        assertThat(smallest.plan()).isEqualTo(new RunPlan(DRAWN.seed(), 3, shortest, List.of(), 1, 50));
    }

    @Test
    void whatDidNotFailIsNotMadeSmaller() {
        RunResult fine = result(DRAWN, Optional.empty(), SECOND);
        assertThatThrownBy(() -> new Shrinking(fine, ENOUGH, smaller -> {}, SimulatedRun::new))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("seed 42 did not fail");
    }
}
