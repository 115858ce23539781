package io.quorate.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.HardState;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.FaultyDisk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** What a log in plain looks like on disk, to the byte: other releases have written such logs, and may have to read them again. */
class LogFormatTest {

    /** A segment that such a release has begun is written to its end in its form. */
    @Test
    void aLogWithoutSecretsIsWrittenAsItEverWas() throws Exception {
        assertThat(sums(LogFixture.EARLIER)).containsExactly("1 d360b356", "2 8ce95443");
    }

    @Test
    void aLogInPlainIsWrittenInTheFormThatHasSecrets() throws Exception {
        assertThat(sums(LogFixture.SMALL.withSecrets(() -> 0x0123456789abcdefL)))
                .containsExactly("1 33df4103", "2 363791d0");
    }

    private static List<String> sums(LogOptions options) throws Exception {
        FaultyDisk disk = new FaultyDisk();
        try (LogFixture fixture = new LogFixture(disk, options, Optional.empty())) {
            fixture.log.saveHardState(new HardState(3, Optional.of(new MemberId(0xb)), 0));
            for (int i = 0; i < 6; i++) {
                fixture.append(3, i + "-".repeat(900));
                fixture.append(3, "small");
                fixture.settle();
            }
            fixture.log.truncateFrom(11);
            fixture.append(4, "instead");
            fixture.log.compactTo(5);
            fixture.settle();
        }
        List<String> sums = new ArrayList<>();
        for (String name : disk.list("log")) {
            if (LogDiagnosis.isSegment(name)) {
                CRC32C sum = new CRC32C();
                sum.update(disk.bytes("log/" + name));
                sums.add(name.substring(name.length() - 1) + " " + Long.toHexString(sum.getValue()));
            }
        }
        return sums;
    }
}
