package io.quorate.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.Effect;
import io.quorate.core.Event;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.simulator.fault.Management;
import io.quorate.simulator.invariant.InvariantViolation;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * What the seeds draw of management does happen, while everything else goes wrong: a check that never comes to what it is about proves
 * nothing. Of witnesses {@link WitnessesUnderFaultsTest} tells.
 */
class ManagementUnderFaultsTest {

    private static final int SEEDS = 120;

    /** What has happened in some runs. */
    private static final class Reached implements RunObserver {
        private final Set<Management> acknowledged = EnumSet.noneOf(Management.class);
        private final Set<String> situations = new HashSet<>();

        /** By the target, as text: what it was asked for. */
        private final Map<String, Management> asked = new HashMap<>();

        @Override
        public void fault(String description) {
            if (description.endsWith("has given way")) {
                acknowledged.add(Management.GIVE_WAY);
            }
            for (Management operation : Management.values()) {
                if (description.startsWith(operation + ": ")) {
                    asked.put(description.substring(operation.toString().length() + 2), operation);
                }
            }
        }

        @Override
        public void changed(SimulatedMember leader, Optional<Configuration> base, Configuration target) {
            Optional.ofNullable(asked.get(target.toString())).ifPresent(acknowledged::add);
            if (!target.isMember(leader.id())) {
                situations.add("a leader is removed");
            }
            if (target.voters().stream().anyMatch(voter -> target.priority(voter) == 0)) {
                situations.add("a voter gets priority 0");
            }
        }

        @Override
        public void promoting(MemberId learner, long upTo) {
            situations.add("a learner has the log");
        }

        @Override
        public void disowned(SimulatedMember member) {
            situations.add("a wiped member is known again");
        }

        @Override
        public void stepped(SimulatedMember member, Event event, List<Effect> effects) {
            for (Effect effect : effects) {
                if (effect instanceof Effect.AppendConfiguration append
                        && append.configuration().isJoint()) {
                    situations.add("several voters are changed at once");
                } else if (effect instanceof Effect.RejectConfiguration) {
                    situations.add("a change is refused");
                } else if (effect instanceof Effect.TransferEnded transfer && transfer.succeeded()) {
                    situations.add("leadership is handed over");
                }
            }
        }
    }

    @Test
    void whatIsDrawnDoesHappenAndNothingIsViolated() {
        Reached reached = new Reached();
        List<RunPlan> plans = LongStream.rangeClosed(1, SEEDS)
                .mapToObj(RunPlan::draw)
                .filter(RunPlan::isManaged)
                .toList();
        for (RunPlan plan : plans) {
            SimulatedRun run = new SimulatedRun(plan);
            run.watch(reached);
            assertThat(run.run().violation().map(InvariantViolation::getMessage))
                    .describedAs("seed %d", plan.seed())
                    .isEmpty();
        }
        assertThat(reached.acknowledged).containsAll(Management.ANYWHERE);
        assertThat(reached.situations)
                .containsExactlyInAnyOrder(
                        "a leader is removed",
                        "a voter gets priority 0",
                        "a learner has the log",
                        "a wiped member is known again",
                        "several voters are changed at once",
                        "a change is refused",
                        "leadership is handed over");
    }
}
