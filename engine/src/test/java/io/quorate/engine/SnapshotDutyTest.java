package io.quorate.engine;

import static io.quorate.engine.HandDrivenNode.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.CoreStatus;
import io.quorate.core.EntryId;
import io.quorate.core.Message;
import io.quorate.core.RoleName;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.FaultyDisk;
import io.quorate.engine.transport.PeerFrame;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Snapshots taken, sent and installed, with a crash or a read in the worst place. */
class SnapshotDutyTest {

    private static final MemberId TWO = new MemberId(2);
    private static final MemberId THREE = new MemberId(3);
    private static final Configuration VOTERS = Configuration.of(Set.of(HandDrivenNode.SELF, TWO, THREE));
    private static final Configuration ONE_AND_A_LEARNER =
            new Configuration(new TreeSet<>(Set.of(HandDrivenNode.SELF)), new TreeSet<>(), new TreeSet<>(Set.of(TWO)));

    private long seed;

    private static NodeOptions keepNoEntries(NodeOptions options) {
        return options.with(NodeOptions.Storage.DEFAULT.withSnapshotEntries(1_000_000, 0));
    }

    private HandDrivenNode start(FaultyDisk disk, Configuration members) throws IOException {
        return new HandDrivenNode(disk, members, ++seed, SnapshotDutyTest::keepNoEntries);
    }

    private static List<Long> numbers(long count) {
        return LongStream.rangeClosed(1, count).boxed().toList();
    }

    private static SnapshotMeta meta(long term, long index) {
        return new SnapshotMeta(new EntryId(term, index), VOTERS, 0);
    }

    private static CoreStatus status(HandDrivenNode node) {
        CompletableFuture<CoreStatus> status = node.node.inspect();
        node.settle();
        return status.join();
    }

    private HandDrivenNode lead(FaultyDisk disk) throws IOException {
        HandDrivenNode leader = start(disk, ONE_AND_A_LEARNER);
        for (int i = 0; i < 300 && status(leader).role() != RoleName.LEADER; i++) {
            leader.tick();
        }
        return leader;
    }

    private static void propose(HandDrivenNode leader, long number) {
        CompletableFuture<Integer> result = leader.node.propose(Journal.command(number));
        leader.settle();
        assertThat(result).isCompleted();
    }

    private static SnapshotMeta takeSnapshot(HandDrivenNode node) {
        CompletableFuture<SnapshotMeta> taken = node.node.takeSnapshot();
        node.settle();
        return taken.join();
    }

    @Test
    void aReadWaitsUntilTheStateMachineHasBeenRestoredFromTheSnapshotThatIsInstalled() throws IOException {
        HandDrivenNode follower = start(new FaultyDisk(), VOTERS);
        follower.receive(TWO, HandDrivenNode.snapshot(1, meta(1, 100), numbers(100)));
        follower.settle(List.of(follower.loop, follower.logWriter, follower.background));
        assertThat(follower.applier).as("the restore is due").isNotEmpty();

        CompletableFuture<Long> read = follower.node.readIndex();
        run(follower.loop);
        long request =
                follower.lastSent(Message.ReadIndexRequest.class).orElseThrow().requestId();
        follower.receive(TWO, new Message.ReadIndexResponse(1, request, 100));
        run(follower.loop);
        assertThat(read).as("the state machine is still empty").isNotDone();

        follower.settle();
        assertThat(read).isCompletedWithValue(100L);
        assertThat(follower.journal.numbers()).isEqualTo(numbers(100));
    }

    @Test
    void cornerCase22_aCrashBetweenTheArrivalOfASnapshotAndTheResetOfTheLogIsMadeGoodAtTheNextStart()
            throws IOException {
        HandDrivenNode follower = start(new FaultyDisk(), VOTERS);
        follower.receive(TWO, HandDrivenNode.appendFromStart(1, numbers(50), 50));
        follower.settle();
        takeSnapshot(follower);
        assertThat(status(follower).snapshot()).isEqualTo(new EntryId(1, 50));

        follower.receive(THREE, HandDrivenNode.snapshot(2, meta(2, 100), numbers(100)));
        follower.settle(List.of(follower.loop, follower.background));
        assertThat(follower.logWriter).as("the reset is not written").isNotEmpty();

        HandDrivenNode restarted = start(follower.disk.afterRestart(), VOTERS);
        assertThat(status(restarted).last()).isEqualTo(new EntryId(2, 100));
        assertThat(status(restarted).term()).isEqualTo(2);
        assertThat(restarted.journal.numbers()).isEqualTo(numbers(100));

        HandDrivenNode again = start(restarted.disk.afterRestart(), VOTERS);
        assertThat(status(again).last()).isEqualTo(new EntryId(2, 100));
    }

    @Test
    void cornerCase22_aCrashBetweenTheResetOfTheLogAndTheRestoreOfTheStateIsMadeGoodAtTheNextStart()
            throws IOException {
        HandDrivenNode follower = start(new FaultyDisk(), VOTERS);
        follower.receive(TWO, HandDrivenNode.snapshot(2, meta(2, 100), numbers(100)));
        follower.settle(List.of(follower.loop, follower.background, follower.logWriter));
        assertThat(follower.applier).as("the restore is due").isNotEmpty();

        HandDrivenNode restarted = start(follower.disk.afterRestart(), VOTERS);
        assertThat(status(restarted).last()).isEqualTo(new EntryId(2, 100));
        assertThat(restarted.journal.numbers()).isEqualTo(numbers(100));
    }

