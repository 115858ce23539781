package io.quorate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A short run with real members. */
@Timeout(120)
class EngineBenchmarkTest {

    @TempDir
    private Path folder;

    @Test
    void aRunReportsEveryLevelAndTheDiskAndLeavesNothingBehind() throws Exception {
        Path other = Files.createFile(folder.resolve("of somebody else"));
        List<LevelResult> told = new ArrayList<>();
        EngineReport report = EngineBenchmark.run(
                QuorateContender::start, new LoadSettings(List.of(1, 8), 1, 0, 1, 64), folder, told::add);
        assertThat(report.levels()).extracting(LevelResult::inflight).containsExactly(1, 8);
        assertThat(report.levels()).isEqualTo(told);
        assertThat(report.levels())
                .allSatisfy(level -> assertThat(level.opsPerSecond()).isPositive());
        assertThat(report.rows()).hasSize(2).allSatisfy(row -> assertThat(row).hasSameSizeAs(EngineReport.columns()));
        assertThat(report.disk().p50Micros()).isPositive();
        try (var left = Files.list(folder)) {
            assertThat(left).containsExactly(other);
        }
    }
}
