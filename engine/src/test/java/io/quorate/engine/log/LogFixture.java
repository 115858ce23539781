package io.quorate.engine.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorate.core.EntryId;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.DataDirectory;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.Identity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** A log on a disk with its writer, run by hand. */
final class LogFixture implements AutoCloseable {

    static final Identity IDENTITY = new Identity(0xc1, new MemberId(0xa), "a");
    static final Configuration MEMBERS = Configuration.of(Set.of(new MemberId(0xa), new MemberId(0xb)));
    static final SnapshotMeta BOOTSTRAP = new SnapshotMeta(EntryId.ORIGIN, MEMBERS, 0);

    /** Segments with room for a page of frames. */
    static final LogOptions SMALL = new LogOptions(12 << 10, 2, 4096, 4096);

    /** Where their frames begin: behind the header and the copy of the secret. */
    static final int FRAMES = 2 * SegmentHeader.ALIGNMENT;

    /** The same room in segments of the form of earlier releases, whose frames begin a page earlier. */
    static final LogOptions EARLIER = new LogOptions(8192, 2, 4096, 4096).withSecrets(() -> 0);

    /** The page of the copy, which that form does not have. */
    static final int COPY_BYTES = SecretCopy.PAGE;

    final DataDirectory directory;
    final RecoveredLog recovered;
    final RaftLog log;
    final LogWriter writer;
    /** Tasks of the writer that have not run. */
    final Deque<Runnable> tasks = new ArrayDeque<>();

    final List<Synced> synced = new ArrayList<>();
    final List<IOException> failures = new ArrayList<>();
    Optional<EntryId> durable = Optional.empty();

    LogFixture(Disk disk) throws IOException {
        this(disk, SMALL, Optional.empty());
    }

    LogFixture(Disk disk, LogOptions options, Optional<SnapshotMeta> snapshot) throws IOException {
        directory = DataDirectory.open(disk, IDENTITY);
        try {
            recovered = LogFiles.open(directory, 0, BOOTSTRAP, snapshot, options);
        } catch (IOException | RuntimeException e) {
            directory.close();
            throw e;
        }
        log = recovered.log();
        writer = new LogWriter(recovered.files(), tasks::add, tasks::add, new LogWriter.Listener() {
            @Override
            public void synced(Synced group) {
                synced.add(group);
                durable = log.synced(group);
            }

            @Override
            public void failed(IOException cause) {
                failures.add(cause);
            }
        });
    }

    EntryFrame append(long term, String payload) throws IOException {
        return append(term, EntryKind.COMMAND, ByteBuffer.wrap(payload.getBytes(UTF_8)));
    }

    EntryFrame append(long term, EntryKind kind, ByteBuffer payload) throws IOException {
        long index = log.lastId().index() + 1;
        OptionalLong chain = log.chainHashAt(index - 1);
        EntryFrame entry = EntryFrame.encode(0, new EntryId(term, index), kind, chain.orElse(0), payload);
        log.append(entry);
        return entry;
    }

    /** Hands over what is pending; the writer does not run yet. */
    boolean submit() {
        return log.takePending().map(writer::submit).orElse(true);
    }

    /** Lets the writer run until it rests. */
    void run() {
        while (!tasks.isEmpty()) {
            tasks.poll().run();
        }
    }

    void flush() {
        submit();
        run();
    }

    /** Flushes, and marks how far the log is durable. */
    void settle() {
        flush();
        writer.idle();
        run();
    }

    List<String> payloads() throws IOException {
        List<String> payloads = new ArrayList<>();
        for (EntryFrame entry : log.read(log.firstIndex(), log.lastId().index())) {
            payloads.add(UTF_8.decode(entry.payload()).toString());
        }
        return payloads;
    }

    @Override
    public void close() throws IOException {
        writer.close();
        recovered.files().close();
        directory.close();
    }
}
