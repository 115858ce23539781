package io.quorate.simulator;

import io.quorate.encryption.MasterKeys;
import io.quorate.engine.NodeOptions;
import io.quorate.kv.LeaseOptions;
import io.quorate.simulator.disk.SimulatedDisk;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * How every member of a run is set up: small segments and frequent snapshots, so that a short run sees many of them.
 *
 * @param leases how leases are kept, in a run that has clients who hold some, or watch
 * @param handshakes whether members know each other again by their storages, and are told so before the first frame; in a run that
 *     is managed
 * @param keys what members write to their disks is sealed with, if it is
 */
public record MemberSettings(
        NodeOptions.Timing timing,
        NodeOptions.Storage storage,
        NodeOptions.Flow flow,
        Optional<LeaseOptions> leases,
        boolean handshakes,
        Optional<MasterKeys> keys) {

    /** The least that a segment holds, without the page in which its secret lies once more. */
    private static final int SEGMENT_BYTES = 16 << 10;

    private static final int SECRET_PAGE_BYTES = 4 << 10;

    private static final int CACHE_BYTES = 16 << 10;
    private static final int GROUP_BYTES = 16 << 10;
    /** The least that a message may hold: one entry. What two logs differ in takes many messages then. */
    private static final int MESSAGE_BYTES = 128;

    private static final int SNAPSHOT_CHUNK_BYTES = 2 << 10;

    /** Settings drawn from a generator; the timeouts are those of production. */
    public static MemberSettings draw(SplittableRandom random) {
        // With a snapshot at every turn a follower that was away for a moment needs one.
        boolean often = random.nextBoolean();
        long snapshotEntries = often ? 20L + random.nextInt(60) : 50L + random.nextInt(1_000);
        long keptEntries = random.nextInt(often ? 10 : 200);
        int segmentBytes = (SEGMENT_BYTES << random.nextInt(3)) + SECRET_PAGE_BYTES;
        NodeOptions.Flow plain = NodeOptions.Flow.DEFAULT;
        NodeOptions.Storage drawnStorage =
                new NodeOptions.Storage(snapshotEntries, 1 << 20, keptEntries, segmentBytes, CACHE_BYTES, GROUP_BYTES);
        NodeOptions.Flow drawnFlow = new NodeOptions.Flow(
                MESSAGE_BYTES << random.nextInt(6),
                1 + random.nextInt(64),
                32 << 10,
                256 << 10,
                plain.maxWaiting(),
                SNAPSHOT_CHUNK_BYTES);
        return new MemberSettings(
                NodeOptions.Timing.of(Duration.ofMillis(100), Duration.ofSeconds(1))
                        .withProposalTimeout(Duration.ofSeconds(4))
                        .withAdaptive(random.nextBoolean()),
                drawnStorage,
                drawnFlow,
                Optional.empty(),
                false,
                Optional.empty());
    }

    MemberSettings withLeases(LeaseOptions options) {
        return new MemberSettings(timing, storage, flow, Optional.of(options), handshakes, keys);
    }

    MemberSettings withHandshakes() {
        return new MemberSettings(timing, storage, flow, leases, true, keys);
    }

    MemberSettings with(MasterKeys newKeys) {
        return new MemberSettings(timing, storage, flow, leases, handshakes, Optional.of(newKeys));
    }

    long electionTimeoutNanos() {
        return timing.electionTimeout().toNanos();
    }

    /** An empty disk. */
    public SimulatedDisk newDisk(SplittableRandom random) {
        return new SimulatedDisk(random);
    }
}
