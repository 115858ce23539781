package io.quorate.kv;

import io.quorate.encryption.MasterKeys;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Looks at the files of a store that nobody writes to, or at a checkpoint of one that runs: every block's checksum, whether
 * the records in them make sense, and whether they come to the digest that went with the writes. Writes nothing. For one thread.
 */
public final class StoreInspection implements AutoCloseable {
    private static final long TOLD_EACH_BYTES = 1 << 20;

    /**
     * Something that is wrong.
     *
     * @param file by its name in the store's directory; empty if it concerns the store as a whole
     */
    public record Problem(String file, String what) {}

    private final Path directory;
    private final Optional<MasterKeys> master;
    private final LongConsumer onRead;
    private final List<Problem> problems = new ArrayList<>();
    private Optional<RocksReadOnly> files = Optional.empty();
    private Optional<FrozenStore> records = Optional.empty();
    private Optional<ScrubReport> content = Optional.empty();
    private Optional<MvccStore> store = Optional.empty();

    private StoreInspection(Path directory, Optional<MasterKeys> master, LongConsumer onRead) {
        this.directory = directory;
        this.master = master;
        this.onRead = onRead;
    }

    /** As {@link #of(Path, Optional, LongConsumer)}, of a store that is not sealed. */
    public static StoreInspection of(Path directory, LongConsumer onRead) {
        return of(directory, Optional.empty(), onRead);
    }

    /**
     * Reads the whole store.
     *
     * @param master opens it, if it is sealed; if it does not, that is a problem
     * @param onRead told how many bytes were read, again and again; may take its time
     */
    public static StoreInspection of(Path directory, Optional<MasterKeys> master, LongConsumer onRead) {
        StoreInspection inspection = new StoreInspection(directory, master, onRead);
        try {
            inspection.look();
            return inspection;
        } catch (RuntimeException e) {
            inspection.close();
            throw e;
        }
    }

    private void look() {
        try {
            RocksReadOnly opened = RocksReadOnly.open(directory);
            files = Optional.of(opened);
            verifyFiles(opened);
            if (problems.isEmpty()) {
                readContent(opened);
            }
        } catch (StoreException e) {
            problems.add(new Problem("", String.valueOf(e.getMessage())));
            close();
        }
    }

    private void readContent(RocksReadOnly opened) {
        if (!wasFlushed(opened)) {
            records = Optional.of(opened);
            content = Optional.of(new ScrubReport(0, List.of(), List.of(), List.of()));
            store = Optional.of(MvccStore.open(new HeapStore()));
            return;
        }
        FrozenStore readable = SealedFrozen.toBeRead(opened, master);
        records = Optional.of(readable);
        content = Optional.of(readRecords(readable).report(StoreState.appliedIndex(readable)));
        store = Optional.of(MvccStore.open(SealedStore.toBeRead(opened, master)));
    }

    /** A store of which nothing has reached the disk yet is an empty one: all of it is replayed from the log. */
    private static boolean wasFlushed(RocksReadOnly opened) {
        return !opened.tableFiles().isEmpty();
    }

    private void verifyFiles(RocksReadOnly opened) {
        for (RocksReadOnly.TableFile file : opened.tableFiles()) {
            opened.verify(file)
                    .ifPresent(what ->
                            problems.add(new Problem(file.path().getFileName().toString(), what)));
            onRead.accept(file.bytes());
        }
    }

    private RecordScrub readRecords(FrozenStore opened) {
        RecordScrub scrub = new RecordScrub(opened);
        boolean more = true;
        while (more) {
            long before = scrub.bytes();
            more = scrub.advance(TOLD_EACH_BYTES);
            onRead.accept(scrub.bytes() - before);
        }
        return scrub;
    }

    /** What keeps the store from being read, in the order in which it was found. */
    public List<Problem> problems() {
        return List.copyOf(problems);
    }

    /**
     * Whether what can be read is what was written: a value that was changed under a right checksum shows here alone. Its errors
     * say what could not be compared. Empty if the store is damaged.
     */
    public Optional<ScrubReport> content() {
        return content;
    }

    /** The store, to be read from until the inspection is closed; empty if it is damaged. */
    public Optional<MvccStore> store() {
        return store;
    }

    /**
     * A checksum of the history from a compaction up to a revision, equal in all stores of a cluster that hold both.
     *
     * @param revision at most the store's current one
     * @param compactedRevision at least the store's own
     * @throws StoreException if the store cannot be read
     * @throws java.util.NoSuchElementException if it is damaged
     */
    public long historyChecksum(long revision, long compactedRevision) {
        HistoryChecksum checksum = new HistoryChecksum();
        try (OrderedStore.Cursor cursor = records.orElseThrow().cursor()) {
            checksum.addVersions(cursor, revision, compactedRevision);
        }
        return checksum.value();
    }

    @Override
    public void close() {
        files.ifPresent(RocksReadOnly::close);
        files = Optional.empty();
        records = Optional.empty();
        content = Optional.empty();
        store = Optional.empty();
    }
}
