package io.quorate.engine;

import static io.quorate.engine.HandDrivenNode.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.EntryId;
import io.quorate.core.Message;
import io.quorate.core.Rejection;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.FaultyDisk;
import io.quorate.engine.transport.PeerFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What becomes of proposals that a follower hands to the leader. */
class ForwardedProposalsTest {

    private static final MemberId LEADER = new MemberId(2);
    private static final Configuration VOTERS = Configuration.of(Set.of(HandDrivenNode.SELF, LEADER, new MemberId(3)));

    private static HandDrivenNode follow(FaultyDisk disk, long seed) throws IOException {
        HandDrivenNode follower = new HandDrivenNode(disk, VOTERS, seed, options -> options);
        follower.receive(LEADER, new Message.Heartbeat(1, 0, 0));
        follower.settle();
        return follower;
    }

    /** A proposal that was handed to the leader. */
    private record HandedOn(CompletableFuture<Integer> result, PeerFrame.Forward frame) {}

    private static HandedOn propose(HandDrivenNode follower, long number) {
        CompletableFuture<Integer> result = follower.node.propose(Journal.command(number));
        run(follower.loop);
        return new HandedOn(result, follower.takeSent(PeerFrame.Forward.class).getFirst());
    }

    @Test
    void cornerCase15_anAnswerToTheSameRequestOfAnEarlierLifeAcknowledgesNothing() throws IOException {
        HandDrivenNode before = follow(new FaultyDisk(), 1);
        PeerFrame.Forward lost = propose(before, 1).frame;

        HandDrivenNode restarted = follow(before.disk.afterRestart(), 2);
        HandedOn second = propose(restarted, 2);
        assertThat(second.frame.firstRequestId()).isNotEqualTo(lost.firstRequestId());

        restarted.receive(LEADER, new PeerFrame.Forwarded(0, lost.firstRequestId(), 1, new EntryId(1, 1)));
        restarted.receive(LEADER, HandDrivenNode.appendFromStart(1, List.of(1L), 1));
        restarted.settle();
        assertThat(restarted.journal.numbers()).containsExactly(1L);
        assertThat(second.result).as("2 is in nobody's log").isNotDone();

        restarted.receive(LEADER, new PeerFrame.ForwardRefused(0, lost.firstRequestId(), 1, Rejection.NOT_LEADER));
        restarted.tick();
        assertThat(restarted.takeSent(PeerFrame.Forward.class))
                .as("a second try while the leader may have it")
                .isEmpty();
    }

    /** A member that leads, in term 1, with a learner that sends what it is sent. */
    private static HandDrivenNode lead(FaultyDisk disk, long seed) throws IOException {
        Configuration members = Configuration.of(Set.of(HandDrivenNode.SELF)).withLearner(LEADER, List.of());
        HandDrivenNode leader = new HandDrivenNode(disk, members, seed, options -> options);
        while (leader.node.status().leader().isEmpty()) {
            leader.tick();
        }
        return leader;
    }

    private static PeerFrame.Forward forward(long term, long requestId, long number) {
        return new PeerFrame.Forward(0, term, requestId, List.of(Journal.command(number)));
    }

    /** The log of a member may be behind, such that the network lets in whom it does not name; a leader knows all members. */
    @Test
    void whatNoMemberSendsIsNotProposed() throws IOException {
        HandDrivenNode leader = lead(new FaultyDisk(), 1);
        long term = leader.node.status().term();
        leader.receive(new MemberId(99), forward(term, 7, 41));
        leader.receive(new MemberId(99), new PeerFrame.EntriesRequest(0, 1, 1));
        leader.settle();
        assertThat(leader.journal.numbers()).isEmpty();
        assertThat(leader.takeSent(PeerFrame.class)).noneMatch(frame -> frame instanceof PeerFrame.Entries);
    }

    @Test
    void aFrameThatTheNetworkBringsTwiceIsAppendedOnceAndAnsweredTwice() throws IOException {
        HandDrivenNode leader = lead(new FaultyDisk(), 1);
        long term = leader.node.status().term();
        leader.receive(LEADER, forward(term, 7, 41));
        leader.settle();
        leader.receive(LEADER, forward(term, 7, 41));
        leader.settle();
        assertThat(leader.journal.numbers()).containsExactly(41L);
        List<PeerFrame.Forwarded> answers = leader.takeSent(PeerFrame.Forwarded.class);
        assertThat(answers).hasSize(2);
        assertThat(answers.get(0)).isEqualTo(answers.get(1));
    }

    @Test
    void aFrameOfAnEarlierTermOrLifeIsNeitherAppendedNorRefused() throws IOException {
        HandDrivenNode leader = lead(new FaultyDisk(), 1);
        long term = leader.node.status().term();
        leader.receive(LEADER, forward(term, 7, 41));
        leader.settle();
        HandDrivenNode again = lead(leader.disk.afterRestart(), 2);
        again.takeSent(PeerFrame.Forwarded.class);
        again.receive(LEADER, forward(term, 7, 41));
        again.settle();
        assertThat(again.journal.numbers()).containsExactly(41L);
        assertThat(again.takeSent(PeerFrame.Forwarded.class)).isEmpty();
        assertThat(again.takeSent(PeerFrame.ForwardRefused.class))
                .as("a refusal would let it be tried again, although it is appended")
                .isEmpty();
    }

    @Test
    void aFrameThatIsNoLongerRememberedIsStillKnownToBeOld() throws IOException {
        HandDrivenNode leader = lead(new FaultyDisk(), 1);
        long term = leader.node.status().term();
        for (long id = 0; id < 9000; id++) {
            leader.receive(LEADER, forward(term, id, id));
        }
        leader.settle();
        leader.receive(LEADER, forward(term, 0, 0));
        leader.settle();
        assertThat(leader.journal.numbers()).hasSize(9000);
    }

    @Test
    void aCommandThatFitsNoFrameIsRefusedAtOnce() throws IOException {
        HandDrivenNode follower = follow(new FaultyDisk(), 1);
        ByteBuffer tooLarge = ByteBuffer.allocate(RaftNode.MAX_COMMAND_BYTES + 1);
        assertThatThrownBy(() -> follower.node.propose(tooLarge))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most");
    }

    @Test
    void everyProposalEndsIfTheNodeStopsWhileItProposesThem() throws IOException {
        HandDrivenNode node = new HandDrivenNode(
                new FaultyDisk(),
                VOTERS,
                1,
                options -> options.with(new NodeOptions.Flow(1, 256, 8L << 20, 64L << 20, 10_000, 1 << 20)));
        List<CompletableFuture<Integer>> waiting =
                List.of(node.node.propose(Journal.command(1)), node.node.propose(Journal.command(2)));
        node.settle();
        node.onSend(frame -> {
            if (frame instanceof PeerFrame.Forward) {
                throw new IllegalStateException("broken on purpose");
            }
        });
        node.receive(LEADER, new Message.Heartbeat(1, 0, 0));
        node.tick();
        assertThat(node.node.stopped()).isCompleted();
        assertThat(waiting).allMatch(CompletableFuture::isCompletedExceptionally);
    }
}
