package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.server.autopilot.AutopilotPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the file of {@code --autopilot-policy} may say. */
class AutopilotPolicyFileTest {

    @TempDir
    private Path dir;

    private Path file(String text) throws IOException {
        return Files.writeString(dir.resolve("policy.yaml"), text);
    }

    @Test
    void allThatIsNamedIsRead() throws IOException {
        Path file = file("""
                promote-learners-after: 30s
                replace-dead-after: 10m
                spares: [e, 6]
                balance-zones: true
                """);
        assertThat(AutopilotPolicyFile.read(file))
                .isEqualTo(new AutopilotPolicy(
                        Optional.of(Duration.ofSeconds(30)),
                        Optional.of(Duration.ofMinutes(10)),
                        List.of("e", "6"),
                        true));
        assertThat(AutopilotPolicyFile.read(file("promote-learners-after: 500ms\nbalance-zones: false")))
                .isEqualTo(
                        new AutopilotPolicy(Optional.of(Duration.ofMillis(500)), Optional.empty(), List.of(), false));
    }

    @Test
    void whatIsWrongIsSaidInOneSentence() throws IOException {
        Map<String, String> wrong = Map.of(
                "", "is not a YAML mapping",
                "[a]", "is not a YAML mapping",
                "balance-zones: false", "names nothing that is to be done",
                "replace-dead: 1m", "unknown key \"replace-dead\"",
                "promote-learner-after: 1m", "(did you mean promote-learners-after?)",
                "promote-learners-after: 30", "\"30\" for promote-learners-after, which is not a time",
                "promote-learners-after: 0", "promote-learners-after is 0",
                "replace-dead-after: 1m\nspares: e", "no list of names for spares",
                "balance-zones: perhaps", "\"perhaps\" for balance-zones; give true or false",
                "replace-dead-after: 1m", "there are no spares");
        for (Map.Entry<String, String> one : wrong.entrySet()) {
            Path file = file(one.getKey());
            assertThatThrownBy(() -> AutopilotPolicyFile.read(file))
                    .as(one.getKey())
                    .isInstanceOf(CommandFailed.class)
                    .hasMessageContaining(one.getValue())
                    .hasMessageContaining("policy.yaml")
                    .hasMessageNotContaining("\n");
        }
    }

    @Test
    void aPolicyThatWouldTakeAMissedHeartbeatForDeathStartsNoMember() throws IOException {
        Path file = file("replace-dead-after: 500ms\nspares: [e]\n");
        CommandRun server = CommandRun.of("server", "--autopilot-policy=" + file, "--data-dir=" + dir.resolve("data"));
        assertThat(server.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(server.err()).contains("replace-dead-after is 500 ms, less than --election-timeout (1 s)");
        CommandRun dev = CommandRun.of("dev", "--autopilot-policy=" + file, "--data-dir=" + dir.resolve("data"));
        assertThat(dev.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(dev.err()).contains("replace-dead-after is 500 ms, less than --election-timeout (1 s)");
        assertThat(CommandRun.of("dev", "--autopilot-policy=" + dir.resolve("none"))
                        .err())
                .contains("none does not exist");
        assertThat(dir.resolve("data")).doesNotExist();
    }
}
