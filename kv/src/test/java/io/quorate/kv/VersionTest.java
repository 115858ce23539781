package io.quorate.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A version is read as it was written, and its record has no byte more than was foreseen. */
class VersionTest {
    private static final List<Long> NUMBERS = List.of(
            0L, 1L, 127L, 128L, 16_383L, 16_384L, (1L << 62) - 1, 1L << 62, Long.MAX_VALUE, Long.MIN_VALUE, -1L);

    @Test
    void anyNumbersAndValuesAreReadAsTheyWereWritten() {
        for (long first : NUMBERS) {
            for (long second : NUMBERS) {
                for (Bytes value : List.of(Bytes.empty(), Bytes.utf8("v"), Bytes.wrap(new byte[1000]))) {
                    Version version = new Version(false, first, second, first, value);
                    byte[] record = version.encode();
                    assertThat(Version.decode(Bytes.wrap(record))).isEqualTo(version);
                    assertThat(record).hasSize(version.encodedSize());
                    CurrentVersion current = new CurrentVersion(second, 300, version.withoutValue());
                    assertThat(CurrentVersion.decode(current.encode())).isEqualTo(current);
                }
            }
        }
    }

    @Test
    void aDeletionIsOneByte() {
        assertThat(Version.TOMBSTONE.encode()).hasSize(1).hasSize(Version.TOMBSTONE.encodedSize());
        assertThat(Version.decode(Bytes.wrap(Version.TOMBSTONE.encode()))).isEqualTo(Version.TOMBSTONE);
    }
}
