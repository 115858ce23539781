package io.quorate.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.HardState;
import io.quorate.core.Suspension;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.FaultyDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A client chooses the bytes of its values, and files that held values before become segments again: what lies behind the end of the log then is a client's.
 * Each attack is shown to work on segments of earlier releases, which have no secret; else these tests could not fail.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ForgedFramesTest {

    private static final int VALUE_BYTES = 3000;
    private static final int VALUE_OFFSET = LogFixture.FRAMES + BatchFrame.HEADER_BYTES + EntryFrame.HEADER_BYTES;

    /** The segment that the attack is meant for, when files are used again. */
    private static final long ATTACKED = 6;

    private static final LogOptions WITH_SECRETS = LogFixture.SMALL;
    private static final LogOptions WITHOUT = LogFixture.EARLIER;
    private static final HardState FORGED = new HardState(77, Optional.of(new MemberId(0xb)), 0);

    /** A log after a crash, each of whose segments begins with this value, but for the last one: that lies in a file which held it before. */
    private static FaultyDisk crashed(LogOptions options, ByteBuffer value) throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (LogFixture fixture = new LogFixture(disk, options, Optional.empty())) {
            for (int segment = 1; segment < ATTACKED; segment++) {
                fixture.append(1, EntryKind.COMMAND, value);
                fixture.settle();
                fixture.log.compactTo(fixture.log.lastId().index() - 1);
                fixture.settle();
            }
            fixture.append(1, "x".repeat(900));
            fixture.settle();
            assertThat(fixture.failures).isEmpty();
        }
        return disk.afterRestart();
    }

    /** Where the log would go on: a client that knows all but the secret knows it. */
    private static LogTail end() throws IOException {
        FaultyDisk disk = crashed(WITH_SECRETS, ByteBuffer.allocate(VALUE_BYTES));
        try (LogFixture fixture = new LogFixture(disk, WITH_SECRETS, Optional.empty())) {
            LogTail end = fixture.recovered.files().tail();
            assertThat(end.segment()).isEqualTo(ATTACKED);
            return end;
        }
    }

    private static ByteBuffer frame(long lsn, SegmentSecret guess) {
        ByteBuffer frame = ByteBuffer.allocate(BatchFrame.HEADER_BYTES).position(BatchFrame.HEADER_BYTES);
        BatchFrame.putHeader(frame, 0, ATTACKED, lsn, lsn - 1, FORGED, Suspension.NONE, false, guess);
        return frame.flip();
    }

    private static ByteBuffer valueWith(ByteBuffer frame, long offset) {
        return ByteBuffer.allocate(VALUE_BYTES).put((int) offset - VALUE_OFFSET, frame, 0, frame.remaining());
    }

    private static void requireThere(FaultyDisk disk, ByteBuffer frame, long offset) {
        ByteBuffer file = ByteBuffer.wrap(disk.bytes(LogFiles.nameOf(ATTACKED)));
        assertThat(file.slice((int) offset, frame.remaining()))
                .as("what the client has written, in the newest segment")
                .isEqualTo(frame);
    }

    @Test
    void aFrameThatAClientPutExactlyBehindTheEndIsNotTakenForTheNext() throws IOException {
        LogTail end = end();
        ByteBuffer forged = frame(end.nextLsn(), SegmentSecret.NONE);
        ByteBuffer value = valueWith(forged, end.offset());

        FaultyDisk before = crashed(WITHOUT, value);
        requireThere(before, forged, end.offset() - LogFixture.COPY_BYTES);
        try (LogFixture fooled = new LogFixture(before, WITHOUT, Optional.empty())) {
            assertThat(fooled.recovered.hardState().term()).isEqualTo(FORGED.term());
        }
        requireWhole(value, forged, end.offset(), end);
    }

    @Test
    void aFrameThatAClientPutSomewhereBehindTheEndIsNoSignOfDamage() throws IOException {
        LogTail end = end();
        long offset = end.offset() + 400;
        ByteBuffer forged = frame(end.nextLsn() + 5, SegmentSecret.NONE);
        ByteBuffer value = valueWith(forged, offset);

        FaultyDisk before = crashed(WITHOUT, value);
        requireThere(before, forged, offset - LogFixture.COPY_BYTES);
        try (LogFixture fooled = new LogFixture(before, WITHOUT, Optional.empty())) {
            assertThat(fooled.recovered.votingSuspended()).isTrue();
            assertThat(fooled.recovered.hardState().term()).isEqualTo(FORGED.term());
        }
        requireWhole(value, forged, offset, end);
    }

    /** Not even a torn write is seen where a client has put the beginning of one. */
    @Test
    void aGuessedSecretHelpsNobody() throws IOException {
        LogTail end = end();
        ByteBuffer forged = frame(end.nextLsn(), new SegmentSecret(0x0123456789abcdefL));
        requireWhole(valueWith(forged, end.offset()), forged, end.offset(), end);
    }

    private static void requireWhole(ByteBuffer value, ByteBuffer forged, long offset, LogTail end) throws IOException {
        FaultyDisk disk = crashed(WITH_SECRETS, value);
        requireThere(disk, forged, offset);
        try (LogFixture fixture = new LogFixture(disk, WITH_SECRETS, Optional.empty())) {
            assertThat(fixture.recovered.report()).isEmpty();
            assertThat(fixture.recovered.votingSuspended()).isFalse();
            assertThat(fixture.payloads()).endsWith("x".repeat(900));
            assertThat(fixture.recovered.hardState()).isEqualTo(end.hardState());
            assertThat(fixture.recovered.files().tail().offset()).isEqualTo(end.offset());
            fixture.append(1, "later");
            fixture.settle();
        }
        try (LogFixture again = new LogFixture(disk, WITH_SECRETS, Optional.empty())) {
            assertThat(again.payloads()).endsWith("later");
        }
    }

    /** Each of so many headers says that its frame reaches to the segment's end; to look at all of them would take hours. */
    @Test
    void headersThatClaimAllThatFollowsThemDoNotKeepAMemberFromItsStart() throws IOException {
        LogOptions large = new LogOptions(16 << 20, 2, 4096, 4096);
        try (LogFixture whole = new LogFixture(withHeaders(large, Integer.MAX_VALUE), large, Optional.empty())) {
            assertThat(whole.payloads()).containsExactly("only");
            assertThat(whole.recovered.report()).isEmpty();
        }
        LogOptions before = new LogOptions(1 << 20, 2, 4096, 4096).withSecrets(() -> 0);
        FaultyDisk undecided = withHeaders(before, Integer.MAX_VALUE);
        assertThatThrownBy(() -> new LogFixture(undecided, before, Optional.empty()))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("remove the member from the cluster and add it anew");
    }

    /** What a client can do to a segment of an earlier release's form with a small value must not cost a member its log. */
    @Test
    void aHundredSuchHeadersAreLookedAt() throws IOException {
        LogOptions before = new LogOptions(1 << 20, 2, 4096, 4096).withSecrets(() -> 0);
        try (LogFixture whole = new LogFixture(withHeaders(before, 100), before, Optional.empty())) {
            assertThat(whole.payloads()).containsExactly("only");
            assertThat(whole.recovered.report()).isEmpty();
        }
    }

    private static FaultyDisk withHeaders(LogOptions options, int count) throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (LogFixture fixture = new LogFixture(disk, options, Optional.empty())) {
            fixture.append(1, "only");
            fixture.settle();
        }
        byte[] segment = disk.bytes(LogFiles.nameOf(1)).clone();
        ByteBuffer bytes = ByteBuffer.wrap(segment);
        int at = LogFixture.FRAMES + (1 << 10);
        for (int i = 0; i < count && at + BatchFrame.HEADER_BYTES <= segment.length; i++) {
            bytes.putInt(at, BatchFrame.MAGIC);
            bytes.putInt(at + BatchFrame.LENGTH_OFFSET, segment.length - at - BatchFrame.HEADER_BYTES);
            bytes.putLong(at + BatchFrame.SEGMENT_OFFSET, 1);
            at += BatchFrame.SEGMENT_OFFSET + Long.BYTES;
        }
        disk.replace(LogFiles.nameOf(1), segment);
        return disk;
    }

    /** A client's bytes may lie where a copy would lie if the header were longer, with frames behind them that go by its secret. */
    @Test
    void aCopyThatAClientHasMadeIsNotTakenForThatOfTheSegment() throws IOException {
        LogOptions options = new LogOptions(32 << 10, 2, 4096, 4096);
        HardState voted = new HardState(3, Optional.of(new MemberId(0xa)), 0);
        FaultyDisk disk = new FaultyDisk();
        try (LogFixture fixture = new LogFixture(disk, options, Optional.empty())) {
            fixture.append(3, "real");
            fixture.log.saveHardState(voted);
            fixture.settle();
        }
        putCopiesAndFrames(disk);
        try (LogFixture headerLost = new LogFixture(withoutPages(disk, 1), options, Optional.empty())) {
            assertThat(headerLost.recovered.votingSuspended()).isTrue();
            assertThat(headerLost.recovered.hardState().term()).isEqualTo(voted.term());
            assertThat(headerLost.recovered.hardState().votedFor()).isEqualTo(voted.votedFor());
        }
        requireRefused(withoutPages(disk, 2), options);
    }

    /** What the file held before lies directly behind the copy then, but for the beginning of a frame. */
    @Test
    void norIsItWhereTheSegmentHasNoFrameYet() throws IOException {
        LogOptions options = new LogOptions(32 << 10, 2, 4096, 4096);
        FaultyDisk disk = new FaultyDisk();
        new LogFixture(disk, options, Optional.empty()).close();
        putCopiesAndFrames(disk);
        requireRefused(withoutPages(disk, 2), options);
        try (LogFixture whole = new LogFixture(disk, options, Optional.empty())) {
            assertThat(whole.recovered.report()).isEmpty();
            assertThat(whole.recovered.hardState()).isEqualTo(HardState.INITIAL);
        }
    }

    /** From the second page of frames on: each other page is a copy, and behind it are frames of that secret and of none. */
    private static void putCopiesAndFrames(FaultyDisk disk) {
        SegmentSecret own = new SegmentSecret(0x0123456789abcdefL);
        byte[] segment = disk.bytes(LogFiles.nameOf(1)).clone();
        ByteBuffer bytes = ByteBuffer.wrap(segment);
        for (int page = LogFixture.FRAMES + SecretCopy.PAGE; page + 8192 <= segment.length; page += 8192) {
            SecretCopy.put(bytes, page, 1, own);
            int at = page + SecretCopy.PAGE;
            for (SegmentSecret secret : List.of(own, SegmentSecret.NONE)) {
                ByteBuffer frame = ByteBuffer.allocate(BatchFrame.HEADER_BYTES).position(BatchFrame.HEADER_BYTES);
                BatchFrame.putHeader(frame, 0, 1, 99, 98, FORGED, Suspension.NONE, false, secret);
                bytes.put(at, frame.flip(), 0, frame.remaining());
                at += 256;
            }
        }
        disk.replace(LogFiles.nameOf(1), segment);
    }

    private static FaultyDisk withoutPages(FaultyDisk disk, int pages) {
        FaultyDisk damaged = disk.afterRestart();
        byte[] segment = damaged.bytes(LogFiles.nameOf(1)).clone();
        Arrays.fill(segment, 0, pages * SegmentHeader.ALIGNMENT, (byte) 0);
        damaged.replace(LogFiles.nameOf(1), segment);
        return damaged;
    }

    private static void requireRefused(FaultyDisk disk, LogOptions options) {
        assertThatThrownBy(() -> new LogFixture(disk, options, Optional.empty()))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("its term and vote are not known");
    }

    @Test
    void noSegmentHasTheSecretOfAnother() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (LogFixture fixture = new LogFixture(disk)) {
            for (int i = 0; i < 9; i++) {
                fixture.append(3, i + "-".repeat(1000));
                fixture.settle();
            }
            List<SegmentSecret> secrets = fixture.recovered.files().present().stream()
                    .map(segment -> segment.header().secret())
                    .toList();
            assertThat(secrets).hasSize(3).doesNotHaveDuplicates().noneMatch(SegmentSecret::isNone);
        }
    }
}
