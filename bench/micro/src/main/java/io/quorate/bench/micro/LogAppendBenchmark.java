package io.quorate.bench.micro;

import io.quorate.core.EntryId;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.DataDirectory;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.FileDisk;
import io.quorate.engine.disk.Identity;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.log.LogFiles;
import io.quorate.engine.log.LogOptions;
import io.quorate.engine.log.LogWriter;
import io.quorate.engine.log.RaftLog;
import io.quorate.engine.log.RecoveredLog;
import io.quorate.engine.log.Synced;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures what it takes a leader to bring one batch of commands into its log and onto the disk, from encoding the entries to being told
 * that they are there: with the sync, and without it to see the rest.
 *
 * <p>The writer runs in the thread that appends, so no hand-over between threads is in the figures. Every 100,000 entries the log is
 * compacted, as after a snapshot, and its segments are used again.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up before anything else
public class LogAppendBenchmark {

    private static final int ENTRIES_BETWEEN_COMPACTIONS = 100_000;
    private static final int ENTRIES_KEPT = 1_000;

    private static final MemberId SELF = new MemberId(1);
    private static final SnapshotMeta BEGINNING = new SnapshotMeta(EntryId.ORIGIN, Configuration.of(Set.of(SELF)), 0);

    private final ByteBuffer command = Entries.command(Entries.COMMAND_BYTES);

    @Param({"1", "64"})
    public int entries;

    @Param({"false", "true"})
    public boolean sync;

    private ScratchFolder folder;
    private DataDirectory directory;
    private LogFiles files;
    private RaftLog log;
    private LogWriter writer;
    private long chain;
    private EntryId durable;

    @Setup
    public void open() throws IOException {
        folder = ScratchFolder.create();
        Disk disk = new FileDisk(folder.path());
        directory = DataDirectory.open(sync ? disk : new UnsyncedDisk(disk), new Identity(1, SELF, "log"));
        RecoveredLog recovered =
                LogFiles.open(directory, Entries.GROUP, BEGINNING, Optional.empty(), LogOptions.DEFAULT);
        files = recovered.files();
        log = recovered.log();
        durable = log.lastId();
        writer = new LogWriter(files, Runnable::run, Runnable::run, new DurableEntries());
    }

    /** What the node loop does when the writer has told it. */
    private final class DurableEntries implements LogWriter.Listener {

        @Override
        public void synced(Synced synced) {
            durable = log.synced(synced).orElseThrow();
            log.applied(durable.index());
        }

        @Override
        public void failed(IOException cause) {
            throw new IllegalStateException("the log cannot be written", cause);
        }
    }

    @Benchmark
    public EntryId append() {
        long next = log.lastId().index() + 1;
        for (long index = next; index < next + entries; index++) {
            EntryFrame entry = Entries.entry(index, chain, command);
            chain = entry.chainHash();
            log.append(entry);
        }
        writer.submit(log.takePending().orElseThrow());
        if (durable.index() - log.firstIndex() > ENTRIES_BETWEEN_COMPACTIONS) {
            log.compactTo(durable.index() - ENTRIES_KEPT);
        }
        return durable;
    }

    @TearDown
    public void close() throws IOException {
        if (!durable.equals(log.lastId())) {
            throw new IllegalStateException("the log ends at " + log.lastId() + ", and is durable up to " + durable);
        }
        writer.close();
        files.close();
        directory.close();
        folder.close();
    }
}
