package io.quorate.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.EntryId;
import io.quorate.engine.disk.FaultyDisk;
import io.quorate.engine.inspect.Finding;
import io.quorate.engine.inspect.Finding.EntryRange;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class LogInspectionTest {

    private static final String FIRST = "log/segment-0000000000000001";
    private static final String SECOND = "log/segment-0000000000000002";

    private final FaultyDisk disk = new FaultyDisk();

    /** Nine entries, a frame each, in three segments whose durable end is marked. */
    private void writeLog() throws IOException {
        try (LogFixture fixture = new LogFixture(disk)) {
            for (int i = 0; i < 9; i++) {
                fixture.append(3, i + "-".repeat(1000));
                fixture.settle();
            }
        }
    }

    private List<Finding> findings(FaultyDisk where) throws IOException {
        try (LogInspection inspection =
                LogInspection.of(where, LogFixture.IDENTITY, 0, Optional.empty(), LogKeys.NONE)) {
            return inspection.findings();
        }
    }

    @Test
    void aWholeLogGivesItsEntriesAndTheirHashesAndNothingIsFound() throws IOException {
        writeLog();
        try (LogFixture fixture = new LogFixture(disk);
                LogInspection inspection =
                        LogInspection.of(disk, LogFixture.IDENTITY, 0, Optional.empty(), LogKeys.NONE)) {
            assertThat(inspection.findings()).isEmpty();
            LogInspection.Content content = inspection.content().orElseThrow();
            assertThat(content.base()).isEqualTo(EntryId.ORIGIN);
            assertThat(content.last()).isEqualTo(new EntryId(3, 9));
            for (long index = 0; index <= 9; index++) {
                assertThat(content.idAt(index)).isEqualTo(fixture.log.idAt(index));
                assertThat(content.chainHashAt(index))
                        .isPresent()
                        .isEqualTo(index == 0 ? OptionalLong.of(0) : fixture.log.chainHashAt(index));
            }
        }
    }

    @Test
    void damageIsNamedByFileOffsetAndEntriesWithWhatTheNextStartDoes() throws IOException {
        writeLog();
        byte[] damaged = disk.bytes(SECOND).clone();
        damaged[LogFixture.FRAMES + 500] ^= 1;
        FaultyDisk other = disk.afterRestart();
        other.replace(SECOND, damaged);
        Finding finding = findings(other).getFirst();
        assertThat(finding.isDamage()).isTrue();
        assertThat(finding.file()).isEqualTo(SECOND);
        assertThat(finding.offset()).hasValue(LogFixture.FRAMES);
        long first = finding.entries().orElseThrow().first();
        assertThat(finding.entries()).contains(new EntryRange(first, 9));
        assertThat(finding.what()).isEqualTo("entry " + first + " is damaged, which was durable");
        assertThat(finding.remedy())
                .contains("keeps the log up to 3/" + (first - 1))
                .contains("fetches entries " + first + " to 9 from the other members");
    }

    @Test
    void aTornWriteIsANoteAndNoDamage() throws IOException {
        try (LogFixture fixture = new LogFixture(disk)) {
            fixture.append(1, "acknowledged");
            fixture.settle();
            fixture.append(1, "x".repeat(2000));
            fixture.submit();
            disk.failSyncs(true);
            fixture.run();
        }
        disk.failSyncs(false);
        byte[] torn = disk.bytes(FIRST);
        int tear = torn.length;
        while (torn[tear - 1] != 'x') {
            tear--;
        }
        Arrays.fill(torn, tear - 700, tear, (byte) 0);
        disk.replace(FIRST, torn);
        assertThat(findings(disk)).singleElement().satisfies(finding -> {
            assertThat(finding.isDamage()).isFalse();
            assertThat(finding.file()).isEqualTo(FIRST);
            assertThat(finding.offset()).isPresent();
            assertThat(finding.what()).contains("never acknowledged").contains("behind entry 1/1");
        });
    }

    @Test
    void aLogThatIsGoneOrNotOnesOwnIsDamage() throws IOException {
        assertThat(findings(disk)).singleElement().matches(Finding::isDamage);
        writeLog();
        try (LogInspection inspection =
                LogInspection.of(disk, LogFixture.IDENTITY, 7, Optional.empty(), LogKeys.NONE)) {
            assertThat(inspection.findings()).singleElement().satisfies(finding -> {
                assertThat(finding.isDamage()).isTrue();
                assertThat(finding.what()).contains("belongs to");
            });
        }
    }
}
