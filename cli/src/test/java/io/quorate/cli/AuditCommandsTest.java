package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.quorate.server.proto.etcdserverpb.AuthGrpc;
import io.quorate.server.proto.etcdserverpb.AuthRoleAddRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What {@code quorate audit} tells of a member, keeps in a file, and finds out about one that was changed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AuditCommandsTest {

    private final Path folder;
    private final OneMember member;

    AuditCommandsTest(@TempDir Path folder) throws IOException {
        this.folder = folder;
        this.member = OneMember.start(OneMember.config(folder.resolve("data")));
        addRole("first");
    }

    @AfterAll
    void stop() {
        member.close();
    }

    private void addRole(String name) {
        var unused = AuthGrpc.newBlockingStub(member.channel())
                .roleAdd(AuthRoleAddRequest.newBuilder().setName(name).build());
    }

    private static CommandRun done(CommandRun run) {
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        return run;
    }

    private Path export(String name) {
        Path file = folder.resolve(name);
        done(member.run("audit", "export", "--to", file.toString()));
        return file;
    }

    private CommandRun verify(Path file) {
        return member.run("audit", "verify", file.toString());
    }

    @Test
    void whatWasDoneIsListedAndFiltered() {
        addRole("listed");
        assertThat(done(member.run("audit", "list")).out()).containsPattern("127\\.0\\.0\\.1 +role +add +listed +ok");
        assertThat(done(member.run("audit", "list", "--kind", "user")).out()).doesNotContain("listed");
        assertThat(done(member.run("audit", "list", "--since", "1h")).out()).contains("listed");
        assertThat(done(member.run("audit", "list", "--since", "2100-01-01T00:00:00Z"))
                        .out())
                .doesNotContain("listed");
        assertThat(done(member.run("audit", "list", "--of-user", "nobody")).out())
                .doesNotContain("listed");
        List<JsonObject> records = done(member.run("audit", "list", "--output", "json"))
                .out()
                .lines()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .toList();
        assertThat(records.getFirst().get("number").getAsLong()).isEqualTo(1);
        assertThat(records)
                .anyMatch(record -> record.get("object").getAsString().equals("listed"));
    }

    @Test
    void wordsThatMeanNothingAreRefused() {
        assertThat(member.run("audit", "list", "--kind", "users").err()).contains("--kind users is no kind of record");
        assertThat(member.run("audit", "list", "--since", "yesterday").err()).contains("--since yesterday is no time");
        assertThat(member.run("audit", "keep").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(member.run("audit", "rules", "remove", "99").err()).contains("there is no rule 99");
        CommandRun tooFew = member.run("audit", "keep", "--records", "5");
        assertThat(tooFew.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(tooFew.err()).contains("an audit log keeps from 100 to 10000000 records, not 5");
    }

    @Test
    void anExportGoesOnWhereItEndedAndIsFoundGenuine() throws IOException {
        Path file = export("growing.jsonl");
        int before = Files.readAllLines(file).size();
        addRole("exported later");
        export("growing.jsonl");
        assertThat(Files.readAllLines(file))
                .hasSizeGreaterThan(before)
                .last()
                .asString()
                .contains("exported later");
        CommandRun verified = done(verify(file));
        assertThat(verified.out()).contains("nothing was changed, nothing is missing, and all say the same");
        JsonObject json = JsonParser.parseString(
                        done(member.run("audit", "verify", file.toString(), "--output", "json"))
                                .out())
                .getAsJsonObject();
        assertThat(json.getAsJsonArray("places")).hasSize(2);
        assertThat(json.getAsJsonArray("problems")).isEmpty();
    }

    @Test
    void whateverIsChangedInAFileIsNamed() throws IOException {
        addRole("second");
        addRole("third");
        Path file = export("tampered.jsonl");
        List<String> genuine = Files.readAllLines(file);

        List<String> changed = new ArrayList<>(genuine);
        changed.set(1, changed.get(1).replace("127.0.0.1", "127.0.0.9"));
        Files.write(file, changed);
        assertThat(verify(file).exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(verify(file).out()).contains("record 2 was changed: it is not what its hash says");

        List<String> cut = new ArrayList<>(genuine);
        cut.remove(1);
        Files.write(file, cut);
        assertThat(verify(file).out()).contains("record 2 is missing: record 1 is followed by record 3");
        assertThat(verify(file).exitCode()).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void theFileOfAnotherClusterIsNotAppendedToAndFoundToDiffer() throws IOException {
        Path file;
        try (OneMember other = OneMember.start(OneMember.config(folder.resolve("other")))) {
            var unused = AuthGrpc.newBlockingStub(other.channel())
                    .roleAdd(
                            AuthRoleAddRequest.newBuilder().setName("elsewhere").build());
            file = folder.resolve("other.jsonl");
            done(other.run("audit", "export", "--to", file.toString()));
        }
        for (int i = 0; i < 5; i++) {
            addRole("more " + i);
        }
        String before = Files.readString(file);
        CommandRun refused = member.run("audit", "export", "--to", file.toString());
        assertThat(refused.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(refused.err()).contains("does not follow the last record");
        assertThat(Files.readString(file)).isEqualTo(before);
        assertThat(verify(file).out()).contains("record 1 is another one at " + file);
    }

    @Test
    void aFileThatIsNoneIsNotAppendedTo() throws IOException {
        Path file = folder.resolve("letter.txt");
        Files.writeString(file, "dear root\n", StandardCharsets.UTF_8);
        assertThat(member.run("audit", "export", "--to", file.toString()).err()).contains("no audit record");
        Files.writeString(file, "{", StandardCharsets.UTF_8);
        assertThat(member.run("audit", "export", "--to", file.toString()).err()).contains("is not whole");
    }

    @Test
    void rulesPutAccessToKeysOnRecord() {
        assertThat(done(member.run("audit", "rules", "add", "--access", "write", "--prefix", "app/secrets/"))
                        .out())
                .contains("writes of app/secrets/ to app/secrets0 by everybody");
        done(member.run("put", "app/secrets/a", "hidden-value"));
        done(member.run("put", "app/other", "hidden-value"));
        String listed = done(member.run("audit", "list", "--kind", "key")).out();
        assertThat(listed)
                .contains("\"app/secrets/a\"")
                .doesNotContain("app/other")
                .doesNotContain("hidden-value");
        assertThat(done(member.run("audit", "rules", "remove", "1")).out()).doesNotContain("app/secrets/");
        assertThat(done(member.run("audit", "keep", "--records", "5000")).out()).contains("kept are 5000 records");
        assertThat(done(member.run("audit", "rules")).out()).contains("kept are 5000 records");
    }
}
