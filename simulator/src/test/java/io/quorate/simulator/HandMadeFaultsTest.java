package io.quorate.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.Effect;
import io.quorate.core.Event;
import io.quorate.core.quorum.MemberId;
import io.quorate.simulator.disk.RotTarget;
import io.quorate.simulator.fault.Fault;
import io.quorate.simulator.fault.MembershipChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Faults that seeds do not draw, put together by hand: pauses that are longer than what goes wrong in a drawn run, and faults of a
 * member that has come in meanwhile.
 */
class HandMadeFaultsTest {

    private static final long SECOND = 1_000_000_000;
    private static final int CLIENTS = 5;
    private static final int OPERATIONS_PER_SECOND = 40;

    /** What happened, and how long each member took no step. */
    private static final class Seen implements RunObserver {
        private final Agenda agenda;
        private final Map<MemberId, Long> lastSteps = new HashMap<>();
        private final Map<MemberId, Long> longestPauses = new HashMap<>();
        private final List<String> faults = new ArrayList<>();

        Seen(Agenda agenda) {
            this.agenda = agenda;
        }

        @Override
        public void fault(String description) {
            faults.add(description);
        }

        @Override
        public void stepped(SimulatedMember member, Event event, List<Effect> effects) {
            Long last = lastSteps.put(member.id(), agenda.now());
            if (last != null) {
                longestPauses.merge(member.id(), agenda.now() - last, Math::max);
            }
        }
    }

    private static Seen passes(RunPlan plan) {
        SimulatedRun run = new SimulatedRun(plan);
        Seen seen = new Seen(run.agenda());
        run.watch(seen);
        assertThat(run.run().violation()).isEmpty();
        return seen;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void twoOfFiveSleepForHalfAMinute(long seed) {
        MemberId first = new MemberId(1);
        MemberId second = new MemberId(2);
        Seen seen = passes(new RunPlan(
                seed,
                5,
                40 * SECOND,
                List.of(
                        new Fault.Pause(2 * SECOND, first, 30 * SECOND),
                        new Fault.Pause(7 * SECOND, second, 30 * SECOND)),
                CLIENTS,
                OPERATIONS_PER_SECOND));
        assertThat(seen.longestPauses.get(first)).isGreaterThanOrEqualTo(30 * SECOND);
        assertThat(seen.longestPauses.get(second)).isGreaterThanOrEqualTo(30 * SECOND);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aMemberThatHasComeInIsHitAsTheOthersAre(long seed) {
        MemberId newcomer = new MemberId(4);
        Seen seen = passes(new RunPlan(
                seed,
                3,
                15 * SECOND,
                List.of(
                        new Fault.ChangeMembers(SECOND, MembershipChange.ADD_VOTER),
                        new Fault.Crash(4 * SECOND, newcomer, CrashKind.POWER_LOSS, SECOND),
                        new Fault.Pause(7 * SECOND, newcomer, 2 * SECOND),
                        new Fault.BitRot(11 * SECOND, newcomer, RotTarget.LOG)),
                CLIENTS,
                OPERATIONS_PER_SECOND));
        assertThat(seen.longestPauses.get(newcomer)).isGreaterThanOrEqualTo(2 * SECOND);
        assertThat(seen.faults)
                .anyMatch(fault -> fault.startsWith("Crash[") && fault.contains("member=4"))
                .anyMatch(fault -> fault.startsWith("a bit of log/"));
    }
}
