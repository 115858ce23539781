package io.quorate.engine;

import static io.quorate.engine.HandDrivenNode.SELF;
import static io.quorate.engine.HandDrivenNode.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.EntryId;
import io.quorate.core.Message;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.FaultyDisk;
import io.quorate.engine.transport.PeerFrame;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How long each stretch of a write's way is told to have taken, on a clock that the test moves. */
class WritePhaseTest {

    private static final MemberId TWO = new MemberId(2);
    private static final Configuration VOTERS = Configuration.of(Set.of(SELF, TWO, new MemberId(3)));

    private final Map<WritePhase, Long> phases = new EnumMap<>(WritePhase.class);
    private long told;
    private long whole;

    private final EngineMetrics metrics = new EngineMetrics() {
        @Override
        public void writePhase(WritePhase phase, long nanos) {
            phases.put(phase, nanos);
        }

        @Override
        public void writeAnswered(long nanos) {
            told++;
            whole = nanos;
        }
    };

    private HandDrivenNode node(Configuration voters) throws IOException {
        return new HandDrivenNode(new FaultyDisk(), voters, 1, options -> options, journal -> journal, metrics);
    }

    /** The node leads the three, and all that its term began with is committed. */
    private HandDrivenNode lead() throws IOException {
        HandDrivenNode node = node(VOTERS);
        while (node.lastSent(Message.PreVoteRequest.class).isEmpty()) {
            node.tick();
        }
        long term = node.lastSent(Message.PreVoteRequest.class).orElseThrow().term();
        node.receive(TWO, new Message.PreVoteResponse(term, true));
        node.settle();
        node.receive(TWO, new Message.VoteResponse(term, true));
        node.settle();
        acknowledge(node);
        node.settle();
        assertThat(node.node.status().leader()).contains(SELF);
        return node;
    }

    private static long term(HandDrivenNode node) {
        return node.node.status().term();
    }

    /** Member 2 has all that the node's log holds. */
    private static void acknowledge(HandDrivenNode node) {
        CompletableFuture<Long> last =
                node.node.inspect().thenApply(status -> status.last().index());
        run(node.loop);
        node.receive(TWO, new Message.AppendAccepted(term(node), last.join()));
        run(node.loop);
    }

    private static void sync(HandDrivenNode node) {
        run(node.logWriter);
        run(node.loop);
    }

    /** Proposes, and is answered in {@code answerNanos}. */
    private static CompletableFuture<Integer> propose(HandDrivenNode node, long answerNanos) {
        return node.node.propose(Journal.command(7)).whenComplete((result, failure) -> node.pass(answerNanos));
    }

