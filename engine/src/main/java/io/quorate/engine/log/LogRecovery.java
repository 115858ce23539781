package io.quorate.engine.log;

import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.Suspension;
import io.quorate.engine.disk.DataDirectory;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.log.LogDiagnosis.Condition;
import io.quorate.engine.log.LogFiles.Segment;
import io.quorate.engine.log.SegmentChain.Found;
import io.quorate.engine.log.SegmentChain.Link;
import io.quorate.engine.log.SegmentChain.Position;
import io.quorate.engine.log.SegmentChain.Reading;
import io.quorate.engine.log.SegmentChain.Verdict;
import io.quorate.engine.log.SnapshotMetaCodec.Start;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Opens a log after whatever happened to it, as {@link LogDiagnosis} found it.
 *
 * <p>A torn write is cut off. Of a damaged log only the prefix before the damage is kept, under a new segment that
 * continues it directly and says that voting is suspended. That segment is made durable before anything is moved aside,
 * so a crash anywhere leaves either the damaged log or the repaired one.
 */
final class LogRecovery {

    private final DataDirectory directory;
    private final Disk disk;
    private final int group;
    private final SnapshotMeta bootstrap;
    private final Optional<SnapshotMeta> newestSnapshot;
    private final LogOptions options;
    private final LogDiagnosis diagnosis;
    private final SpareSegments spares;
    private final SegmentMaker maker;
    private final Quarantine quarantine;
    private final List<String> report = new ArrayList<>();

    LogRecovery(
            DataDirectory directory,
            int group,
            SnapshotMeta bootstrap,
            Optional<SnapshotMeta> newestSnapshot,
            LogOptions options) {
        this.directory = directory;
        this.disk = directory.disk();
        this.group = group;
        this.bootstrap = bootstrap;
        this.options = options;
        this.newestSnapshot = newestSnapshot;
        this.diagnosis = newDiagnosis();
        this.spares = new SpareSegments(disk, options);
        this.maker = new SegmentMaker(directory, group, spares, options);
        this.quarantine = new Quarantine(disk, report);
    }

    RecoveredLog recover() throws IOException {
        try {
            Condition condition = diagnosis.diagnose();
            report.addAll(diagnosis.report());
            return switch (condition) {
                case Condition.Absent ignored -> begin();
                case Condition.Whole whole -> goOn(whole.reading());
                case Condition.Damaged damaged -> {
                    requireDamaged(damaged);
                    yield repair(damaged);
                }
                case Condition.Unusable unusable -> throw unknownHardState(unusable.top());
            };
        } catch (IOException | RuntimeException e) {
            diagnosis.closeFiles();
            spares.close();
            throw e;
        }
    }

    private LogDiagnosis newDiagnosis() {
        return new LogDiagnosis(disk, directory.identity(), group, newestSnapshot, bootstrap, options.keys());
    }

    /** A disk that reads wrongly once must not have a good log moved aside. */
    private void requireDamaged(Condition.Damaged damaged) throws IOException {
        LogDiagnosis second = newDiagnosis();
        try {
            boolean confirmed = second.diagnose() instanceof Condition.Damaged again
                    && again.nextLsn() == damaged.nextLsn()
                    && again.hardState().equals(damaged.hardState())
                    && again.kept().size() == damaged.kept().size();
            if (!confirmed) {
                throw new IOException(
                        "The log in data directory " + disk + " was read twice, and was not damaged alike both"
                                + " times: start the member again, and if this comes back replace its disk.");
            }
        } finally {
            second.closeFiles();
        }
    }

    private RecoveredLog begin() throws IOException {
        if (!directory.isNew()) {
            throw new DataDirectoryException("The log of " + directory.identity() + " is missing in data directory "
                    + disk + ": remove the member from the cluster and add it anew with an empty directory.");
        }
        disk.createDirectory(LogFiles.FOLDER);
        disk.syncDirectory("");
        spares.adopt(true);
        Replay replay = new Replay(group, Start.bootstrap(bootstrap), HardState.INITIAL);
        Segment first = maker.begin(tail(replay, 1, 0, 1, HardState.INITIAL, Suspension.NONE), 0, 1, 0);
        return open(
                replay,
                List.of(first),
                first.header().dataOffset(),
                1,
                HardState.INITIAL,
                Suspension.NONE,
                OptionalLong.empty());
    }

