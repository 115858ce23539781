package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A set of keys for tokens: how it is made, and how one key follows another. */
class TokensCommandTest {

    @TempDir
    private Path folder = Path.of("");

    private Path file() {
        return folder.resolve("tokens.jwks");
    }

    private CommandRun tokens(String command, String... arguments) {
        String[] all = new String[arguments.length + 4];
        all[0] = "tokens";
        all[1] = command;
        all[2] = "--file";
        all[3] = file().toString();
        System.arraycopy(arguments, 0, all, 4, arguments.length);
        return CommandRun.of(all);
    }

    private String done(String command, String... arguments) {
        CommandRun run = tokens(command, arguments);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        return run.out();
    }

    private void refused(int exitCode, String sentence, String command, String... arguments) {
        CommandRun run = tokens(command, arguments);
        assertThat(run.exitCode()).isEqualTo(exitCode);
        assertThat(run.err()).contains(sentence).hasLineCount(1);
    }

    private JsonArray listed() {
        return JsonParser.parseString(done("list", "--output", "json"))
                .getAsJsonObject()
                .getAsJsonArray("keys");
    }

    @Test
    void oneKeyFollowsAnotherAndEachStepSaysTheNext() throws IOException {
        assertThat(done("new-key", "--kid", "old")).isEqualTo(file() + ": key old for ES256, which signs\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        assertThat(done("new-key", "--kid", "next", "--sign-method", "PS256"))
                .contains("key next for PS256; bring the file to all members", "quorate tokens rotate");
        assertThat(done("list")).contains("old", "next", "both halves");
        assertThat(done("rotate")).contains("key next for PS256, which signs", "quorate tokens drop");
        assertThat(listed().get(0).toString()).contains("\"kid\":\"next\"", "\"signs\":true", "\"thumbprint\":");
        assertThat(listed().get(1).toString()).contains("\"kid\":\"old\"", "\"signs\":false");
        assertThat(done("drop")).isEqualTo(file() + ": dropped old; bring the file to all members\n");
        assertThat(listed()).hasSize(1);
    }

    @Test
    void nothingThatIsSecretIsPrinted() throws IOException {
        done("new-key");
        done("new-key");
        String text = Files.readString(file());
        for (String printed : new String[] {done("list"), done("list", "--output", "json"), done("public")}) {
            for (String secret : text.split("\"d\":\"", -1)) {
                String value = secret.substring(0, secret.indexOf('"'));
                assertThat(value.length() > 20 && printed.contains(value)).isFalse();
            }
        }
        assertThat(done("public")).contains("\"keys\"", "\"kty\":\"EC\"").doesNotContain("\"d\"");
    }

    @Test
    void whatCannotBeDoneIsSaidInOneSentence() {
        refused(ExitCode.FAILED, "does not exist", "list");
        refused(ExitCode.FAILED, "does not exist", "rotate");
        done("new-key", "--kid", "one");
        refused(ExitCode.FAILED, "has a key \"one\" already", "new-key", "--kid", "one");
        refused(ExitCode.FAILED, "add one with 'quorate tokens new-key'", "rotate");
        refused(ExitCode.FAILED, "have another one sign first", "drop", "--kid", "one");
        refused(ExitCode.USAGE, "--sign-method", "new-key", "--sign-method", "none");
        CommandRun nothing = CommandRun.of("tokens");
        assertThat(nothing.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(nothing.err()).contains("new-key, rotate, drop, list or public");
    }
}
