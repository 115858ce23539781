package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.grpc.Status;
import io.quorate.bench.load.LoadPlan;
import io.quorate.bench.load.Target;
import io.quorate.bench.load.Workload;
import io.quorate.server.proto.etcdserverpb.DeleteRangeRequest;
import io.quorate.server.proto.etcdserverpb.LeaseGrpc;
import io.quorate.server.proto.etcdserverpb.LeaseLeasesRequest;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Loads of a fraction of a second, on a member in this process and on what only looks like one. */
@Timeout(120)
class BenchLoadCommandTest {

    @TempDir
    private static Path data = Path.of("");

    private static OneMember member;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() throws IOException {
        member = OneMember.start(OneMember.config(data));
        assertThat(member.run("put", "mine", "kept").exitCode()).isEqualTo(ExitCode.OK);
    }

    @AfterAll
    static void stop() {
        member.close();
    }

    /** The duration is long enough that a pause of the machine does not fill it. */
    private static CommandRun bench(String... arguments) {
        List<String> all = new ArrayList<>(List.of("bench"));
        all.addAll(List.of(arguments));
        for (String usual : List.of("--clients=4", "--duration=500ms", "--warmup=0", "--repeat=2")) {
            String name = usual.substring(0, usual.indexOf('=') + 1);
            if (all.stream().noneMatch(argument -> argument.startsWith(name))) {
                all.add(usual);
            }
        }
        return CommandRun.of(all.toArray(String[]::new));
    }

