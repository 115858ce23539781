package io.quorate.engine;

import static io.quorate.engine.HandDrivenNode.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorate.core.CoreStatus;
import io.quorate.core.EntryId;
import io.quorate.core.Message;
import io.quorate.core.RefusedSnapshots;
import io.quorate.core.RoleName;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.NodeOptions.Storage;
import io.quorate.engine.NodeOptions.Timing;
import io.quorate.engine.disk.FaultyDisk;
import io.quorate.engine.disk.FileDisk;
import io.quorate.engine.local.LocalCluster;
import io.quorate.engine.snapshot.SnapshotWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A member whose state was not to be trusted gets another one, and keeps its log. */
@Timeout(120)
class StateRepairTest {

    private static final MemberId TWO = new MemberId(2);
    private static final Configuration VOTERS = Configuration.of(Set.of(HandDrivenNode.SELF, TWO, new MemberId(3)));
    private static final StateRepair WRONG = new StateRepair("it differs");

    @TempDir
    private Path folder;

    private final Map<Path, Journal> journals = new ConcurrentHashMap<>();
    private long seed;

    private HandDrivenNode start(FaultyDisk disk) throws IOException {
        return new HandDrivenNode(
                disk, VOTERS, ++seed, options -> options.with(Storage.DEFAULT.withSnapshotEntries(1_000_000, 0)));
    }

    private static List<Long> numbers(long count) {
        return LongStream.rangeClosed(1, count).boxed().toList();
    }

    private static CoreStatus status(HandDrivenNode node) {
        CompletableFuture<CoreStatus> status = node.node.inspect();
        node.settle();
        return status.join();
    }

    /** Has applied fifty entries, and compacted the log of all of them. */
    private FaultyDisk compactedFollower() throws IOException {
        HandDrivenNode follower = start(new FaultyDisk());
        follower.receive(TWO, HandDrivenNode.appendFromStart(1, numbers(50), 50));
        follower.settle();
        CompletableFuture<SnapshotMeta> taken = follower.node.takeSnapshot();
        follower.settle();
        assertThat(taken.join().last()).isEqualTo(new EntryId(1, 50));
        return follower.disk.afterRestart();
    }

    private static SnapshotMeta at50() {
        return new SnapshotMeta(new EntryId(1, 50), VOTERS, 0);
    }

    @Test
    void aStateWhoseLogIsThereFromItsBeginningIsMadeAnewFromIt() throws IOException {
        HandDrivenNode follower = start(new FaultyDisk());
        follower.receive(TWO, HandDrivenNode.appendFromStart(1, numbers(50), 50));
        follower.settle();
        FaultyDisk disk = follower.disk.afterRestart();
        WRONG.begin(disk);
        HandDrivenNode restarted = start(disk);
        assertThat(status(restarted).stateMissing()).isFalse();
        assertThat(disk.exists(StateRepair.FILE)).isFalse();
        restarted.receive(TWO, HandDrivenNode.appendFromStart(1, numbers(50), 50));
        restarted.settle();
        assertThat(restarted.journal.numbers()).isEqualTo(numbers(50));
    }

    @Test
    void aWrongStateIsDroppedWithItsSnapshotsAndAnotherOneIsAskedFor() throws IOException {
        FaultyDisk disk = compactedFollower();
        WRONG.begin(disk);
        HandDrivenNode restarted = start(disk);
        assertThat(restarted.journal.numbers()).isEmpty();
        CoreStatus status = status(restarted);
        assertThat(status.stateMissing()).isTrue();
        assertThat(status.votingSuspended()).isFalse();
        assertThat(status.last()).isEqualTo(new EntryId(1, 50));

        restarted.receive(TWO, new Message.Heartbeat(1, 50, 0));
        for (int i = 0;
                i < 100 && restarted.lastSent(Message.SnapshotRequest.class).isEmpty();
                i++) {
            restarted.tick();
        }
        assertThat(restarted.lastSent(Message.SnapshotRequest.class)).contains(new Message.SnapshotRequest(1, 50, 0));
        restarted.receive(TWO, HandDrivenNode.snapshot(1, at50(), numbers(50)));
        restarted.settle();
        assertThat(restarted.journal.numbers()).isEqualTo(numbers(50));
        assertThat(status(restarted).stateMissing()).isFalse();
        assertThat(disk.exists(StateRepair.FILE)).isFalse();
    }

    @Test
    void noReadIsServedBeforeTheStateIsThere() throws IOException {
        FaultyDisk disk = compactedFollower();
        WRONG.begin(disk);
        HandDrivenNode restarted = start(disk);
        restarted.receive(TWO, new Message.Heartbeat(1, 50, 0));
        restarted.settle();
        CompletableFuture<Long> read = restarted.node.readIndex();
        run(restarted.loop);
        long request =
                restarted.lastSent(Message.ReadIndexRequest.class).orElseThrow().requestId();
        restarted.receive(TWO, new Message.ReadIndexResponse(1, request, 50));
        restarted.settle();
        assertThat(read).isNotDone();
        restarted.receive(TWO, HandDrivenNode.snapshot(1, at50(), numbers(50)));
        restarted.settle();
        assertThat(read).isCompletedWithValue(50L);
    }

