package io.quorate.engine.log;

import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.DiskFile;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Preallocated files that are no part of the log yet, or not any more. What they hold means nothing. Safe for use by many
 * threads: they are prepared beside the writing.
 */
final class SpareSegments {

    /** A file of the name {@code name}, open. */
    record Spare(String name, DiskFile file) {}

    private static final String PREFIX = LogFiles.FOLDER + "/spare-";
    private static final Pattern SPARE_PATH = Pattern.compile(PREFIX + "0[0-9a-f]{15}");

    private final Disk disk;
    private final LogOptions options;
    private final Deque<Spare> spares = new ArrayDeque<>();
    private long names;
    private volatile boolean exhausted;

    SpareSegments(Disk disk, LogOptions options) {
        this.disk = disk;
        this.options = options;
    }

    /**
     * Takes over the spares that an earlier run left; those of another size, and too many, are deleted.
     *
     * @param reusable whether what they hold may stay on the disk until it is written over; else all of them are deleted
     */
    synchronized void adopt(boolean reusable) throws IOException {
        for (String name : disk.list(LogFiles.FOLDER)) {
            String path = LogFiles.FOLDER + "/" + name;
            if (!SPARE_PATH.matcher(path).matches()) {
                continue;
            }
            DiskFile file = disk.open(path);
            if (reusable && file.size() == options.segmentBytes() && spares.size() < limit()) {
                spares.add(new Spare(path, file));
                names = Math.max(names, Long.parseLong(path.substring(PREFIX.length()), 16));
            } else {
                file.close();
                disk.delete(path);
            }
        }
    }

    /** At least one: the segment prepared ahead. */
    private int limit() {
        return Math.max(1, options.spareSegments());
    }

    /** Makes sure that there is a spare. */
    void prepare() throws IOException {
        synchronized (this) {
            if (!spares.isEmpty()) {
                return;
            }
        }
        Spare spare = create(options.segmentBytes());
        synchronized (this) {
            spares.add(spare);
        }
    }

    /** A spare of at least this size. */
    Spare take(long bytes) throws IOException {
        if (bytes <= options.segmentBytes()) {
            Optional<Spare> ready = poll();
            return ready.isPresent() ? ready.get() : create(options.segmentBytes());
        }
        return create(bytes);
    }

    private synchronized Optional<Spare> poll() {
        return Optional.ofNullable(spares.poll());
    }

    private synchronized String nextName() {
        return PREFIX + LogFiles.hex(++names);
    }

    private Spare create(long bytes) throws IOException {
        String name = nextName();
        if (disk.exists(name)) {
            disk.delete(name);
        }
        try {
            DiskFile file = disk.create(name);
            try {
                file.preallocate(bytes);
                file.sync();
            } catch (IOException e) {
                file.close();
                throw e;
            }
            exhausted = false;
            return new Spare(name, file);
        } catch (IOException e) {
            exhausted = true;
            deleteQuietly(name, e);
            throw e;
        }
    }

    /** Gets rid of a spare that cannot be used. */
    void discard(Spare spare, IOException why) throws IOException {
        exhausted = true;
        spare.file().close();
        deleteQuietly(spare.name(), why);
    }

    /** What cannot be deleted now is deleted, or used, when the log is opened next. */
    private void deleteQuietly(String name, IOException why) {
        try {
            if (disk.exists(name)) {
                disk.delete(name);
            }
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    /**
     * Takes over a segment that the log does not need any more, or deletes it: what is to be sealed now must not stay in plain. The folder must be
     * synced then.
     */
    void recycle(String name, DiskFile file, Optional<SegmentHeader> header) throws IOException {
        boolean reusable =
                !options.keys().seals() || header.flatMap(SegmentHeader::key).isPresent();
        synchronized (this) {
            if (reusable && spares.size() < limit() && file.size() == options.segmentBytes()) {
                String spare = nextName();
                if (renamed(name, spare)) {
                    spares.add(new Spare(spare, file));
                    exhausted = false;
                    return;
                }
            }
        }
        file.close();
        disk.delete(name);
        exhausted = false;
    }

    /** A full disk may have no room for another name; the file is not needed as a spare then. */
    private boolean renamed(String name, String spare) {
        try {
            disk.rename(name, spare);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    synchronized boolean isEmpty() {
        return spares.isEmpty();
    }

    /** Whether the latest attempt to get a spare failed. */
    boolean isExhausted() {
        return exhausted;
    }

    synchronized void close() throws IOException {
        for (Spare spare : spares) {
            spare.file().close();
        }
        spares.clear();
    }
}
