package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.quorate.server.MemberServer;
import io.quorate.server.ServerConfig;
import io.quorate.server.Upkeep;
import io.quorate.server.proto.authpb.Permission;
import io.quorate.server.proto.etcdserverpb.AuthEnableRequest;
import io.quorate.server.proto.etcdserverpb.AuthGrpc;
import io.quorate.server.proto.etcdserverpb.AuthRoleAddRequest;
import io.quorate.server.proto.etcdserverpb.AuthRoleGrantPermissionRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserAddRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserGrantRoleRequest;
import io.quorate.testing.FreePorts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command, with real members on real files. */
@Timeout(120)
class VerifyScrubCommandTest {

    @TempDir
    private Path dir;

    private final List<MemberServer> members = new ArrayList<>();
    private List<ServerConfig> configs = List.of();
    private String endpoint = "";
    private Path secondMembersData = Path.of("");

    @BeforeEach
    void start() throws IOException {
        List<Integer> ports = FreePorts.find(6);
        configs = DevCluster.of(3, ports.subList(0, 3), ports.subList(3, 6), dir, false)
                .configs();
        for (ServerConfig config : configs) {
            members.add(MemberServer.start(config));
        }
        members.forEach(member -> member.ready().join());
        endpoint = "127.0.0.1:" + ports.getFirst();
        secondMembersData = configs.get(1).dataDir();
        for (int i = 0; i < 30; i++) {
            assertThat(run("put", "key" + i, "value".repeat(100)).exitCode()).isEqualTo(ExitCode.OK);
        }
    }

    @AfterEach
    void stop() {
        members.forEach(MemberServer::close);
    }

    private CommandRun run(String... command) {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.add("--endpoints=" + endpoint);
        return CommandRun.of(arguments.toArray(String[]::new));
    }

