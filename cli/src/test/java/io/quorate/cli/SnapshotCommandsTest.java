package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.quorate.server.ServerConfig;
import io.quorate.server.proto.etcdserverpb.AuthEnableRequest;
import io.quorate.server.proto.etcdserverpb.AuthGrpc;
import io.quorate.server.proto.etcdserverpb.AuthUserAddRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserGrantRoleRequest;
import io.quorate.server.proto.etcdserverpb.CompactionRequest;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code quorate snapshot} as it is typed, with a real member: what is saved is told of, and restored, or refused. */
@Timeout(120)
class SnapshotCommandsTest {

    private static final int CHECKSUM_BYTES = 32;
    private static final long REVISION = 33;

    @TempDir
    private static Path made = Path.of("");

    @TempDir
    private Path dir = Path.of("");

    private static OneMember member;

    @BeforeAll
    static void startMember() throws IOException {
        member = OneMember.start(OneMember.config(made));
        for (int i = 0; i < 30; i++) {
            member.run("put", "key" + i, "value " + i);
        }
        member.run("put", "key1", "another value");
        member.run("del", "key2");
        KVGrpc.newBlockingStub(member.channel())
                .compact(CompactionRequest.newBuilder().setRevision(20).build());
    }

    @AfterAll
    static void stopMember() {
        member.close();
    }

