package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.encryption.KeyFile;
import io.quorate.server.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Key rings, and who is told where they are. */
class EncryptionCommandTest {

    @TempDir
    private Path dir = Path.of("");

    private static void refused(int exitCode, String sentence, String... arguments) {
        CommandRun run = CommandRun.of(arguments);
        assertThat(run.exitCode()).isEqualTo(exitCode);
        assertThat(run.err()).contains(sentence).hasLineCount(1);
    }

    @Test
    void aRingIsMadeAndGetsANewCurrentKey() throws IOException {
        Path ring = dir.resolve("ring");
        CommandRun first = CommandRun.of("encryption", "new-key", "--file", ring.toString());
        assertThat(first.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(first.out()).isEqualToIgnoringNewLines("the current key of " + ring + " is key-1 now");
        CommandRun second = CommandRun.of("encryption", "new-key", "--file", ring.toString(), "--id", "summer");
        assertThat(second.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(KeyFile.read(ring).ids()).containsExactly("summer", "key-1");
        assertThat(first.out() + second.out())
                .doesNotContain(Files.readString(ring).split("\\s+", -1)[1]);
    }

    @Test
    void whatIsNoRingOrNoIdIsRefusedInOneSentence() throws IOException {
        String ring = dir.resolve("ring").toString();
        refused(
                ExitCode.USAGE,
                "--id: the id of a master key has",
                "encryption",
                "new-key",
                "--file",
                ring,
                "--id",
                "a b");
        assertThat(dir.resolve("ring")).doesNotExist();
        CommandRun.of("encryption", "new-key", "--file", ring);
        refused(ExitCode.USAGE, "has a key key-1 already", "encryption", "new-key", "--file", ring, "--id", "key-1");
        Files.writeString(dir.resolve("ring"), "key-1 short\n");
        refused(ExitCode.FAILED, "line 1 of " + ring, "encryption", "new-key", "--file", ring);
        refused(ExitCode.USAGE, "say what to do: new-key", "encryption");
    }

    @Test
    void aMemberIsToldWhereItsKeysAre() {
        ServerConfig config = ServerSettings.of(Map.of(ServerFlag.ENCRYPTION_KEY_FILE, "/etc/ring"), Map.of())
                .toConfig();
        assertThat(config.atRest().keyFile()).contains(Path.of("/etc/ring"));
        ServerConfig asking = ServerSettings.of(Map.of(), Map.of("QUORATE_ENCRYPTION_KEY_COMMAND", "ask-the-kms"))
                .toConfig();
        assertThat(asking.atRest().keyCommand()).contains("ask-the-kms");
        refused(
                ExitCode.USAGE,
                "--encryption-key-file and --encryption-key-command both say where the keys are",
                "server",
                "--encryption-key-file",
                "ring",
                "--encryption-key-command",
                "ask-the-kms");
    }

    @Test
    void aCommandThatLooksAtDataIsRefusedWithoutTheRingThatItNames() throws IOException {
        Path data = Files.createDirectories(dir.resolve("data/log")).getParent();
        refused(
                ExitCode.FAILED,
                "there is no key ring",
                "verify",
                "data",
                String.valueOf(data),
                "--encryption-key-file",
                dir.resolve("none").toString());
    }
}
