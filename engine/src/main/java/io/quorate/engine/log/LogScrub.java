package io.quorate.engine.log;

import io.quorate.core.EntryId;
import io.quorate.engine.disk.DiskFile;
import io.quorate.engine.inspect.Finding;
import io.quorate.engine.log.LogFiles.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/**
 * Reads the log of a member that runs, from its files, beside the writing: every checksum, and the chain hash from the
 * oldest entry to the last one that was durable when the reading began.
 *
 * <p>Segments may be retired meanwhile, and their files be used for something else. They leave the log before that, so
 * what looks damaged counts only if the segment is part of the log after it was read. Frames are never written twice.
 *
 * <p>For one thread; changes nothing.
 */
public final class LogScrub {

    private static final String REMEDY =
            "the member moves the damage aside, does not vote, and fetches what it lacks from the others";

    private final LogFiles files;
    private final LongConsumer onRead;
    private final List<Finding> findings = new ArrayList<>();

    /** Where the chain stands; unknown behind damage. */
    private Optional<EntryId> last = Optional.empty();

    private OptionalLong chain = OptionalLong.empty();

    private LogScrub(LogFiles files, LongConsumer onRead) {
        this.files = files;
        this.onRead = onRead;
    }

    /**
     * Reads the whole log.
     *
     * @param onRead told how many bytes were read, again and again; may take its time
     * @return what is damaged: one finding for each segment at most
     */
    public static List<Finding> of(LogFiles files, LongConsumer onRead) {
        LogScrub scrub = new LogScrub(files, onRead);
        scrub.readAll();
        return List.copyOf(scrub.findings);
    }

    /** How many bytes there are to be read, more or less: the log changes meanwhile. */
    public static long bytes(LogFiles files) {
        return files.present().stream().mapToLong(Segment::size).sum();
    }

    private void readAll() {
        long durableLsn = files.durableLsn();
        List<Segment> segments = files.present();
        for (int i = 0; i < segments.size(); i++) {
            // A segment is durable as a whole before the next one begins.
            long endLsn = i + 1 < segments.size() ? segments.get(i + 1).header().firstLsn() : durableLsn + 1;
            Segment segment = segments.get(i);
            Optional<Finding> damage = read(segment, endLsn);
            if (damage.isPresent()) {
                forgetChain();
                if (files.holds(segment)) {
                    findings.add(damage.get());
                }
            }
        }
    }

    private void forgetChain() {
        last = Optional.empty();
        chain = OptionalLong.empty();
    }

    private Optional<Finding> read(Segment segment, long endLsn) {
        String name = segment.name();
        try {
            if (!files.disk().exists(name)) {
                return Optional.of(Finding.damage(name, "the file is missing", REMEDY));
            }
            try (DiskFile file = new MeteredFile(files.disk().open(name), onRead)) {
                return read(segment, file, endLsn);
            }
        } catch (IOException e) {
            return Optional.of(Finding.damage(name, "it cannot be read: " + e.getMessage(), REMEDY));
        }
    }

    private Optional<Finding> read(Segment segment, DiskFile file, long endLsn) throws IOException {
        Optional<SegmentHeader> header = SegmentHeader.read(
                file, segment.sequence(), segment.name(), files.options().keys());
        if (!header.equals(Optional.of(segment.header()))) {
            return Optional.of(Finding.damage(segment.name(), "its header is damaged", REMEDY)
                    .at(0));
        }
        if (!segment.header().isSecretCopied(file)) {
            return Optional.of(Finding.damage(
                            segment.name(),
                            "the copy of its secret is damaged",
                            "the member opens its log anew, which writes it again; nothing is lost")
                    .at(segment.header().pagesOffset()));
        }
        if (file.size() < segment.header().fileBytes()) {
            return Optional.of(Finding.damage(segment.name(), "the file has become shorter", REMEDY));
        }
        if (!continues(segment.header())) {
            return Optional.of(Finding.damage(
                    segment.name(), "it does not continue the segment before, which ends at " + where(), REMEDY));
        }
        last = Optional.of(segment.header().base());
        chain = segment.header().baseChain();
        return readFrames(segment, file, endLsn);
    }

    private boolean continues(SegmentHeader header) {
        boolean sameHash = chain.isEmpty()
                || header.baseChain().isEmpty()
                || chain.getAsLong() == header.baseChain().getAsLong();
        return last.isEmpty() || (last.get().equals(header.base()) && sameHash);
    }

    private Optional<Finding> readFrames(Segment segment, DiskFile file, long endLsn) throws IOException {
        SegmentScanner scanner = SegmentScanner.of(file, segment.header());
        ContentOpener opener = new ContentOpener(segment.header());
        long offset = segment.header().dataOffset();
        for (long lsn = segment.header().firstLsn(); lsn < endLsn; lsn++) {
            Optional<BatchFrame> frame = scanner.frameAt(offset);
            if (frame.isEmpty() || frame.get().lsn() != lsn) {
                return Optional.of(Finding.damage(
                                segment.name(),
                                "it is damaged behind entry " + where() + ", though it was durable there",
                                REMEDY)
                        .at(offset));
            }
            try {
                follow(opener.open(frame.get()).items());
            } catch (CorruptFrameException e) {
                return Optional.of(Finding.damage(segment.name(), String.valueOf(e.getMessage()), REMEDY)
                        .at(offset));
            }
            offset += frame.get().alignedBytes();
        }
        return Optional.empty();
    }

    private String where() {
        return last.map(EntryId::toString).orElse("?");
    }

    private void follow(ByteBuffer content) throws CorruptFrameException {
        while (content.hasRemaining()) {
            if (Mark.isNext(content)) {
                follow(Mark.decode(content));
            } else {
                follow(EntryFrame.decode(content));
            }
        }
    }

    private void follow(Mark mark) throws CorruptFrameException {
        switch (mark) {
            case Mark.Truncated truncated -> {
                last = Optional.of(truncated.last());
                chain = truncated.chainHash();
            }
            case Mark.Reset reset -> {
                last = Optional.of(reset.start().meta().last());
                chain = reset.start().chainHash();
            }
            case Mark.Compacted compacted -> {}
            case Mark.VotingSuspended suspended -> {}
            case Mark.VotingResumed resumed -> {}
            case Mark.Stands stands -> {
                if (last.isPresent() && !stands.last().equals(last.get())) {
                    throw new CorruptFrameException(
                            "the log is said to end at " + stands.last() + ", and ends at " + where());
                }
                last = Optional.of(stands.last());
                chain = stands.chainHash();
            }
        }
    }

    private void follow(EntryFrame entry) throws CorruptFrameException {
        boolean follows = last.isEmpty() || entry.index() == last.get().index() + 1;
        if (!follows || (chain.isPresent() && !entry.continues(chain.getAsLong()))) {
            throw new CorruptFrameException(
                    "the running hash of the log is broken between " + where() + " and " + entry.id());
        }
        last = Optional.of(entry.id());
        chain = OptionalLong.of(entry.chainHash());
    }

    /** A file whose reads are told to somebody. */
    private record MeteredFile(DiskFile file, LongConsumer onRead) implements DiskFile {

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            int count = file.read(into, position);
            onRead.accept(count);
            return count;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void write(ByteBuffer from, long position) {
            throw new UnsupportedOperationException("a scrub only reads");
        }

        @Override
        public void sync() {
            throw new UnsupportedOperationException("a scrub only reads");
        }

        @Override
        public void preallocate(long bytes) {
            throw new UnsupportedOperationException("a scrub only reads");
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
