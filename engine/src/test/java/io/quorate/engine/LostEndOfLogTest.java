package io.quorate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.CoreStatus;
import io.quorate.core.EntryId;
import io.quorate.core.Message;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.FaultyDisk;
import io.quorate.engine.snapshot.SnapshotReader;
import io.quorate.engine.snapshot.SnapshotStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A log that looks whole and ends before what the state has applied: only what was durable in it is ever applied. */
class LostEndOfLogTest {

    private static final MemberId TWO = new MemberId(2);
    private static final Configuration VOTERS = Configuration.of(Set.of(HandDrivenNode.SELF, TWO, new MemberId(3)));
    private static final Configuration ALONE = Configuration.of(Set.of(HandDrivenNode.SELF));
    private static final long ENTRIES = 20;
    private static final int FRAME_HEADER_BYTES = 72;

    /** A state that was durable up to an index when the process began. */
    private record Durable(StateMachine<Integer> state, long durableIndex, List<String> asked)
            implements StateMachine<Integer> {

        @Override
        public List<Integer> apply(List<Command> commands, long lastIndex) throws IOException {
            return state.apply(commands, lastIndex);
        }

        @Override
        public Capture capture() throws IOException {
            return state.capture();
        }

        @Override
        public void setAside() {
            asked.add("set aside");
        }

        @Override
        public void forgetAside() {
            asked.add("forget");
        }

        @Override
        public void restore(SnapshotReader snapshot) throws IOException {
            asked.add("restore");
            state.restore(snapshot);
        }

        @Override
        public void clear() throws IOException {
            asked.add("clear");
            state.clear();
        }

        @Override
        public void close() throws IOException {
            state.close();
        }
    }

    private final List<String> asked = new ArrayList<>();

    private static FaultyDisk withEntries() throws IOException {
        HandDrivenNode follower = new HandDrivenNode(new FaultyDisk(), VOTERS, 1, options -> options);
        List<Long> numbers = LongStream.rangeClosed(1, ENTRIES).boxed().toList();
        follower.receive(TWO, HandDrivenNode.appendFromStart(1, numbers, ENTRIES));
        follower.settle();
        return follower.disk.afterRestart();
    }

    private static CoreStatus status(HandDrivenNode node) {
        CompletableFuture<CoreStatus> status = node.node.inspect();
        node.settle();
        return status.join();
    }

    private HandDrivenNode start(FaultyDisk disk, long durable) throws IOException {
        return new HandDrivenNode(disk, VOTERS, 2, options -> options, journal -> new Durable(journal, durable, asked));
    }

    /** It may be the only one that still has what the log has lost. */
    @Test
    void theStateIsSetAsideBeforeItIsReplacedAndForgottenWhenTheLogHasItBack() throws IOException {
        HandDrivenNode restarted = start(withEntries(), ENTRIES + 1);
        assertThat(asked).containsExactly("set aside", "clear");

        start(restarted.disk.afterRestart(), ENTRIES + 1);
        assertThat(asked).as("broken off before, perhaps").endsWith("set aside", "clear");

        asked.clear();
        start(withEntries(), ENTRIES);
        assertThat(asked).containsExactly("forget");
    }

    @Test
    void votingWaitsUntilItIsThereAgain() throws IOException {
        FaultyDisk disk = withEntries();
        assertThat(status(start(disk.afterRestart(), ENTRIES)).votingSuspended())
                .as("with a log that reaches as far as the state")
                .isFalse();

        HandDrivenNode restarted = start(disk, ENTRIES + 1);

        assertThat(status(restarted).votingSuspended()).isTrue();
        assertThat(status(start(restarted.disk.afterRestart(), 0)).votingSuspended())
                .as("that is durable")
                .isTrue();
    }

    /** It may have promised its vote to a candidate of a later term, whom it must not have others outrun. */
    @Test
    void nothingIsAcknowledgedUntilTheOthersHaveCommittedSomethingWithoutIt() throws IOException {
        HandDrivenNode restarted = start(withEntries(), ENTRIES + 1);
        List<Long> more = LongStream.rangeClosed(1, ENTRIES + 2).boxed().toList();
        restarted.receive(TWO, HandDrivenNode.appendFromStart(1, more, ENTRIES));
        restarted.tick();
        restarted.receive(TWO, new Message.Heartbeat(1, 0, 0));
        restarted.settle();
        for (int tick = 0;
                tick < 20 && restarted.lastSent(Message.RepairRequest.class).isEmpty();
                tick++) {
            restarted.tick();
        }
        Message.RepairRequest question =
                restarted.lastSent(Message.RepairRequest.class).orElseThrow();
        assertThat(question.promisesLost()).isTrue();
        assertThat(restarted.lastSent(Message.AppendAccepted.class)).isEmpty();

        restarted.receive(TWO, new Message.RepairResponse(1, question.requestId(), new EntryId(1, ENTRIES + 2)));
        restarted.receive(TWO, HandDrivenNode.appendFromStart(1, more, ENTRIES + 2));
        restarted.settle();

        assertThat(restarted.lastSent(Message.AppendAccepted.class))
                .contains(new Message.AppendAccepted(1, ENTRIES + 2));
        assertThat(status(restarted).votingSuspended()).isFalse();
    }