    /** Continues an undamaged log where it ends. */
    private RecoveredLog goOn(Reading reading) throws IOException {
        Link end = reading.end();
        requireEnd(end, reading);
        rewrite(end, reading.unproven());
        end.file().sync();
        disk.syncDirectory(LogFiles.FOLDER);
        disk.syncDirectory("");
        clearUp(reading.links());
        Replay replay = reading.replay();
        List<Segment> segments = segments(reading.links());
        long offset = reading.offset();
        if (reading.verdict() == Verdict.TORN) {
            report.add("A write that was never acknowledged is cut off in " + end.name() + " at offset " + offset
                    + ", behind entry " + replay.last() + ".");
            segments.add(another(reading));
        } else if (isToBeSealed(segments.getLast().header())) {
            segments.add(another(reading));
            report.add("What is written from here on is sealed, in "
                    + segments.getLast().name()
                    + "; what was written before goes with the segments that compaction drops.");
        }
        if (segments.size() > reading.links().size()) {
            offset = segments.getLast().header().dataOffset();
        }
        return open(
                replay,
                segments,
                offset,
                reading.nextLsn(),
                replay.hardState(),
                replay.suspension(),
                replay.suspendedBy());
    }

    /** Whether a segment is in plain, and nothing is to be any more. */
    private boolean isToBeSealed(SegmentHeader segment) {
        return options.keys().seals() && segment.key().isEmpty();
    }

    /**
     * Another segment, so that what lies behind a torn write never looks like the continuation of something else that is written in its
     * place. It could be written over, but a disk that wrote that to another place would take entries that are durable, and leave nothing
     * that tells.
     */
    private Segment another(Reading reading) throws IOException {
        Replay replay = reading.replay();
        long previous = reading.end().header().sequence();
        LogTail tail = tail(replay, previous + 1, 0, reading.nextLsn(), replay.hardState(), replay.suspension());
        return maker.begin(tail, previous, previous + 1, 0);
    }

    /** A disk that reads wrongly once must not have something intact taken for a torn write, or for nothing at all. */
    private static void requireEnd(Link end, Reading reading) throws IOException {
        if (SegmentScanner.of(end.file(), end.header())
                .frameAt(reading.offset())
                .filter(frame -> frame.lsn() == reading.nextLsn())
                .isPresent()) {
            throw readOtherwise(end, reading.offset());
        }
    }

    private static IOException readOtherwise(Link segment, long offset) {
        return new IOException(
                "The log segment " + segment.name() + " was read twice, and not the same both times, at offset "
                        + offset + ": start the member again, and if this comes back replace its disk.");
    }

    /**
     * Writes what was read once more, so that the sync that follows concerns it: after a failed sync the system may take
     * pages for clean that never reached the disk. A disk that reads something else this time must not have it written over
     * what is right.
     */
    private static void rewrite(Link end, List<Position> frames) throws IOException {
        SegmentScanner scanner = SegmentScanner.of(end.file(), end.header());
        for (Position place : frames) {
            Optional<BatchFrame> frame = scanner.frameAt(place.offset());
            if (frame.isEmpty() || frame.get().lsn() != place.lsn()) {
                throw readOtherwise(end, place.offset());
            }
            end.file().write(scanner.bytes(place.offset(), frame.get()), place.offset());
        }
    }

    /** Segments that are not of the log: compacted away, or those that a repair did not finish moving aside. */
    private void clearUp(List<Link> links) throws IOException {
        SegmentHeader first = links.getFirst().header();
        boolean repaired = first.previous() == 0 && first.sequence() > 1;
        List<Found> aside = new ArrayList<>();
        spares.adopt(!isToBeSealed(links.getLast().header()));
        for (Found segment : others(links)) {
            if (segment.sequence() < first.sequence() && !repaired) {
                spares.recycle(segment.name(), segment.file(), segment.header());
                disk.syncDirectory(LogFiles.FOLDER);
            } else {
                aside.add(segment);
            }
        }
        quarantine.move(aside);
    }

    private List<Found> others(List<Link> links) {
        Map<Long, Found> others = new TreeMap<>(diagnosis.found());
        links.forEach(link -> others.remove(link.header().sequence()));
        return List.copyOf(others.values());
    }

    /** Keeps the longest intact prefix, under a new segment that says that voting is suspended. */
    private RecoveredLog repair(Condition.Damaged damaged) throws IOException {
        Replay replay = damaged.replay();
        HardState latest = damaged.hardState();
        HardState hardState = new HardState(
                latest.term(), latest.votedFor(), replay.hardState().commitIndex());
        List<Link> kept = damaged.kept();
        long previous = kept.isEmpty() ? 0 : kept.getLast().header().sequence();
        // Where nothing is kept, nothing tells whether what lies in the spares was sealed.
        spares.adopt(
                kept.isEmpty()
                        ? !options.keys().seals()
                        : !isToBeSealed(kept.getLast().header()));
        if (!kept.isEmpty()) {
            quarantine.copy(kept.getLast());
            // The new segment says that all before it is durable: a mark that was not synced is not, yet.
            rewrite(kept.getLast(), damaged.unproven());
            kept.getLast().file().sync();
        }
        Suspension suspension = damaged.suspension().and(Suspension.ENTRIES_LOST);
        long sequence = damaged.top().sequence() + 1;
        Segment repaired =
                maker.begin(tail(replay, sequence, 0, damaged.nextLsn(), hardState, suspension), previous, sequence, 0);
        List<Segment> segments = new ArrayList<>(segments(kept));
        segments.add(repaired);
        report.add(
                "Kept are the entries up to " + replay.last() + "; this member does not vote until it has caught up.");
        quarantine.move(others(kept));
        // A log that was under repair before is not what the member has to get back to.
        boolean before = replay.votingSuspended() || suspension == Suspension.PROMISES_LOST;
        OptionalLong suspendedBy = before ? OptionalLong.empty() : OptionalLong.of(sequence);
        return open(
                replay,
                segments,
                repaired.header().dataOffset(),
                damaged.nextLsn(),
                hardState,
                suspension,
                suspendedBy);
    }

