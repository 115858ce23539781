package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.quorate.server.MemberServer;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code quorate verify data} as it is typed. */
@Timeout(120)
class VerifyDataCommandTest {

    @TempDir
    private Path folder = Path.of("");

    /** What {@code quorate dev} leaves in its directory. */
    private void runDevCluster() throws IOException {
        List<Integer> ports = FreePorts.find(6);
        DevCluster cluster = DevCluster.of(3, ports.subList(0, 3), ports.subList(3, 6), folder, false);
        DevDataDir.claim(cluster, false);
        List<MemberServer> members = new ArrayList<>();
        try {
            for (var config : cluster.configs()) {
                members.add(MemberServer.start(config));
            }
            members.forEach(
                    member -> member.ready().orTimeout(60, TimeUnit.SECONDS).join());
            CommandRun running = CommandRun.of("verify", "data", folder.toString());
            assertThat(running.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(running.out()).contains("since a running member uses it", "not all was looked at");
        } finally {
            members.forEach(MemberServer::close);
        }
    }

    @Test
    void theMembersInADirectoryAreFoundAndComparedAndDamageIsTold() throws IOException {
        runDevCluster();

        CommandRun good = CommandRun.of("verify", "data", folder.toString());

        assertThat(good.out())
                .contains(folder.resolve("node1") + ": member ", "(node2)", "side by side:", "agree up to entry")
                .endsWith("all is good" + System.lineSeparator());
        assertThat(good.exitCode()).isZero();

        Path identity = folder.resolve("node2").resolve("identity");
        byte[] bytes = Files.readAllBytes(identity);
        bytes[20] ^= 1;
        Files.write(identity, bytes);

        CommandRun text = CommandRun.of("verify", "data", folder.toString());
        assertThat(text.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(text.out()).contains("WRONG  identity: ", "-> remove the member", "1 thing is wrong");

        CommandRun json = CommandRun.of("verify", "data", "--json", folder.toString());
        assertThat(json.exitCode()).isEqualTo(ExitCode.FAILED);
        JsonObject report = JsonParser.parseString(json.out()).getAsJsonObject();
        assertThat(report.get("good").getAsBoolean()).isFalse();
        assertThat(report.getAsJsonArray("members")).hasSize(3);
        assertThat(report.getAsJsonArray("members")
                        .get(1)
                        .getAsJsonObject()
                        .getAsJsonArray("findings")
                        .get(0)
                        .getAsJsonObject()
                        .get("severity")
                        .getAsString())
                .isEqualTo("damage");
    }

    @Test
    void aDirectoryWithoutMembersIsNotOne() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.writeString(other.resolve("notes.txt"), "nothing to do with it");
        for (Path directory : List.of(empty, other)) {
            CommandRun run = CommandRun.of("verify", "data", directory.toString());
            assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(run.err())
                    .contains("neither " + directory + " nor a directory in it holds a member's data")
                    .hasLineCount(1);
        }
    }

    @Test
    void whatIsNoDirectoryIsRefused() {
        CommandRun nowhere =
                CommandRun.of("verify", "data", folder.resolve("nowhere").toString());
        assertThat(nowhere.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(nowhere.err()).contains("nowhere is not a directory").hasLineCount(1);

        assertThat(CommandRun.of("verify", "data").exitCode()).isEqualTo(ExitCode.USAGE);
        CommandRun parent = CommandRun.of("verify");
        assertThat(parent.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(parent.err())
                .contains("say what to verify: history, data or scrub")
                .hasLineCount(1);
    }
}