    @Test
    void aSnapshotThatTheLogHasOvertakenWhileItArrivedCountsAsTakenHere() throws IOException {
        HandDrivenNode follower = start(new FaultyDisk(), VOTERS);
        follower.receive(TWO, HandDrivenNode.snapshot(1, meta(1, 100), numbers(100)));
        run(follower.loop);
        follower.receive(TWO, HandDrivenNode.appendFromStart(1, numbers(150), 150));
        follower.settle(List.of(follower.loop, follower.logWriter));
        run(follower.background);
        run(follower.loop);
        assertThat(follower.node.stopped()).isNotDone();

        HandDrivenNode crashed = start(follower.disk.afterRestart(), VOTERS);
        crashed.settle();
        assertThat(crashed.node.stopped()).isNotDone();

        follower.settle();
        assertThat(follower.journal.numbers()).isEqualTo(numbers(150));
        assertThat(status(follower).snapshot()).isEqualTo(new EntryId(1, 100));
    }

    @Test
    void aStateThatCanNotBeWrittenDownForWantOfRoomStopsNobody() throws IOException {
        HandDrivenNode leader = lead(new FaultyDisk());
        propose(leader, 1);
        leader.journal.full(true);
        CompletableFuture<SnapshotMeta> failed = leader.node.takeSnapshot();
        leader.settle();
        assertThat(failed).isCompletedExceptionally();
        propose(leader, 2);
        leader.journal.full(false);
        assertThat(takeSnapshot(leader).last()).isEqualTo(status(leader).last());
    }

    @Test
    void cornerCase21_aLogThatConflictsWithASnapshotIsDiscardedAlsoIfACrashComesBeforeItsReset() throws IOException {
        HandDrivenNode follower = start(new FaultyDisk(), VOTERS);
        follower.receive(TWO, HandDrivenNode.appendFromStart(1, numbers(120), 0));
        follower.settle();
        follower.receive(THREE, HandDrivenNode.snapshot(2, meta(2, 100), numbers(100)));
        follower.settle(List.of(follower.loop, follower.background));

        HandDrivenNode restarted = start(follower.disk.afterRestart(), VOTERS);
        assertThat(status(restarted).last()).isEqualTo(new EntryId(2, 100));
        assertThat(restarted.journal.numbers()).isEqualTo(numbers(100));
    }

    @Test
    void aMemberStartsWithASnapshotThatIsAheadOfItsState() throws IOException {
        HandDrivenNode follower = new HandDrivenNode(new FaultyDisk(), VOTERS, ++seed, UnaryOperator.identity());
        follower.receive(TWO, HandDrivenNode.appendFromStart(1, numbers(50), 50));
        follower.settle();
        takeSnapshot(follower);

        HandDrivenNode restarted =
                new HandDrivenNode(follower.disk.afterRestart(), VOTERS, ++seed, UnaryOperator.identity());
        restarted.settle();
        assertThat(restarted.node.stopped()).isNotDone();
        restarted.receive(TWO, HandDrivenNode.appendFromStart(1, numbers(50), 50));
        restarted.settle();
        assertThat(restarted.journal.numbers()).isEqualTo(numbers(50));
        assertThat(status(restarted).snapshot()).isEqualTo(new EntryId(1, 50));
    }

    @Test
    void aPieceThatCouldNotBeStoredIsTakenWhenItComesAgain() throws IOException {
        HandDrivenNode follower = start(new FaultyDisk(), VOTERS);
        PeerFrame snapshot = HandDrivenNode.snapshot(1, meta(1, 100), numbers(100));
        follower.receive(TWO, snapshot);
        run(follower.loop);
        follower.disk.failWrites(true);
        run(follower.background);
        follower.disk.failWrites(false);
        follower.settle();
        assertThat(follower.journal.numbers()).isEmpty();

        follower.receive(TWO, snapshot);
        follower.settle();
        assertThat(follower.journal.numbers()).isEqualTo(numbers(100));
    }

    @Test
    void aSnapshotThatIsFoundDamagedWhenItIsToBeSentIsTakenAnew() throws IOException {
        HandDrivenNode leader = lead(new FaultyDisk());
        for (int i = 0; i < 150; i++) {
            leader.tick();
        }
        propose(leader, 1);
        propose(leader, 2);
        takeSnapshot(leader);
        assertThat(leader.takeSent(PeerFrame.Snapshot.class))
                .as("the learner is not there yet")
                .isEmpty();
        String file = "snapshots/" + leader.disk.list("snapshots").getFirst() + "/state";
        byte[] damaged = leader.disk.bytes(file).clone();
        damaged[5] ^= 1;
        leader.disk.replace(file, damaged);

        for (int i = 0; i < 150; i++) {
            leader.receive(TWO, new Message.HeartbeatResponse(1, 0));
            leader.tick();
        }
        assertThat(leader.takeSent(PeerFrame.Snapshot.class)).isNotEmpty();
    }

    @Test
    void aSnapshotThatWasSentIsDeletedWhenANewerOneIsThere() throws IOException {
        HandDrivenNode leader = lead(new FaultyDisk());
        propose(leader, 1);
        SnapshotMeta sent = takeSnapshot(leader);
        leader.receive(TWO, new Message.AppendRejected(1, sent.last().index(), EntryId.ORIGIN));
        leader.settle();
        PeerFrame.Snapshot piece = leader.takeSent(PeerFrame.Snapshot.class).getFirst();
        propose(leader, 2);
        takeSnapshot(leader);
        leader.receive(
                TWO,
                new Message.SnapshotChunkResponse(1, sent.last(), piece.chunk().total(), true));
        leader.settle();
        leader.receive(TWO, new Message.AppendAccepted(1, status(leader).last().index()));
        for (int i = 0; i < 30; i++) {
            leader.tick();
        }
        assertThat(leader.disk.list("snapshots")).hasSize(1);
    }
}
