package io.quorate.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.CoreStatus;
import io.quorate.core.Effect;
import io.quorate.core.Event;
import io.quorate.core.RoleName;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.RaftNode;
import io.quorate.kv.Result;
import io.quorate.simulator.invariant.Invariants;
import io.quorate.simulator.network.LinkFaults;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Election timeouts that follow from how the leader is heard, with the production code of three nodes in virtual time.
 *
 * <p>{@code -Delections.minutes=60} lets the steady load last an hour.
 */
class AdaptiveElectionsTest {

    private static final long MILLISECOND = 1_000_000;
    private static final long SECOND = 1_000 * MILLISECOND;
    private static final int MINUTES = Integer.getInteger("elections.minutes", 3);

    /** Each frame is late by up to 100 ms: all delays are at or below what the 99.9th percentile may be. */
    private static final LinkFaults JITTER = lateBy(100 * MILLISECOND);

    /** One frame in a thousand, or so, is later than that. */
    private static final LinkFaults TAIL = lateBy(500 * MILLISECOND);

    private final Agenda agenda = new Agenda();
    private final Watchers watchers = new Watchers();
    private final SplittableRandom random = new SplittableRandom(3);
    private int suspicions;
    private final Cluster cluster = new Cluster(3, settings(), agenda, new SplittableRandom(2), watchers);

    AdaptiveElectionsTest() {
        Invariants.all(cluster, agenda::now, Optional.empty()).forEach(watchers::add);
        watchers.add(new RunObserver() {
            @Override
            public void stepped(SimulatedMember member, Event event, List<Effect> effects) {
                for (Effect effect : effects) {
                    boolean suspects =
                            effect instanceof Effect.RoleChanged changed && changed.role() == RoleName.PRE_CANDIDATE;
                    suspicions += suspects ? 1 : 0;
                }
            }
        });
        cluster.members().forEach(SimulatedMember::start);
    }

    private static MemberSettings settings() {
        MemberSettings drawn = MemberSettings.draw(new SplittableRandom(1));
        return new MemberSettings(
                drawn.timing().withAdaptive(true), drawn.storage(), drawn.flow(), drawn.leases(), false, drawn.keys());
    }

    private static LinkFaults lateBy(long nanos) {
        return new LinkFaults(LinkFaults.Cut.NONE, 0, 0, 0, 0, 0, 0, nanos, false, 0);
    }

    private void run(long nanos) {
        agenda.runUntil(agenda.now() + nanos);
        assertThat(watchers.violation()).isEmpty();
    }

    private SimulatedMember awaitLeader() {
        for (int i = 0; i < 10_000 && cluster.leader().isEmpty(); i++) {
            run(MILLISECOND);
        }
        return cluster.leader().orElseThrow();
    }

    private static CoreStatus status(SimulatedMember member) {
        return member.node().map(RaftNode::status).orElseThrow();
    }

    private void setFaults(MemberId from, MemberId to, LinkFaults faults) {
        if (!from.equals(to)) {
            cluster.network().setFaults(from, to, faults);
        }
    }

    private void setFaults(LinkFaults faults) {
        cluster.ids().forEach(from -> cluster.ids().forEach(to -> setFaults(from, to, faults)));
    }

    /** The goal on a quiet network, default settings: the median is under half a second. */
    @Test
    void aLeaderThatDiesIsReplacedSoon() {
        List<Long> nanos = new ArrayList<>();
        for (int i = 0; i < 31; i++) {
            SimulatedMember leader = awaitLeader();
            run(4 * SECOND + random.nextLong(SECOND));
            long died = agenda.now();
            leader.crash(CrashKind.PROCESS);
            awaitLeader();
            nanos.add(agenda.now() - died);
            leader.start();
        }
        Collections.sort(nanos);
        System.out.println("another led after (virtual ms): median "
                + nanos.get(nanos.size() / 2) / MILLISECOND + ", least " + nanos.getFirst() / MILLISECOND + ", most "
                + nanos.getLast() / MILLISECOND);
        assertThat(nanos.get(nanos.size() / 2)).isLessThan(SECOND / 2);
        assertThat(nanos.getLast()).isLessThan(2 * SECOND);
    }

    /** What was not heard for long gets the whole time: nothing is known of its network. */
    @Test
    void aLeaderThatIsNewIsGivenTheConfiguredTime() {
        SimulatedMember leader = awaitLeader();
        run(SECOND);
        long died = agenda.now();
        leader.crash(CrashKind.PROCESS);
        awaitLeader();
        assertThat(agenda.now() - died).isGreaterThan(SECOND * 9 / 10);
    }

    @Test
    void aNetworkOfManyDelaysSeesNoElectionWithoutNeed() {
        SimulatedMember leader = awaitLeader();
        setFaults(JITTER);
        run(5 * SECOND);
        assertThat(status(leader).role()).isEqualTo(RoleName.LEADER);
        long term = status(leader).term();
        long proposed = 0;
        suspicions = 0;
        CompletableFuture<Result> last = CompletableFuture.completedFuture(null);
        for (long second = 0; second < MINUTES * 60L; second++) {
            // For a twentieth of a second in each half minute, one link after the other is as slow as it ever gets.
            if (second % 30 == 0) {
                slowDownOneLink();
            }
            // Every other minute nothing is written: then heartbeats are all that followers hear.
            boolean busy = second / 60 % 2 == 0;
            for (int i = 0; i < 10; i++) {
                if (busy) {
                    last = leader.propose(new byte[1]);
                    proposed++;
                }
                run(SECOND / 10);
            }
            assertThat(status(leader).term()).as("after %d s", second).isEqualTo(term);
            assertThat(status(leader).role()).as("after %d s", second).isEqualTo(RoleName.LEADER);
        }
        System.out.println(MINUTES + " min of steady load: " + suspicions + " wrong suspicions, no election");
        assertThat(suspicions)
                .as("wrong suspicions, which the pre-vote makes harmless: one in 20 minutes, and no two at a time")
                .isLessThanOrEqualTo(1 + MINUTES / 20);
        run(2 * SECOND);
        assertThat(last).isCompleted();
        assertThat(status(leader).appliedIndex()).isGreaterThanOrEqualTo(proposed);
    }

    private void slowDownOneLink() {
        List<MemberId> ids = List.copyOf(cluster.ids());
        MemberId from = ids.get(random.nextInt(ids.size()));
        MemberId to = ids.get(random.nextInt(ids.size()));
        setFaults(from, to, TAIL);
        agenda.after(SECOND / 20, () -> setFaults(from, to, JITTER));
    }
}
