package io.quorate.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.SnapshotMeta;
import io.quorate.engine.disk.FaultyDisk;
import io.quorate.engine.inspect.Finding;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The scrub of a log whose writer is at work. */
class LogScrubTest {

    private static final int ENTRIES = 9;

    private final FaultyDisk disk = new FaultyDisk();
    private LogFixture fixture;

    /** Nine entries, a frame each, in three segments. */
    @BeforeEach
    void writeLog() throws IOException {
        fixture = new LogFixture(disk);
        for (int i = 0; i < ENTRIES; i++) {
            append(i);
        }
        assertThat(segments()).hasSize(3);
    }

    @AfterEach
    void close() throws IOException {
        fixture.close();
    }

    private void append(int number) throws IOException {
        fixture.append(3, number + "-".repeat(1000));
        fixture.flush();
    }

    private List<String> segments() {
        return fixture.recovered.files().present().stream()
                .map(LogFiles.Segment::name)
                .toList();
    }

    private List<Finding> scrub() {
        return LogScrub.of(fixture.recovered.files(), count -> {});
    }

    private void flip(String segment, int position) {
        byte[] bytes = disk.bytes(segment).clone();
        bytes[position] ^= 4;
        disk.replace(segment, bytes);
    }

    @Test
    void aWholeLogIsReadToItsEndAndNothingIsFound() {
        AtomicLong read = new AtomicLong();
        assertThat(LogScrub.of(fixture.recovered.files(), read::addAndGet)).isEmpty();
        assertThat(read.get()).isGreaterThan(ENTRIES * 1000);
        assertThat(LogScrub.bytes(fixture.recovered.files())).isEqualTo(3 * LogFixture.SMALL.segmentBytes());
    }

    @Test
    void aTruncatedTailAndACompactedHeadAreNoDamage() throws IOException {
        fixture.log.truncateFrom(8);
        append(100);
        fixture.log.compactTo(5);
        fixture.flush();
        append(101);
        assertThat(scrub()).isEmpty();
        var installed = new SnapshotMeta(fixture.log.lastId(), LogFixture.MEMBERS, 0);
        fixture.log.resetTo(installed, OptionalLong.of(4711), false);
        append(102);
        assertThat(scrub()).isEmpty();
    }

    /** Frames and headers are covered; the zeros that fill a segment up mean nothing. */
    @Test
    void aBitFlippedInWhatIsDurableIsFoundInItsSegmentWhereverItIs() {
        int found = 0;
        for (String segment : segments()) {
            byte[] original = disk.bytes(segment).clone();
            for (int position = 1; position < original.length; position += 97) {
                flip(segment, position);
                List<Finding> findings = scrub();
                if (original[position] == '-') {
                    assertThat(findings).as(segment + " at " + position).hasSize(1);
                }
                assertThat(findings).allSatisfy(finding -> {
                    assertThat(finding.isDamage()).isTrue();
                    assertThat(finding.file()).isEqualTo(segment);
                });
                found += findings.size();
                disk.replace(segment, original);
            }
        }
        assertThat(found).isGreaterThan(80);
        assertThat(scrub()).isEmpty();
    }

    @Test
    void aDamagedCopyOfASecretIsFound() {
        flip(segments().get(1), SegmentHeader.ALIGNMENT + 17);
        assertThat(scrub()).singleElement().satisfies(finding -> {
            assertThat(finding.file()).isEqualTo(segments().get(1));
            assertThat(finding.what()).isEqualTo("the copy of its secret is damaged");
        });
    }

    @Test
    void twoDamagedSegmentsAreTwoFindings() {
        flip(segments().get(0), LogFixture.FRAMES + 500);
        flip(segments().get(2), LogFixture.FRAMES + 500);
        assertThat(scrub())
                .extracting(Finding::file)
                .containsExactly(segments().get(0), segments().get(2));
    }

    @Test
    void whatIsWrittenButNotYetDurableIsNotJudged() throws IOException {
        fixture.append(3, "x".repeat(500));
        fixture.submit();
        disk.failSyncs(true);
        fixture.run();
        assertThat(scrub()).isEmpty();
    }

    /** Every read is a moment at which the log may lose segments, and their files become others'. */
    @Test
    void segmentsThatAreCompactedAndRecycledWhileTheyAreReadRaiseNoAlarm() throws IOException {
        for (int moment = 0; moment < 12; moment++) {
            int at = moment;
            List<Integer> reads = new ArrayList<>();
            List<Finding> findings = LogScrub.of(fixture.recovered.files(), count -> {
                reads.add((int) count);
                if (reads.size() == at + 1) {
                    recycle();
                }
            });
            assertThat(findings).as("recycled at read " + moment).isEmpty();
        }
        assertThat(segments()).doesNotContain("log/segment-0000000000000001", "log/segment-0000000000000003");
    }

    private void recycle() {
        try {
            for (int i = 0; i < ENTRIES; i++) {
                append(200 + i);
            }
            fixture.log.compactTo(fixture.log.lastId().index() - 2);
            fixture.flush();
            append(300);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
