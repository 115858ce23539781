package io.quorate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorate.core.RoleName;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.FileDisk;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.PeerFrame;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a node tells through the metrics port. */
@Timeout(60)
class EngineMetricsTest {

    private static final int COMMANDS = 20;
    private static final MemberId SELF = new MemberId(1);

    @TempDir
    private Path folder;

    private static final class Recorded implements EngineMetrics {
        private final List<Long> syncs = new CopyOnWriteArrayList<>();
        private final List<RoleName> roles = new CopyOnWriteArrayList<>();
        private final List<Long> snapshots = new CopyOnWriteArrayList<>();
        private final AtomicInteger applied = new AtomicInteger();
        private final List<Optional<MemberId>> leaders = new CopyOnWriteArrayList<>();
        private final AtomicInteger proposed = new AtomicInteger();
        private final List<Boolean> outcomes = new CopyOnWriteArrayList<>();

        @Override
        public void logSynced(long nanos) {
            syncs.add(nanos);
        }

        @Override
        public void applied(int commands, long nanos) {
            applied.addAndGet(commands);
        }

        @Override
        public void roleChanged(RoleName role, long term) {
            roles.add(role);
        }

        @Override
        public void leaderChanged(Optional<MemberId> leader, long term) {
            leaders.add(leader);
        }

        @Override
        public void proposed() {
            proposed.incrementAndGet();
        }

        @Override
        public void proposalEnded(boolean applied) {
            outcomes.add(applied);
        }

        @Override
        public void snapshotTaken(long index, long nanos) {
            snapshots.add(index);
        }
    }

    /** A lone member has nobody to talk to. */
    private static final class Nobody implements Network {
        @Override
        public void membersChanged(Configuration current, Configuration committed) {}

        @Override
        public void send(MemberId to, PeerFrame frame) {
            throw new AssertionError("a lone member sent " + frame);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @Test
    void syncsRolesAppliedCommandsAndSnapshotsAreTold() throws Exception {
        Recorded metrics = new Recorded();
        try (NodeThreads threads = new NodeThreads("lone");
                RaftNode<Integer> node = RaftNode.start(
                        NodeOptions.of(1, SELF, "lone", Configuration.of(Set.of(SELF))),
                        threads.ports(new FileDisk(folder), listener -> new Nobody()),
                        new Journal(),
                        metrics)) {
            for (long number = 1; number <= COMMANDS; number++) {
                node.propose(Journal.command(number)).get(30, TimeUnit.SECONDS);
            }
            long index = node.takeSnapshot().get(30, TimeUnit.SECONDS).last().index();
            assertThat(metrics.applied).hasValue(COMMANDS);
            assertThat(metrics.roles).last().isEqualTo(RoleName.LEADER);
            assertThat(metrics.leaders).containsExactly(Optional.of(SELF));
            assertThat(metrics.proposed).hasValue(COMMANDS);
            assertThat(metrics.outcomes).hasSize(COMMANDS).containsOnly(true);
            assertThat(metrics.snapshots).containsExactly(index);
            await().until(() -> metrics.syncs.size() >= COMMANDS);
            assertThat(metrics.syncs).allMatch(nanos -> nanos > 0);
        }
    }
}
