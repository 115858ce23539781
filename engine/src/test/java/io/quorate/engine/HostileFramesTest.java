package io.quorate.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.EntryBatch;
import io.quorate.core.EntryBatch.TermRun;
import io.quorate.core.EntryId;
import io.quorate.core.Message;
import io.quorate.core.Rejection;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.detection.Detection;
import io.quorate.engine.detection.DetectionKind;
import io.quorate.engine.disk.FaultyDisk;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.log.EntryKind;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.engine.transport.RandomFrames;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What members that lie send to a follower is told of and changes nothing: neither its log, nor its term, nor that it goes on. */
class HostileFramesTest {

    private static final MemberId LEADER = new MemberId(2);
    private static final MemberId LIAR = new MemberId(3);
    private static final MemberId STRANGER = new MemberId(9);
    private static final Configuration VOTERS = Configuration.of(Set.of(HandDrivenNode.SELF, LEADER, LIAR));
    private static final long JUMP = 1L << 32;

    private final List<Detection> detections = new ArrayList<>();
    private HandDrivenNode follower;

    @BeforeEach
    void aFollowerOfThreeEntries() throws IOException {
        follower = follower(detections);
    }

    private static HandDrivenNode follower(List<Detection> told) throws IOException {
        EngineMetrics metrics = new EngineMetrics() {
            @Override
            public void detected(Detection detection) {
                told.add(detection);
            }
        };
        HandDrivenNode node =
                new HandDrivenNode(new FaultyDisk(), VOTERS, 1, options -> options, machine -> machine, metrics);
        node.receive(LEADER, HandDrivenNode.appendFromStart(1, List.of(11L, 12L, 13L), 3));
        node.settle();
        assertThat(node.journal.numbers()).containsExactly(11L, 12L, 13L);
        node.takeSent(PeerFrame.Raft.class);
        return node;
    }

    private void receive(MemberId from, PeerFrame frame) {
        follower.receive(from, frame);
        follower.settle();
    }

    private void assertDetected(MemberId who, DetectionKind kind) {
        follower.tick();
        assertThat(follower.node.stopped()).isNotDone();
        assertThat(detections).extracting(Detection::kind).containsExactly(kind);
        assertThat(detections.getFirst().source()).isEqualTo(new Detection.Member(who));
        assertThat(follower.node.status().term()).isEqualTo(1);
        assertThat(follower.node.status().leader()).contains(LEADER);
        assertThat(follower.node.status().last()).isEqualTo(new EntryId(1, 3));
        assertThat(follower.lastSent(Message.AppendAccepted.class)).isEmpty();
    }

    @Test
    void aSecondLeaderOfTheTerm() {
        receive(LIAR, HandDrivenNode.appendFromStart(1, List.of(21L), 1));
        assertDetected(LIAR, DetectionKind.TWO_LEADERS);
    }

    @Test
    void aTermThatNoClusterGetsTo() {
        receive(LIAR, new PeerFrame.Raft(0, new Message.VoteResponse(Long.MAX_VALUE, false)));
        assertDetected(LIAR, DetectionKind.IMPOSSIBLE_TERM);
    }

    /** Either log may be the wrong one: a member that went on serving with what it has would be the worse mistake. */
    @Test
    void aLaterLeaderThatLacksWhatIsCommittedStopsTheMemberAsBefore() {
        EntryFrame other = EntryFrame.encode(0, new EntryId(2, 3), EntryKind.COMMAND, 0, Journal.command(23));
        var batch = new EntryBatch(3, List.of(new TermRun(2, 3)), List.of());
        receive(
                LIAR,
                new PeerFrame.Raft(
                        0,
                        new Message.AppendRequest(2, new EntryId(1, 2), batch, 3),
                        List.of(other),
                        OptionalLong.empty()));
        follower.tick();
        assertThat(follower.node.stopped().join()).isInstanceOf(LogDivergedException.class);
        assertThat(detections).extracting(Detection::kind).containsOnly(DetectionKind.CONTRADICTED_ENTRY);
    }

