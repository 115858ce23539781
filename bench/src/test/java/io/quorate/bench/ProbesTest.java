package io.quorate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the machine itself allows. */
@Timeout(60)
class ProbesTest {

    private static final Duration SHORT = Duration.ofMillis(200);

    @ParameterizedTest
    @EnumSource
    void theDiskIsMeasuredAndLeftAsItWas(DiskResult.File file, @TempDir Path folder) throws Exception {
        DiskResult result = DiskProbe.run(folder, file, SHORT);

        assertThat(result.p50Micros()).isPositive();
        assertThat(result.maxMicros()).isGreaterThanOrEqualTo(result.p50Micros());
        try (var left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 64})
    void loopbackIsMeasured(int inflight) throws Exception {
        NetResult result = NetProbe.run(inflight, 100, SHORT);

        assertThat(result.inflight()).isEqualTo(inflight);
        assertThat(result.roundTripsPerSecond()).isPositive();
        assertThat(result.p50Micros()).isPositive();
    }

    @Test
    void aMessageMayBeAsSmallAsTheTimeThatItBears() throws Exception {
        assertThat(NetProbe.run(1, NetProbe.MIN_MESSAGE_BYTES, SHORT).p99Micros())
                .isPositive();
    }
}
