package io.quorate.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.Message;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.LogDivergedException;
import io.quorate.engine.detection.Detection;
import io.quorate.engine.detection.DetectionKind;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.log.EntryKind;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.simulator.network.SimulatedNetwork.Lie;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * One of five members lies. What the cluster promises does not hold then, for Raft takes nobody for a liar; but the lie is detected by
 * those who are told it, and where it can be refused the others go on.
 */
class TraitorTest {

    private static final long SECOND = 1_000_000_000;

    private final List<Detection> detections = new ArrayList<>();
    private final Set<MemberId> detectedBy = new TreeSet<>();
    private final Set<MemberId> heard = new TreeSet<>();
    private final List<Throwable> stopped = new ArrayList<>();
    private final Agenda agenda = new Agenda();
    private final Cluster cluster = new Cluster(
            5, MemberSettings.draw(new SplittableRandom(1)), agenda, new SplittableRandom(2), new RunObserver() {
                @Override
                public void detected(SimulatedMember member, Detection detection) {
                    detections.add(detection);
                    detectedBy.add(member.id());
                }

                @Override
                public void delivered(MemberId from, MemberId to, PeerFrame frame) {
                    if (detectedBy.contains(to)) {
                        heard.add(from);
                    }
                }

                @Override
                public void stopped(SimulatedMember member, Throwable cause) {
                    stopped.add(cause);
                }
            });

    TraitorTest() {
        cluster.members().forEach(SimulatedMember::start);
        run(5 * SECOND);
        propose();
        assertThat(detections).isEmpty();
    }

    private void run(long nanos) {
        agenda.runUntil(agenda.now() + nanos);
    }

    private void propose() {
        var unused = cluster.leader().orElseThrow().propose(new byte[1]);
        run(SECOND);
    }

    private MemberId follower() {
        MemberId leader = cluster.leader().orElseThrow().id();
        return cluster.ids().stream()
                .filter(id -> !id.equals(leader))
                .findFirst()
                .orElseThrow();
    }

    private static PeerFrame raft(Message message) {
        return new PeerFrame.Raft(0, message);
    }

    private void assertDetected(MemberId traitor, DetectionKind kind) {
        assertThat(detections).extracting(Detection::kind).contains(kind);
        assertThat(detections).extracting(Detection::source).containsOnly(new Detection.Member(traitor));
    }

    /** Everything that a follower has to say it says as this. */
    private void assertDetectedAndTheOthersGoOn(DetectionKind kind, Message lie) {
        SimulatedMember leader = cluster.leader().orElseThrow();
        long term = leader.node().orElseThrow().status().term();
        long committed = leader.node().orElseThrow().status().commitIndex();
        MemberId traitor = follower();
        cluster.network().betray(traitor, (to, honest) -> raft(lie));
        run(2 * SECOND);
        propose();
        assertDetected(traitor, kind);
        assertThat(stopped).isEmpty();
        assertThat(leader.node().orElseThrow().status().term()).isEqualTo(term);
        assertThat(leader.node().orElseThrow().status().commitIndex()).isGreaterThan(committed);
    }

    @Test
    void aTermThatNoClusterGetsTo() {
        assertDetectedAndTheOthersGoOn(
                DetectionKind.IMPOSSIBLE_TERM, new Message.HeartbeatResponse(Long.MAX_VALUE - 1, 0));
    }

    @Test
    void moreAcknowledgedThanThereIs() {
        long term = cluster.leader().orElseThrow().node().orElseThrow().status().term();
        assertDetectedAndTheOthersGoOn(DetectionKind.IMPOSSIBLE_INDEX, new Message.AppendAccepted(term, 1L << 50));
    }

    @Test
    void aSecondLeader() {
        long term = cluster.leader().orElseThrow().node().orElseThrow().status().term();
        assertDetectedAndTheOthersGoOn(DetectionKind.TWO_LEADERS, new Message.Heartbeat(term, 0, 0));
    }

    @Test
    void roundsOfReadsThatHaveNotBegun() {
        long term = cluster.leader().orElseThrow().node().orElseThrow().status().term();
        assertDetectedAndTheOthersGoOn(DetectionKind.UNASKED_ANSWER, new Message.HeartbeatResponse(term, 1L << 40));
    }

    /** As long as it is cut off it is not heard, so that it is told of once by each; and then it is, since it may have been suspected wrongly. */
    @Test
    void whoeverIsCutOffIsNotHeardForAWhile() {
        long term = cluster.leader().orElseThrow().node().orElseThrow().status().term();
        MemberId traitor = follower();
        cluster.network().betray(traitor, (to, honest) -> raft(new Message.HeartbeatResponse(term, 1L << 40)));
        run(4 * SECOND);
        assertThat(detections).hasSize(detectedBy.size()).isNotEmpty();
        heard.clear();
        run(SECOND / 2);
        assertThat(heard).doesNotContain(traitor).isNotEmpty();

        cluster.network().betray(traitor, (to, honest) -> honest);
        run(4 * SECOND);
        assertThat(heard).contains(traitor);
        assertThat(detections).hasSize(detectedBy.size());
        assertThat(stopped).isEmpty();
    }

    /** It tells one of the others another content than all the rest: that one finds out by the next entry, and stops. */
    @Test
    void anEquivocatingLeader() {
        MemberId traitor = cluster.leader().orElseThrow().id();
        MemberId victim = follower();
        Lie lie = (to, honest) -> to.equals(victim) ? equivocal(honest) : honest;
        cluster.network().betray(traitor, lie);
        propose();
        propose();
        assertDetected(traitor, DetectionKind.CONTRADICTED_ENTRY);
        assertThat(detectedBy).containsExactly(victim);
        assertThat(stopped).isNotEmpty().allMatch(LogDivergedException.class::isInstance);
    }

    /** The same terms and indexes, with a chain of hashes that is right, and other commands. */
    private static PeerFrame equivocal(PeerFrame honest) {
        if (!(honest instanceof PeerFrame.Raft raft) || raft.entries().isEmpty()) {
            return honest;
        }
        List<EntryFrame> other = new ArrayList<>();
        long chain = raft.entries().getFirst().previousChain();
        for (EntryFrame entry : raft.entries()) {
            EntryFrame altered = EntryFrame.encode(
                    entry.group(), entry.id(), EntryKind.COMMAND, chain, ByteBuffer.wrap(new byte[] {9, 9, 9}));
            chain = altered.chainHash();
            other.add(altered);
        }
        return new PeerFrame.Raft(raft.group(), raft.message(), other, raft.prevChain());
    }
}
