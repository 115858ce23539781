package io.quorate.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.Configuration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Whatever happens to a cluster, the properties of paper figure 3 hold at every step; and once nothing happens to it any
 * more, it works again.
 *
 * <p>{@code -Dproperty.seeds=20000} runs more, {@code -Dproperty.firstSeed=4711 -Dproperty.seeds=1} one again.
 */
class PropertyTest {

    private static final long FIRST_SEED = Long.getLong("property.firstSeed", 1);
    private static final int SEEDS = Integer.getInteger("property.seeds", 1400);
    private static final int ACTIONS = Integer.getInteger("property.actions", 6000);

    @Test
    void safetyHoldsAtEveryStepAndTheClusterWorksOnceTheTroubleEnds() {
        long reads = 0;
        long snapshots = 0;
        long repairs = 0;
        long terms = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            RandomCluster cluster = new RandomCluster(seed);
            try {
                cluster.run(ACTIONS);
                recovers(cluster);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
            reads += cluster.invariants().readsServed();
            snapshots += cluster.invariants().snapshotsInstalled();
            repairs += cluster.invariants().repairs();
            terms += cluster.invariants().terms();
        }
        System.out.println(SEEDS + " seeds from " + FIRST_SEED + ": " + terms + " terms led, " + reads
                + " reads served, " + snapshots + " snapshots installed, " + repairs + " repairs");
        if (SEEDS >= 100) {
            // A simulation in which nothing happens would prove nothing.
            assertThat(reads).as("reads served").isPositive();
            assertThat(snapshots).as("snapshots installed").isPositive();
            assertThat(repairs).as("repairs").isPositive();
            assertThat(terms).as("terms").isGreaterThan(SEEDS);
        }
    }

    /** Whoever was left out by changes of members comes back as a voter. */
    private static void bringEveryoneIn(RandomCluster cluster) {
        // One that has lost its promises must not be needed before it votes again, and beside one other it would be.
        change(cluster, cluster.withLearners(leader(cluster).status().configuration()));
        change(cluster, cluster.everyone());
    }

    /** By whoever leads by now: one of a higher priority may have taken over. */
    private static void change(RandomCluster cluster, Configuration target) {
        leader(cluster).step(new Event.ConfigurationProposed(target));
        for (int tick = 0; tick < 100; tick++) {
            cluster.calmTick();
        }
        Invariants.check(
                leader(cluster).status().configuration().equals(target), "a change of members that never ends");
    }

    private static SimulatedMember leader(RandomCluster cluster) {
        List<SimulatedMember> leaders =
                cluster.members().stream().filter(SimulatedMember::isLeader).toList();
        Invariants.check(
                leaders.size() == 1,
                leaders.size() + " leaders after quiet ticks: "
                        + cluster.members().stream()
                                .map(SimulatedMember::status)
                                .toList());
        return leaders.getFirst();
    }

    private static void recovers(RandomCluster cluster) {
        cluster.heal();
        cluster.settle();
        for (int tick = 0; tick < 300; tick++) {
            cluster.calmTick();
        }
        bringEveryoneIn(cluster);
        Optional<SimulatedMember> leader = Optional.empty();
        for (SimulatedMember member : cluster.members()) {
            if (member.isLeader()) {
                Invariants.check(leader.isEmpty(), "two leaders at the end");
                leader = Optional.of(member);
            }
            Invariants.check(!member.status().votingSuspended(), "a repair that never ends");
        }
        SimulatedMember stable = leader.orElseThrow(() -> new AssertionError("no leader after 300 quiet ticks"));
        long before = cluster.invariants().committedIndex();
        long readsBefore = cluster.invariants().readsServed();
        stable.propose(3);
        cluster.settle();
        for (SimulatedMember member : cluster.members()) {
            member.step(new Event.ReadRequested(Long.MAX_VALUE));
        }
        cluster.settle();
        Invariants.check(cluster.invariants().committedIndex() == before + 3, "a proposal was not committed");
        Invariants.check(
                cluster.invariants().readsServed()
                        == readsBefore + cluster.members().size(),
                "a read was not served");
        cluster.invariants().allEqual();
    }
}
