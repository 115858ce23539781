package io.quorate.engine.log;

import io.quorate.core.SnapshotMeta;
import io.quorate.engine.disk.DataDirectory;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.DiskFile;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The segment files of one log: which there are, and which can be used again. Entries are read by the loop's thread while
 * the writer's begins and retires segments.
 */
public final class LogFiles implements AutoCloseable, EntryReader {

    static final String FOLDER = "log";
    static final String SEGMENT_PREFIX = "segment-";

    /** A segment file that is part of the log. */
    record Segment(SegmentHeader header, DiskFile file, long size) {

        long sequence() {
            return header.sequence();
        }

        String name() {
            return nameOf(header.sequence());
        }
    }

    private final Disk disk;
    private final int group;
    private final LogOptions options;
    private final ConcurrentSkipListMap<Long, Segment> segments = new ConcurrentSkipListMap<>();
    private final SpareSegments spares;
    private final SegmentMaker maker;
    private final LogTail tail;
    private volatile long durableLsn;

    /** The segment that was read last; only the loop's thread reads. */
    private Optional<StoredEntries> lastRead = Optional.empty();

    /**
     * @param found the segments of the log
     * @param tail where its writing goes on
     */
    LogFiles(
            DataDirectory directory,
            int group,
            LogOptions options,
            SpareSegments spares,
            Iterable<Segment> found,
            LogTail tail) {
        this.disk = directory.disk();
        this.group = group;
        this.options = options;
        this.spares = spares;
        this.maker = new SegmentMaker(directory, group, spares, options);
        this.tail = tail;
        this.durableLsn = tail.nextLsn() - 1;
        found.forEach(this::add);
    }

    /**
     * Opens the log of a data directory, or begins one in a new directory. Cuts off a torn tail; keeps the intact prefix
     * of a damaged log, moves the damage aside, and suspends voting.
     *
     * @param group the Raft group
     * @param bootstrap where a new log begins: the first configuration, at the origin
     * @param newestSnapshot the newest verified local snapshot; a damaged log may begin there where its own beginning is
     *     lost
     * @throws io.quorate.engine.disk.DataDirectoryException if the log belongs to another, or is damaged such that term
     *     and vote cannot be determined; nothing was changed then
     * @throws io.quorate.encryption.KeyException if it is sealed, and a master key is missing or wrong; nothing was changed then
     */
    public static RecoveredLog open(
            DataDirectory directory,
            int group,
            SnapshotMeta bootstrap,
            Optional<SnapshotMeta> newestSnapshot,
            LogOptions options)
            throws IOException {
        RecoveredLog recovered = new LogRecovery(directory, group, bootstrap, newestSnapshot, options).recover();
        directory.initialized();
        return recovered;
    }

    static String hex(long number) {
        return HexFormat.of().toHexDigits(number);
    }

    static String nameOf(long sequence) {
        return FOLDER + "/" + SEGMENT_PREFIX + hex(sequence);
    }

    int group() {
        return group;
    }

    LogTail tail() {
        return tail;
    }

    /** The segment that is written. */
    Segment last() {
        return segments.lastEntry().getValue();
    }

    /** Everything up to this frame is durable. */
    void durable(long lsn) {
        durableLsn = lsn;
    }

    long durableLsn() {
        return durableLsn;
    }

    /** The segments of the log at this moment, the oldest first. */
    List<Segment> present() {
        return List.copyOf(segments.values());
    }

    /** Whether a segment is still part of the log: what its file holds means nothing before it is not. */
    @SuppressWarnings("ReferenceEquality") // A recycled file is another segment, whatever its number.
    boolean holds(Segment segment) {
        return segments.get(segment.sequence()) == segment;
    }

    Disk disk() {
        return disk;
    }

    LogOptions options() {
        return options;
    }

    SpareSegments spares() {
        return spares;
    }

    private void add(Segment segment) {
        segments.put(segment.sequence(), segment);
    }

    private Segment segment(long sequence) throws IOException {
        Segment segment = segments.get(sequence);
        if (segment == null) {
            throw new IOException("the log segment " + nameOf(sequence) + " is not there");
        }
        return segment;
    }

    /**
     * Begins a segment behind the last one; see {@link SegmentMaker#begin}.
     *
     * @throws NoRoomException if there is no room; nothing of the log was touched
     */
    Segment begin(LogTail state, long previous, long sequence, long frameBytes) throws IOException {
        Segment segment = maker.begin(state, previous, sequence, frameBytes);
        add(segment);
        return segment;
    }

    /** Gives up the segments whose entries are all before the log's start, which is durable. Oldest first. */
    void retire(long startIndex) throws IOException {
        while (true) {
            Map.Entry<Long, Segment> oldest = segments.firstEntry();
            Map.Entry<Long, Segment> next = segments.higherEntry(oldest.getKey());
            if (next == null || next.getValue().header().base().index() > startIndex) {
                return;
            }
            segments.remove(oldest.getKey());
            spares.recycle(
                    oldest.getValue().name(),
                    oldest.getValue().file(),
                    Optional.of(oldest.getValue().header()));
            disk.syncDirectory(FOLDER);
        }
    }

    @Override
    public void read(EntryIndex index, long firstIndex, long lastIndex, List<EntryFrame> into) throws IOException {
        for (long next = firstIndex; next <= lastIndex; ) {
            Segment segment = segment(Place.segment(index.table().place(next)));
            next = reading(segment).read(index, next, lastIndex, into);
        }
    }

    private StoredEntries reading(Segment segment) {
        StoredEntries stored = lastRead.filter(last -> last.isOf(segment))
                .orElseGet(() -> new StoredEntries(segment.file(), segment.header()));
        lastRead = Optional.of(stored);
        return stored;
    }

    /** How much of the log is sealed with which master key. */
    public LogSealing sealing() {
        return LogSealing.of(present());
    }

    /** Closes the files; the writer must have come to rest. */
    @Override
    public void close() throws IOException {
        for (Segment segment : segments.values()) {
            segment.file().close();
        }
        segments.clear();
        spares.close();
    }
}