    @Test
    void entriesThatDoNotContinueEachOther() {
        EntryFrame fourth = EntryFrame.encode(0, new EntryId(1, 4), EntryKind.COMMAND, 77, Journal.command(14));
        EntryFrame fifth = EntryFrame.encode(0, new EntryId(1, 5), EntryKind.COMMAND, 78, Journal.command(15));
        var batch = new EntryBatch(4, List.of(new TermRun(1, 5)), List.of());
        receive(
                LEADER,
                new PeerFrame.Raft(
                        0,
                        new Message.AppendRequest(1, new EntryId(1, 3), batch, 3),
                        List.of(fourth, fifth),
                        OptionalLong.empty()));
        assertDetected(LEADER, DetectionKind.CONTRADICTED_ENTRY);
    }

    @Test
    void anotherContentFromAStrangerWhoClaimsToLead() {
        receive(STRANGER, HandDrivenNode.appendFromStart(1, List.of(11L, 99L, 13L), 3));
        assertDetected(STRANGER, DetectionKind.TWO_LEADERS);
        detections.clear();
        receive(STRANGER, empty(5, new EntryId(1, 3), OptionalLong.of(4711)));
        assertDetected(STRANGER, DetectionKind.CONTRADICTED_ENTRY);
    }

    @Test
    void anotherContentInAnEarlierTermThanTheLeaders() throws IOException {
        receive(LIAR, new PeerFrame.Raft(0, new Message.Heartbeat(2, 0, 0)));
        receive(LEADER, HandDrivenNode.appendFromStart(1, List.of(11L, 99L, 13L), 3));
        assertThat(follower.node.stopped()).isNotDone();
        assertThat(detections).extracting(Detection::kind).containsExactly(DetectionKind.CONTRADICTED_ENTRY);
        assertThat(follower.lastSent(Message.AppendRejected.class)).isEmpty();
    }

    /** Which of the two logs is wrong nobody can tell; so it stops, as it always has, and has told before. */
    @Test
    void anotherContentFromTheLeaderItselfIsToldBeforeTheMemberStops() {
        receive(LEADER, HandDrivenNode.appendFromStart(1, List.of(11L, 99L, 13L), 3));
        assertThat(follower.node.stopped()).isDone();
        assertThat(follower.node.stopped().join()).isInstanceOf(LogDivergedException.class);
        assertThat(detections).extracting(Detection::kind).containsExactly(DetectionKind.CONTRADICTED_ENTRY);
    }

    @Test
    void answersForMoreCommandsThanAnybodyHandsOn() {
        receive(LIAR, new PeerFrame.Forwarded(0, 1, Integer.MAX_VALUE, new EntryId(1, 4)));
        assertDetected(LIAR, DetectionKind.UNASKED_ANSWER);
        detections.clear();
        receive(LIAR, new PeerFrame.ForwardRefused(0, 1, Integer.MAX_VALUE, Rejection.NO_LEADER));
        assertDetected(LIAR, DetectionKind.UNASKED_ANSWER);
    }

    /** Were it taken over, all honest leaders would contradict this log from then on. */
    @Test
    void whoeverIsNotFollowedDoesNotSayHowTheLogGoesOn() throws IOException {
        EntryId last = new EntryId(1, 5);
        SnapshotMeta meta = new SnapshotMeta(last, VOTERS, 0);
        receive(LEADER, HandDrivenNode.snapshot(2, meta, OptionalLong.empty(), List.of(11L, 12L, 13L, 14L, 15L)));
        follower.tick();
        assertThat(follower.node.status().last()).isEqualTo(last);

        receive(LIAR, empty(1, last, OptionalLong.of(4711)));
        receive(STRANGER, empty(1, last, OptionalLong.of(4711)));
        receive(LEADER, entriesAfter(last, 2, 1234));
        follower.tick();
        assertThat(follower.node.stopped()).isNotDone();
        assertThat(detections).isEmpty();
        assertThat(follower.node.status().last()).isEqualTo(new EntryId(2, 6));
    }