    private DataDirectoryException unknownHardState(Found top) {
        return new DataDirectoryException("The log in data directory " + disk
                + " is damaged such that its term and vote are not known (" + top.name()
                + "): remove the member from the cluster and add it anew with an empty directory.");
    }

    /** The segments of the log, with their keys wrapped by the master key that is current now. */
    private List<Segment> segments(List<Link> links) throws IOException {
        List<Segment> segments = new ArrayList<>();
        int rewrapped = 0;
        for (Link link : links) {
            SegmentHeader header = rewrapped(link);
            rewrapped += header.equals(link.header()) ? 0 : 1;
            copySecret(link);
            segments.add(new Segment(header, link.file(), link.file().size()));
        }
        if (rewrapped > 0) {
            report.add("The keys of " + rewrapped + " segments were wrapped anew, by the current master key.");
        }
        return segments;
    }

    /** The frames could not be told from other bytes any more if the header were lost, too. */
    private void copySecret(Link link) throws IOException {
        if (!link.header().isSecretCopied(link.file())) {
            SecretCopy.rewrite(link.file(), link.header());
            link.file().sync();
            report.add("The copy of the secret of " + link.name() + " was damaged, and is written again.");
        }
    }

    /** A crash amid this leaves one page with the key, by the older master key or the current one. */
    private SegmentHeader rewrapped(Link link) throws IOException {
        SegmentHeader header = link.header();
        if (header.key().isEmpty()) {
            return header;
        }
        KeySlots slots = new KeySlots(link.file(), header.pagesOffset(), header.sequence());
        SegmentKey key = header.key().get();
        boolean outdated = options.keys().isOutdated(key.wrapped());
        boolean alike = slots.read().filter(KeySlots.Found::alike).isPresent();
        if (outdated) {
            key = options.keys().rewrapped(key);
        }
        if (outdated || !alike) {
            slots.replace(key.wrapped());
        }
        return header.with(key);
    }

    private static LogTail tail(
            Replay replay, long segment, long offset, long nextLsn, HardState hardState, Suspension suspension) {
        return new LogTail(
                segment, offset, nextLsn, replay.start(), replay.last(), replay.lastChain(), hardState, suspension);
    }

    private RecoveredLog open(
            Replay replay,
            List<Segment> segments,
            long offset,
            long nextLsn,
            HardState hardState,
            Suspension suspension,
            OptionalLong suspendedBy)
            throws IOException {
        EntryId last = replay.last();
        HardState known =
                new HardState(hardState.term(), hardState.votedFor(), Math.min(hardState.commitIndex(), last.index()));
        LogTail tail = tail(replay, segments.getLast().sequence(), offset, nextLsn, known, suspension);
        LogFiles files = new LogFiles(directory, group, options, spares, segments, tail);
        Optional<LogGap> gap = suspendedBy.isPresent() && suspension != Suspension.NONE
                ? gap(suspendedBy.getAsLong() - 1, last.index())
                        // One that ended before the snapshot at which its repair lets it begin may have been cut short.
                        .filter(found -> found.last().index() >= last.index()
                                || segments.getFirst().header().start().index() == last.index())
                : Optional.empty();
        gap.ifPresent(found -> report.add(found.toString()));
        RaftLog log = new RaftLog(
                files, options.cacheBytes(), replay.index(), replay.start(), replay.lastChain(), known, suspension);
        return new RecoveredLog(log, files, known, replay.start().meta(), suspension, gap, report);
    }

    /** What is in quarantine was damaged once, and may be worse by now: that must not keep the member from starting. */
    private Optional<LogGap> gap(long top, long keptIndex) {
        try {
            return new GapSearch(disk, group, options.keys()).find(top, keptIndex);
        } catch (IOException e) {
            report.add("What the log held before it was damaged cannot be read (" + e.getMessage()
                    + "): only a leader can tell.");
            return Optional.empty();
        }
    }
}
