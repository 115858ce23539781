package io.quorate.engine.log;

import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import io.quorate.core.Suspension;
import io.quorate.engine.log.LogFiles.Segment;
import io.quorate.engine.log.SnapshotMetaCodec.Start;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Writes groups of batches into segments: one frame and one sync for a group, unless it is larger than a frame may be.
 *
 * <p>For one thread at a time. A {@link NoRoomException} leaves the group half written; {@link #write} goes on with it.
 * After any other exception nothing may be called any more.
 */
final class GroupWriter {

    private final LogFiles files;
    private final ByteBuffer buffer;
    private Segment active;
    private long offset;
    private long nextLsn;
    private long durableLsn;
    /** What the latest frame says about how far the log is durable. */
    private long markedLsn;

    private boolean unsynced;

    /** What the log holds, as far as it is written. Entries are kept apart, so that writing allocates nothing for each. */
    private Start start;

    private HardState hardState;

    /**
     * The commit index as of the last batch that is in the log as a whole. That of a batch which is there in part may be
     * above entries that the rest of it truncates.
     */
    private long commitIndex;

    private Suspension suspension;
    private EntryId last;
    private OptionalLong lastChain;
    private Optional<EntryFrame> lastEntry = Optional.empty();

    private List<WriteBatch> group = List.of();
    private int batchAt;
    private int entryAt;
    private int markAt;
    private boolean groupNeedsSync;
    private boolean startMoved;

    /** The frame being filled: the buffer, or a larger one for a large entry. */
    private ByteBuffer frame;

    private FrameBody body;

    private boolean frameOpen;
    private int frameLimit;

    private List<Synced.Extent> extents = new ArrayList<>();
    private List<EntryFrame> extentEntries = new ArrayList<>();
    private long extentOffset;

    GroupWriter(LogFiles files, LogTail tail) {
        this.files = files;
        this.buffer =
                ByteBuffer.allocateDirect((int) BatchFrame.align(files.options().groupBytes()));
        this.frame = buffer;
        this.active = files.last();
        this.body = FrameBody.of(active.header());
        this.offset = tail.offset();
        this.nextLsn = tail.nextLsn();
        this.durableLsn = tail.nextLsn() - 1;
        // What a recovery found may have no mark behind it: a power failure takes those that were not synced.
        this.markedLsn = offset > active.header().dataOffset() ? durableLsn - 1 : durableLsn;
        this.start = tail.start();
        this.hardState = tail.hardState();
        this.commitIndex = hardState.commitIndex();
        this.suspension = tail.suspension();
        this.last = tail.last();
        this.lastChain = tail.lastChain();
    }

    /** Takes on a group; the one before must be finished. */
    void begin(List<WriteBatch> batches) {
        group = batches;
        batchAt = 0;
        entryAt = 0;
        markAt = 0;
        groupNeedsSync = false;
    }

    /** Writes what is left of the group. */
    Synced write() throws IOException {
        while (batchAt < group.size()) {
            put(group.get(batchAt));
            batchAt++;
            entryAt = 0;
            markAt = 0;
        }
        finishFrame();
        if (groupNeedsSync) {
            sync();
        }
        if (startMoved && !unsynced) {
            startMoved = false;
            files.retire(start.index());
        }
        Synced synced = completed();
        group = List.of();
        batchAt = 0;
        return synced;
    }

    /** The batches of the present group that are written, after a {@link NoRoomException}: these are durable. */
    Optional<Synced> completedBeforeNoRoom() {
        if (batchAt == 0) {
            return Optional.empty();
        }
        Synced synced = completed();
        group = List.copyOf(group.subList(batchAt, group.size()));
        batchAt = 0;
        return Optional.of(synced);
    }

    private Synced completed() {
        WriteBatch latest = group.get(batchAt - 1);
        Synced synced = new Synced(latest.ticket(), latest.last(), extents);
        extents = new ArrayList<>();
        return synced;
    }

    private void put(WriteBatch batch) throws IOException {
        hardState = batch.hardState();
        groupNeedsSync |= batch.needsSync();
        while (true) {
            putMarks(batch);
            if (entryAt == batch.entries().size()) {
                if (batch.entries().isEmpty()) {
                    putStands();
                }
                commitIndex = batch.hardState().commitIndex();
                return;
            }
            putEntry(batch.entries().get(entryAt));
            entryAt++;
        }
    }

    private void putMarks(WriteBatch batch) throws IOException {
        List<WriteBatch.PlacedMark> marks = batch.marks();
        while (markAt < marks.size() && marks.get(markAt).entriesBefore() == entryAt) {
            Mark mark = marks.get(markAt).mark();
            reserve(mark.size());
            closeExtent();
            mark.writeTo(body.room(mark.size()));
            note(mark);
            markAt++;
        }
    }

    /** Where no entry says how the log ends. */
    private void putStands() throws IOException {
        reserve(Mark.Stands.BYTES);
        closeExtent();
        noteLastEntry();
        new Mark.Stands(last, lastChain).writeTo(body.room(Mark.Stands.BYTES));
    }

    private void putEntry(EntryFrame entry) throws IOException {
        reserve(entry.size());
        ByteBuffer room = body.room(entry.size());
        long place = offset + body.place();
        if (body.isSealed() && place != extentOffset) {
            closeExtent();
        }
        if (extentEntries.isEmpty()) {
            extentOffset = place;
        }
        extentEntries.add(entry);
        entry.writeTo(room);
        lastEntry = Optional.of(entry);
    }

    private void note(Mark mark) {
        switch (mark) {
            case Mark.Truncated truncated -> moveLast(truncated.last(), truncated.chainHash());
            case Mark.Compacted compacted -> moveStart(compacted.start());
            case Mark.Reset reset -> {
                moveStart(reset.start());
                moveLast(reset.start().meta().last(), reset.start().chainHash());
            }
            case Mark.VotingSuspended suspended -> suspension = suspended.suspension();
            case Mark.VotingResumed resumed -> suspension = Suspension.NONE;
            case Mark.Stands stands -> {}
        }
    }

    private void moveStart(Start newStart) {
        start = newStart;
        startMoved = true;
    }

    private void moveLast(EntryId id, OptionalLong chainHash) {
        last = id;
        lastChain = chainHash;
        lastEntry = Optional.empty();
    }

    /** Makes sure that a frame is open which has room for this. */
    private void reserve(int bytes) throws IOException {
        if (frameOpen && body.endWith(bytes) > frameLimit) {
            finishFrame();
        }
        if (!frameOpen) {
            openFrame(bytes);
        }
    }

    private void openFrame(int bytes) throws IOException {
        int needed = frameBytes(bytes);
        if (offset + needed + markBytes() > active.size()) {
            // The next one is sealed if this one is: a recovery that has keys goes on in no segment that is not.
            rotate(needed + markBytes());
        }
        openFrameAt(needed, active.size() - markBytes());
    }

    /** Of a frame with one item. */
    private int frameBytes(int itemBytes) {
        return (int) BatchFrame.align(BatchFrame.HEADER_BYTES + (long) body.sizeOf(itemBytes));
    }

    /** Kept free behind each frame, so that there is always room to say that it is durable. */
    private int markBytes() {
        return frameBytes(Mark.Stands.BYTES);
    }

    /** Opens a frame at the present offset, which must not reach beyond {@code end}. */
    private void openFrameAt(int needed, long end) {
        frame = needed <= buffer.capacity() ? buffer : ByteBuffer.allocateDirect(needed);
        frame.clear().position(BatchFrame.HEADER_BYTES);
        frameLimit = (int) Math.min(frame.capacity(), end - offset);
        frameOpen = true;
        body.begin(frame, nextLsn);
    }

    private void finishFrame() throws IOException {
        if (!frameOpen) {
            return;
        }
        closeExtent();
        body.end();
        BatchFrame.putHeader(
                frame,
                files.group(),
                active.sequence(),
                nextLsn,
                durableLsn,
                writtenHardState(),
                suspension,
                body.isSealed(),
                active.header().secret());
        while (frame.position() % BatchFrame.ALIGNMENT != 0) {
            frame.put((byte) 0);
        }
        int bytes = frame.flip().limit();
        active.file().write(frame, offset);
        offset += bytes;
        nextLsn++;
        markedLsn = durableLsn;
        unsynced = true;
        frameOpen = false;
        frame = buffer;
    }

    private HardState writtenHardState() {
        return new HardState(hardState.term(), hardState.votedFor(), commitIndex);
    }

    private void closeExtent() {
        if (!extentEntries.isEmpty()) {
            extents.add(new Synced.Extent(active.sequence(), extentOffset, body.isSealed(), extentEntries));
            extentEntries = new ArrayList<>();
        }
    }

    private void sync() throws IOException {
        active.file().sync();
        unsynced = false;
        durableLsn = nextLsn - 1;
        files.durable(durableLsn);
    }

    private void noteLastEntry() {
        lastEntry.ifPresent(entry -> moveLast(entry.id(), OptionalLong.of(entry.chainHash())));
    }

    /** A segment is durable before the next one begins: damage in any but the last is no torn write. */
    private void rotate(int frameBytes) throws IOException {
        if (unsynced) {
            sync();
        }
        noteLastEntry();
        LogTail tail =
                new LogTail(active.sequence(), offset, nextLsn, start, last, lastChain, writtenHardState(), suspension);
        active = files.begin(tail, active.sequence(), active.sequence() + 1, frameBytes);
        offset = active.header().dataOffset();
        body = FrameBody.of(active.header());
    }

    /** Whether something is durable that the log does not say to be so. */
    boolean needsDurableMark() {
        return markedLsn < durableLsn;
    }

    /**
     * Says how far the log is durable, in a frame that is not synced itself. Only behind a mark there may be no room for
     * another, which a restart would write, and behind what an earlier release wrote.
     */
    void markDurable() throws IOException {
        if (needsDurableMark() && offset + markBytes() <= active.size()) {
            openFrameAt(markBytes(), active.size());
            putStands();
            finishFrame();
        }
    }
}
