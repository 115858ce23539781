package io.quorate.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.simulator.fault.MembershipChange;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The operator is told to replace a member whose disk is beyond use, while another one is lost already (seed 341702). */
class LostOneAfterAnotherTest {

    private static final long SECOND = 1_000_000_000;

    private final Agenda agenda = new Agenda();
    private final Cluster cluster = new Cluster(
            5, MemberSettings.draw(new SplittableRandom(1)), agenda, new SplittableRandom(2), new RunObserver() {});
    private final MembershipDriver operator =
            new MembershipDriver(agenda, cluster, new SplittableRandom(3), new RunObserver() {}, false);
    private List<SimulatedMember> followers = List.of();

    @BeforeEach
    void start() {
        cluster.members().forEach(SimulatedMember::start);
        agenda.runUntil(5 * SECOND);
        MemberId leader = cluster.leader().orElseThrow().id();
        followers = cluster.members().stream()
                .filter(member -> !member.id().equals(leader))
                .toList();
    }

    private Configuration configuration() {
        return cluster.configuration().orElseThrow();
    }

    @Test
    void itIsReplacedAfterTheOther() {
        SimulatedMember first = followers.get(0);
        SimulatedMember second = followers.get(1);
        operator.replaceLost(first.id());
        operator.replaceLost(second.id());
        assertThat(second.isRetired()).isTrue();

        agenda.runUntil(30 * SECOND);
        assertThat(configuration().isMember(first.id())).isFalse();
        assertThat(configuration().isMember(second.id())).isFalse();
        assertThat(configuration().voters()).hasSize(5);
    }

    @Test
    void itIsReplacedAlsoIfNobodyLeadsForAWhile() {
        SimulatedMember first = followers.get(0);
        SimulatedMember second = followers.get(1);
        SimulatedMember leader = cluster.leader().orElseThrow();
        operator.lose(first.id(), CrashKind.DISK_LOSS);
        operator.replaceLost(second.id());
        for (SimulatedMember down : List.of(leader, followers.get(2))) {
            down.crash(CrashKind.PROCESS);
            agenda.after(SECOND + SECOND / 20, down::start);
        }
        // When the operator looks again.
        agenda.runUntil(6 * SECOND);
        assertThat(cluster.leader()).isEmpty();

        agenda.runUntil(12 * SECOND);
        operator.begin(MembershipChange.REPLACE);
        agenda.runUntil(40 * SECOND);
        assertThat(configuration().isMember(first.id())).isFalse();
        assertThat(configuration().isMember(second.id())).isFalse();
    }

    @Test
    void oneThatWasRemovedMeanwhileIsNotReplaced() {
        SimulatedMember removed = followers.get(0);
        SimulatedMember lost = followers.get(1);
        TreeSet<MemberId> rest = new TreeSet<>(configuration().voters());
        rest.remove(removed.id());
        operator.lose(lost.id(), CrashKind.DISK_LOSS);
        operator.replaceLost(removed.id());
        operator.ask(
                cluster.leader().orElseThrow(),
                Optional.empty(),
                new Configuration(rest, new TreeSet<>(), new TreeSet<>()),
                failure -> assertThat(failure).isEmpty());

        agenda.runUntil(30 * SECOND);
        assertThat(configuration().voters()).isEqualTo(rest);
        assertThat(operator.lost()).contains(lost.id());
    }
}
