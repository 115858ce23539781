package io.quorate.simulator.enumeration;

import io.quorate.core.CoreStatus;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.EngineMetrics;
import io.quorate.engine.NodeObserver;
import io.quorate.engine.NodeOptions;
import io.quorate.engine.Ports;
import io.quorate.engine.RaftNode;
import io.quorate.engine.StateMachine;
import io.quorate.engine.log.RaftLog;
import io.quorate.engine.snapshot.SnapshotReader;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.simulator.disk.SimulatedDisk;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Starts a whole node on what a crash left, alone: log, snapshots, configuration and state must come to belong together
 * (corner case 22).
 */
final class NodeCheck {

    private NodeCheck() {}

    static void check(SimulatedDisk disk) throws IOException {
        StorageState found;
        Optional<SnapshotMeta> newest;
        try (StoredMember raw = new StoredMember(disk.copy(new SplittableRandom(1)), ticket -> {})) {
            found = StorageState.of(raw.log());
            newest = raw.snapshots().latest();
        }
        Deque<Runnable> tasks = new ArrayDeque<>();
        Opening opening = new Opening(found, newest);
        RaftNode<Long> node = RaftNode.start(options(), ports(disk, tasks), new State(), EngineMetrics.NONE, opening);
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
        if (node.stopped().isDone()) {
            throw new IOException("the node has stopped", node.stopped().join());
        }
        opening.requireChecked();
    }

    private static NodeOptions options() {
        return NodeOptions.of(StoredMember.IDENTITY.clusterId(), StoredMember.SELF, "m1", StoredMember.MEMBERS)
                .with(new NodeOptions.Storage(
                        1_000,
                        1 << 20,
                        0,
                        StoredMember.SEGMENT_BYTES,
                        StoredMember.CACHE_BYTES,
                        StoredMember.GROUP_BYTES));
    }

    private static Ports ports(SimulatedDisk disk, Deque<Runnable> tasks) {
        return new Ports(
                () -> 0,
                (interval, task) -> () -> {},
                disk,
                listener -> new Nobody(),
                tasks::add,
                tasks::add,
                tasks::add,
                tasks::add,
                StoredMember.secrets());
    }

    /** Compares what the node begins with, with what lay on its disk. */
    private static final class Opening implements NodeObserver {

        private final StorageState found;
        private final Optional<SnapshotMeta> newest;
        private Optional<String> wrong = Optional.of("the node was never opened");

        Opening(StorageState found, Optional<SnapshotMeta> newest) {
            this.found = found;
            this.newest = newest;
        }

        @Override
        public void opened(CoreStatus status, RaftLog log) {
            wrong = Optional.ofNullable(whatIsWrong(status, log));
        }

        private @org.jspecify.annotations.Nullable String whatIsWrong(CoreStatus status, RaftLog log) {
            SnapshotMeta end = log.snapshotMetaAt(log.lastId().index());
            if (!status.configuration().equals(end.configuration())) {
                return "its configuration is " + status.configuration() + ", the log says " + end.configuration();
            }
            if (status.appliedIndex() < log.firstIndex() - 1) {
                return "its state stands at " + status.appliedIndex() + ", the log begins at " + log.firstIndex();
            }
            if (status.votingSuspended() != found.suspended()) {
                return "it forgets what was intact";
            }
            boolean asFound = end.equals(found.end()) && log.start().equals(found.start());
            if (newest.isEmpty()) {
                return asFound ? null : "the log ends at " + end + ", found was a " + found;
            }
            SnapshotMeta snapshot = newest.get();
            if (!asFound && !end.equals(snapshot)) {
                return "the log ends at " + end + ", found was a " + found + " and the snapshot " + snapshot;
            }
            long index = snapshot.last().index();
            if (index > log.lastId().index()) {
                return "the log ends at " + log.lastId() + ", before the snapshot " + snapshot.last();
            }
            boolean connects =
                    index < log.firstIndex() - 1 || log.snapshotMetaAt(index).equals(snapshot);
            return connects
                    ? null
                    : "the log has " + log.snapshotMetaAt(index) + " where the snapshot is of " + snapshot;
        }

        void requireChecked() throws IOException {
            if (wrong.isPresent()) {
                throw new IOException(wrong.get());
            }
        }
    }

    /** A state in memory; what it is restored from must be what was written. */
    private static final class State implements StateMachine<Long> {

        @Override
        public long durableIndex() {
            return 0;
        }

        @Override
        public List<Long> apply(List<Command> commands, long lastIndex) {
            return commands.stream().map(command -> command.id().index()).toList();
        }

        @Override
        public Capture capture() {
            throw new IllegalStateException("nothing asks for a snapshot");
        }

        @Override
        public void restore(SnapshotReader snapshot) throws IOException {
            SnapshotContent.check(snapshot);
        }

        @Override
        public void clear() {}

        @Override
        public void close() {}
    }

    /** Nobody is reached. */
    private static final class Nobody implements Network {

        @Override
        public void membersChanged(Configuration current, Configuration committed) {}

        @Override
        public void send(MemberId to, PeerFrame frame) {}

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