    @Test
    void aWriteAtTheLeaderIsToldPhaseByPhaseAndTheyMakeUpTheWhole() throws IOException {
        HandDrivenNode leader = lead();
        CompletableFuture<Integer> written = propose(leader, 70_000);
        leader.pass(1_000);
        run(leader.loop);
        leader.pass(20_000);
        acknowledge(leader);
        leader.pass(3_000);
        sync(leader);
        leader.pass(500);
        assertThat(phases).as("it is under way").isEmpty();
        run(leader.applier);

        assertThat(written).isCompleted();
        assertThat(phases)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        WritePhase.QUEUE, 1_000L,
                        WritePhase.REPLICATE, 20_000L,
                        WritePhase.SYNC, 23_000L,
                        WritePhase.COMMIT, 23_000L,
                        WritePhase.APPLY, 500L,
                        WritePhase.ANSWER, 70_000L));
        assertThat(whole).isEqualTo(1_000 + 23_000 + 500 + 70_000);
    }

    @Test
    void aWriteThatWaitsForTheOthersIsCommittedWhenTheyHaveIt() throws IOException {
        HandDrivenNode leader = lead();
        var unused = propose(leader, 0);
        run(leader.loop);
        leader.pass(4_000);
        sync(leader);
        leader.pass(9_000);
        acknowledge(leader);
        run(leader.applier);

        assertThat(phases)
                .containsEntry(WritePhase.SYNC, 4_000L)
                .containsEntry(WritePhase.REPLICATE, 13_000L)
                .containsEntry(WritePhase.COMMIT, 13_000L);
    }

    @Test
    void writesThatAreSyncedTogetherAndAcknowledgedOneByOneAreToldApart() throws IOException {
        HandDrivenNode leader = lead();
        var first = propose(leader, 0);
        run(leader.loop);
        var second = propose(leader, 0);
        run(leader.loop);
        sync(leader);
        leader.pass(2_000);
        CompletableFuture<Long> last =
                leader.node.inspect().thenApply(status -> status.last().index());
        run(leader.loop);
        leader.receive(TWO, new Message.AppendAccepted(term(leader), last.join() - 1));
        run(leader.loop);
        run(leader.applier);
        assertThat(first).isCompleted();
        assertThat(second).isNotDone();
        assertThat(phases).containsEntry(WritePhase.REPLICATE, 2_000L);

        leader.pass(6_000);
        acknowledge(leader);
        run(leader.applier);
        assertThat(second).isCompleted();
        assertThat(phases).containsEntry(WritePhase.REPLICATE, 8_000L).containsEntry(WritePhase.SYNC, 0L);
        assertThat(told).isEqualTo(2);
    }

    @Test
    void aMemberThatIsAloneWaitsForNobody() throws IOException {
        HandDrivenNode alone = node(Configuration.of(Set.of(SELF)));
        while (alone.node.status().leader().isEmpty()) {
            alone.tick();
        }
        var unused = propose(alone, 0);
        run(alone.loop);
        alone.pass(4_000);
        sync(alone);
        run(alone.applier);

        assertThat(phases)
                .containsEntry(WritePhase.REPLICATE, 0L)
                .containsEntry(WritePhase.SYNC, 4_000L)
                .containsEntry(WritePhase.COMMIT, 4_000L);
    }

    @Test
    void whatIsHandedToTheLeaderIsToldAsOneWay() throws IOException {
        HandDrivenNode follower = node(VOTERS);
        follower.receive(TWO, new Message.Heartbeat(1, 0, 0));
        follower.settle();
        CompletableFuture<Integer> written = propose(follower, 0);
        follower.pass(1_000);
        run(follower.loop);
        PeerFrame.Forward frame = follower.takeSent(PeerFrame.Forward.class).getFirst();
        follower.pass(30_000);
        follower.receive(TWO, new PeerFrame.Forwarded(0, frame.firstRequestId(), 1, new EntryId(1, 1)));
        follower.receive(TWO, HandDrivenNode.appendFromStart(1, List.of(7L), 1));
        run(follower.loop);
        follower.pass(5_000);
        sync(follower);
        follower.pass(200);
        run(follower.applier);

        assertThat(written).isCompleted();
        assertThat(phases)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        WritePhase.QUEUE, 1_000L,
                        WritePhase.FORWARD, 35_000L,
                        WritePhase.APPLY, 200L,
                        WritePhase.ANSWER, 0L));
        assertThat(whole).isEqualTo(36_200);
    }

    @Test
    void aWriteThatNobodyWaitsForAnyMoreIsNotTold() throws IOException {
        HandDrivenNode leader = lead();
        CompletableFuture<Integer> written = leader.node.propose(Journal.command(7));
        leader.settle();
        assertThat(written.cancel(false)).isTrue();
        acknowledge(leader);
        leader.settle();

        assertThat(leader.journal.numbers()).containsExactly(7L);
        assertThat(told).isZero();
    }

    @Test
    void aWriteThatAnotherLeaderCommitsIsNotTold() throws IOException {
        HandDrivenNode leader = lead();
        CompletableFuture<Integer> written = propose(leader, 0);
        leader.settle();
        CompletableFuture<EntryId> last = leader.node.inspect().thenApply(status -> status.last());
        run(leader.loop);
        leader.receive(TWO, new Message.Heartbeat(term(leader) + 1, last.join().index(), 0));
        leader.settle();

        assertThat(written).isCompleted();
        assertThat(phases).isEmpty();
        assertThat(told).isZero();
    }
}
