package io.quorate.engine.log;

import io.quorate.core.HardState;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.Suspension;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.DiskFile;
import io.quorate.engine.disk.Identity;
import io.quorate.engine.log.SegmentChain.Found;
import io.quorate.engine.log.SegmentChain.Link;
import io.quorate.engine.log.SegmentChain.Position;
import io.quorate.engine.log.SegmentChain.Reading;
import io.quorate.engine.log.SegmentChain.Standing;
import io.quorate.engine.log.SegmentChain.Verdict;
import io.quorate.engine.log.SnapshotMetaCodec.Start;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Reads the segments that lie on a disk and tells what condition the log is in; changes nothing.
 *
 * <p>The newest segment and those that it continues are the log. Its end is the last intact frame; what follows was
 * never acknowledged, unless a later frame or segment says that it was durable: then it is damage.
 */
final class LogDiagnosis {

    private static final Pattern SEGMENT_NAME = Pattern.compile(LogFiles.SEGMENT_PREFIX + "0[0-9a-f]{15}");

    /** What condition the log is in. */
    sealed interface Condition {

        /** There is no segment. */
        record Absent() implements Condition {}

        /** All that was ever durable is there; behind it may be a torn write. */
        record Whole(Reading reading) implements Condition {}

        /**
         * Something that was durable is not there any more.
         *
         * @param top the newest segment
         * @param broken how far the log can be read; empty if not even the newest segment's header is intact
         * @param hardState the latest that the newest segment bears witness of. Its commit index tells what may be lost,
         *     not what the prefix holds: a prefix may end with entries that were truncated in what is lost
         * @param suspension what the member knew then to have lost
         * @param kept the segments of the longest prefix that can go on, which the newest snapshot may have to begin
         * @param replay what the log holds then
         * @param nextLsn of the frame that goes on there
         * @param unproven the frames of the last kept segment that nothing says to be durable
         */
        record Damaged(
                Found top,
                Optional<Reading> broken,
                HardState hardState,
                Suspension suspension,
                List<Link> kept,
                Replay replay,
                long nextLsn,
                List<Position> unproven)
                implements Condition {}

        /** Damaged such that term and vote are not known. */
        record Unusable(Found top) implements Condition {}
    }

    private final Disk disk;
    private final Identity identity;
    private final int group;
    private final Optional<SnapshotMeta> newestSnapshot;
    private final SnapshotMeta bootstrap;
    private final LogKeys keys;
    private final NavigableMap<Long, Found> found = new TreeMap<>();
    private final List<String> report = new ArrayList<>();

    /**
     * A diagnosis that has not begun.
     *
     * @param newestSnapshot a damaged log may begin there where its own beginning is lost
     * @param bootstrap where the log began when it was new: it begins there again if nothing of it is left
     * @param keys of what is sealed
     */
    LogDiagnosis(
            Disk disk,
            Identity identity,
            int group,
            Optional<SnapshotMeta> newestSnapshot,
            SnapshotMeta bootstrap,
            LogKeys keys) {
        this.disk = disk;
        this.identity = identity;
        this.group = group;
        this.newestSnapshot = newestSnapshot;
        this.bootstrap = bootstrap;
        this.keys = keys;
    }

    /** Whether a file of the log's folder is a segment, by its name. */
    static boolean isSegment(String name) {
        return SEGMENT_NAME.matcher(name).matches();
    }

    static long sequenceOf(String segmentName) {
        return Long.parseLong(segmentName.substring(LogFiles.SEGMENT_PREFIX.length()), 16);
    }

    /** The segment files, opened by {@link #diagnose}, for the caller to close. */
    NavigableMap<Long, Found> found() {
        return Collections.unmodifiableNavigableMap(found);
    }

    /** One sentence for each thing worth telling. */
    List<String> report() {
        return List.copyOf(report);
    }

    void closeFiles() throws IOException {
        for (Found segment : found.values()) {
            segment.file().close();
        }
    }

    /**
     * Reads the log.
     *
     * @throws DataDirectoryException if it belongs to another member, contradicts itself, or a later release wrote it
     * @throws io.quorate.encryption.KeyException if it is sealed, and a master key is missing or wrong
     */
    Condition diagnose() throws IOException {
        if (disk.exists(LogFiles.FOLDER)) {
            find();
        }
        return found.isEmpty() ? new Condition.Absent() : judge();
    }

