package io.quorate.engine.log;

import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.Identity;
import io.quorate.engine.inspect.Finding;
import io.quorate.engine.inspect.Finding.EntryRange;
import io.quorate.engine.log.LogDiagnosis.Condition;
import io.quorate.engine.log.SegmentChain.Found;
import io.quorate.engine.log.SegmentChain.Reading;
import io.quorate.engine.log.SegmentChain.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Looks at the log of a member that does not run: every checksum, and the chain hash from its first entry to its last.
 * Holds the files open for {@link Content#chainHashAt} until it is closed; writes nothing. For one thread.
 */
public final class LogInspection implements AutoCloseable {

    /** Who looks from outside does not know with which members the log began. */
    private static final SnapshotMeta UNKNOWN_START = new SnapshotMeta(EntryId.ORIGIN, Configuration.of(Set.of()), 0);

    private final LogDiagnosis diagnosis;
    private final List<Finding> findings = new ArrayList<>();
    private Optional<Content> content = Optional.empty();

    private LogInspection(LogDiagnosis diagnosis) {
        this.diagnosis = diagnosis;
    }

    /**
     * Reads the whole log.
     *
     * @param identity whose log it should be
     * @param newestSnapshot the newest intact snapshot
     * @param keys of what is sealed
     * @throws io.quorate.encryption.KeyException if the log is sealed, and a master key is missing or wrong
     * @throws IOException if a file cannot be read at all
     */
    public static LogInspection of(
            Disk disk, Identity identity, int group, Optional<SnapshotMeta> newestSnapshot, LogKeys keys)
            throws IOException {
        LogInspection inspection =
                new LogInspection(new LogDiagnosis(disk, identity, group, newestSnapshot, UNKNOWN_START, keys));
        try {
            inspection.look();
            return inspection;
        } catch (IOException | RuntimeException e) {
            inspection.close();
            throw e;
        }
    }

    private void look() throws IOException {
        try {
            switch (diagnosis.diagnose()) {
                case Condition.Absent ignored ->
                    findings.add(Finding.damage(
                            LogFiles.FOLDER,
                            "there is no log",
                            "the member's votes and acknowledgements are lost: remove it from the cluster and add it"
                                    + " anew with an empty directory"));
                case Condition.Whole whole -> whole(whole.reading());
                case Condition.Damaged damaged -> damaged(damaged);
                case Condition.Unusable unusable ->
                    findings.add(Finding.damage(
                            unusable.top().name(),
                            "it is damaged such that the member's term and vote are not known",
                            "the member cannot start: remove it from the cluster and add it anew with an empty"
                                    + " directory, which copies everything from the others"));
            }
        } catch (DataDirectoryException e) {
            findings.add(Finding.damage(LogFiles.FOLDER, String.valueOf(e.getMessage()), ""));
        }
    }

    private void whole(Reading reading) throws IOException {
        diagnosis.report().forEach(sentence -> findings.add(Finding.note(LogFiles.FOLDER, sentence)));
        if (reading.verdict() == Verdict.TORN) {
            findings.add(Finding.note(
                            reading.end().name(),
                            "the write behind entry " + reading.replay().last()
                                    + " is torn; it was never acknowledged, and is cut off at the next start")
                    .at(reading.offset()));
        }
        for (SegmentChain.Link link : reading.links()) {
            if (!link.header().isSecretCopied(link.file())) {
                findings.add(
                        Finding.note(link.name(), "the copy of its secret is damaged; the next start writes it again")
                                .at(link.header().pagesOffset()));
            }
        }
        HardState hardState = reading.replay().hardState();
        content = Optional.of(
                new Content(reading.replay(), hardState, reading.replay().votingSuspended(), diagnosis.found()));
    }

    private void damaged(Condition.Damaged damaged) throws IOException {
        EntryId kept = damaged.replay().last();
        Optional<Reading> broken = damaged.broken();
        if (broken.isPresent() && broken.get().verdict() == Verdict.DAMAGED) {
            Remains remains = remains(broken.get());
            Finding finding = Finding.damage(
                            broken.get().end().name(), remains.describe(broken.get()), remedy(kept, remains.last()))
                    .at(broken.get().offset());
            findings.add(remains.lost(kept).map(finding::concerning).orElse(finding));
        } else {
            for (String sentence : diagnosis.report()) {
                findings.add(Finding.damage(
                        damaged.top().name(),
                        sentence,
                        remedy(kept, damaged.hardState().commitIndex())));
            }
        }
        content = Optional.of(new Content(damaged.replay(), damaged.hardState(), true, diagnosis.found()));
    }

    private static String remedy(EntryId kept, long lastLogged) {
        return lastLogged > kept.index()
                ? "the next start keeps the log up to " + kept + " and fetches "
                        + new EntryRange(kept.index() + 1, lastLogged) + " from the other members"
                : "the next start keeps the log up to " + kept
                        + " and lets the member vote again once the others have confirmed that";
    }

    /**
     * What can still be read behind the damage.
     *
     * @param first index of the first entry there; 0 if there is none
     * @param last index that the log had reached at its end, as far as that can be told
     */
    private record Remains(long first, long last) {

        String describe(Reading broken) {
            long next = broken.replay().last().index() + 1;
            if (first > next) {
                return new EntryRange(next, first - 1) + (first - 1 == next ? " is" : " are")
                        + " damaged, which was durable";
            }
            if (first == 0 && last >= next) {
                return "everything from entry " + next + " on is damaged, which was durable";
            }
            return "what was durable behind entry " + broken.replay().last() + " is damaged; no entry is concerned";
        }

        Optional<EntryRange> lost(EntryId kept) {
            return last > kept.index() ? Optional.of(new EntryRange(kept.index() + 1, last)) : Optional.empty();
        }
    }

    private Remains remains(Reading broken) throws IOException {
        Remains remains = new Remains(0, broken.replay().last().index());
        long sequence = broken.end().header().sequence();
        for (Found segment : diagnosis.found().tailMap(sequence, true).values()) {
            if (segment.header().isEmpty()) {
                continue;
            }
            SegmentHeader header = segment.header().get();
            boolean isBroken = segment.sequence() == sequence;
            if (!isBroken) {
                remains = new Remains(
                        remains.first(), Math.max(remains.last(), header.base().index()));
            }
            remains = remains(segment, header, isBroken ? broken.offset() : header.dataOffset(), remains);
        }
        return remains;
    }

    private static Remains remains(Found segment, SegmentHeader header, long from, Remains before) throws IOException {
        Remains remains = before;
        SegmentScanner scanner = SegmentScanner.of(segment.file(), header);
        ContentOpener opener = new ContentOpener(header);
        OptionalLong position = scanner.nextFrame(from);
        while (position.isPresent()) {
            BatchFrame frame = scanner.frameAt(position.getAsLong())
                    .orElseThrow(() -> new IOException("the file " + segment.name() + " changes while it is read"));
            ByteBuffer in = opener.open(frame).items();
            while (in.hasRemaining()) {
                if (Mark.isNext(in)) {
                    Mark.decode(in);
                } else {
                    long index = EntryFrame.decode(in).index();
                    remains = new Remains(remains.first() == 0 ? index : remains.first(), index);
                }
            }
            position = scanner.nextFrame(position.getAsLong() + frame.alignedBytes());
        }
        return remains;
    }

    public List<Finding> findings() {
        return List.copyOf(findings);
    }

    /** What the log holds, as far as the next start would keep it; empty if there is none that could be kept. */
    public Optional<Content> content() {
        return content;
    }

    @Override
    public void close() throws IOException {
        diagnosis.closeFiles();
    }

    /** The entries of a log, by their names and hashes. */
    public static final class Content {

        private final Replay replay;
        private final HardState hardState;
        private final boolean votingSuspended;
        private final Map<Long, Found> segments;

        private Content(Replay replay, HardState hardState, boolean votingSuspended, Map<Long, Found> segments) {
            this.replay = replay;
            this.hardState = hardState;
            this.votingSuspended = votingSuspended;
            this.segments = segments;
        }

        public HardState hardState() {
            return hardState;
        }

        public boolean votingSuspended() {
            return votingSuspended;
        }

        /** Where the log begins: the entry before its first one. */
        public EntryId base() {
            return replay.index().base();
        }

        public EntryId last() {
            return replay.last();
        }

        /** The name of an entry from {@link #base} to {@link #last}. */
        public EntryId idAt(long index) {
            return replay.index().idAt(index);
        }

        /**
         * The running hash of the log up to an entry from {@link #base} to {@link #last}, read from the disk; unknown at
         * the base of a log that does not say it.
         */
        public OptionalLong chainHashAt(long index) throws IOException {
            EntryIndex entries = replay.index();
            if (index == replay.last().index()) {
                return replay.lastChain();
            }
            if (index == entries.base().index()) {
                return index == replay.start().index() ? replay.start().chainHash() : OptionalLong.empty();
            }
            long place = entries.table().place(index);
            Found segment = segments.get(Place.segment(place));
            if (segment == null || segment.header().isEmpty()) {
                throw new IOException("the log segment " + LogFiles.nameOf(Place.segment(place)) + " is not there");
            }
            StoredEntries stored =
                    new StoredEntries(segment.file(), segment.header().get());
            List<EntryFrame> read = new ArrayList<>();
            stored.read(entries, index, index, read);
            return OptionalLong.of(read.getFirst().chainHash());
        }

        /** Who the members are as of the last entry; nobody if neither the log nor where it begins says so. */
        public Configuration configuration() {
            return replay.index().metaAt(last().index(), replay.start().meta()).configuration();
        }

        /** Whether the log has commands without their content: it is a witness's, and leads to no state. */
        public boolean isWitness() {
            return replay.index().hadWitnessed();
        }

        /** How many segments the log is made of, the ones before its beginning included. */
        public int segments() {
            return segments.size();
        }
    }
}