    @Test
    void aCrashAtAnyPointOfTheRepairBeginsItAnew() throws IOException {
        FaultyDisk disk = compactedFollower();
        WRONG.begin(disk);
        disk = start(disk).disk.afterRestart();
        assertThat(StateRepair.find(disk)).as("after the drop").contains(WRONG);

        HandDrivenNode received = start(disk);
        received.receive(TWO, HandDrivenNode.snapshot(1, at50(), numbers(50)));
        received.settle(List.of(received.loop, received.background, received.logWriter));
        assertThat(received.applier).as("the restore is due").isNotEmpty();
        disk = received.disk.afterRestart();
        assertThat(StateRepair.find(disk)).as("before the restore").contains(WRONG);

        HandDrivenNode again = start(disk);
        assertThat(status(again).stateMissing()).isTrue();
        again.receive(TWO, HandDrivenNode.snapshot(1, at50(), numbers(50)));
        again.settle();
        assertThat(StateRepair.find(again.disk.afterRestart())).isEmpty();
    }

    /** A state that nobody can read, under checksums that are right. */
    private static StateMachine.Capture nonsense() {
        return new StateMachine.Capture() {
            @Override
            public void writeTo(SnapshotWriter snapshot) throws IOException {
                try (OutputStream out = snapshot.create("state")) {
                    out.write(7);
                }
            }

            @Override
            public void close() {}
        };
    }

    /** Ticks in which the leader is there until a snapshot is asked for. */
    private static int ticksBeforeRequest(HandDrivenNode node, long refusedIndex) {
        for (int ticks = 1; ticks < 10_000; ticks++) {
            node.receive(TWO, new Message.Heartbeat(1, 50, 0));
            node.tick();
            if (node.lastSent(Message.SnapshotRequest.class).isPresent()) {
                assertThat(node.lastSent(Message.SnapshotRequest.class))
                        .contains(new Message.SnapshotRequest(1, 50, refusedIndex));
                return ticks;
            }
        }
        throw new AssertionError("it does not ask");
    }

    @Test
    void aSnapshotThatCanNotBeInstalledIsRememberedAndNotAskedForAgainAtOnce() throws IOException {
        FaultyDisk disk = compactedFollower();
        WRONG.begin(disk);
        int before = ticksBeforeRequest(start(disk.afterRestart()), 0);
        for (int refusals = 1; refusals <= 3; refusals++) {
            HandDrivenNode member = start(disk);
            ticksBeforeRequest(member, refusals == 1 ? 0 : 50);
            member.receive(TWO, HandDrivenNode.snapshot(1, at50(), nonsense()));
            member.settle();
            assertThat(member.node.stopped()).as("with such a state").isDone();
            disk = member.disk.afterRestart();
            assertThat(StateRepair.find(disk))
                    .contains(new StateRepair(WRONG.reason(), new RefusedSnapshots(50, refusals)));
            new StateRepair("it is damaged").begin(disk);
            WRONG.begin(disk);
            int after = ticksBeforeRequest(start(disk.afterRestart()), 50);
            assertThat(after).as("after %d refusals", refusals).isGreaterThan(3 * before / 2);
            before = after;
        }
        HandDrivenNode member = start(disk);
        ticksBeforeRequest(member, 50);
        member.receive(TWO, HandDrivenNode.snapshot(1, at50(), numbers(50)));
        member.settle();
        assertThat(status(member).stateMissing()).isFalse();
        assertThat(member.journal.numbers()).isEqualTo(numbers(50));
        assertThat(StateRepair.find(member.disk)).isEmpty();
    }

    @Test
    void aNoteThatIsDamagedItselfCountsAllTheSame() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        WRONG.begin(disk);
        assertThat(StateRepair.find(disk)).contains(WRONG);
        byte[] bytes = disk.bytes(StateRepair.FILE).clone();
        bytes[3] ^= 1;
        disk.replace(StateRepair.FILE, bytes);
        assertThat(StateRepair.find(disk)).isPresent();
    }

    @Test
    void inAClusterTheLeadersSnapshotAndTheMembersOwnLogMakeTheStateAnew() throws Exception {
        try (LocalCluster<Integer> cluster = new LocalCluster<>(
                3,
                folder,
                this::journal,
                options -> options.with(Timing.of(Duration.ofMillis(50), Duration.ofMillis(300)))
                        .with(Storage.DEFAULT.withSnapshotEntries(700, 50)))) {
            write(cluster, 1, 2_000);
            MemberId damaged = cluster.nodes().stream()
                    .filter(node -> node.status().role() == RoleName.FOLLOWER)
                    .findFirst()
                    .orElseThrow()
                    .self();
            await().until(() -> numbersAt(damaged).size() == 2_000);
            cluster.stop(damaged);
            WRONG.begin(new FileDisk(cluster.memberFolder(damaged).resolve("raft")));
            cluster.start(damaged);
            await().until(() -> !cluster.node(damaged).status().stateMissing());
            write(cluster, 2_001, 2_010);
            await().until(() -> numbersAt(damaged).size() == 2_010);
            assertThat(numbersAt(damaged))
                    .isEqualTo(numbersAt(cluster.awaitLeader().self()));
        }
    }

    private Journal journal(Path stateFolder) {
        Journal journal = new Journal();
        journals.put(stateFolder, journal);
        return journal;
    }

    private List<Long> numbersAt(MemberId member) {
        Path stateFolder = folder.resolve(member.toString()).resolve("state");
        return Optional.ofNullable(journals.get(stateFolder)).orElseThrow().numbers();
    }

    private static void write(LocalCluster<Integer> cluster, long from, long to) throws Exception {
        RaftNode<Integer> node = cluster.awaitLeader();
        CompletableFuture.allOf(LongStream.rangeClosed(from, to)
                        .mapToObj(number -> node.propose(Journal.command(number)))
                        .toArray(CompletableFuture[]::new))
                .join();
    }
}
