package io.quorate.bench;

import io.quorate.encryption.KeyFile;
import io.quorate.encryption.KeyRing;
import io.quorate.engine.InMemoryStateMachine;
import io.quorate.engine.NodeOptions;
import io.quorate.engine.RaftNode;
import io.quorate.engine.local.LocalCluster;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/** Quorate's own engine: a {@link LocalCluster} with its defaults. */
public final class QuorateContender implements Contender {

    private static final int MEMBERS = 3;

    private final Replicas replicas;
    private final LocalCluster<Long> cluster;
    private final RaftNode<Long> leader;

    private QuorateContender(Replicas replicas, LocalCluster<Long> cluster, RaftNode<Long> leader) {
        this.replicas = replicas;
        this.cluster = cluster;
        this.leader = leader;
    }

    /** Starts three members with their data in the folder, and waits for a leader. */
    public static QuorateContender start(Path folder) throws IOException, TimeoutException {
        return start(folder, options -> options);
    }

    /** As {@link #start(Path)}, with logs that are sealed; the key ring is made, and lies in the folder too. */
    public static QuorateContender startSealed(Path folder) throws IOException, TimeoutException {
        Path ring = folder.resolve("keys");
        KeyFile.addNew(ring, Optional.empty());
        KeyRing keys = KeyFile.read(ring);
        return start(folder, options -> options.with(keys));
    }

    private static QuorateContender start(Path folder, UnaryOperator<NodeOptions> settings)
            throws IOException, TimeoutException {
        Replicas replicas = new Replicas();
        LocalCluster<Long> cluster =
                new LocalCluster<>(MEMBERS, folder, state -> new Counting(replicas.add()), settings);
        try {
            return new QuorateContender(replicas, cluster, cluster.awaitLeader());
        } catch (TimeoutException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    private static final class Counting extends InMemoryStateMachine<Long> {

        private final Replicas.Replica replica;

        Counting(Replicas.Replica replica) {
            this.replica = replica;
        }

        @Override
        protected Long apply(ByteBuffer command) {
            return replica.apply(command);
        }

        @Override
        protected void save(DataOutputStream out) throws IOException {
            out.writeLong(replica.applied());
            out.writeLong(replica.digest());
        }

        @Override
        protected void load(DataInputStream in) throws IOException {
            replica.restore(in.readLong(), in.readLong());
        }

        @Override
        public void clear() {
            replica.restore(0, 0);
        }
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // The completion is told everything that the future tells.
    public void propose(ByteBuffer command, Completion completion) {
        leader.propose(command).whenComplete((result, failure) -> completion.completed(Optional.ofNullable(failure)));
    }

    @Override
    public void verify(long completed) throws TimeoutException {
        replicas.verify(completed);
    }

    @Override
    public void close() throws IOException {
        cluster.close();
    }
}