    private Path saved() {
        Path file = dir.resolve("snapshot.db");
        CommandRun run = member.run("snapshot", "save", file.toString());
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        return file;
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(dir)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static JsonObject json(CommandRun run) {
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        return JsonParser.parseString(run.out()).getAsJsonObject();
    }

    private CommandRun restore(Path file, ServerConfig config, String... more) {
        String[] arguments = {
            "snapshot",
            "restore",
            file.toString(),
            "--name",
            config.name(),
            "--data-dir",
            config.dataDir().toString(),
            "--initial-cluster",
            config.initialCluster().getFirst().toString(),
            "--initial-advertise-peer-urls",
            config.initialAdvertisePeerUrls().getFirst().toString(),
            "--initial-cluster-token",
            config.initialClusterToken()
        };
        String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
        System.arraycopy(more, 0, all, arguments.length, more.length);
        return CommandRun.of(all);
    }

    @Test
    void whatIsSavedIsToldOfRestoredAndServed() throws IOException {
        JsonObject save =
                json(member.run("snapshot", "save", dir.resolve("snapshot.db").toString(), "--output=json"));
        Path file = dir.resolve("snapshot.db");
        assertThat(save.get("revision").getAsLong()).isEqualTo(REVISION);
        assertThat(save.get("bytes").getAsLong()).isEqualTo(Files.size(file));
        assertThat(files()).containsExactly("snapshot.db");
        assertThat(member.run("operations", save.get("operation").getAsString()).out())
                .contains("snapshot save " + file, ", done after ", "asked for by ", "saved: revision 33, ")
                .containsPattern("states +fine")
                .containsPattern("disk +fine")
                .contains(save.get("sha256").getAsString(), "its SHA-256 holds, and all in it can be read")
                .containsPattern("states +fine +\\d+ ms +1 members have the same state at index \\d+")
                .containsPattern("tolerance +fine +\\d+ ms +the 1 voters tolerate 0 failures, as promised");

        JsonObject status = json(CommandRun.of("snapshot", "status", file.toString(), "--output=json"));
        assertThat(status.get("revision").getAsLong()).isEqualTo(REVISION);
        assertThat(status.get("compacted_revision").getAsLong()).isEqualTo(20);
        assertThat(status.get("total_keys").getAsLong())
                .isEqualTo(save.get("total_keys").getAsLong());
        assertThat(status.get("total_size_bytes").getAsLong()).isEqualTo(Files.size(file) - CHECKSUM_BYTES);
        assertThat(status.get("checksum").getAsString()).isEqualTo("holds");
        assertThat(status.get("sha256")).isEqualTo(save.get("sha256"));

        ServerConfig config = OneMember.config(dir.resolve("new"));
        CommandRun restored = restore(file, config);
        assertThat(restored.err()).isEmpty();
        assertThat(restored.out()).startsWith("restored: revision 33, compacted up to 20, ");
        try (OneMember copy = OneMember.start(config)) {
            assertThat(copy.run("get", "key1").out()).contains("another value");
            assertThat(copy.run("get", "key2").out()).doesNotContain("value");
            assertThat(copy.run("get", "key7").out()).contains("value 7");
            assertThat(copy.run("put", "key1", "a third one").out()).contains("revision " + (REVISION + 1));
            await().until(() -> copy.run("operations").out().contains("snapshot restore " + file));
            CommandRun operations = copy.run("operations", "--output=json");
            JsonObject first = JsonParser.parseString(operations.out())
                    .getAsJsonObject()
                    .getAsJsonArray("operations")
                    .get(0)
                    .getAsJsonObject();
            assertThat(copy.run("operations", first.get("id").getAsString()).out())
                    .contains("founded with the state of that snapshot", "asked for by ", "digest ")
                    .contains("it has made the cluster ");
            assertThat(copy.run("audit", "list", "--kind", "operation").out())
                    .contains("operation " + first.get("id").getAsString() + ", asked for by ")
                    .contains(": snapshot restore " + file)
                    .containsPattern("member [0-9a-f]+ +operation +end ");
            await().until(() -> !Files.exists(config.dataDir().resolve("founding")));
            assertThatUsersAreAskedFor(copy);
        }
    }

    private void assertThatUsersAreAskedFor(OneMember copy) {
        AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(copy.channel());
        auth.userAdd(AuthUserAddRequest.newBuilder()
                .setName("root")
                .setPassword("secret")
                .build());
        auth.userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                .setUser("root")
                .setRole("root")
                .build());
        auth.authEnable(AuthEnableRequest.getDefaultInstance());
        String again = dir.resolve("again.db").toString();
        CommandRun nobody = copy.run("snapshot", "save", again);
        assertThat(nobody.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(nobody.err()).contains("user name is empty", "--user").hasLineCount(1);
        assertThat(copy.run("snapshot", "save", again, "--user=root:secret").exitCode())
                .isEqualTo(ExitCode.OK);
        String backups = dir.resolve("backups").toString();
        CommandRun backup = copy.run("backup", "--once", "--to", backups, "--user=root:secret");
        assertThat(backup.err()).isEmpty();
        assertThat(backup.out()).contains("revision " + (REVISION + 1) + ", 29 keys, ", "verified");
    }

    @Test
    void theTableHasEtcdsColumnsAndSaysWhetherThereIsAChecksum() throws IOException {
        Path file = saved();
        byte[] bytes = Files.readAllBytes(file);
        Path copy = Files.write(dir.resolve("copied.db"), Arrays.copyOf(bytes, bytes.length - CHECKSUM_BYTES));

        CommandRun whole = CommandRun.of("snapshot", "status", file.toString());
        assertThat(whole.out().lines().findFirst().orElseThrow().split(" {2,}"))
                .containsExactly("HASH", "REVISION", "TOTAL KEYS", "TOTAL SIZE", "CHECKSUM");
        assertThat(whole.out()).containsPattern("(?m)^[0-9a-f]+ +33 +\\d+ +\\d+\\.\\d KiB +holds$");
        CommandRun without = CommandRun.of("snapshot", "status", copy.toString());
        assertThat(without.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(without.out()).contains("there is none: it is a copy of a database");
    }

    @Test
    void aFileThatIsThereStaysUnlessThatIsForced() throws IOException {
        Path file = Files.writeString(dir.resolve("snapshot.db"), "mine");
        CommandRun refused = member.run("snapshot", "save", file.toString());
        assertThat(refused.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(refused.err()).contains("is there already", "--force").hasLineCount(1);
        assertThat(file).hasContent("mine");

        assertThat(member.run("snapshot", "save", file.toString(), "--force").out())
                .startsWith("saved " + file + ": revision 33, ")
                .contains("sha256: ");
        assertThat(CommandRun.of("snapshot", "status", file.toString()).exitCode())
                .isEqualTo(ExitCode.OK);
        assertThat(files()).containsExactly("snapshot.db");
    }

    @Test
    void whatCannotBeSavedLeavesNothing() throws IOException {
        CommandRun unreachable = OneMember.runAt(
                "127.0.0.1:" + FreePorts.find(1).getFirst(),
                "snapshot",
                "save",
                dir.resolve("a.db").toString());
        assertThat(unreachable.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(unreachable.err())
                .contains("no member answers at 127.0.0.1:")
                .hasLineCount(1);
        CommandRun nowhere =
                member.run("snapshot", "save", dir.resolve("none/a.db").toString());
        assertThat(nowhere.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(nowhere.err()).contains("none is not a directory").hasLineCount(1);
        assertThat(files()).isEmpty();
    }

    @Test
    void aFileThatIsCutOffOrHasAFlippedBitIsRefusedInOneSentence() throws IOException {
        byte[] bytes = Files.readAllBytes(saved());
        byte[] flipped = bytes.clone();
        flipped[bytes.length / 2] ^= 4;
        byte[] otherChecksum = bytes.clone();
        otherChecksum[bytes.length - 1] ^= 1;

        assertRefused(flipped, "it is damaged: its checksum is of something else");
        assertRefused(otherChecksum, "it is damaged: its checksum is of something else");
        assertRefused(Arrays.copyOf(bytes, bytes.length - 1), "it is cut off");
        assertRefused(Arrays.copyOf(bytes, 4096 + CHECKSUM_BYTES), "it is damaged: its checksum is of something else");
        assertRefused(new byte[0], "");
    }

    private void assertRefused(byte[] bytes, String why) throws IOException {
        Path file = Files.write(dir.resolve("bad.db"), bytes);
        CommandRun status = CommandRun.of("snapshot", "status", file.toString());
        assertThat(status.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(status.out()).isEmpty();
        assertThat(status.err())
                .contains("bad.db is no snapshot that could be restored: " + why)
                .hasLineCount(1);

        ServerConfig config = OneMember.config(dir.resolve("new"));
        CommandRun restored = restore(file, config);
        assertThat(restored.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(restored.out()).isEmpty();
        assertThat(restored.err()).contains("bad.db cannot be restored: ").hasLineCount(1);
        assertThat(config.dataDir()).doesNotExist();
    }

    /** A file that ends at the end of a page, and has no checksum any more, looks like a copy: its pages tell. */
    @Test
    void aCopyThatIsCutOffIsRefusedByItsPages() throws IOException {
        byte[] bytes = Files.readAllBytes(saved());
        Path file = Files.write(dir.resolve("bad.db"), Arrays.copyOf(bytes, bytes.length - CHECKSUM_BYTES - 4096));
        CommandRun status = CommandRun.of("snapshot", "status", file.toString());
        assertThat(status.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(status.err()).contains("it is cut off").hasLineCount(1);
    }

    @Test
    void theRevisionIsBumpedOnlyTogetherWithACompaction() throws IOException {
        Path file = saved();
        ServerConfig config = OneMember.config(dir.resolve("new"));
        for (String half : List.of("--bump-revision=1000", "--mark-compacted")) {
            CommandRun refused = restore(file, config, half);
            assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(refused.err()).contains("go together").hasLineCount(1);
        }
        CommandRun tooFar = restore(file, config, "--bump-revision=" + Long.MAX_VALUE, "--mark-compacted");
        assertThat(tooFar.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(tooFar.err()).contains("beyond the greatest there can be").hasLineCount(1);

        JsonObject restored = json(restore(file, config, "--bump-revision=1000", "--mark-compacted", "--output=json"));
        assertThat(restored.get("revision").getAsLong()).isEqualTo(REVISION + 1000);
        assertThat(restored.get("compacted_revision").getAsLong()).isEqualTo(REVISION + 1000);
        try (OneMember copy = OneMember.start(config)) {
            assertThat(copy.run("get", "key1").out()).contains("another value");
            assertThat(copy.run("put", "key1", "x").out()).contains("revision " + (REVISION + 1001));
        }
    }

    @Test
    void withoutSayingWhatTheCommandNamesWhatThereIs() {
        CommandRun run = CommandRun.of("snapshot");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("save, status or restore");
        assertThat(CommandRun.of("import", "--help").out()).contains("'quorate snapshot restore' by its older name");
    }
}
