package io.quorate.engine.log;

import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.Suspension;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.log.SnapshotMetaCodec.Start;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/** What a log holds after some of its frames, beginning with the header of the oldest segment that is there. */
final class Replay {

    private final int group;
    private final EntryIndex index;
    private Start start;
    private OptionalLong lastChain;
    private HardState hardState;
    private Suspension suspension = Suspension.NONE;
    private OptionalLong suspendedBy = OptionalLong.empty();

    Replay(SegmentHeader first) {
        this.group = first.group();
        this.index = new EntryIndex(first.base());
        this.start = first.start();
        this.lastChain = first.baseChain();
        this.hardState = first.hardState();
        suspendedAsIn(first);
    }

    /** An empty log. */
    Replay(int group, Start start, HardState hardState) {
        this.group = group;
        this.index = new EntryIndex(start.meta().last());
        this.start = start;
        this.lastChain = start.chainHash();
        this.hardState = hardState;
    }

    EntryIndex index() {
        return index;
    }

    Start start() {
        return start;
    }

    EntryId last() {
        return index.last();
    }

    OptionalLong lastChain() {
        return lastChain;
    }

    HardState hardState() {
        return hardState;
    }

    boolean votingSuspended() {
        return suspension != Suspension.NONE;
    }

    Suspension suspension() {
        return suspension;
    }

    /** The segment that was begun to suspend voting, if voting is suspended and has been since then. */
    OptionalLong suspendedBy() {
        return suspendedBy;
    }

    /** The frames that follow are in this segment. */
    void enter(SegmentHeader segment) throws DataDirectoryException {
        if (!segment.base().equals(index.last())) {
            throw contradiction(
                    LogFiles.nameOf(segment.sequence()),
                    "it continues " + segment.base() + ", but the segment before it ends at " + index.last());
        }
        hardState = segment.hardState();
        suspendedAsIn(segment);
        start = segment.start();
        dropHead();
    }

    /**
     * Applies an intact frame.
     *
     * @param opener of the frame's segment
     * @param offset of its content in the segment file
     * @throws DataDirectoryException if the frame contradicts those before it. Its checksum is right, so this is no
     *     damage that could be told from a log that is wrong altogether
     */
    void apply(BatchFrame frame, ContentOpener opener, long offset) throws IOException {
        try {
            ContentOpener.Items content = opener.open(frame);
            ByteBuffer items = content.items();
            while (items.hasRemaining()) {
                long place = Place.of(frame.segment(), offset + content.place(items.position()));
                if (Mark.isNext(items)) {
                    apply(Mark.decode(items));
                } else {
                    append(EntryFrame.decode(items), place);
                }
            }
        } catch (CorruptFrameException | IllegalArgumentException e) {
            throw contradiction(
                    LogFiles.nameOf(frame.segment()), "frame " + frame.lsn() + " makes no sense: " + e.getMessage());
        }
        hardState = frame.hardState();
    }

    static DataDirectoryException contradiction(String segment, String why) {
        return new DataDirectoryException("The log contradicts itself in segment " + segment + " (" + why
                + "): remove the member from the cluster and add it anew with an empty directory.");
    }

    private void append(EntryFrame entry, long place) throws CorruptFrameException {
        EntryId last = index.last();
        if (entry.index() != last.index() + 1 || entry.term() < last.term() || entry.group() != group) {
            throw new CorruptFrameException("entry " + entry.id() + " does not follow " + last);
        }
        if (lastChain.isPresent() && !entry.continues(lastChain.getAsLong())) {
            throw new CorruptFrameException("entry " + entry.id() + " does not continue the chain hash");
        }
        index.append(entry, place);
        lastChain = OptionalLong.of(entry.chainHash());
    }

    private void apply(Mark mark) throws CorruptFrameException {
        switch (mark) {
            case Mark.Truncated truncated -> truncate(truncated);
            case Mark.Compacted compacted -> compact(compacted.start());
            case Mark.Reset reset -> {
                start = reset.start();
                index.clear(start.meta().last());
                lastChain = start.chainHash();
            }
            case Mark.VotingSuspended suspended -> {
                // Something else than damage of the log: what the log once held is not what is to be made up for.
                suspension = suspended.suspension();
                suspendedBy = OptionalLong.empty();
            }
            case Mark.VotingResumed resumed -> resumed();
            case Mark.Stands stands -> {
                if (!stands.last().equals(index.last())) {
                    throw new CorruptFrameException(
                            "the log is said to end at " + stands.last() + ", and ends at " + index.last());
                }
            }
        }
    }

    private void resumed() {
        suspension = Suspension.NONE;
        suspendedBy = OptionalLong.empty();
    }

    /** What suspends voting first is what the member has to make up for; if more than entries may be lost, no entry makes up for it. */
    private void suspendedAsIn(SegmentHeader segment) {
        suspendedBy = switch (segment.suspension()) {
            case NONE, PROMISES_LOST -> OptionalLong.empty();
            case ENTRIES_LOST -> votingSuspended() ? suspendedBy : OptionalLong.of(segment.sequence());
        };
        suspension = segment.suspension();
    }

    private void truncate(Mark.Truncated truncated) throws CorruptFrameException {
        EntryId last = truncated.last();
        if (last.index() < index.base().index()) {
            // What was truncated lay in segments that are gone; the start has moved beyond it since.
            index.clear(last);
        } else if (last.index() > index.last().index()
                || !index.idAt(last.index()).equals(last)) {
            throw new CorruptFrameException("the log was truncated behind " + last + ", which is not in it");
        } else {
            index.truncateFrom(last.index() + 1);
        }
        lastChain = truncated.chainHash();
    }

    private void compact(Start newStart) throws CorruptFrameException {
        if (newStart.index() > index.last().index()) {
            throw new CorruptFrameException("the log was compacted beyond its end");
        }
        start = newStart;
        dropHead();
    }

    private void dropHead() {
        EntryId last = start.meta().last();
        if (last.index() > index.base().index() && last.index() <= index.last().index()) {
            index.dropTo(last);
        }
    }

    /** Whether entries between the start and the oldest one there are missing. */
    boolean lacksHead() {
        return start.index() < index.base().index();
    }

    /** Whether a snapshot of an entry in here stands for the entries that are missing. */
    boolean isBridgedBy(SnapshotMeta snapshot) {
        long at = snapshot.last().index();
        return at >= index.base().index()
                && at <= index.last().index()
                && index.idAt(at).equals(snapshot.last());
    }

    /** Lets the log begin at such a snapshot; what follows it stays. */
    void startAt(SnapshotMeta snapshot) {
        start = new Start(snapshot, OptionalLong.empty());
        dropHead();
    }
}
