package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class BenchCommandTest {

    @TempDir
    private Path folder;

    @Test
    void theEnginesFiguresComeAsATableAndNothingIsLeftBehind() throws Exception {
        CommandRun run = CommandRun.of(
                "bench",
                "engine",
                "--inflight",
                "1,4",
                "--seconds",
                "1",
                "--warmup",
                "0",
                "--repeat",
                "1",
                "--data-dir",
                folder.toString());
        assertThat(run.err()).contains("4 in flight: ");
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run.out()).startsWith("IN FLIGHT  OPS/S").contains("disk: write of 4096 bytes");
        try (var left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void theDisksFiguresComeAsJson() {
        CommandRun run =
                CommandRun.of("bench", "disk", "--seconds", "1", "--data-dir", folder.toString(), "--output", "json");
        JsonObject result = JsonParser.parseString(run.out()).getAsJsonObject();
        assertThat(result.get("p50_micros").getAsDouble()).isPositive();
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    }

    @Test
    void figuresThatMakeNoSenseAreRefusedInOneSentence() {
        CommandRun run = CommandRun.of("bench", "engine", "--inflight", "0");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).contains("the proposals in flight must be between 1 and 10000");
    }

    @Test
    void whatToMeasureMustBeSaid() {
        CommandRun run = CommandRun.of("bench");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("engine or disk");
    }

    @Test
    void aFolderThatIsNotThereIsNamed() {
        CommandRun run = CommandRun.of(
                "bench", "disk", "--data-dir", folder.resolve("none").toString());
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("none");
        assertThat(folder.resolve("none")).doesNotExist();
    }
}
