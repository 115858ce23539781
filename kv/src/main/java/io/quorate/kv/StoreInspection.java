package io.quorate.kv;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Looks at the files of a store that nobody writes to, or at a checkpoint of one that runs: every block's checksum, and
 * whether the records in them make sense. Writes nothing. For one thread.
 */
public final class StoreInspection implements AutoCloseable {
    private static final long TOLD_EACH_BYTES = 1 << 16;

    /**
     * Something that is wrong.
     *
     * @param file by its name in the store's directory; empty if it concerns the store as a whole
     */
    public record Problem(String file, String what) {}

    private final Path directory;
    private final LongConsumer onRead;
    private final List<Problem> problems = new ArrayList<>();
    private Optional<RocksReadOnly> files = Optional.empty();
    private Optional<MvccStore> store = Optional.empty();

    private StoreInspection(Path directory, LongConsumer onRead) {
        this.directory = directory;
        this.onRead = onRead;
    }

    /**
     * Reads the whole store.
     *
     * @param onRead told how many bytes were read, again and again; may take its time
     */
    public static StoreInspection of(Path directory, LongConsumer onRead) {
        StoreInspection inspection = new StoreInspection(directory, onRead);
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
                verifyRecords(opened);
                store = Optional.of(MvccStore.open(wasFlushed(opened) ? opened : new HeapStore()));
            }
        } catch (StoreException e) {
            problems.add(new Problem("", String.valueOf(e.getMessage())));
            close();
        }
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

    private void verifyRecords(RocksReadOnly opened) {
        long untold = 0;
        try (OrderedStore.Cursor cursor = opened.cursor()) {
            for (cursor.seek(new byte[0]); cursor.isValid(); cursor.next()) {
                byte[] key = cursor.key();
                byte[] value = cursor.value();
                verifyRecord(key, value);
                untold += key.length + value.length;
                if (untold >= TOLD_EACH_BYTES) {
                    onRead.accept(untold);
                    untold = 0;
                }
            }
        }
        onRead.accept(untold);
    }

    private void verifyRecord(byte[] key, byte[] value) {
        switch (key[0]) {
            case StoreKeys.VERSION -> Version.decode(Bytes.wrap(value));
            case StoreKeys.CURRENT -> CurrentVersion.decode(value);
            case StoreKeys.LEASE -> LeaseCodec.decode(StoreKeys.number(key, 1), value);
            default -> {
                // Numbers, alarms and members are read when the store is opened.
            }
        }
    }

    /** What is wrong, in the order in which it was found. */
    public List<Problem> problems() {
        return List.copyOf(problems);
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
        try (OrderedStore.Cursor cursor = files.orElseThrow().cursor()) {
            checksum.addVersions(cursor, revision, compactedRevision);
        }
        return checksum.value();
    }

    @Override
    public void close() {
        files.ifPresent(RocksReadOnly::close);
        files = Optional.empty();
        store = Optional.empty();
    }
}
