package io.quorate.engine.log;

import io.quorate.core.HardState;
import io.quorate.core.Suspension;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.DiskFile;
import io.quorate.engine.log.SegmentScanner.Latest;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;

/** Segments that continue one another, the newest last, and what reading them gives. */
final class SegmentChain {

    /** A segment file as it was found; without a header if that is damaged. */
    record Found(long sequence, DiskFile file, Optional<SegmentHeader> header) {

        String name() {
            return LogFiles.nameOf(sequence);
        }
    }

    /** A segment of the chain: its header is intact. */
    record Link(SegmentHeader header, DiskFile file) {

        String name() {
            return LogFiles.nameOf(header.sequence());
        }
    }

    /** How the reading ended. */
    enum Verdict {
        /** At the end of what was written. */
        COMPLETE,
        /** At a write that was never known to be durable and is not whole. */
        TORN,
        /** At something that was durable once. */
        DAMAGED
    }

    /**
     * What was read.
     *
     * @param links the segments read; the last one is where the reading ended
     * @param offset in that segment, where the reading ended
     * @param nextLsn of the frame that should be there
     * @param unproven the frames of that segment that no other says to be durable
     */
    record Reading(
            Replay replay, List<Link> links, Verdict verdict, long offset, long nextLsn, List<Position> unproven) {

        Link end() {
            return links.getLast();
        }
    }

    /** Where a frame begins in its segment. */
    record Position(long lsn, long offset) {}

    private final List<Link> links;
    private final Replay replay;
    private final Deque<Position> unproven = new ArrayDeque<>();
    private long lsn;

    private SegmentChain(List<Link> links) {
        this.links = links;
        SegmentHeader first = links.getFirst().header();
        this.replay = new Replay(first);
        this.lsn = first.firstLsn();
    }

    /** Reads the log that ends with the segment {@code top}, whose header is intact. */
    static Reading read(NavigableMap<Long, Found> found, long top) throws IOException {
        List<Link> links = new ArrayList<>();
        Optional<Link> next = link(found, top);
        while (next.isPresent()) {
            links.addFirst(next.get());
            next = link(found, next.get().header().previous());
        }
        requireSealedOnceSealed(links);
        return new SegmentChain(links).read();
    }

    /** No member writes in plain again what it once sealed: somebody has put such a segment in the place of a sealed one. */
    private static void requireSealedOnceSealed(List<Link> links) throws DataDirectoryException {
        for (int at = 1; at < links.size(); at++) {
            if (links.get(at - 1).header().key().isPresent()
                    && links.get(at).header().key().isEmpty()) {
                throw new DataDirectoryException(
                        "The log segment " + links.get(at).name() + " is not sealed, and "
                                + links.get(at - 1).name()
                                + " before it is: this member did not write it. Replace the member.");
            }
        }
    }

    private static Optional<Link> link(NavigableMap<Long, Found> found, long sequence) {
        Optional<Found> segment = Optional.ofNullable(found.get(sequence));
        return segment.flatMap(Found::header)
                .map(header -> new Link(header, segment.get().file()));
    }

    private Reading read() throws IOException {
        for (int at = 0; at + 1 < links.size(); at++) {
            long end = links.get(at + 1).header().firstLsn();
            Scan scan = scan(links.get(at), end);
            if (lsn < end) {
                return new Reading(replay, links.subList(0, at + 1), Verdict.DAMAGED, scan.offset, lsn, List.of());
            }
            unproven.clear();
        }
        Scan scan = scan(links.getLast(), Long.MAX_VALUE);
        Verdict verdict = judgeEnd(scan);
        return new Reading(replay, links, verdict, scan.offset, lsn, List.copyOf(unproven));
    }

    private record Scan(SegmentScanner scanner, long offset) {}

    /** Applies the frames of a segment, up to {@code endLsn}, the end, or one that is not intact. */
    private Scan scan(Link link, long endLsn) throws IOException {
        SegmentScanner scanner = SegmentScanner.of(link.file(), link.header());
        ContentOpener opener = new ContentOpener(link.header());
        replay.enter(link.header());
        long offset = link.header().dataOffset();
        while (lsn < endLsn) {
            Optional<BatchFrame> frame = scanner.frameAt(offset);
            if (frame.isEmpty() || frame.get().lsn() != lsn) {
                break;
            }
            replay.apply(frame.get(), opener, offset + BatchFrame.HEADER_BYTES);
            while (!unproven.isEmpty()
                    && unproven.getFirst().lsn() <= frame.get().durableLsn()) {
                unproven.removeFirst();
            }
            unproven.add(new Position(lsn, offset));
            offset += frame.get().alignedBytes();
            lsn++;
        }
        return new Scan(scanner, offset);
    }

    /**
     * A frame behind the end that knows of a durable one there tells damage from a torn write. Where it cannot be told whether there is one, it is taken for
     * damage, and the member has to be replaced: an entry that was cut off cannot be.
     */
    private Verdict judgeEnd(Scan end) throws IOException {
        boolean torn = end.scanner.beginsFrame(end.offset);
        long next = end.offset;
        while (true) {
            OptionalLong position = end.scanner.nextFrame(next);
            if (position.isEmpty()) {
                if (end.scanner.hasGivenUp()) {
                    return Verdict.DAMAGED;
                }
                return torn ? Verdict.TORN : Verdict.COMPLETE;
            }
            BatchFrame frame = frame(end.scanner, position.getAsLong());
            if (frame.durableLsn() >= lsn) {
                return Verdict.DAMAGED;
            }
            torn = true;
            next = position.getAsLong() + frame.alignedBytes();
        }
    }

    private static BatchFrame frame(SegmentScanner scanner, long position) throws IOException {
        return scanner.frameAt(position)
                .orElseThrow(() -> new IOException("the file changes while it is read, at " + position));
    }

    /** What a member has promised, and what it knows to have lost of that. */
    record Standing(HardState hardState, Suspension suspension) {}

    /**
     * The latest standing that a segment bears witness of: its last intact frame's, or its header's. Everything that was
     * durable before that frame was written is in it.
     *
     * <p>A frame that visibly begins behind that one and is not intact may have brought a later term or vote. That it is a
     * torn write can't be taken for granted in a log that has lost something durable already.
     *
     * @return empty if the latest is not known
     */
    static Optional<Standing> latestStanding(Found segment) throws IOException {
        SegmentScanner scanner = segment.header().isPresent()
                ? SegmentScanner.of(segment.file(), segment.header().get())
                : SegmentScanner.ofUnreadHeader(segment.file(), segment.sequence());
        Latest latest = scanner.latest();
        if (latest.uncertain()) {
            return Optional.empty();
        }
        if (latest.position().isEmpty()) {
            return segment.header().map(header -> new Standing(header.hardState(), header.suspension()));
        }
        BatchFrame frame = frame(scanner, latest.position().getAsLong());
        return Optional.of(new Standing(frame.hardState(), frame.suspension()));
    }
}
