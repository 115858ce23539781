package io.quorate.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.HardState;
import io.quorate.core.Suspension;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.FaultyDisk;
import io.quorate.engine.inspect.Finding;
import io.quorate.engine.inspect.Finding.EntryRange;
import io.quorate.testing.fuzz.Crc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Segments of earlier and of later releases, and the two places that a segment's secret lies in. */
class SegmentFormsTest {

    private static final LogOptions EARLIER = LogFixture.EARLIER;
    private static final HardState VOTED = new HardState(3, Optional.of(new MemberId(0xb)), 0);
    private static final int VERSION_OFFSET = 8;
    private static final int LENGTH_OFFSET = 12;

    private final FaultyDisk disk = new FaultyDisk();

    private List<String> write(LogOptions options, int count) throws IOException {
        try (LogFixture fixture = new LogFixture(disk, options, Optional.empty())) {
            for (int i = 0; i < count; i++) {
                fixture.append(3, i + "-".repeat(1000));
                fixture.log.saveHardState(VOTED);
                fixture.settle();
            }
            return fixture.payloads();
        }
    }

    private String newest() {
        return "log/"
                + disk.list("log").stream()
                        .filter(LogDiagnosis::isSegment)
                        .max(String::compareTo)
                        .orElseThrow();
    }

    private static List<Boolean> secrets(LogFixture fixture) {
        return fixture.recovered.files().present().stream()
                .map(segment -> !segment.header().secret().isNone())
                .toList();
    }

    @Test
    void aMemberThatIsUpgradedGoesOnWithItsLogAndItsNextSegmentHasASecret() throws IOException {
        List<String> expected = new ArrayList<>(write(EARLIER, 5));
        try (LogFixture upgraded = new LogFixture(disk)) {
            assertThat(upgraded.payloads()).isEqualTo(expected);
            assertThat(secrets(upgraded)).containsExactly(false, false);
            for (int i = 5; i < 9; i++) {
                expected.add(i + "-".repeat(1000));
                upgraded.append(3, expected.getLast());
                upgraded.settle();
            }
            assertThat(secrets(upgraded)).containsExactly(false, false, true);
            assertThat(LogScrub.of(upgraded.recovered.files(), read -> {})).isEmpty();
        }
        try (LogInspection inspection =
                LogInspection.of(disk, LogFixture.IDENTITY, 0, Optional.empty(), LogKeys.NONE)) {
            assertThat(inspection.findings()).isEmpty();
        }
        try (LogFixture again = new LogFixture(disk)) {
            assertThat(again.payloads()).isEqualTo(expected);
            assertThat(again.recovered.report()).isEmpty();
        }
    }

    /** What every release looks at first lies where it ever lay, so an earlier one says which release is needed, as this one does of a later. */
    @Test
    void aSegmentOfALaterReleaseIsRefusedWithOneSentenceAndNothingIsChanged() throws IOException {
        write(LogFixture.SMALL, 5);
        String segment = newest();
        byte[] later = disk.bytes(segment).clone();
        ByteBuffer header = ByteBuffer.wrap(later);
        assertThat(header.getInt(VERSION_OFFSET)).isEqualTo(3);
        assertThat(header.getInt(4))
                .isEqualTo((int) FrameChecksum.of(header, VERSION_OFFSET, header.getInt(LENGTH_OFFSET)));
        header.putInt(VERSION_OFFSET, 4);
        Crc.put(later, 4, VERSION_OFFSET, header.getInt(LENGTH_OFFSET));
        disk.replace(segment, later);
        assertThatThrownBy(() -> new LogFixture(disk))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessage("The log segment " + segment.substring("log/".length())
                        + " has format version 4, this release knows versions 1 to 3: use the release that wrote it, or"
                        + " a later one.");
        assertThat(disk.bytes(segment)).isEqualTo(later);
    }

