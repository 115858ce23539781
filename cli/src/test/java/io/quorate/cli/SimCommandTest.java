package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code quorate sim} as it is typed. */
class SimCommandTest {

    @TempDir
    private Path folder;

    @Test
    void aCampaignSaysWhatItHasDone() {
        CommandRun run = CommandRun.of("sim", "--seeds", "4", "--jobs", "2");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("4 seeds", "virtual hours per CPU hour", "no invariant was violated");
    }

    @Test
    void oneSeedIsDrawnAndWrittenDown() throws IOException {
        Path html = folder.resolve("timeline.html");
        Path trace = folder.resolve("trace.txt");
        CommandRun run = CommandRun.of(
                "sim",
                "--seed",
                "3",
                "--fault-nanos",
                "3000000000",
                "--html",
                html.toString(),
                "--trace",
                trace.toString());
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("seed 3:", "no invariant was violated in");
        assertThat(Files.readString(html))
                .contains("<canvas", "AppendRequest", "LEADER")
                .doesNotContain("/*DATA*/", "http://", "https://");
        assertThat(Files.readAllLines(trace)).hasSizeGreaterThan(100);
    }

    @Test
    void faultsAreChosenByTheirNumbers() {
        assertThat(CommandRun.of("sim", "--seed", "3", "--faults", "none").out())
                .contains("0 faults");
        CommandRun wrong = CommandRun.of("sim", "--seed", "3", "--faults", "1,999");
        assertThat(wrong.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(wrong.err()).contains("--faults: 999 is none of the seed's faults");
    }

    @Test
    void whatIsForOneRunNeedsItsSeed() {
        CommandRun run = CommandRun.of("sim", "--members", "5");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("name its --seed");
    }

    @Test
    void theCorruptionMatrixSaysHowManyCasesRecoverAndHowManyWait() {
        CommandRun run = CommandRun.of("sim", "--enumerate", "corruption", "--step", "173");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("corruption matrix, BIT: 24 of 4,096 cases", "matrix, BYTES", "matrix, ZEROS", " 0 not right");
        assertThat(CommandRun.of("sim", "--enumerate", "nothing").exitCode()).isEqualTo(ExitCode.USAGE);
    }
}