    /** Nothing of the node has run but its opening; the state may be another one by then. */
    @Test
    void votingIsSuspendedForGoodBeforeTheStateIsTouched() throws IOException {
        HandDrivenNode brokenOff = start(withEntries(), ENTRIES + 1);

        assertThat(status(start(brokenOff.disk.afterRestart(), 0)).votingSuspended())
                .isTrue();
    }

    /** The member's own snapshot looks as one that it was sent, and that covers all that the log lacks. */
    @Test
    void anOwnSnapshotDoesNotHideThatTheEndIsLost() throws IOException {
        FaultyDisk disk = withEntries();
        takeSnapshot(disk, ENTRIES + 5);
        FaultyDisk received = disk.afterRestart();

        HandDrivenNode restarted = start(disk, ENTRIES + 5);

        assertThat(status(restarted).votingSuspended()).isTrue();
        assertThat(status(restarted).last().index()).isEqualTo(ENTRIES + 5);
        assertThat(status(start(received, ENTRIES)).votingSuspended())
                .as("with a snapshot that was sent, of which the state has nothing yet")
                .isFalse();
    }

    /** What a damaged log ended with says its last frame, also where the log begins at the snapshot then. */
    @Test
    void anOwnSnapshotDoesNotHideThatTheEndOfADamagedLogIsLost() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        HandDrivenNode follower = new HandDrivenNode(disk, VOTERS, 1, options -> options);
        for (long last = 1; last <= ENTRIES; last++) {
            follower.receive(
                    TWO,
                    HandDrivenNode.appendFromStart(
                            1, LongStream.rangeClosed(1, last).boxed().toList(), 0));
            follower.settle();
        }
        FaultyDisk damaged = follower.disk.afterRestart();
        takeSnapshot(damaged, ENTRIES + 5);
        flipBitOfFirstFrame(damaged);
        FaultyDisk received = damaged.afterRestart();

        assertThat(promisesAreLost(start(damaged, ENTRIES + 5))).isTrue();
        assertThat(promisesAreLost(start(received, ENTRIES)))
                .as("with a snapshot that was sent, of which the state has nothing yet")
                .isFalse();
    }

    private static void flipBitOfFirstFrame(FaultyDisk disk) {
        String name = "log/segment-0000000000000001";
        byte[] file = disk.bytes(name).clone();
        byte[] magic = {0x51, 0x4c, 0x42, 0x46};
        int frame = 0;
        while (!Arrays.equals(file, frame, frame + magic.length, magic, 0, magic.length)) {
            frame += Long.BYTES;
        }
        file[frame + FRAME_HEADER_BYTES] ^= 1;
        disk.replace(name, file);
    }

    private static boolean promisesAreLost(HandDrivenNode restarted) {
        restarted.receive(TWO, new Message.Heartbeat(1, 0, 0));
        restarted.settle();
        for (int tick = 0;
                tick < 50 && restarted.lastSent(Message.RepairRequest.class).isEmpty();
                tick++) {
            restarted.tick();
        }
        return restarted.lastSent(Message.RepairRequest.class).orElseThrow().promisesLost();
    }

    private static void takeSnapshot(FaultyDisk disk, long index) throws IOException {
        try (SnapshotStore snapshots = SnapshotStore.open(disk, 1 << 20)) {
            snapshots.writeLocal(
                    new SnapshotMeta(new EntryId(1, index), VOTERS, 0), OptionalLong.of(7), new Journal().capture());
        }
    }

    @Test
    void aStateThatIsToBeDroppedIsLookedAtBefore() throws IOException {
        FaultyDisk disk = withEntries();
        new StateRepair("a record of it is damaged").begin(disk);

        HandDrivenNode restarted = start(disk, ENTRIES + 1);

        assertThat(status(restarted).votingSuspended()).isTrue();
    }

    @Test
    void aMemberThatIsAloneIsNotStarted() throws IOException {
        HandDrivenNode alone = new HandDrivenNode(new FaultyDisk(), ALONE, 1, options -> options);
        alone.settle();
        FaultyDisk disk = alone.disk.afterRestart();

        assertThatThrownBy(() -> new HandDrivenNode(
                        disk, ALONE, 2, options -> options, journal -> new Durable(journal, ENTRIES, asked)))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("the log ends at 0, and the state has applied entry 20")
                .hasMessageContaining("restore the member from a backup");
    }
}
