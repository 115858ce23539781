package io.quorate.engine.log;

import io.quorate.core.EntryId;
import io.quorate.core.Suspension;
import io.quorate.encryption.Opener;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.DiskFile;
import io.quorate.engine.log.SegmentScanner.Latest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Looks in quarantine for what a log held before it was damaged.
 *
 * <p>How it ended, its last frame says, if that is intact and nothing behind it was ever begun: else there may have been
 * more, and nothing is found. Its entries may lie anywhere, in frames that are not whole too; each has a checksum of its
 * own, and whether it was this log's its chain hash decides, later.
 */
final class GapSearch {

    private static final Pattern FOLDER = Pattern.compile(Quarantine.FOLDER_PREFIX + "(\\d{1,9})");
    private static final Pattern SEGMENT = Pattern.compile(LogFiles.SEGMENT_PREFIX + "(0[0-9a-f]{15})");

    /** A log of which more is to be got back is filled by the leader alone. */
    private static final long MAX_SALVAGED_BYTES = 64L << 20;

    private static final long MAX_GAP_ENTRIES = 1 << 20;

    /** How a log ended. */
    private record End(EntryId last, long chain) {}

    private final Disk disk;
    private final int group;
    private final LogKeys keys;

    GapSearch(Disk disk, int group, LogKeys keys) {
        this.disk = disk;
        this.group = group;
        this.keys = keys;
    }