    private void flipABitOfTheLog() throws IOException {
        Path segment;
        try (Stream<Path> files = Files.list(secondMembersData.resolve("log"))) {
            segment = files.filter(file -> file.getFileName().toString().startsWith("segment-"))
                    .min(Path::compareTo)
                    .orElseThrow();
        }
        int position = Files.readString(segment, java.nio.charset.StandardCharsets.ISO_8859_1)
                .indexOf("valuevalue");
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.seek(position);
            file.write('w');
        }
    }

    @Test
    void allMembersAreReadAndNamedAndOneThatFoundDamageMakesTheExitCode() throws IOException {
        CommandRun clean = run("verify", "scrub");
        assertThat(clean.err()).isEmpty();
        assertThat(clean.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(clean.out().lines())
                .hasSize(3)
                .allMatch(line -> line.matches("node[123]: all is well, \\d+ bytes were read"));

        flipABitOfTheLog();
        CommandRun damaged = run("verify", "scrub");
        assertThat(damaged.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(damaged.out().lines())
                .hasSize(3)
                .anyMatch(line -> line.startsWith("node2: log/segment-")
                        && line.contains("though it was durable there; the member moves the damage aside"));

        await().atMost(Duration.ofSeconds(60))
                .until(() -> run("verify", "scrub").exitCode() == ExitCode.OK);
        assertThat(Files.exists(secondMembersData.resolve("quarantine-1"))).isTrue();
    }

    /** One of them reads so slowly that it would take hours, and is stopped once the command has told how far it is. */
    @Test
    void whileMembersReadTheCommandTellsHowFarTheyAre() throws Exception {
        members.getLast().close();
        members.set(2, MemberServer.start(readingSlowly(configs.getLast())));
        members.getLast().ready().join();
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command = Quorate.commandLine(
                config -> {
                    throw new IOException("no member was to be started");
                },
                Map.of(),
                InputStream.nullInputStream(),
                new ByteArrayOutputStream());
        command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        // Not on the pool for all, which the command's own questions to members may need.
        CompletableFuture<Integer> exitCode = CompletableFuture.supplyAsync(
                () -> command.execute("verify", "scrub", "--endpoints=" + endpoint),
                task -> Thread.ofPlatform().start(task));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> err.toString().lines().anyMatch(line -> line.matches("(.*, )?node3 \\d+ %(, .*)?")));
        assertThat(exitCode).isNotDone();

        members.getLast().close();
        assertThat(exitCode.get()).isEqualTo(ExitCode.FAILED);
        assertThat(out.toString()).contains("node1: all is well").contains("node3: not everything was read: ");
    }

    private static ServerConfig readingSlowly(ServerConfig config) {
        return new ServerConfig(
                config.name(),
                config.dataDir(),
                config.listenClientUrls(),
                config.advertiseClientUrls(),
                config.listenPeerUrls(),
                config.initialAdvertisePeerUrls(),
                config.initialCluster(),
                config.initialClusterState(),
                config.initialClusterToken(),
                config.timing(),
                config.snapshots(),
                config.limits(),
                config.watches(),
                config.verifyInterval(),
                new Upkeep(Duration.ZERO, 1, Upkeep.OnDivergence.REPAIR),
                config.auth(),
                config.zone(),
                config.autopilot(),
                config.ephemeral());
    }

    @Test
    void theFindingsComeAsJsonToo() throws IOException {
        flipABitOfTheLog();
        CommandRun run = run("verify", "scrub", "--output=json");
        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        JsonObject answer = JsonParser.parseString(run.out()).getAsJsonObject();
        JsonObject second = answer.getAsJsonArray("members").asList().stream()
                .map(member -> member.getAsJsonObject())
                .filter(member -> member.get("name").getAsString().equals("node2"))
                .findFirst()
                .orElseThrow();
        assertThat(second.get("clean").getAsBoolean()).isFalse();
        assertThat(second.getAsJsonArray("findings")
                        .get(0)
                        .getAsJsonObject()
                        .get("file")
                        .getAsString())
                .startsWith("log/segment-");
    }

    @Test
    void aMemberThatDoesNotAnswerCountsAsNotVerified() {
        members.getLast().close();
        CommandRun run = run("verify", "scrub", "--timeout=2s");
        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out().lines()).contains("node3: not everything was read: no answer");
    }

    @Test
    void aClusterThatHasUsersIsToldWhoAsks() {
        enableUsers();

        assertThat(run("get", "key1").err()).contains("user name is empty", "--user");
        assertThat(run("get", "key1", "--user=reader:wrong").err()).contains("authentication failed, invalid user ID");
        assertThat(run("get", "key1", "--user=reader:r").out()).contains("value");
        assertThat(run("put", "key1", "new", "--user=reader:r").err()).contains("permission denied");
        assertThat(run("put", "key1", "new", "--user=root:secret:").exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run("status", "--user=root:secret:").exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run("verify", "scrub", "--user=root:secret:").exitCode()).isEqualTo(ExitCode.OK);
        // Each member forgets its tokens when it restarts.
        CommandRun restarts = run("rolling-restart", "--user=root:secret:");
        assertThat(restarts.exitCode())
                .as("%s%n%s", restarts.out(), restarts.err())
                .isEqualTo(ExitCode.OK);
        assertThat(run("rolling-restart", "--user=reader:r").err()).contains("permission denied");
        assertThat(run("rolling-restart").err()).contains("--user");
        assertThat(run("verify", "scrub", "--user=reader:r").out()).contains("name one with --user");
        assertThat(run("why", "--user=reader:r").out()).contains("node1", "name one with --user");
        assertThat(run("why", "--user=root:secret:").out()).doesNotContain("name one with --user");
    }

    private void enableUsers() {
        ManagedChannel channel = Grpc.newChannelBuilder(endpoint, InsecureChannelCredentials.create())
                .build();
        try {
            AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(channel);
            auth.userAdd(user("root", "secret:"));
            auth.userGrantRole(role("root", "root"));
            auth.userAdd(user("reader", "r"));
            auth.roleAdd(AuthRoleAddRequest.newBuilder().setName("reads").build());
            auth.roleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder()
                    .setName("reads")
                    .setPerm(Permission.newBuilder()
                            .setPermType(Permission.Type.READ)
                            .setKey(ByteString.copyFromUtf8("key1")))
                    .build());
            auth.userGrantRole(role("reader", "reads"));
            auth.authEnable(AuthEnableRequest.getDefaultInstance());
        } finally {
            channel.shutdownNow();
        }
    }

    private static AuthUserAddRequest user(String name, String password) {
        return AuthUserAddRequest.newBuilder()
                .setName(name)
                .setPassword(password)
                .build();
    }

    private static AuthUserGrantRoleRequest role(String user, String role) {
        return AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role).build();
    }

    @Test
    void withoutSayingWhatTheCommandNamesWhatThereIs() {
        CommandRun run = CommandRun.of("verify");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("say what to verify").contains("scrub");
    }
}
