package io.quorate.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.Effect;
import io.quorate.core.Event;
import io.quorate.core.quorum.MemberId;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What an operator finds out whose change was not answered. */
class KnownConfigurationTest {

    private static final long SECOND = 1_000_000_000;

    private Optional<SimulatedMember> dying = Optional.empty();
    private final Agenda agenda = new Agenda();
    private final Cluster cluster =
            new Cluster(3, MemberSettings.draw(new SplittableRandom(1)), agenda, new SplittableRandom(2), new Death());
    private final MembershipDriver membership =
            new MembershipDriver(agenda, cluster, new SplittableRandom(3), new RunObserver() {}, false);

    KnownConfigurationTest() {
        cluster.members().forEach(SimulatedMember::start);
        run(5 * SECOND);
    }

    private void run(long nanos) {
        agenda.runUntil(agenda.now() + nanos);
    }

    private MemberId follower() {
        MemberId leader = cluster.leader().orElseThrow().id();
        return cluster.ids().stream()
                .filter(id -> !id.equals(leader))
                .findFirst()
                .orElseThrow();
    }

    /** Seed 47070: the leader could not say any more whether it was done, and no later loss was ever made good. */
    @Test
    void aReplacementIsKnownToHaveHappenedAlthoughItsAnswerNeverCame() {
        SimulatedMember leader = cluster.leader().orElseThrow();
        membership.replaceLost(follower());
        MemberId first = membership.lost().orElseThrow();
        dying = Optional.of(leader);
        run(SECOND);
        assertThat(dying).as("died between the two halves of the change").isEmpty();
        assertThat(membership.settled()).as("asked for, and not answered").isEmpty();

        leader.start();
        run(5 * SECOND);
        assertThat(membership.settled()).isEqualTo(cluster.configuration());
        assertThat(membership.lost()).isEmpty();

        membership.replaceLost(follower());
        MemberId second = membership.lost().orElseThrow();
        run(5 * SECOND);
        assertThat(membership.settled()).isEqualTo(cluster.configuration());
        assertThat(cluster.configuration().orElseThrow().voters()).hasSize(3).doesNotContain(first, second);
    }

    /** Whoever is to die does so once the first half of a change is committed, and before anybody else knows of the second. */
    private final class Death implements RunObserver {

        @Override
        public void stepped(SimulatedMember member, Event event, List<Effect> effects) {
            boolean leaves = effects.stream()
                    .anyMatch(effect -> effect instanceof Effect.AppendConfiguration change
                            && !change.configuration().isJoint());
            if (leaves && dying.filter(member::equals).isPresent()) {
                dying = Optional.empty();
                agenda.at(agenda.now(), () -> member.crash(CrashKind.PROCESS));
            }
        }
    }
}
