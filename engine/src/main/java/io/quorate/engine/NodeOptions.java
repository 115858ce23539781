package io.quorate.engine;

import io.quorate.core.CoreOptions;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.encryption.MasterKeys;
import java.time.Duration;
import java.util.Optional;

/**
 * The settings of a node.
 *
 * @param group the Raft group, 0 where there is one
 * @param clusterId tells clusters apart: members of another one are not listened to
 * @param self this member
 * @param name what people call it
 * @param bootstrap the configuration of a cluster that starts for the first time, the same at all its members
 * @param timing heartbeats and timeouts
 * @param storage the bounds of the log and of snapshots
 * @param flow the bounds of what is under way
 * @param witness whether the member keeps the names of entries and no commands: it has no state, and never leads. The
 *     configurations of the log must say the same
 * @param keys what is on the disk is sealed with; none if it is not sealed
 * @param seed of the generator that election timeouts and request ids are drawn from; different at each member and at each
 *     of its starts, or an answer to a request of an earlier life may be taken for another's
 */
public record NodeOptions(
        int group,
        long clusterId,
        MemberId self,
        String name,
        Configuration bootstrap,
        Timing timing,
        Storage storage,
        Flow flow,
        boolean witness,
        Optional<MasterKeys> keys,
        long seed) {

    /** The settings of a member that holds data, in plain. */
    public NodeOptions(
            int group,
            long clusterId,
            MemberId self,
            String name,
            Configuration bootstrap,
            Timing timing,
            Storage storage,
            Flow flow,
            long seed) {
        this(group, clusterId, self, name, bootstrap, timing, storage, flow, false, Optional.empty(), seed);
    }

    /**
     * Heartbeats and timeouts.
     *
     * @param heartbeat time between two heartbeats of a leader; a tick is a fifth of it
     * @param electionTimeout least time without a leader before a follower campaigns; at least five heartbeats
     * @param initialElapsed by how much the first election after the start comes earlier; less than electionTimeout
     * @param adaptive whether a follower campaigns earlier than after {@code electionTimeout} where the leader is heard so
     *     regularly that a shorter silence is suspicious; never after fewer than three heartbeats
     * @param proposalTimeout after which a proposal ends, as refused or with an unknown outcome
     */
    public record Timing(
            Duration heartbeat,
            Duration electionTimeout,
            Duration initialElapsed,
            boolean adaptive,
            Duration proposalTimeout) {

        private static final int TICKS_PER_HEARTBEAT = 5;

        /**
         * Heartbeats every 100 ms, elections after 1 to 2 s, proposals end after 7 s: what etcd does. Where the leader is heard
         * regularly elections come earlier.
         */
        public static final Timing DEFAULT =
                of(Duration.ofMillis(100), Duration.ofSeconds(1)).withAdaptive(true);

        public Timing {
            if (heartbeat.toNanos() < 1_000_000 || electionTimeout.compareTo(heartbeat.multipliedBy(5)) < 0) {
                throw new IllegalArgumentException(
                        "the election timeout must be at least five heartbeats, and those at least a millisecond");
            }
            if (initialElapsed.isNegative() || initialElapsed.compareTo(electionTimeout) >= 0) {
                throw new IllegalArgumentException("the first election cannot come before the start");
            }
        }

        /** These intervals, fixed, and a proposal timeout of 5 s and two election timeouts. */
        public static Timing of(Duration heartbeat, Duration electionTimeout) {
            return new Timing(
                    heartbeat,
                    electionTimeout,
                    Duration.ZERO,
                    false,
                    Duration.ofSeconds(5).plus(electionTimeout.multipliedBy(2)));
        }

        public Timing withInitialElapsed(Duration elapsed) {
            return new Timing(heartbeat, electionTimeout, elapsed, adaptive, proposalTimeout);
        }

        public Timing withAdaptive(boolean newAdaptive) {
            return new Timing(heartbeat, electionTimeout, initialElapsed, newAdaptive, proposalTimeout);
        }

        public Timing withProposalTimeout(Duration timeout) {
            return new Timing(heartbeat, electionTimeout, initialElapsed, adaptive, timeout);
        }

        /** The time between two ticks, by which a node counts. */
        public Duration tick() {
            return heartbeat.dividedBy(TICKS_PER_HEARTBEAT);
        }

        int ticks(Duration duration) {
            return (int) (duration.toNanos() / tick().toNanos());
        }
    }

    /**
     * The bounds of the log and of snapshots.
     *
     * @param snapshotEntries entries applied between two snapshots
     * @param snapshotLogBytes entries applied between two snapshots, in bytes, if that comes first
     * @param keptEntries entries before a snapshot that stay in the log for slow followers; fewer if they are large, see
     *     {@link #keptBytes}
     * @param segmentBytes size of a segment of the log
     * @param cacheBytes entries kept in memory beside those that are not yet applied
     * @param groupBytes the most that goes to the log with one write; a buffer of this size is kept
     */
    public record Storage(
            long snapshotEntries,
            long snapshotLogBytes,
            long keptEntries,
            int segmentBytes,
            long cacheBytes,
            int groupBytes) {

        public static final Storage DEFAULT = new Storage(100_000, 512L << 20, 5_000, 16 << 20, 16L << 20, 1 << 20);

        /** How much before a snapshot stays in the log at most: an eighth of what may come between two snapshots. */
        public long keptBytes() {
            return snapshotLogBytes / 8;
        }

        public Storage withSnapshotEntries(long entries, long kept) {
            return new Storage(entries, snapshotLogBytes, kept, segmentBytes, cacheBytes, groupBytes);
        }
    }

    /**
     * The bounds of what is under way.
     *
     * @param maxMessageBytes entries in one message
     * @param maxInflightMessages messages to one follower that are not yet answered
     * @param maxInflightBytes entries to one follower that are not yet answered
     * @param maxUncommittedBytes entries appended and not yet committed; proposals over it are refused
     * @param maxWaiting proposals that wait at a member for a leader; more are refused
     * @param snapshotChunkBytes size of the pieces in which snapshots are sent
     */
    public record Flow(
            long maxMessageBytes,
            int maxInflightMessages,
            long maxInflightBytes,
            long maxUncommittedBytes,
            int maxWaiting,
            int snapshotChunkBytes) {

        public static final Flow DEFAULT = new Flow(1 << 20, 256, 8L << 20, 64L << 20, 10_000, 1 << 20);

        /** Other bounds of what is sent to followers, which {@link RaftNode#sendWithin} may narrow later. */
        public Flow withSending(long messageBytes, int inflightMessages) {
            return new Flow(
                    messageBytes,
                    inflightMessages,
                    maxInflightBytes,
                    maxUncommittedBytes,
                    maxWaiting,
                    snapshotChunkBytes);
        }
    }

    /** The defaults, and a seed from the clock. */
    public static NodeOptions of(long clusterId, MemberId self, String name, Configuration bootstrap) {
        return new NodeOptions(
                0,
                clusterId,
                self,
                name,
                bootstrap,
                Timing.DEFAULT,
                Storage.DEFAULT,
                Flow.DEFAULT,
                false,
                Optional.empty(),
                self.value() ^ System.nanoTime());
    }

    public NodeOptions withWitness(boolean newWitness) {
        return new NodeOptions(group, clusterId, self, name, bootstrap, timing, storage, flow, newWitness, keys, seed);
    }

    public NodeOptions with(Timing newTiming) {
        return new NodeOptions(group, clusterId, self, name, bootstrap, newTiming, storage, flow, witness, keys, seed);
    }

    public NodeOptions with(Storage newStorage) {
        return new NodeOptions(group, clusterId, self, name, bootstrap, timing, newStorage, flow, witness, keys, seed);
    }

    public NodeOptions with(Flow newFlow) {
        return new NodeOptions(group, clusterId, self, name, bootstrap, timing, storage, newFlow, witness, keys, seed);
    }

    /** The same, with what is on the disk sealed. */
    public NodeOptions with(MasterKeys newKeys) {
        return with(Optional.of(newKeys));
    }

    public NodeOptions with(Optional<MasterKeys> newKeys) {
        return new NodeOptions(group, clusterId, self, name, bootstrap, timing, storage, flow, witness, newKeys, seed);
    }

    CoreOptions core() {
        return new CoreOptions(
                self,
                timing.ticks(timing.electionTimeout),
                timing.ticks(timing.heartbeat),
                timing.ticks(timing.initialElapsed),
                flow.maxMessageBytes,
                flow.maxInflightMessages,
                flow.maxInflightBytes,
                flow.maxUncommittedBytes);
    }
}
