package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    void theDisksFiguresComeAsJsonForBothKindsOfFiles() {
        CommandRun run =
                CommandRun.of("bench", "disk", "--seconds", "1", "--data-dir", folder.toString(), "--output", "json");
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(objects(run))
                .extracting(result -> result.get("file").getAsString())
                .containsExactly("preallocated", "growing");
        assertThat(objects(run))
                .allSatisfy(result ->
                        assertThat(result.get("p50_micros").getAsDouble()).isPositive());
    }

    @Test
    void theNetworksFiguresComeForOneMessageAtATimeAndForMany() {
        CommandRun run = CommandRun.of("bench", "net", "--seconds", "1", "--output", "json");
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(objects(run))
                .extracting(result -> result.get("inflight").getAsInt())
                .containsExactly(1, 64);
    }

    private static List<JsonObject> objects(CommandRun run) {
        return run.out()
                .lines()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .toList();
    }

    @Test
    void aMessageThatIsTooSmallIsRefused() {
        CommandRun run = CommandRun.of("bench", "net", "--size", "7");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("--size must be between 8 and 1048576");
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
        assertThat(run.err()).contains("engine", "disk", "net", "put", "lease");
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
