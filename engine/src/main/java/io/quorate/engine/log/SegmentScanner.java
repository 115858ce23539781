package io.quorate.engine.log;

import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Finds intact frames in a segment file, through a window that moves along. A frame is valid until the scanner is asked
 * again.
 *
 * <p>What looks like a frame and is none costs no more than its length, and all of that together is bounded by {@link VainReading}: then the
 * scanner gives up, and finds nothing any more. Only in segments without a secret can so much look like frames, and only if somebody has made it so.
 */
final class SegmentScanner {

    private static final int WINDOW_BYTES = 1 << 20;

    private final DiskFile file;
    private final String name;
    private final long segment;
    private final long size;
    private final SegmentSecret secret;

    /** Else the segment may have one. */
    private final boolean secretKnown;

    private final VainReading vain;
    private ByteBuffer window = ByteBuffer.allocate(0);
    private long windowStart;

    private SegmentScanner(DiskFile file, long segment, Optional<SegmentSecret> secret) throws IOException {
        this.file = file;
        this.name = LogFiles.nameOf(segment);
        this.segment = segment;
        this.size = file.size();
        this.secret = secret.orElse(SegmentSecret.NONE);
        this.secretKnown = secret.isPresent();
        this.vain = new VainReading(size);
    }

    static SegmentScanner of(DiskFile file, SegmentHeader header) throws IOException {
        return new SegmentScanner(file, header.sequence(), Optional.of(header.secret()));
    }

    /** Of a segment whose header is damaged, or was not read. */
    static SegmentScanner ofUnreadHeader(DiskFile file, long segment) throws IOException {
        return new SegmentScanner(file, segment, SegmentHeader.secretIn(file, segment));
    }

    /**
     * The intact frame of this segment that begins here.
     *
     * @throws DataDirectoryException if a later release wrote it
     */
    Optional<BatchFrame> frameAt(long position) throws IOException {
        if (hasGivenUp() || !beginsFrame(position)) {
            return Optional.empty();
        }
        int length = window.getInt((int) (position - windowStart) + BatchFrame.LENGTH_OFFSET);
        long end = position + BatchFrame.HEADER_BYTES + length;
        if (length < 0 || end > size || length > BatchFrame.MAX_BYTES || !load(position, (int) (end - position))) {
            return Optional.empty();
        }
        int start = (int) (position - windowStart);
        int stop = (int) (end - windowStart);
        if (window.getInt(start + BatchFrame.CRC_OFFSET) != secret.checksum(window, start, stop)) {
            vain.add(stop - start);
            return Optional.empty();
        }
        if (window.get(start + BatchFrame.VERSION_OFFSET) != secret.frameVersion()) {
            throw new DataDirectoryException("The log segment " + name + " has frames of format version "
                    + window.get(start + BatchFrame.VERSION_OFFSET) + ", this release knows version "
                    + secret.frameVersion() + " there: use the release that wrote it, or a later one.");
        }
        return Optional.of(BatchFrame.decode(window, start));
    }

    /** The bytes of the frame that was last found, as they were read. */
    ByteBuffer bytes(long position, BatchFrame frame) {
        int length = BatchFrame.HEADER_BYTES + frame.content().capacity();
        return window.slice((int) (position - windowStart), length);
    }

    /** Whether so much looked like frames and was none that it is not known any more what there is. */
    boolean hasGivenUp() {
        return vain.isTooMuch();
    }

    /** Whether a frame of this segment seems to begin here, intact or not. */
    boolean beginsFrame(long position) throws IOException {
        if (position < 0 || position + BatchFrame.HEADER_BYTES > size || !load(position, BatchFrame.HEADER_BYTES)) {
            return false;
        }
        int start = (int) (position - windowStart);
        return window.getInt(start) == BatchFrame.MAGIC
                && window.getLong(start + BatchFrame.SEGMENT_OFFSET) == segment
                && secret.allows(window.getInt(start + BatchFrame.MARK_OFFSET));
    }

    /** Whether what seems to begin here would have to be checked with a secret that is not known. */
    private boolean needsSecret(long position) throws IOException {
        return !secretKnown
                && beginsFrame(position)
                && window.get((int) (position - windowStart) + BatchFrame.VERSION_OFFSET) == BatchFrame.MARKED_VERSION;
    }

    /** Where the first intact frame at or behind this position begins. */
    OptionalLong nextFrame(long from) throws IOException {
        for (long position = BatchFrame.align(from);
                position + BatchFrame.HEADER_BYTES <= size;
                position += BatchFrame.ALIGNMENT) {
            if (frameAt(position).isPresent()) {
                return OptionalLong.of(position);
            }
        }
        return OptionalLong.empty();
    }

    /**
     * The last frame that was written, by what is intact.
     *
     * @param position where the intact frame with the highest number begins, if there is an intact one
     * @param uncertain whether that may not have been the last: a frame visibly begins behind it that is not intact, or whether one does cannot be told
     */
    record Latest(OptionalLong position, boolean uncertain) {}

    /** Looks everywhere: a disk may have put a frame where it does not belong. */
    Latest latest() throws IOException {
        OptionalLong latest = OptionalLong.empty();
        long latestLsn = Long.MIN_VALUE;
        boolean followed = false;
        boolean untold = false;
        long position = 0;
        while (position < size) {
            Optional<BatchFrame> frame = frameAt(position);
            untold |= frame.isEmpty() && needsSecret(position);
            if (frame.isPresent() && frame.get().lsn() > latestLsn) {
                latestLsn = frame.get().lsn();
                latest = OptionalLong.of(position);
                followed = false;
            }
            followed |= frame.isEmpty() && beginsFrame(position);
            position += frame.map(BatchFrame::alignedBytes).orElse((long) BatchFrame.ALIGNMENT);
        }
        return new Latest(latest, followed || untold || hasGivenUp());
    }

    /** Moves the window so that it holds these bytes, unless the file ends before. */
    private boolean load(long position, int bytes) throws IOException {
        if (position >= windowStart && position + bytes <= windowStart + window.limit()) {
            return true;
        }
        if (window.capacity() < bytes) {
            window = ByteBuffer.allocate(Math.max(bytes, (int) Math.min(size, WINDOW_BYTES)));
        }
        window.clear();
        file.read(window, position);
        window.flip();
        windowStart = position;
        return window.limit() >= bytes;
    }
}
