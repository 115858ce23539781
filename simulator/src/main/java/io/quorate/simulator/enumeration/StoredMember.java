package io.quorate.simulator.enumeration;

import io.quorate.core.EntryId;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.DataDirectory;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.Identity;
import io.quorate.engine.log.LogFiles;
import io.quorate.engine.log.LogOptions;
import io.quorate.engine.log.LogWriter;
import io.quorate.engine.log.RaftLog;
import io.quorate.engine.log.RecoveredLog;
import io.quorate.engine.log.Synced;
import io.quorate.engine.snapshot.SnapshotStore;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** A member's log and snapshots, opened on a disk without the rest of the member: the production code, on one thread. */
final class StoredMember implements AutoCloseable {

    static final MemberId SELF = new MemberId(1);
    static final Identity IDENTITY = new Identity(0x51, SELF, "m1");
    static final Configuration MEMBERS = Configuration.of(Set.of(SELF, new MemberId(2), new MemberId(3)));
    static final SnapshotMeta BOOTSTRAP = new SnapshotMeta(EntryId.ORIGIN, MEMBERS, 0);

    /** Header, copy of the secret, and a page for frames. */
    static final int SEGMENT_BYTES = 12 << 10;

    static final int CACHE_BYTES = 2048;
    static final int GROUP_BYTES = 4096;
    private static final long SECRETS_SEED = 0x5ec;
    private static final LogOptions OPTIONS =
            new LogOptions(SEGMENT_BYTES, LogOptions.DEFAULT.spareSegments(), CACHE_BYTES, GROUP_BYTES);
    private static final long MAX_SNAPSHOT_BYTES = 1 << 30;

    private final DataDirectory directory;
    private final SnapshotStore snapshots;
    private final RecoveredLog recovered;
    private final LogWriter writer;
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private long lastTicket;
    private long syncedTicket;

    /** @param onSynced told the ticket up to which everything is durable */
    StoredMember(Disk disk, LongConsumer onSynced) throws IOException {
        directory = DataDirectory.open(disk, IDENTITY);
        try {
            snapshots = SnapshotStore.open(disk, MAX_SNAPSHOT_BYTES);
            recovered = LogFiles.open(directory, 0, BOOTSTRAP, snapshots.latest(), OPTIONS.withSecrets(secrets()));
        } catch (IOException | RuntimeException e) {
            directory.close();
            throw e;
        }
        writer = new LogWriter(recovered.files(), tasks::add, tasks::add, new LogWriter.Listener() {
            @Override
            public void synced(Synced synced) {
                log().synced(synced);
                syncedTicket = synced.ticket();
                onSynced.accept(synced.ticket());
            }

            @Override
            public void failed(IOException cause) {
                throw new IllegalStateException("the log's writer has failed on a disk without faults", cause);
            }
        });
    }

    /**
     * The same at each start, so that a state of the disk is the same however it came about. So segments of two starts may have the same secret, which no
     * member's have: nothing here puts the frames of one into the file of another.
     */
    static LongSupplier secrets() {
        return new SplittableRandom(SECRETS_SEED)::nextLong;
    }

    RaftLog log() {
        return recovered.log();
    }

    RecoveredLog recovered() {
        return recovered;
    }

    SnapshotStore snapshots() {
        return snapshots;
    }

    /** Hands what is pending to the writer, which does not run yet; returns the ticket, or 0 if there was nothing. */
    long submit() {
        var batch = log().takePending();
        if (batch.isEmpty()) {
            return 0;
        }
        lastTicket = batch.get().ticket();
        if (!writer.submit(batch.get())) {
            throw new IllegalStateException("the log's writer takes nothing");
        }
        return lastTicket;
    }

    /** Lets the writer run until it rests. */
    void run() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
        if (syncedTicket < lastTicket) {
            throw new IllegalStateException("the writer rests at " + syncedTicket + ", asked for " + lastTicket);
        }
    }

    /** A tick in which there is nothing else to do. */
    void idle() {
        writer.idle();
        run();
    }

    @Override
    public void close() throws IOException {
        writer.close();
        recovered.files().close();
        snapshots.close();
        directory.close();
    }
}