    /** Every key that the member has. */
    private static List<String> keys() {
        JsonArray keys = JsonParser.parseString(member.run("get", "--prefix", "", "--keys-only", "--output=json")
                        .out())
                .getAsJsonObject()
                .getAsJsonArray("kvs");
        return keys.asList().stream()
                .map(key -> key.getAsJsonObject().get("key_text").getAsString())
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "put, --keys=50, put",
        "get, --keys=50, get",
        "sget, --keys=50, serializable get",
        "mixed, --keys=50, read update",
        "txn, --keys=50, txn",
        "watch, --watchers=5, put event",
        "lease, --timeout=5s, grant keep alive revoke"
    })
    void everyWorkloadHasItsFiguresAndLeavesNothingBehind(String workload, String option, String kinds) {
        CommandRun run = bench(workload, option, "--repeat=1", "--endpoints=" + member.endpoint());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        assertThat(run.err()).contains("1 of 1: ", " ops/s, 0 failed");
        List<String> lines = run.out().lines().toList();
        assertThat(lines.getFirst()).startsWith(workload).contains("4 clients on 4 connections, closed loop");
        assertThat(lines.get(2)).matches("TARGET +REQUESTS +OPS/S +LOWEST +HIGHEST +P50 MS .* FAILED");
        assertThat(run.out()).contains(kinds.split(" ")).doesNotContain(" x refused", " x unknown");
        assertThat(run.out()).contains("members run in the process that makes it");
        assertThat(keys()).containsExactly("mine");
        assertThat(LeaseGrpc.newBlockingStub(member.channel())
                        .leaseLeases(LeaseLeasesRequest.getDefaultInstance())
                        .getLeasesList())
                .isEmpty();
    }

    @Test
    void jsonHasALineForEachRepetitionAndOneForTheWholeAndThePageIsWritten() throws Exception {
        Path page = folder.resolve("put.html");

        CommandRun run = bench(
                "put",
                "--rate=1000",
                "--warmup=50ms",
                "--timeout=30s",
                "--output=json",
                "--html=" + page,
                "--endpoints=" + member.endpoint());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        List<JsonObject> lines = run.out()
                .lines()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .toList();
        assertThat(lines)
                .extracting(line -> line.get("type").getAsString())
                .containsExactly("repetition", "repetition", "summary");
        JsonObject puts = lines.getFirst().getAsJsonArray("requests").get(0).getAsJsonObject();
        // Each arrival of the measured time is answered, however busy the machine is, if not for as long as the
        // timeout.
        assertThat(puts.get("p99_micros").getAsDouble()).isPositive();
        assertThat(puts.getAsJsonArray("failures")).isEmpty();
        assertThat(lines.getLast().getAsJsonObject("plan").get("loop").getAsString())
                .isEqualTo("open");
        assertThat(lines.getFirst().getAsJsonArray("phases"))
                .extracting(phase -> phase.getAsJsonObject().get("phase").getAsString())
                .contains("queue", "commit", "sync", "apply", "answer");
        assertThat(page).content().startsWith("<!DOCTYPE html>").contains("open loop at 1000 requests a second");
    }

    @Test
    void twoThatTakeTurnsAreCompared() {
        CommandRun run = bench("get", "--keys=10", "--compare=a=" + member.endpoint() + ",b=" + member.endpoint());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        assertThat(run.err().lines().filter(line -> line.contains("ops/s, 0 failed")))
                .extracting(line -> line.substring(0, 4))
                .containsExactly("a, 1", "b, 1", "b, 2", "a, 2");
        assertThat(run.out())
                .containsPattern("a TO b +FIGURE +RATIO +LOWEST +HIGHEST")
                .containsPattern("get +OPS/S +\\d+\\.\\d\\d ");
    }

    @Test
    void theKeysStayIfTheyAreToBeKept() {
        CommandRun run = bench("txn", "--keys=3", "--repeat=1", "--keep", "--endpoints=" + member.endpoint());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        assertThat(keys())
                .hasSize(4)
                .filteredOn(key -> key.startsWith("bench/"))
                .hasSize(3);
        assertThat(member.run("del", "--prefix", "bench/").exitCode()).isEqualTo(ExitCode.OK);
    }

    @Test
    void nothingButRefusalsIsAFailure() {
        try (FakeCluster cluster = FakeCluster.start()) {
            cluster.onPut(put -> {
                throw Status.RESOURCE_EXHAUSTED
                        .withDescription("etcdserver: mvcc: database space exceeded")
                        .asRuntimeException();
            });
            CommandRun run = bench("put", "--repeat=1", "--endpoints=" + cluster.endpoint());

            assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(run.err()).contains("not one request to 127.0.0.1:", "refused: etcdserver: mvcc: database");
            assertThat(run.out()).contains(" x refused: etcdserver: mvcc: database space exceeded");
            assertThat(cluster.requests())
                    .filteredOn(DeleteRangeRequest.class::isInstance)
                    .hasSize(1);
        }
    }

    @Test
    void whatIsNotAnsweredHasAnUnknownOutcome() {
        try (FakeCluster cluster = FakeCluster.start()) {
            cluster.fallSilentOnPuts();
            CommandRun run = CommandRun.of(
                    "bench",
                    "put",
                    "--timeout=30ms",
                    "--warmup=0",
                    "--duration=200ms",
                    "--repeat=1",
                    "--keep",
                    "--endpoints=" + cluster.endpoint());

            assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(run.out()).contains(" x unknown outcome: no answer within 30 ms");
            // Without members that tell, costs are looked for where the endpoint leads.
            assertThat(run.out()).contains("in the process that makes it");
        }
    }

    @Test
    void anEndpointThatNobodyListensAtIsNamed() throws IOException {
        int port;
        try (ServerSocket socket = FreePorts.listen()) {
            port = socket.getLocalPort();
        }
        CommandRun run = bench("put", "--endpoints=" + member.endpoint() + ",127.0.0.1:" + port);

        assertThat(run.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.err()).contains("no member answers at 127.0.0.1:" + port);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "put --clients=0|there must be between 1 and 100000 clients",
                "put --rate=0|the rate must be more than 0",
                "put --value-size=2000000|a value has at most 1048576 bytes",
                "put --key-size=8|a key has between 25 and 1024 bytes",
                "watch --value-size=8|a value has at least 16 bytes",
                "put --duration=999999999h|what is measured must take at least 100 ms, and at most a day",
                "put --warmup=999999999h|the warm-up takes between no time and a day",
                "put --timeout=999999999h|at least a millisecond, and at most a day",
                "put --duration=soon|\"soon\" is not a time",
                "put --html=/nowhere/at/all.html|there is no directory for /nowhere/at/all.html",
                "put --html=/|--html takes a file, and not \"/\"",
                "put --html=|--html takes a file, and not \"\"",
                "mixed --mix=a --read-share=50|--mix and --read-share say the same",
                "mixed --read-share=101|the share of reads must be between 0 and 1",
                "put --compare=http://h:1|--compare takes two clusters",
                "put --compare=http://h:1,http://h:1|--compare has the same cluster twice",
                "put --compare=http://h:1,http://i:1 --endpoints=http://h:1|leave --endpoints out",
                "put --endpoints=https://h:1 --cert=c.crt|TLS cannot be spoken: a certificate and its key come together",
                "lease --value-size=3|unknown option --value-size",
                "puts|unknown command puts",
            })
    void whatMakesNoSenseIsRefusedInOneSentence(String arguments, String sentence) {
        List<String> all = new ArrayList<>(List.of("bench"));
        all.addAll(List.of(arguments.split(" ")));
        CommandRun run = CommandRun.of(all.toArray(String[]::new));

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).contains(sentence);
    }

    @Test
    void whoeverStopsARunAtOnceIsToldHowToRemoveItsKeysAlone() {
        LoadPlan plan = new LoadPlan(
                Workload.PUT,
                1,
                1,
                new LoadPlan.Pace(Duration.ofSeconds(1), Duration.ZERO, 1, Optional.empty()),
                new LoadPlan.Data(10, 32, 64),
                0,
                1,
                Duration.ofSeconds(5),
                false);
        Target target = new Target("a", List.of(URI.create("http://h:1"), URI.create("http://h:2")), Optional.empty());

        assertThat(BenchLoadCommand.leftBehind(plan, List.of(target), 0xab))
                .endsWith("remove them with: quorate del --prefix bench/000000ab/ --endpoints h:1,h:2");
    }

    @Test
    void whatTheEnvironmentSaysIsNotBlamedOnTheCommandLine() {
        CommandRun run =
                CommandRun.of(FakeMembers.thatStopAtOnce(), Map.of("QUORATE_ENDPOINTS", "ftp:h"), "", "bench", "put");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("QUORATE_ENDPOINTS has \"ftp:h\"").hasLineCount(1);
    }

    @Test
    void eachWorkloadExplainsItself() {
        assertThat(CommandRun.of("bench", "watch", "--help").out())
                .startsWith("Usage: quorate bench watch")
                .contains("--watchers", "Example:")
                .doesNotContain("--mix");
        assertThat(CommandRun.of("bench", "put", "--help").out()).doesNotContain("--watchers");
        assertThat(CommandRun.of("bench", "--help").out()).contains("sget", "lease", "net");
    }
}
