package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.quorate.server.MemberServer;
import io.quorate.server.ServerConfig;
import io.quorate.server.ServerConfig.InitialClusterState;
import io.quorate.server.ServerConfig.InitialMember;
import io.quorate.server.proto.etcdserverpb.AlarmRequest;
import io.quorate.server.proto.etcdserverpb.AlarmType;
import io.quorate.server.proto.etcdserverpb.MaintenanceGrpc;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What changes the cluster as a whole, with real members on real files: node1 to node3 from the beginning. */
@Timeout(120)
class MemberCommandsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path dir;

    private final Map<String, MemberServer> members = new LinkedHashMap<>();
    private final Map<String, ServerConfig> configs = new LinkedHashMap<>();
    private String endpoints = "";

    @BeforeEach
    void start() throws IOException {
        List<Integer> ports = FreePorts.find(6);
        DevCluster cluster = DevCluster.of(3, ports.subList(0, 3), ports.subList(3, 6), dir, false);
        for (ServerConfig config : cluster.configs()) {
            configs.put(config.name(), config);
            members.put(config.name(), MemberServer.start(config));
        }
        members.values().forEach(member -> member.ready().join());
        endpoints = "127.0.0.1:" + ports.get(0) + ",127.0.0.1:" + ports.get(1);
        assertThat(run("put", "key", "value").exitCode()).isEqualTo(ExitCode.OK);
    }

    @AfterEach
    void stop() {
        members.values().forEach(MemberServer::close);
    }

    private CommandRun run(String... command) {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.add("--endpoints=" + endpoints);
        return CommandRun.of(arguments.toArray(String[]::new));
    }

    private CompletableFuture<CommandRun> begin(String... command) {
        return CompletableFuture.supplyAsync(() -> run(command));
    }

    private static String url(int port) {
        return "http://127.0.0.1:" + port;
    }

    private List<JsonObject> list() {
        return json(run("members", "list", "--output=json"), "members");
    }

    private List<JsonObject> operations() {
        return json(run("operations", "--output=json"), "operations");
    }

    private static List<JsonObject> json(CommandRun run, String array) {
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        JsonArray list = JsonParser.parseString(run.out()).getAsJsonObject().getAsJsonArray(array);
        return list.asList().stream().map(member -> member.getAsJsonObject()).toList();
    }

    /** Names of those that vote; a member has one once it was started. */
    private List<String> voters() {
        return list().stream()
                .filter(member -> member.get("role").getAsString().equals("voter"))
                .map(member -> member.get("name").getAsString())
                .toList();
    }

    private boolean isExpectedAt(int peerPort) {
        return list().stream()
                .anyMatch(
                        member -> member.getAsJsonArray("peer_urls").toString().contains(url(peerPort)));
    }

    private void join(CompletableFuture<CommandRun> by, String name, int clientPort, int peerPort) throws IOException {
        join(by, name, clientPort, peerPort, false);
    }

    /** Starts a member as soon as the cluster expects it, which it does not before the command has got so far. */
    private void join(CompletableFuture<CommandRun> by, String name, int clientPort, int peerPort, boolean witness)
            throws IOException {
        await().atMost(PATIENCE).until(() -> by.isDone() || isExpectedAt(peerPort));
        if (by.isDone()) {
            CommandRun ended = by.join();
            fail(
                    "%s was not expected before the command ended with %d:%n%s%n%s",
                    name, ended.exitCode(), ended.out(), ended.err());
        }
        List<InitialMember> initial = new ArrayList<>();
        list().forEach(member -> member.getAsJsonArray("peer_urls").forEach(url -> {
            boolean own = url.getAsString().equals(url(peerPort));
            String id = member.get("member_id").getAsString();
            initial.add(new InitialMember(own ? name : id, URI.create(url.getAsString()), own && witness));
        }));
        ServerConfig like = configs.values().iterator().next();
        List<URI> clients = List.of(URI.create(url(clientPort)));
        List<URI> peers = List.of(URI.create(url(peerPort)));
        ServerConfig config = new ServerConfig(
                name,
                dir.resolve(name),
                clients,
                clients,
                peers,
                peers,
                initial,
                InitialClusterState.EXISTING,
                like.initialClusterToken(),
                like.timing(),
                like.snapshots(),
                like.limits(),
                like.watches(),
                like.verifyInterval(),
                like.upkeep(),
                like.auth(),
                like.zone(),
                like.autopilot(),
                false);
        members.put(name, MemberServer.start(config));
    }

    private void close(String name) {
        Objects.requireNonNull(members.get(name)).close();
    }

    private void assertAnOperationThatAnAlarmForbidsIsDoneIfForced() {
        alarm(AlarmRequest.AlarmAction.ACTIVATE);
        CommandRun refused = run("transfer-leader", "node2");
        assertThat(refused.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(refused.err()).contains("refused, and nothing was changed", "NOSPACE is raised");

        assertDone(run("transfer-leader", "node2", "--force"));
        JsonObject forced = operations().getLast();
        assertThat(forced.get("state").getAsString()).isEqualTo("DONE");
        assertThat(forced.getAsJsonObject("report").get("forced").getAsBoolean())
                .isTrue();
        alarm(AlarmRequest.AlarmAction.DEACTIVATE);
    }

    /** Of a member that is none, since others take their own alarms back when there is room. */
    private void alarm(AlarmRequest.AlarmAction action) {
        ManagedChannel channel = ManagedChannelBuilder.forTarget(endpoints.split(",", 2)[0])
                .usePlaintext()
                .build();
        try {
            var unused = MaintenanceGrpc.newBlockingStub(channel)
                    .alarm(AlarmRequest.newBuilder()
                            .setAction(action)
                            .setMemberID(99)
                            .setAlarm(AlarmType.NOSPACE)
                            .build());
        } finally {
            channel.shutdownNow();
        }
    }

    /** The file after which node1 alone would be left. */
    private Path onlyNode1() throws IOException {
        URI url = Objects.requireNonNull(configs.get("node1"))
                .initialAdvertisePeerUrls()
                .getFirst();
        return Files.writeString(dir.resolve("one.yaml"), "members:\n- name: node1\n  peer-urls: " + url + "\n");
    }

    private static void assertDone(CommandRun run) {
        assertThat(run.exitCode()).as("%s%n%s", run.out(), run.err()).isEqualTo(ExitCode.OK);
        assertThat(run.out()).containsPattern("done,? and verified");
    }

    @Test
    void aMemberComesAsALearnerAndVotesWhenItHasTheLogAndTakesAnothersPlace() throws Exception {
        List<Integer> ports = FreePorts.find(4);
        CompletableFuture<CommandRun> add = begin("members", "add", "d", "--peer-urls", url(ports.get(1)));
        join(add, "d", ports.get(0), ports.get(1));
        CommandRun added = add.get();
        assertDone(added);
        assertThat(added.out())
                .contains(
                        "./quorate server --name d",
                        "4 of 4 members have the same log",
                        "4 members have the same state")
                .contains("the 4 voters tolerate 1 failure, as promised");
        assertThat(voters()).containsExactlyInAnyOrder("node1", "node2", "node3", "d");

        CompletableFuture<CommandRun> replace =
                begin("members", "replace", "node3", "--by", "e", "--peer-urls", url(ports.get(3)));
        join(replace, "e", ports.get(2), ports.get(3));
        assertDone(replace.get());
        assertThat(voters()).containsExactlyInAnyOrder("node1", "node2", "d", "e");

        assertDone(run("members", "remove", "e"));
        assertThat(voters()).containsExactlyInAnyOrder("node1", "node2", "d");
        assertThat(operations())
                .extracting(operation -> operation.get("state").getAsString())
                .containsExactly("DONE", "DONE", "DONE");
    }

    @Test
    void aWitnessTakesThePlaceOfAMemberWithDataAndTheLastOneWithDataStays() throws Exception {
        List<Integer> ports = FreePorts.find(2);
        CompletableFuture<CommandRun> add = begin("members", "add", "w", "--witness", "--peer-urls", url(ports.get(1)));
        join(add, "w", ports.get(0), ports.get(1), true);
        CommandRun added = add.get();
        assertDone(added);
        assertThat(added.out())
                .contains("./quorate server --name w --witness", "4 of 4 members have the same log")
                .contains("3 members have the same state");
        assertThat(list())
                .filteredOn(member -> member.has("witness"))
                .singleElement()
                .satisfies(
                        member -> assertThat(member.get("name").getAsString()).isEqualTo("w"));
        assertThat(run("members", "list").out()).contains("voter, witness");

        assertDone(run("members", "remove", "node3"));
        assertThat(run("quorum", "advise").exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run("members", "list").out()).contains("voter, witness").doesNotContain("node3");
        CommandRun second = run("members", "remove", "node2");
        assertThat(second.exitCode()).as(second.out()).isEqualTo(ExitCode.OK);
        assertThat(second.out()).contains("one healthy voter would hold data");
        CommandRun last = run("members", "remove", "node1");
        assertThat(last.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(last.out() + last.err()).contains("no voter that holds data would be left");
    }

    @Test
    void twoMembersAreReplacedAtOnceThoughOneOfTheOldOnesIsDead() throws Exception {
        close("node3");
        List<Integer> ports = FreePorts.find(4);
        Path file = Files.writeString(dir.resolve("members.yaml"), """
                members:
                - name: node1
                  peer-urls: %s
                - name: d
                  peer-urls: %s
                - name: e
                  peer-urls: %s
                """.formatted(
                        Objects.requireNonNull(configs.get("node1"))
                                .initialAdvertisePeerUrls()
                                .getFirst(),
                        url(ports.get(1)),
                        url(ports.get(3))));

        CommandRun dry = run("members", "apply", file.toString(), "--dry-run");
        assertThat(dry.exitCode()).as(dry.err()).isEqualTo(ExitCode.OK);
        assertThat(dry.out())
                .contains("add      d at ", "add      e at ", "remove   node2", "remove   node3", "nothing was changed")
                .contains("3 voters, 2 of them healthy, tolerate 0 failures; afterwards 3 voters, 3 of them healthy,"
                        + " tolerate 1 failure");
        assertThat(list()).hasSize(3);

        CompletableFuture<CommandRun> apply = begin("members", "apply", file.toString());
        join(apply, "d", ports.get(0), ports.get(1));
        join(apply, "e", ports.get(2), ports.get(3));
        assertDone(apply.get());
        assertThat(voters()).containsExactlyInAnyOrder("node1", "d", "e");
        assertThat(run("get", "key").out()).contains("value");
        assertThat(run("members", "apply", file.toString()).out()).contains("already");
    }

    @Test
    void whatWouldEndangerTheQuorumIsRefusedAndALearnerWithoutProgressIsReported() throws Exception {
        close("node3");
        CommandRun remove = run("members", "remove", "node2");
        assertThat(remove.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(remove.err()).contains("refused, and nothing was changed", "have no quorum");
        CommandRun forced = run("members", "remove", "node2", "--force");
        assertThat(forced.exitCode())
                .as("what the members refuse stays refused")
                .isEqualTo(ExitCode.FAILED);
        String mostOfThemGo = onlyNode1().toString();
        CommandRun dry = run("members", "apply", mostOfThemGo, "--dry-run");
        assertThat(dry.exitCode()).isEqualTo(ExitCode.FAILED);
        String why = "of 3 voters, 1 would be left, which is less than a quorum";
        assertThat(dry.err()).contains("refused, and nothing was changed", why);
        CommandRun insisted = run("members", "apply", mostOfThemGo, "--force");
        assertThat(insisted.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(insisted.out()).as("the members say the same").containsPattern("FAILED +change the members.*" + why);
        assertThat(voters()).hasSize(3);

        int port = FreePorts.find(1).getFirst();
        CommandRun add = run("members", "add", "d", "--peer-urls", url(port), "--patience=1s");
        assertThat(add.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(add.out())
                .contains("learner d (", "has not come closer to having the log for 1 s", "it was not started");
        assertThat(voters()).hasSize(3);
        assertThat(list()).hasSize(4);
        String learner = list().stream()
                .filter(member -> member.get("role").getAsString().equals("learner"))
                .map(member -> member.get("member_id").getAsString())
                .findFirst()
                .orElseThrow();
        assertDone(run("members", "remove", learner));

        CommandRun replace = run("members", "replace", "node3", "--by", "e", "--peer-urls", url(port), "--patience=1s");
        assertThat(replace.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(replace.out()).contains("take back: add e as learners");
        assertThat(list()).hasSize(3);

        List<JsonObject> operations = operations();
        assertThat(operations)
                .extracting(operation -> operation.get("state").getAsString())
                .containsExactly("FAILED", "FAILED", "FAILED", "FAILED", "DONE", "FAILED");
        assertThat(operations.get(1).getAsJsonObject("report").get("forced").getAsBoolean())
                .isTrue();
        CommandRun one = run("operations", operations.getLast().get("id").getAsString());
        assertThat(one.out())
                .contains("members replace node3 by e", "BEFORE", "STEP", "take back", "has not come closer");
        assertThat(run("doctor").out())
                .containsPattern(
                        "serious: operation \\d+ \\(members replace node3 by e\\) failed .* has not come closer")
                .containsPattern(
                        "notice: operation \\d+ \\(members apply .*\\) was forced .*" + why + ".* the latest of 2 ")
                .doesNotContain("does not tell");
    }

    /** It waits for a learner that is never started; what it has done stands, since somebody else works on the cluster now. */
    @Test
    void oneOperationIsUnderWayAtATimeAndOneThatIsBrokenOffStops() throws Exception {
        int port = FreePorts.find(1).getFirst();
        CompletableFuture<CommandRun> replace =
                begin("members", "replace", "node3", "--by", "e", "--peer-urls", url(port), "--patience=10m");
        await().atMost(PATIENCE).until(() -> list().size() == 4);

        CommandRun second = run("compact", "2");
        assertThat(second.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(second.err()).contains("is under way (members replace node3 by e)", "nothing was changed");
        String howFar = "e: it does not answer, and has got nothing yet";
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(operations()
                                .getLast()
                                .getAsJsonObject("report")
                                .get("under_way")
                                .getAsString())
                        .startsWith(howFar));
        assertThat(run("operations", operations().getLast().get("id").getAsString())
                        .out())
                .contains("when it waited: " + howFar);
        assertDone(run("transfer-leader", "node2", "--break-off"));

        CommandRun broken = replace.get();
        assertThat(broken.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(broken.out())
                .contains("another operation has broken this one off", "          " + howFar)
                .doesNotContain("take back");
        assertThat(list()).as("what was done stands").hasSize(4);
        assertThat(operations())
                .extracting(operation -> operation.get("state").getAsString())
                .containsExactly("BROKEN_OFF", "DONE");
    }

    @Test
    void theLeaderIsMovedHistoryGivenUpAndEachMemberRestartedWhileTheRestServes() {
        for (String target : List.of("node2", "node3", "node3")) {
            assertDone(run("transfer-leader", target));
        }
        assertAnOperationThatAnAlarmForbidsIsDoneIfForced();
        assertDone(run("members", "update", "node1", "--priority=0"));
        assertThat(list())
                .extracting(member -> member.get("priority").getAsInt())
                .containsExactlyInAnyOrder(0, 1, 1);
        assertThat(run("members", "list").out()).containsPattern("node1 +\\w+ +voter +0 ");
        assertThat(run("doctor").out()).contains("node1 never leads, since its priority is 0");
        assertThat(run("quorum", "advise").out()).containsPattern("node1 .*voter +good +0 +0\\.\\d\\d");
        assertThat(run("transfer-leader", "node1").exitCode())
                .as("a member of priority 0 never leads")
                .isEqualTo(ExitCode.FAILED);
        assertThat(run("members", "update", "node1").err()).contains("with --peer-urls or --priority");
        assertDone(run("compact", "2"));
        CommandRun again = run("compact", "2");
        assertThat(again.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(again.out()).contains("has been compacted");
        assertDone(run("defragment"));
        assertDone(run("rolling-restart"));
        assertThat(run("get", "key").out()).contains("value");
        assertThat(operations()).hasSize(11);

        assertThat(run("transfer-leader", "nobody").err())
                .contains("there is no member \"nobody\"; there are ", "node1 (");
        assertThat(run("operations", "1").err()).contains("no operation 1 is on record");
        assertThat(run("operations").out().lines()).hasSize(12);
    }
}