    /** What the leader says stays known: another one contradicts it. */
    @Test
    void theLeaderThatIsFollowedDoesSayHowTheLogGoesOn() throws IOException {
        EntryId last = new EntryId(1, 5);
        SnapshotMeta meta = new SnapshotMeta(last, VOTERS, 0);
        receive(LEADER, HandDrivenNode.snapshot(2, meta, OptionalLong.empty(), List.of(11L, 12L, 13L, 14L, 15L)));
        receive(LEADER, empty(2, last, OptionalLong.of(1234)));
        receive(LIAR, empty(1, last, OptionalLong.of(4711)));
        follower.tick();
        assertThat(follower.node.stopped()).isNotDone();
        assertThat(detections).extracting(Detection::kind).containsExactly(DetectionKind.CONTRADICTED_ENTRY);
        assertThat(detections.getFirst().source()).isEqualTo(new Detection.Member(LIAR));
    }

    private static PeerFrame entriesAfter(EntryId prev, long term, long chain) {
        EntryId id = new EntryId(term, prev.index() + 1);
        var batch = new EntryBatch(id.index(), List.of(new TermRun(term, id.index())), List.of());
        return new PeerFrame.Raft(
                0,
                new Message.AppendRequest(term, prev, batch, prev.index()),
                List.of(EntryFrame.encode(0, id, EntryKind.COMMAND, chain, Journal.command(16))),
                OptionalLong.of(chain));
    }

    /** It may be one that was removed and does not know: it is told of, and not cut off. */
    @Test
    void aStrangersLaterTermIsToldAndNotTakenOver() {
        receive(STRANGER, new PeerFrame.Raft(0, new Message.Heartbeat(7, 0, 0)));
        assertDetected(STRANGER, DetectionKind.STRANGERS_TERM);
        detections.clear();
        receive(STRANGER, new PeerFrame.Raft(0, new Message.VoteRequest(8, new EntryId(1, 3), false)));
        assertDetected(STRANGER, DetectionKind.STRANGERS_TERM);
        detections.clear();
        // A member that campaigns while its leader is heard is no attack, though it is not taken over either.
        receive(LIAR, new PeerFrame.Raft(0, new Message.VoteRequest(8, new EntryId(1, 3), false)));
        assertThat(detections).isEmpty();
        assertThat(follower.node.status().term()).isEqualTo(1);
    }

    @Test
    void framesOfEveryKindWithAnyNumbersStopNobodyAndBringNoAbsurdTerm() throws IOException {
        int refused = 0;
        for (long seed = 1; seed <= 10; seed++) {
            List<Detection> told = new ArrayList<>();
            HandDrivenNode node = follower(told);
            RandomFrames frames = new RandomFrames(seed, 200);
            for (int i = 0; i < 300; i++) {
                PeerFrame frame = frames.next();
                long before = node.node.status().term();
                // Of a member that leads, other content stops the node: that has a test of its own.
                boolean entries =
                        frame instanceof PeerFrame.Raft raft && !raft.entries().isEmpty();
                node.receive(entries || i % 2 == 0 ? STRANGER : LIAR, frame);
                node.settle();
                node.tick();
                assertThat(node.node.stopped()).as("seed %d, %s", seed, frame).isNotDone();
                assertThat(node.node.status().term()).isLessThanOrEqualTo(before + 1 + JUMP);
            }
            refused += told.size();
            assertThat(node.journal.numbers()).as("what is committed stays").startsWith(11L, 12L, 13L);
        }
        assertThat(refused).as("detections").isPositive();
    }

    private static PeerFrame empty(long term, EntryId prev, OptionalLong chain) {
        return new PeerFrame.Raft(
                0, new Message.AppendRequest(term, prev, EntryBatch.empty(prev.index() + 1), 0), List.of(), chain);
    }
}
