package io.quorate.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** While one thread of a process waits for its disk, everything else goes on; what comes after the wait comes after it. */
class WaitingForDisksTest {

    private final Agenda agenda = new Agenda();
    private final SimulatedProcess process = new SimulatedProcess(agenda, () -> 0);
    private final List<String> told = new ArrayList<>();

    private void tell(String what) {
        told.add(what + " at " + agenda.now() / 1_000_000);
    }

    @Test
    void othersOfTheSameProcessGoOnAndTheWaitingOneComesLast() {
        Executor writer = process.executor(0);
        Executor loop = process.executor(0);
        writer.execute(() -> {
            tell("begins to wait");
            assertThat(process.waitUntil(agenda.now() + 50_000_000)).isTrue();
            tell("has waited");
        });
        writer.execute(() -> tell("the next of the same thread"));
        agenda.at(20_000_000, () -> loop.execute(() -> tell("another thread")));
        agenda.runUntil(100_000_000);
        assertThat(told)
                .containsExactly(
                        "begins to wait at 0",
                        "another thread at 20",
                        "has waited at 50",
                        "the next of the same thread at 50");
    }

    @Test
    void whoWaitsInAProcessThatDiesNeverGoesOn() {
        Executor writer = process.executor(0);
        writer.execute(() -> {
            process.waitUntil(agenda.now() + 50_000_000);
            tell("has waited");
        });
        agenda.at(20_000_000, process::die);
        agenda.at(30_000_000, () -> tell("somebody else"));
        agenda.runUntil(100_000_000);
        assertThat(told).containsExactly("somebody else at 30");
    }

    @Test
    void manyWaitAtATimeAndNobodyWaitsForTheEndOfAnother() {
        SimulatedProcess other = new SimulatedProcess(agenda, () -> 0);
        process.executor(0).execute(() -> {
            process.waitUntil(50_000_000);
            tell("the first");
        });
        agenda.at(
                10_000_000,
                () -> other.executor(0).execute(() -> {
                    other.waitUntil(30_000_000);
                    tell("the second");
                }));
        agenda.runUntil(100_000_000);
        assertThat(told).containsExactly("the second at 30", "the first at 50");
    }

    @Test
    void whatAProcessDoesWhileItStartsCannotBeWaitedFor() {
        assertThat(process.waitUntil(50_000_000)).isFalse();
    }
}
