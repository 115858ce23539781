package io.quorate.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.Effect;
import io.quorate.core.Event;
import io.quorate.core.Rejection;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.simulator.fault.Fault;
import io.quorate.simulator.fault.Management;
import io.quorate.simulator.invariant.InvariantViolation;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * What the seeds draw of witnesses does happen, while everything else goes wrong: they come, go and take places, and their disks forget
 * what was synced.
 */
class WitnessesUnderFaultsTest {

    /** What is seldom happens in one of a hundred such runs, which are a fourteenth of all. */
    private static final int MAX_SEEDS = 1_200;

    private static final Set<String> SITUATIONS = Set.of(
            "a change of kind is refused",
            "a joint change puts a member with data in the place of a witness",
            "a joint change puts a witness in the place of a member with data",
            "a joint change puts a witness in the place of another",
            "a witness gets the vote",
            "a witness goes",
            "a witness is dead for good",
            "two witnesses vote",
            "a log has lost its end",
            "a log has lost its end, and that is noticed",
            "a witness that had noticed it votes again");

    /** What has happened in one run. */
    private static final class Reached implements RunObserver {
        private final Set<String> situations;
        private final Map<MemberId, SimulatedMember> members = new HashMap<>();
        private final Set<MemberId> shortened = new HashSet<>();
        private final Set<MemberId> noticed = new HashSet<>();

        /** @param situations is added to */
        Reached(Set<String> situations) {
            this.situations = situations;
        }

        @Override
        public void opened(SimulatedMember member) {
            members.put(member.id(), member);
        }

        @Override
        public void fault(String description) {
            for (SimulatedMember member : members.values()) {
                if (member.isWitness() && description.equals(member.id() + " is dead for good")) {
                    situations.add("a witness is dead for good");
                } else if (description.startsWith("witness " + member.id() + " forgets the end of ")) {
                    situations.add("a log has lost its end");
                    shortened.add(member.id());
                }
            }
        }

        @Override
        public void changed(SimulatedMember leader, Optional<Configuration> base, Configuration target) {
            base.ifPresent(from -> changed(from, target));
        }

        private void changed(Configuration from, Configuration to) {
            Set<MemberId> come = difference(to.voters(), from.voters());
            Set<MemberId> gone = difference(from.voters(), to.voters());
            boolean witnessComes = come.stream().anyMatch(to::isWitness);
            boolean witnessGoes = gone.stream().anyMatch(from::isWitness);
            if (witnessComes) {
                situations.add("a witness gets the vote");
            }
            if (witnessGoes && come.isEmpty()) {
                situations.add("a witness goes");
            }
            if (to.voters().stream().filter(to::isWitness).count() == 2) {
                situations.add("two witnesses vote");
            }
            if (come.size() == 1 && gone.size() == 1) {
                if (witnessComes || witnessGoes) {
                    situations.add("a joint change puts " + (witnessComes ? "a witness" : "a member with data")
                            + " in the place of "
                            + (witnessGoes ? witnessComes ? "another" : "a witness" : "a member with data"));
                }
            }
        }

        private static Set<MemberId> difference(Set<MemberId> some, Set<MemberId> others) {
            Set<MemberId> rest = new TreeSet<>(some);
            rest.removeAll(others);
            return rest;
        }

        @Override
        public void stepped(SimulatedMember member, Event event, List<Effect> effects) {
            for (Effect effect : effects) {
                if (effect instanceof Effect.RejectConfiguration refused
                        && refused.reason() == Rejection.BAD_CONFIGURATION) {
                    situations.add("a change of kind is refused");
                } else if (effect instanceof Effect.SuspendVoting && shortened.contains(member.id())) {
                    situations.add("a log has lost its end, and that is noticed");
                    noticed.add(member.id());
                } else if (effect instanceof Effect.ResumeVoting && noticed.contains(member.id())) {
                    situations.add("a witness that had noticed it votes again");
                }
            }
        }
    }

    private static boolean concernsWitnesses(RunPlan plan) {
        return plan.faults().stream().anyMatch(WitnessesUnderFaultsTest::concernsWitnesses);
    }

    private static boolean concernsWitnesses(Fault fault) {
        return fault instanceof Fault.LoseEnd
                || (fault instanceof Fault.Manage manage && Management.OF_WITNESSES.contains(manage.operation()));
    }

    @Test
    void whatIsDrawnDoesHappenAndNothingIsViolated() {
        Set<String> situations = new TreeSet<>();
        for (long seed = 1; seed <= MAX_SEEDS && !situations.containsAll(SITUATIONS); seed++) {
            RunPlan plan = RunPlan.draw(seed);
            if (!concernsWitnesses(plan)) {
                continue;
            }
            SimulatedRun run = new SimulatedRun(plan);
            run.watch(new Reached(situations));
            assertThat(run.run().violation().map(InvariantViolation::getMessage))
                    .describedAs("seed %d", seed)
                    .isEmpty();
        }
        assertThat(situations).containsExactlyInAnyOrderElementsOf(SITUATIONS);
    }
}