    /**
     * Looks for it. If the log has more by now than it had before the damage, where that ended is told and nothing else.
     *
     * @param top the newest segment of the log that was damaged
     * @param keptIndex the last entry that the log has
     */
    Optional<LogGap> find(long top, long keptIndex) throws IOException {
        NavigableMap<Long, List<String>> files = files();
        if (!files.isEmpty() && files.lastKey() > top) {
            // The log was damaged again since: how it ended before the first damage says nothing about what came later.
            return Optional.empty();
        }
        List<String> tops = files.getOrDefault(top, List.of());
        Optional<End> end = tops.isEmpty() ? Optional.empty() : end(tops.getLast(), top);
        if (end.isEmpty() || end.get().last.index() - keptIndex > MAX_GAP_ENTRIES) {
            return Optional.empty();
        }
        if (end.get().last.index() < keptIndex) {
            return Optional.of(new LogGap(keptIndex, end.get().last, end.get().chain, Map.of()));
        }
        Map<Long, List<EntryFrame>> salvaged = new HashMap<>();
        long budget = MAX_SALVAGED_BYTES;
        for (Map.Entry<Long, List<String>> copies : files.entrySet()) {
            for (String file : copies.getValue()) {
                budget -= salvage(
                        file, copies.getKey(), keptIndex + 1, end.get().last.index(), salvaged);
                if (budget < 0) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(new LogGap(keptIndex, end.get().last, end.get().chain, salvaged));
    }

    /** The segments in quarantine by number: what was moved there last stands last. */
    private NavigableMap<Long, List<String>> files() throws IOException {
        NavigableMap<Integer, String> folders = new TreeMap<>();
        for (String name : disk.list("")) {
            Matcher matcher = FOLDER.matcher(name);
            if (matcher.matches()) {
                folders.put(Integer.parseInt(matcher.group(1)), name);
            }
        }
        NavigableMap<Long, List<String>> files = new TreeMap<>();
        for (String folder : folders.values()) {
            for (String name : disk.list(folder)) {
                Matcher matcher = SEGMENT.matcher(name);
                if (matcher.matches()) {
                    files.computeIfAbsent(Long.parseLong(matcher.group(1), 16), any -> new ArrayList<>())
                            .add(folder + "/" + name);
                }
            }
        }
        return files;
    }

    private Optional<End> end(String name, long sequence) throws IOException {
        try (DiskFile file = disk.open(name)) {
            SegmentScanner scanner = SegmentScanner.ofUnreadHeader(file, sequence);
            Latest latest = scanner.latest();
            if (latest.uncertain() || latest.position().isEmpty()) {
                return Optional.empty();
            }
            Optional<BatchFrame> frame = scanner.frameAt(latest.position().getAsLong());
            Optional<ContentOpener> opener = opener(file, name, sequence, frame);
            return opener.isPresent()
                    ? end(frame.get(), opener.get().open(frame.get()).items())
                    : Optional.empty();
        } catch (CorruptFrameException e) {
            // Its checksum is right and it makes no sense: nothing is known then.
            return Optional.empty();
        }
    }

    /** What opens a frame that was found: one that is sealed needs the header, where the key is. */
    private Optional<ContentOpener> opener(DiskFile file, String name, long sequence, Optional<BatchFrame> frame)
            throws IOException {
        return frame.isPresent() && frame.get().sealed()
                ? SegmentHeader.read(file, sequence, name, keys).map(ContentOpener::new)
                : frame.map(plain -> ContentOpener.PLAIN);
    }

    /** How the log ends with a frame, unless voting was suspended then: it had more to get back to. */
    private static Optional<End> end(BatchFrame frame, ByteBuffer content) throws CorruptFrameException {
        Optional<EntryId> last = Optional.empty();
        OptionalLong chain = OptionalLong.empty();
        while (content.hasRemaining()) {
            if (!Mark.isNext(content)) {
                EntryFrame entry = EntryFrame.decode(content);
                last = Optional.of(entry.id());
                chain = OptionalLong.of(entry.chainHash());
                continue;
            }
            switch (Mark.decode(content)) {
                case Mark.Truncated truncated -> {
                    last = Optional.of(truncated.last());
                    chain = truncated.chainHash();
                }
                case Mark.Reset reset -> {
                    last = Optional.of(reset.start().meta().last());
                    chain = reset.start().chainHash();
                }
                case Mark.Stands stands -> {
                    last = Optional.of(stands.last());
                    chain = stands.chainHash();
                }
                case Mark.Compacted compacted -> {}
                case Mark.VotingSuspended suspended -> {}
                case Mark.VotingResumed resumed -> {}
            }
        }
        return frame.suspension() != Suspension.NONE || last.isEmpty() || chain.isEmpty()
                ? Optional.empty()
                : Optional.of(new End(last.get(), chain.getAsLong()));
    }

    /** Reads every whole entry of these indexes, wherever it begins. Returns how many bytes they take. */
    private long salvage(String name, long sequence, long first, long last, Map<Long, List<EntryFrame>> into)
            throws IOException {
        try (DiskFile file = disk.open(name)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(file.size(), Integer.MAX_VALUE - 8));
            file.read(bytes, 0);
            bytes.flip();
            Optional<Opener> opener = SegmentHeader.read(file, sequence, name, keys)
                    .flatMap(SegmentHeader::key)
                    .map(key -> key.key().opener());
            Wanted wanted = new Wanted(group, first, last, into);
            return opener.isPresent() ? salvageSealed(bytes, opener.get(), wanted) : salvagePlain(bytes, wanted);
        }
    }

    /** The entries that are looked for, and where they are put. */
    private record Wanted(int group, long first, long last, Map<Long, List<EntryFrame>> into) {

        /** Returns how many bytes of it are kept. */
        long take(EntryFrame entry) {
            if (entry.group() != group || entry.index() < first || entry.index() > last) {
                return 0;
            }
            EntryFrame own = entry.detached();
            into.computeIfAbsent(own.index(), index -> new ArrayList<>()).add(own);
            return own.size();
        }
    }

    private static long salvagePlain(ByteBuffer bytes, Wanted wanted) {
        long taken = 0;
        int position = 0;
        VainReading vain = new VainReading(bytes.limit());
        while (position + EntryFrame.HEADER_BYTES <= bytes.limit() && !vain.isTooMuch()) {
            boolean mayBegin = EntryFrame.mayBegin(bytes, position, wanted.group(), wanted.first(), wanted.last());
            Optional<EntryFrame> entry = mayBegin ? whole(bytes, position) : Optional.empty();
            vain.add(mayBegin && entry.isEmpty() ? EntryFrame.HEADER_BYTES + bytes.getInt(position) : 0);
            taken += entry.map(wanted::take).orElse(0L);
            position += entry.map(EntryFrame::size).orElse(1);
        }
        return taken;
    }

    private static Optional<EntryFrame> whole(ByteBuffer bytes, int position) {
        try {
            return Optional.of(EntryFrame.decode(bytes.duplicate().position(position)));
        } catch (CorruptFrameException e) {
            return Optional.empty();
        }
    }

    /** A block is whole or lost: nothing else tells whether it was changed. */
    private static long salvageSealed(ByteBuffer bytes, Opener opener, Wanted wanted) {
        long taken = 0;
        int position = 0;
        while (position + SealedBlock.OVERHEAD <= bytes.limit()) {
            ByteBuffer block = bytes.duplicate().position(position);
            position++;
            if (SealedBlock.mayBegin(block, block.position())) {
                try {
                    for (EntryFrame entry : SealedBlock.entries(block, opener)) {
                        taken += wanted.take(entry);
                    }
                    position = block.position();
                } catch (CorruptFrameException e) {
                    // Something else begins here, or what did is damaged.
                }
            }
        }
        return taken;
    }
}
