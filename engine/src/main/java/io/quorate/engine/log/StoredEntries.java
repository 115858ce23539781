package io.quorate.engine.log;

import io.quorate.encryption.Opener;
import io.quorate.engine.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Reads entries of one segment from where they lie. For one thread. */
final class StoredEntries {

    private static final int READ_BYTES = 1 << 20;

    private final DiskFile file;
    private final SegmentHeader segment;

    /** One for all blocks: to make one takes longer than to open a block of a few entries. */
    private final Optional<Opener> opener;

    StoredEntries(DiskFile file, SegmentHeader segment) {
        this.file = file;
        this.segment = segment;
        this.opener = segment.key().map(key -> key.key().opener());
    }

    /** Whether this reads a segment, as it lies in its file now. */
    @SuppressWarnings("ReferenceEquality") // A recycled file is another segment.
    boolean isOf(LogFiles.Segment other) {
        return file == other.file() && segment == other.header();
    }

    /**
     * Adds entries to a list: the first one, which lies in this segment, and those behind it that can be read at once.
     *
     * @param index says where they lie
     * @return the index behind the last one that was read
     * @throws DamagedLogException if one is not there, or is damaged
     */
    long read(EntryIndex index, long firstIndex, long lastIndex, List<EntryFrame> into) throws IOException {
        return opener.isPresent()
                ? readBlock(index, firstIndex, lastIndex, opener.get(), into)
                : readRun(index, firstIndex, lastIndex, into);
    }

    /** Entries that lie one behind the other. */
    private long readRun(EntryIndex index, long firstIndex, long lastIndex, List<EntryFrame> into) throws IOException {
        long end = firstIndex;
        long place = index.table().place(firstIndex);
        while (end < lastIndex
                && index.table().bytes(firstIndex, end + 1) <= READ_BYTES
                && index.table().place(end + 1) == place + index.table().bytes(firstIndex, end)) {
            end++;
        }
        ByteBuffer run = ByteBuffer.allocate((int) index.table().bytes(firstIndex, end));
        file.read(run, Place.offset(place));
        run.flip();
        for (long at = firstIndex; at <= end; at++) {
            into.add(decode(index, at, run));
        }
        return end + 1;
    }

    private EntryFrame decode(EntryIndex index, long at, ByteBuffer run) throws IOException {
        try {
            EntryFrame entry = EntryFrame.decode(run);
            if (!entry.id().equals(index.idAt(at))) {
                throw lostWrite(at, entry.id().toString());
            }
            return entry;
        } catch (CorruptFrameException e) {
            throw damaged(at, e);
        }
    }

    /** Entries that are sealed in one block. */
    private long readBlock(EntryIndex index, long firstIndex, long lastIndex, Opener opener, List<EntryFrame> into)
            throws IOException {
        long place = index.table().place(firstIndex);
        long next = firstIndex;
        try {
            for (EntryFrame entry : SealedBlock.entriesAt(file, Place.offset(place), opener)) {
                // By its id, as one that was truncated may lie before the one that was written in its place.
                if (next <= lastIndex
                        && index.table().place(next) == place
                        && entry.id().equals(index.idAt(next))) {
                    into.add(entry);
                    next++;
                }
            }
            if (next == firstIndex) {
                throw lostWrite(firstIndex, "something else");
            }
            return next;
        } catch (CorruptFrameException e) {
            throw damaged(firstIndex, e);
        }
    }

    private CorruptFrameException lostWrite(long at, String found) {
        return new CorruptFrameException(
                "where " + where(at) + " should be lies " + found + ": the disk has lost a write");
    }

    private DamagedLogException damaged(long at, CorruptFrameException cause) {
        return new DamagedLogException(where(at) + " is damaged: " + cause.getMessage(), cause);
    }

    private String where(long at) {
        return "entry " + at + " in the log segment " + LogFiles.nameOf(segment.sequence());
    }
}