    /** A sector, or the page, which is what disks lose. */
    @ParameterizedTest
    @ValueSource(ints = {512, SegmentHeader.ALIGNMENT})
    void whereAHeaderIsDamagedTheCopyOfItsSecretTellsTheFrames(int lost) throws IOException {
        List<String> written = write(LogFixture.SMALL, 5);
        String segment = newest();
        byte[] damaged = disk.bytes(segment).clone();
        Arrays.fill(damaged, 0, lost, (byte) 0);
        disk.replace(segment, damaged);
        try (LogFixture fixture = new LogFixture(disk)) {
            assertThat(fixture.recovered.votingSuspended()).isTrue();
            assertThat(fixture.recovered.hardState().term()).isEqualTo(VOTED.term());
            assertThat(fixture.recovered.hardState().votedFor()).isEqualTo(VOTED.votedFor());
            // The newest segment's name and chain hash at its end, from behind the damage.
            LogGap gap = fixture.recovered.gap().orElseThrow();
            assertThat(gap.last().index()).isEqualTo(written.size());
            assertThat(gap.damaged(100)).isEmpty();
        }
    }

    @Test
    void aDamagedCopyIsWrittenAgainAsLongAsTheHeaderIsWhole() throws IOException {
        List<String> written = write(LogFixture.SMALL, 5);
        byte[] whole = disk.bytes(newest()).clone();
        byte[] damaged = whole.clone();
        damaged[SegmentHeader.ALIGNMENT + 17] ^= 1;
        disk.replace(newest(), damaged);
        try (LogInspection inspection =
                LogInspection.of(disk, LogFixture.IDENTITY, 0, Optional.empty(), LogKeys.NONE)) {
            Finding finding = inspection.findings().getFirst();
            assertThat(finding.isDamage()).isFalse();
            assertThat(finding.what()).isEqualTo("the copy of its secret is damaged; the next start writes it again");
        }
        try (LogFixture fixture = new LogFixture(disk)) {
            assertThat(fixture.payloads()).isEqualTo(written);
            assertThat(fixture.recovered.report())
                    .singleElement()
                    .asString()
                    .matches("The copy of the secret of .* was damaged, and is written again\\.");
            assertThat(disk.bytes(newest())).isEqualTo(whole);
        }
    }

    /** Frames that cannot be checked may say more than those that can, were there any: a client may have made these. */
    @Test
    void whereHeaderAndCopyAreLostTermAndVoteAreNotGuessed() throws IOException {
        write(LogFixture.SMALL, 5);
        String segment = newest();
        byte[] damaged = disk.bytes(segment).clone();
        Arrays.fill(damaged, 0, LogFixture.FRAMES, (byte) 0);
        ByteBuffer forged = ByteBuffer.allocate(BatchFrame.HEADER_BYTES).position(BatchFrame.HEADER_BYTES);
        BatchFrame.putHeader(
                forged,
                0,
                LogDiagnosis.sequenceOf(segment.substring("log/".length())),
                99,
                98,
                new HardState(9, Optional.empty(), 0),
                Suspension.NONE,
                false,
                SegmentSecret.NONE);
        System.arraycopy(forged.array(), 0, damaged, damaged.length - 800, BatchFrame.HEADER_BYTES);
        disk.replace(segment, damaged);
        assertThatThrownBy(() -> new LogFixture(disk))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("its term and vote are not known");
        assertThat(disk.bytes(segment)).isEqualTo(damaged);
    }

    @Test
    void anInspectionKnowsBothForms() throws IOException {
        write(EARLIER, 5);
        write(LogFixture.SMALL, 6);
        byte[] damaged = disk.bytes(LogFiles.nameOf(1)).clone();
        damaged[LogFixture.FRAMES - LogFixture.COPY_BYTES + 500] ^= 1;
        disk.replace(LogFiles.nameOf(1), damaged);
        try (LogInspection inspection =
                LogInspection.of(disk, LogFixture.IDENTITY, 0, Optional.empty(), LogKeys.NONE)) {
            Finding finding = inspection.findings().getFirst();
            assertThat(finding.isDamage()).isTrue();
            assertThat(finding.file()).isEqualTo(LogFiles.nameOf(1));
            assertThat(finding.entries()).contains(new EntryRange(1, 11));
        }
    }
}
