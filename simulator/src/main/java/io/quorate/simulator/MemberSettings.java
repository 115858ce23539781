package io.quorate.simulator;

import io.quorate.engine.NodeOptions;
import io.quorate.simulator.disk.SimulatedDisk;
import java.time.Duration;
import java.util.SplittableRandom;

/** How every member of a run is set up: small segments and frequent snapshots, so that a short run sees many of them. */
public record MemberSettings(NodeOptions.Timing timing, NodeOptions.Storage storage, NodeOptions.Flow flow) {

    private static final int SEGMENT_BYTES = 64 << 10;
    private static final int CACHE_BYTES = 16 << 10;
    private static final int GROUP_BYTES = 16 << 10;
    private static final int SNAPSHOT_CHUNK_BYTES = 2 << 10;

    /** Settings drawn from a generator; the timeouts are those of production. */
    public static MemberSettings draw(SplittableRandom random) {
        long snapshotEntries = 50L + random.nextInt(1_000);
        long keptEntries = random.nextInt(200);
        NodeOptions.Flow plain = NodeOptions.Flow.DEFAULT;
        return new MemberSettings(
                NodeOptions.Timing.of(Duration.ofMillis(100), Duration.ofSeconds(1))
                        .withProposalTimeout(Duration.ofSeconds(4)),
                new NodeOptions.Storage(snapshotEntries, 1 << 20, keptEntries, SEGMENT_BYTES, CACHE_BYTES, GROUP_BYTES),
                new NodeOptions.Flow(
                        4 << 10,
                        1 + random.nextInt(64),
                        32 << 10,
                        256 << 10,
                        plain.maxWaiting(),
                        SNAPSHOT_CHUNK_BYTES));
    }

    long electionTimeoutNanos() {
        return timing.electionTimeout().toNanos();
    }

    /** An empty disk. */
    public SimulatedDisk newDisk(SplittableRandom random) {
        return new SimulatedDisk(random);
    }
}