    private void find() throws IOException {
        for (String name : disk.list(LogFiles.FOLDER)) {
            if (!isSegment(name)) {
                continue;
            }
            long sequence = sequenceOf(name);
            DiskFile file = disk.open(LogFiles.FOLDER + "/" + name);
            found.put(sequence, new Found(sequence, file, Optional.empty()));
            Optional<SegmentHeader> header = SegmentHeader.read(file, sequence, name, keys);
            if (header.isPresent() && !header.get().belongsTo(identity, group)) {
                throw new DataDirectoryException("The log in data directory " + disk + " belongs to member "
                        + header.get().member() + " of cluster "
                        + Long.toHexString(header.get().clusterId()) + ", group "
                        + header.get().group() + ", not to "
                        + identity + ", group " + group
                        + ": start the member with its own data directory, or with an empty one.");
            }
            found.put(sequence, new Found(sequence, file, header));
        }
    }

    private Condition judge() throws IOException {
        Found top = found.lastEntry().getValue();
        if (top.header().isEmpty()) {
            tell("The log is damaged: the header of " + top.name() + " is not intact.");
            return damaged(top, Optional.empty());
        }
        if (top.file().size() < top.header().get().fileBytes()) {
            return new Condition.Unusable(top);
        }
        Reading reading = SegmentChain.read(found, top.sequence());
        boolean whole = reading.verdict() != Verdict.DAMAGED;
        if (whole && (!reading.replay().lacksHead() || bridge(reading))) {
            return new Condition.Whole(reading);
        }
        if (!whole) {
            tell("The log is damaged in " + reading.end().name() + " at offset " + reading.offset() + ", behind entry "
                    + reading.replay().last() + ", though it was durable there.");
        }
        return damaged(top, Optional.of(reading));
    }

    /** Lets the log begin at the newest snapshot if that stands for the entries that are missing at its head. */
    private boolean bridge(Reading reading) {
        Replay replay = reading.replay();
        String missing = "The log's entries from " + (replay.start().index() + 1) + " to "
                + replay.index().base().index() + " are missing";
        if (newestSnapshot.isEmpty() || !replay.isBridgedBy(newestSnapshot.get())) {
            tell(missing + ".");
            return false;
        }
        tell(missing + "; it begins at the snapshot of " + newestSnapshot.get().last() + " instead.");
        replay.startAt(newestSnapshot.get());
        return true;
    }

    private Condition damaged(Found top, Optional<Reading> broken) throws IOException {
        Optional<Standing> latest = SegmentChain.latestStanding(top);
        if (latest.isEmpty()) {
            return new Condition.Unusable(top);
        }
        HardState hardState = latest.get().hardState();
        Optional<Reading> prefix = longestPrefix();
        Replay replay = prefix.map(Reading::replay).orElseGet(() -> emptyAt(emptyStart(), hardState));
        boolean snapshotIsAhead = newestSnapshot.isPresent()
                && newestSnapshot.get().last().index() > replay.last().index();
        if (snapshotIsAhead) {
            replay = emptyAt(new Start(newestSnapshot.get(), OptionalLong.empty()), hardState);
        }
        List<Link> kept =
                snapshotIsAhead ? List.of() : prefix.map(Reading::links).orElse(List.of());
        long nextLsn = kept.isEmpty() ? 1 : prefix.map(Reading::nextLsn).orElse(1L);
        List<Position> unproven =
                kept.isEmpty() ? List.of() : prefix.map(Reading::unproven).orElse(List.of());
        return new Condition.Damaged(
                top, broken, hardState, latest.get().suspension(), kept, replay, nextLsn, unproven);
    }

    private Replay emptyAt(Start start, HardState latest) {
        return new Replay(group, start, new HardState(latest.term(), latest.votedFor(), start.index()));
    }

    /** The newest chain of segments whose head is there, up to where it is intact. */
    private Optional<Reading> longestPrefix() throws IOException {
        long limit = Long.MAX_VALUE;
        for (Found top : found.descendingMap().values()) {
            if (top.header().isEmpty() || top.sequence() >= limit) {
                continue;
            }
            Reading reading = SegmentChain.read(found, top.sequence());
            if (!reading.replay().lacksHead() || bridge(reading)) {
                return Optional.of(reading);
            }
            limit = reading.links().getFirst().header().sequence();
        }
        return Optional.empty();
    }

    /**
     * Where the log begins if no entry of it can be kept. Not even that need be known: the header that said it may be the
     * damaged one. The member, which does not vote, is then filled from the beginning like a new one.
     */
    private Start emptyStart() {
        return found.values().stream()
                .flatMap(segment -> segment.header().stream())
                .map(SegmentHeader::start)
                .findFirst()
                .orElseGet(() -> Start.bootstrap(bootstrap));
    }

    private void tell(String sentence) {
        if (!report.contains(sentence)) {
            report.add(sentence);
        }
    }
}
