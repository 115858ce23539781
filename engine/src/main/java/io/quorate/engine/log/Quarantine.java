package io.quorate.engine.log;

import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.DiskFile;
import io.quorate.engine.log.SegmentChain.Found;
import io.quorate.engine.log.SegmentChain.Link;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Where damaged segments are moved, to be looked at: a folder {@code quarantine-<n>}, made when it is needed. */
final class Quarantine {

    static final String FOLDER_PREFIX = "quarantine-";

    private static final int COPY_BYTES = 1 << 16;

    private final Disk disk;
    private final List<String> report;
    private Optional<String> folder = Optional.empty();

    Quarantine(Disk disk, List<String> report) {
        this.disk = disk;
        this.report = report;
    }

    /** Keeps a copy of a segment whose intact part stays in the log. */
    void copy(Link segment) throws IOException {
        String target = folder() + "/" + LogFiles.SEGMENT_PREFIX
                + LogFiles.hex(segment.header().sequence());
        ByteBuffer bytes = ByteBuffer.allocate(COPY_BYTES);
        try (DiskFile copy = disk.create(target)) {
            long size = segment.file().size();
            for (long position = 0; position < size; position += COPY_BYTES) {
                bytes.clear();
                segment.file().read(bytes, position);
                copy.write(bytes.flip(), position);
            }
            copy.sync();
        }
        disk.syncDirectory(folder());
        report.add("A copy of the damaged " + segment.name() + " is kept in " + folder() + ".");
    }

    /** Moves segments out of the log. */
    void move(List<Found> segments) throws IOException {
        for (Found segment : segments) {
            segment.file().close();
            disk.rename(segment.name(), folder() + "/" + LogFiles.SEGMENT_PREFIX + LogFiles.hex(segment.sequence()));
            report.add("Moved " + segment.name() + " to " + folder() + ".");
        }
        if (!segments.isEmpty()) {
            disk.syncDirectory(folder());
            disk.syncDirectory(LogFiles.FOLDER);
        }
    }

    private String folder() throws IOException {
        if (folder.isEmpty()) {
            int number = 1;
            while (disk.exists(FOLDER_PREFIX + number)) {
                number++;
            }
            disk.createDirectory(FOLDER_PREFIX + number);
            folder = Optional.of(FOLDER_PREFIX + number);
        }
        return folder.get();
    }
}
