package io.quorate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quorate.core.Rejection;
import io.quorate.core.RoleName;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.NodeOptions.Timing;
import io.quorate.engine.local.LocalCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of real nodes, logs and sockets in one process. */
@Timeout(120)
class LocalClusterTest {

    private static final Timing QUICK = Timing.of(Duration.ofMillis(50), Duration.ofMillis(300));

    @TempDir
    private Path folder;

    private final Map<Path, Journal> journals = new ConcurrentHashMap<>();

    private LocalCluster<Integer> start(int members, UnaryOperator<NodeOptions> settings) throws IOException {
        return new LocalCluster<>(members, folder, this::journal, settings);
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

    private static int propose(RaftNode<Integer> node, long number) {
        return node.propose(Journal.command(number))
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    private static RaftNode<Integer> aFollower(LocalCluster<Integer> cluster) {
        return cluster.nodes().stream()
                .filter(node -> node.status().role() == RoleName.FOLLOWER)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aCommandProposedAtAnyMemberIsAppliedAtAll() throws Exception {
        try (LocalCluster<Integer> cluster = start(3, options -> options.with(QUICK))) {
            cluster.awaitLeader();
            long number = 0;
            for (RaftNode<Integer> node : cluster.nodes()) {
                assertThat(propose(node, ++number)).isEqualTo((int) number);
            }
            for (RaftNode<Integer> node : cluster.nodes()) {
                await().until(() -> numbersAt(node.self()).equals(List.of(1L, 2L, 3L)));
            }
        }
    }

    /** Whoever has made a target of what was in force before would undo what others have changed since. */
    @Test
    void aChangeOfMembersThatWereOthersMeanwhileIsRefused() throws Exception {
        try (LocalCluster<Integer> cluster = start(3, options -> options.with(QUICK))) {
            RaftNode<Integer> leader = cluster.awaitLeader();
            propose(leader, 1);
            Configuration base = leader.status().configuration();
            MemberId other = aFollower(cluster).self();

            Configuration changed = leader.changeMembership(base, base.without(other))
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join();
            CompletableFuture<Configuration> late =
                    leader.changeMembership(base, base.withLearner(new MemberId(99), List.of()));

            assertThat(changed.removed()).containsExactly(other);
            assertThatThrownBy(() -> late.orTimeout(20, TimeUnit.SECONDS).join())
                    .hasCauseInstanceOf(RaftException.Refused.class)
                    .hasRootCauseMessage(new RaftException.Refused(Rejection.CHANGE_IN_PROGRESS).getMessage());
        }
    }

    /** Corner case 19, with two at once: the others still answer it, so that it commits what takes it out. */
    @Test
    void aLeaderThatAJointChangeTakesOutIsThereUntilTheChangeIsDone() throws Exception {
        // Patient, so that a machine that stalls for a moment does not depose the leader.
        Timing patient = Timing.of(Duration.ofMillis(50), Duration.ofSeconds(2));
        try (LocalCluster<Integer> cluster = start(5, options -> options.with(patient))) {
            RaftNode<Integer> old = cluster.awaitLeader();
            propose(old, 1);
            Configuration base = old.status().configuration();
            MemberId other = aFollower(cluster).self();
            Configuration target = base.without(old.self()).without(other);

            CompletableFuture<Configuration> change = old.changeMembership(base, target);

            assertThat(change.orTimeout(20, TimeUnit.SECONDS).join()).isEqualTo(target);
            old.removed().orTimeout(20, TimeUnit.SECONDS).join();
            cluster.stop(old.self());
            cluster.stop(other);
            assertThat(propose(cluster.awaitLeader(), 2)).isEqualTo(2);
        }
    }

    private record BegunAlone(RaftNode<Integer> leader, CompletableFuture<Configuration> change) {}

    /** A leader that nobody answers gives up after a while; where the machine stalls so long it is refused, and tried once more. */
    private static BegunAlone changeByALeaderThatIsCutOff(
            LocalCluster<Integer> cluster, Configuration base, Configuration target) throws TimeoutException {
        while (true) {
            RaftNode<Integer> leader = cluster.awaitLeader();
            cluster.firewall().isolate(leader.self());
            CompletableFuture<Configuration> change = leader.changeMembership(base, target);
            await().until(() ->
                    change.isDone() || leader.status().configuration().equals(target));
            if (leader.status().configuration().equals(target)) {
                return new BegunAlone(leader, change);
            }
            cluster.firewall().healAll();
        }
    }

    /** In force where it was appended and nowhere else: the majority goes on from what was before, and its log wins. */
    @Test
    void aChangeThatALeaderWithoutAQuorumHasBegunIsRolledBackEverywhere() throws Exception {
        try (LocalCluster<Integer> cluster = start(3, options -> options.with(QUICK))) {
            propose(cluster.awaitLeader(), 1);
            Configuration base = cluster.awaitLeader().status().configuration();
            Configuration lost = base.withLearner(new MemberId(98), List.of());
            Configuration made = base.withLearner(new MemberId(99), List.of());

            BegunAlone begun = changeByALeaderThatIsCutOff(cluster, base, lost);
            RaftNode<Integer> old = begun.leader;
            CompletableFuture<Configuration> inFlight = begun.change;
            RaftNode<Integer> elected = await().until(
                            () -> cluster.leader()
                                    .filter(leader -> !leader.self().equals(old.self())),
                            Optional::isPresent)
                    .orElseThrow();
            propose(elected, 2);
            assertThat(elected.status().configuration()).isEqualTo(base);
            assertThat(elected.changeMembership(base, made)
                            .orTimeout(20, TimeUnit.SECONDS)
                            .join())
                    .isEqualTo(made);
            assertThat(old.status().configuration()).isEqualTo(lost);

            cluster.firewall().healAll();
            for (RaftNode<Integer> node : cluster.nodes()) {
                await().until(() -> node.status().configuration().equals(made));
            }
            assertThatThrownBy(() -> inFlight.orTimeout(20, TimeUnit.SECONDS).join())
                    .hasCauseInstanceOf(RaftException.OutcomeUnknown.class);
            propose(old, 3);
            for (RaftNode<Integer> node : cluster.nodes()) {
                await().until(() -> numbersAt(node.self()).equals(List.of(1L, 2L, 3L)));
                assertThat(node.status().configuration()).isEqualTo(made);
            }
        }
    }

    @Test
    void whoeverLearnsOfAChangeOfMembersFindsItInTheStatus() throws Exception {
        try (LocalCluster<Integer> cluster = start(3, options -> options.with(QUICK))) {
            RaftNode<Integer> leader = cluster.awaitLeader();
            propose(leader, 1);
            Configuration base = leader.status().configuration();
            Configuration target = base.withLearner(new MemberId(99), List.of());

            Configuration found = leader.changeMembership(base, target)
                    .thenApply(changed -> leader.status().configuration())
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join();

            assertThat(found).isEqualTo(target);
        }
    }

    @Test
    void whyANodeHasStoppedIsKnownOnceItHas() throws Exception {
        try (LocalCluster<Integer> cluster = start(1, options -> options.with(QUICK))) {
            RaftNode<Integer> node = cluster.awaitLeader();
            assertThat(node.stopCause()).isEmpty();
            node.close();
            assertThat(node.stopCause()).containsInstanceOf(CancellationException.class);
        }
    }

    @Test
    void aSingleMemberIsACluster() throws Exception {
        try (LocalCluster<Integer> cluster = start(1, options -> options.with(QUICK))) {
            assertThat(propose(cluster.awaitLeader(), 7)).isEqualTo(1);
        }
        try (LocalCluster<Integer> cluster = start(1, options -> options.with(QUICK))) {
            assertThat(propose(cluster.awaitLeader(), 8)).isEqualTo(2);
        }
    }

    @Test
    void whatWasAcknowledgedIsThereAfterARestartOfAll() throws Exception {
        List<Long> acknowledged = LongStream.rangeClosed(1, 200).boxed().toList();
        try (LocalCluster<Integer> cluster = start(3, options -> options.with(QUICK))) {
            RaftNode<Integer> leader = cluster.awaitLeader();
            CompletableFuture.allOf(acknowledged.stream()
                            .map(number -> leader.propose(Journal.command(number)))
                            .toArray(CompletableFuture[]::new))
                    .join();
        }
        try (LocalCluster<Integer> cluster = start(3, options -> options.with(QUICK))) {
            RaftNode<Integer> leader = cluster.awaitLeader();
            leader.readIndex().join();
            assertThat(numbersAt(leader.self())).isEqualTo(acknowledged);
        }
    }

    @Test
    void anotherMemberLeadsWhenTheLeaderStops() throws Exception {
        try (LocalCluster<Integer> cluster = start(3, options -> options.with(QUICK))) {
            RaftNode<Integer> first = cluster.awaitLeader();
            propose(first, 1);
            cluster.stop(first.self());
            RaftNode<Integer> second = cluster.awaitLeader();
            assertThat(second.self()).isNotEqualTo(first.self());
            assertThat(propose(second, 2)).isEqualTo(2);
            cluster.start(first.self());
            await().until(() -> numbersAt(first.self()).equals(List.of(1L, 2L)));
        }
    }

    @Test
    void aLeaderThatIsBarredFromLeadingIsReplacedAtOnceAndGoesOnAsAFollower() throws Exception {
        try (LocalCluster<Integer> cluster = start(3, options -> options.with(QUICK))) {
            RaftNode<Integer> first = cluster.awaitLeader();
            propose(first, 1);
            first.barLeadership(true);
            await().until(() -> cluster.nodes().stream()
                    .anyMatch(node -> node != first && node.status().role() == RoleName.LEADER));
            assertThat(propose(first, 2)).isEqualTo(2);
            await().until(() -> numbersAt(first.self()).equals(List.of(1L, 2L)));
        }
    }

    @Test
    void aReadAtAnyMemberSeesWhatWasAcknowledgedBefore() throws Exception {
        try (LocalCluster<Integer> cluster = start(3, options -> options.with(QUICK))) {
            RaftNode<Integer> leader = cluster.awaitLeader();
            for (long number = 1; number <= 20; number++) {
                propose(leader, number);
                for (RaftNode<Integer> node : cluster.nodes()) {
                    node.readIndex().join();
                    assertThat(numbersAt(node.self())).hasSize((int) number);
                }
            }
        }
    }

    @Test
    void cornerCase15_aProposalInFlightWhenLeadershipIsLostIsNeverAFalseSuccessOrFailure() throws Exception {
        UnaryOperator<NodeOptions> impatient = options -> options.with(
                Timing.of(Duration.ofMillis(50), Duration.ofMillis(300)).withProposalTimeout(Duration.ofSeconds(2)));
        try (LocalCluster<Integer> cluster = start(3, impatient)) {
            RaftNode<Integer> old = cluster.awaitLeader();
            propose(old, 1);
            cluster.firewall().isolate(old.self());
            CompletableFuture<Integer> inFlight = old.propose(Journal.command(2));
            assertThatThrownBy(() -> inFlight.orTimeout(20, TimeUnit.SECONDS).join())
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isInstanceOf(RaftException.OutcomeUnknown.class);
            await().until(() -> cluster.leader()
                    .filter(leader -> !leader.self().equals(old.self()))
                    .isPresent());
            CompletableFuture<Integer> superseded = old.propose(Journal.command(3));
            propose(cluster.awaitLeader(), 4);
            cluster.firewall().healAll();
            await().until(() -> superseded.isDone());
            propose(cluster.awaitLeader(), 5);
            await().until(() -> numbersAt(old.self()).contains(5L));
            List<Long> everywhere = numbersAt(cluster.awaitLeader().self());
            assertThat(everywhere).contains(1L, 4L, 5L).doesNotContain(2L);
            assertThat(everywhere.contains(3L)).isEqualTo(!superseded.isCompletedExceptionally());
        }
    }

    @Test
    void leadershipIsTransferredAndWritesGoOn() throws Exception {
        try (LocalCluster<Integer> cluster = start(3, options -> options.with(QUICK))) {
            RaftNode<Integer> first = cluster.awaitLeader();
            propose(first, 1);
            MemberId target = aFollower(cluster).self();
            first.transferLeadership(target).orTimeout(20, TimeUnit.SECONDS).join();
            await().until(() -> cluster.node(target).status().role() == RoleName.LEADER);
            assertThat(propose(first, 2)).isEqualTo(2);
        }
    }

    @Test
    void aTransferToNobodyIsRefused() throws Exception {
        try (LocalCluster<Integer> cluster = start(3, options -> options.with(QUICK))) {
            RaftNode<Integer> leader = cluster.awaitLeader();
            assertThatThrownBy(() -> leader.transferLeadership(new MemberId(99)).join())
                    .cause()
                    .isInstanceOf(RaftException.Refused.class);
        }
    }

    @Test
    void aFollowerThatWasAwayForLongCatchesUpBySnapshotWhileWritesGoOn() throws Exception {
        UnaryOperator<NodeOptions> compacting = options ->
                options.with(QUICK).with(new NodeOptions.Storage(10_000, 512L << 20, 100, 1 << 20, 1 << 20, 1 << 16));
        try (LocalCluster<Integer> cluster = start(3, compacting)) {
            cluster.awaitLeader();
            MemberId away = aFollower(cluster).self();
            cluster.stop(away);
            RaftNode<Integer> leader = cluster.awaitLeader();
            List<CompletableFuture<Integer>> writes = new ArrayList<>();
            for (long number = 1; number <= 100_000; number++) {
                writes.add(leader.propose(Journal.command(number)));
                if (number % 1000 == 0) {
                    writes.get(writes.size() - 800).join();
                }
            }
            CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new)).join();
            await().until(() -> leader.status().snapshot().index() >= 90_000);
            cluster.start(away);
            for (long number = 100_001; number <= 101_000; number++) {
                propose(leader, number);
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> numbersAt(away).size() == 101_000);
            assertThat(numbersAt(away)).isEqualTo(numbersAt(leader.self()));
            assertThat(cluster.node(away).status().snapshot().index()).isGreaterThanOrEqualTo(90_000);
            await().until(() -> logBytes(leader.self()) <= 8 << 20);
        }
    }

    /** 40,000 entries take 2 MB and more, and by their number all of them might stay. */
    @Test
    void whatStaysInTheLogBehindASnapshotIsBoundedInBytesToo() throws Exception {
        UnaryOperator<NodeOptions> compacting = options -> options.with(QUICK)
                .with(new NodeOptions.Storage(2000, 800 << 10, 1_000_000, 1 << 16, 1 << 20, 1 << 16));
        try (LocalCluster<Integer> cluster = start(1, compacting)) {
            RaftNode<Integer> leader = cluster.awaitLeader();
            CompletableFuture<Integer> last = CompletableFuture.completedFuture(0);
            for (long number = 1; number <= 40_000; number++) {
                last = leader.propose(Journal.command(number));
                if (number % 500 == 0) {
                    last.join();
                }
            }
            await().until(() -> leader.status().snapshot().index() >= 38_000);
            await().until(() -> logBytes(leader.self()) <= 1 << 20);
        }
    }

    /** 100,000 entries of 48 bytes take 5 MB and more; compacted, four segments of 1 MiB and the spares are left. */
    private long logBytes(MemberId member) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve(member.toString()).resolve("raft"))) {
            return files.filter(path -> path.toString().contains("log"))
                    .filter(Files::isRegularFile)
                    .mapToLong(path -> path.toFile().length())
                    .sum();
        }
    }

    @Test
    void aDataDirectoryIsNotOpenedTwice() throws Exception {
        try (LocalCluster<Integer> cluster = start(1, options -> options.with(QUICK))) {
            cluster.awaitLeader();
            assertThatThrownBy(() -> start(1, options -> options.with(QUICK)))
                    .isInstanceOf(io.quorate.engine.disk.DataDirectoryException.class);
        }
    }
}
