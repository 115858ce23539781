package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.quorate.server.proto.etcdserverpb.DeleteRangeRequest;
import io.quorate.server.proto.etcdserverpb.DeleteRangeResponse;
import io.quorate.server.proto.etcdserverpb.Member;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.PutResponse;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RangeRequest.SortOrder;
import io.quorate.server.proto.etcdserverpb.RangeRequest.SortTarget;
import io.quorate.server.proto.etcdserverpb.RangeResponse;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientCommandsTest {

    private static final ByteString NO_TEXT = ByteString.copyFrom(new byte[] {(byte) 0xff, 0, 'x'});

    private final FakeCluster cluster = FakeCluster.start();

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void getPrintsATable() {
        cluster.onRange(request -> twoKeys());

        CommandRun run = run("get", "--prefix", "a");

        assertThat(run.err()).isEmpty();
        assertThat(run.out().lines())
                .containsExactly(
                        "KEY    REVISION  VERSION  VALUE",
                        "a1     5         2        \\xff\\x00x",
                        "grüße  5         2        two\\nlines",
                        "",
                        "2 keys at revision 7");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void theEndpointsMayComeFromTheEnvironmentAndTheCommandLineWins() {
        cluster.onRange(request -> twoKeys());
        String elsewhere = "127.0.0.1:1";

        assertThat(withEndpoints(cluster.endpoint(), "get", "k").exitCode()).isZero();
        assertThat(withEndpoints(elsewhere, "get", "k", "--endpoints=" + cluster.endpoint())
                        .exitCode())
                .isZero();
        assertThat(withEndpoints(elsewhere, "get", "k").exitCode()).isEqualTo(ExitCode.UNREACHABLE);
    }

    @Test
    void aBadEndpointInTheEnvironmentIsBlamedOnItsVariable() {
        CommandRun run = withEndpoints("localhost", "get", "k");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("QUORATE_ENDPOINTS has \"localhost\"").hasLineCount(1);
    }

    /** The one who asks is named in the environment alone: there is no terminal here. */
    @Test
    void aUserWithoutAPasswordNeedsATerminal() {
        CommandRun run = CommandRun.of(
                FakeMembers.thatStopAtOnce(),
                Map.of("QUORATE_USER", "ann"),
                "",
                "get",
                "k",
                "--endpoints=" + cluster.endpoint());

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("QUORATE_USER has no password").hasLineCount(1);
        assertThat(run("get", "k", "--user=:secret").err())
                .contains("--user names no user")
                .doesNotContain("secret");
    }

    private static CommandRun withEndpoints(String endpoints, String... arguments) {
        return CommandRun.of(FakeMembers.thatStopAtOnce(), Map.of("QUORATE_ENDPOINTS", endpoints), "", arguments);
    }

    @Test
    void getPrintsJsonWithBase64AndWithTextWhereItIsPrintable() {
        cluster.onRange(request -> twoKeys());

        JsonObject answer = JsonParser.parseString(
                        run("get", "--prefix", "a", "--output=json").out())
                .getAsJsonObject();

        // 64 bits do not fit a JSON number.
        assertThat(answer.get("cluster_id").getAsString()).isEqualTo("ffffffffffffffff");
        assertThat(answer.get("revision").getAsLong()).isEqualTo(7);
        assertThat(answer.get("count").getAsLong()).isEqualTo(2);
        assertThat(answer.get("more").getAsBoolean()).isFalse();
        JsonObject first = answer.getAsJsonArray("kvs").get(0).getAsJsonObject();
        assertThat(first.get("key").getAsString()).isEqualTo("YTE=");
        assertThat(first.get("key_text").getAsString()).isEqualTo("a1");
        assertThat(first.get("value").getAsString()).isEqualTo("/wB4");
        assertThat(first.has("value_text")).isFalse();
        assertThat(first.get("create_revision").getAsLong()).isEqualTo(3);
        assertThat(first.get("mod_revision").getAsLong()).isEqualTo(5);
        assertThat(first.get("version").getAsLong()).isEqualTo(2);
    }

    @Test
    void getOfASingleKeyAsksForTheNewestRevisionLinearizably() {
        run("get", "k");

        assertThat(cluster.requests())
                .containsExactly(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("k"))
                        .build());
    }

    @Test
    void everyOptionOfGetReachesTheRequest() {
        run(
                "get",
                "--prefix",
                "k",
                "--rev=4",
                "--limit=9",
                "--keys-only",
                "--consistency=s",
                "--sort-by=modify",
                "--order=descend");
        run("get", "--count-only", "a", "c");
        run("get", "--sort-by=create", "a");

        assertThat(cluster.requests())
                .containsExactly(
                        RangeRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("k"))
                                .setRangeEnd(ByteString.copyFromUtf8("l"))
                                .setRevision(4)
                                .setLimit(9)
                                .setKeysOnly(true)
                                .setSerializable(true)
                                .setSortTarget(SortTarget.MOD)
                                .setSortOrder(SortOrder.DESCEND)
                                .build(),
                        RangeRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("a"))
                                .setRangeEnd(ByteString.copyFromUtf8("c"))
                                .setCountOnly(true)
                                .build(),
                        RangeRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("a"))
                                .setSortTarget(SortTarget.CREATE)
                                .setSortOrder(SortOrder.ASCEND)
                                .build());
    }

    @Test
    void thePrefixOfAllKeysAndTheRangeFromAKeyOnHaveNoEnd() {
        ByteString zero = ByteString.copyFrom(new byte[] {0});
        run("get", "--prefix", "");
        run("get", "--from-key", "m");

        assertThat(cluster.requests())
                .containsExactly(
                        RangeRequest.newBuilder().setKey(zero).setRangeEnd(zero).build(),
                        RangeRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("m"))
                                .setRangeEnd(zero)
                                .build());
    }

    @Test
    void aReadThatWasCutOffByTheLimitSaysSo() {
        cluster.onRange(
                request -> twoKeys().toBuilder().setMore(true).setCount(40).build());

        assertThat(run("get", "--prefix", "a", "--limit=2", "--keys-only").out())
                .contains("2 of 40 keys at revision 7")
                .doesNotContain("VALUE");
    }

    @Test
    void putSendsTheValueOfTheCommandLine() {
        CommandRun run = run("put", "k", "v w");

        assertThat(run.out().lines()).containsExactly("written at revision 7");
        assertThat(cluster.requests()).containsExactly(put("k", "v w").build());
    }

    @Test
    void putSendsStandardInputUnchangedWhereThereIsNoValue() {
        CommandRun run = CommandRun.of(
                FakeMembers.thatStopAtOnce(), Map.of(), "line\n", "put", "k", "--endpoints=" + cluster.endpoint());

        assertThat(run.err()).isEmpty();
        assertThat(cluster.requests()).containsExactly(put("k", "line\n").build());
    }

    @Test
    void putTakesAnEmptyValueAndOneThatLooksLikeAnOptionOrAFile() {
        run("put", "k", "");
        run("put", "k", "--", "--prefix");
        run("put", "k", "@file");
        run("put", "k", "\"quoted\"");

        assertThat(cluster.requests())
                .containsExactly(
                        put("k", "").build(),
                        put("k", "--prefix").build(),
                        put("k", "@file").build(),
                        put("k", "\"quoted\"").build());
    }

    @Test
    void putPrintsWhatTheKeyHadBefore() {
        cluster.onPut(request -> PutResponse.newBuilder()
                .setHeader(FakeCluster.HEADER)
                .setPrevKv(FakeCluster.keyValue("k", ByteString.copyFromUtf8("old")))
                .build());

        assertThat(run("put", "k", "new", "--prev-kv").out()).contains("k    5         2        old");
        assertThat(cluster.requests())
                .containsExactly(put("k", "new").setPrevKv(true).build());
    }

    @Test
    void delPrintsHowManyKeysItDeletedAndWhatTheyHad() {
        cluster.onDelete(request -> DeleteRangeResponse.newBuilder()
                .setHeader(FakeCluster.HEADER)
                .setDeleted(1)
                .addPrevKvs(FakeCluster.keyValue("ab", ByteString.copyFromUtf8("old")))
                .build());

        CommandRun table = run("del", "--prefix", "a", "--prev-kv");
        CommandRun json = run("del", "--prefix", "a", "--prev-kv", "--output=json");

        assertThat(table.out()).contains("old").endsWith("1 key deleted at revision 7" + System.lineSeparator());
        JsonObject answer = JsonParser.parseString(json.out()).getAsJsonObject();
        assertThat(answer.get("deleted").getAsInt()).isEqualTo(1);
        assertThat(answer.getAsJsonArray("prev_kvs")).hasSize(1);
        assertThat(cluster.requests())
                .containsOnly(DeleteRangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("a"))
                        .setRangeEnd(ByteString.copyFromUtf8("b"))
                        .setPrevKv(true)
                        .build());
    }

    @Test
    void statusAsksEveryMemberOfTheListAndFailsWhenOneDoesNotAnswer() throws IOException {
        String nobody = "http://127.0.0.1:" + FreePorts.find(1).getFirst();
        cluster.hasMembers(
                member("node1", FakeCluster.HEADER.getMemberId(), cluster.endpoint()), member("node2", 0xdef, nobody));

        CommandRun table = run("status");
        CommandRun json = run("status", "--output=json");

        List<String> lines = table.out().lines().toList();
        assertThat(lines.get(1).split(" +"))
                .containsExactly("node1", "abc", cluster.endpoint(), "leader", "2", "11", "10", "2", "KiB", "3.4.0");
        assertThat(lines.get(2)).startsWith("node2").contains("unreachable").endsWith("no answer");
        assertThat(table.exitCode()).isEqualTo(ExitCode.FAILED);
        JsonObject answer = JsonParser.parseString(json.out()).getAsJsonObject();
        assertThat(answer.getAsJsonArray("members")
                        .get(0)
                        .getAsJsonObject()
                        .get("healthy")
                        .getAsBoolean())
                .isTrue();
        assertThat(answer.getAsJsonArray("members")
                        .get(1)
                        .getAsJsonObject()
                        .get("role")
                        .getAsString())
                .isEqualTo("unreachable");
    }

    @Test
    void statusOfAClusterWhoseMembersAllAnswerExitsWithZero() {
        cluster.hasMembers(member("node1", FakeCluster.HEADER.getMemberId(), cluster.endpoint()));

        assertThat(run("status").exitCode()).isZero();
    }

    @Test
    void aRefusalIsPrintedInTheClustersOwnWords() {
        cluster.onRange(request -> {
            throw Status.OUT_OF_RANGE
                    .withDescription("etcdserver: mvcc: required revision has been compacted")
                    .asRuntimeException();
        });

        CommandRun run = run("get", "k", "--rev=1");

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err().lines())
                .containsExactly(
                        "quorate get: the cluster refused: etcdserver: mvcc: required revision has been compacted");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void anEndpointThatCannotBeReachedIsPassedOver() throws IOException {
        int nobody = FreePorts.find(1).getFirst();

        CommandRun run = CommandRun.of("put", "k", "v", "--endpoints=127.0.0.1:" + nobody + "," + cluster.endpoint());

        assertThat(run.exitCode()).isZero();
        assertThat(cluster.requests()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"get", "put", "del", "status"})
    void whenNoEndpointCanBeReachedAllThatWereTriedAreNamed(String command) throws IOException {
        List<Integer> nobody = FreePorts.find(2);
        List<String> arguments = Stream.of(
                        List.of(command), command.equals("status") ? List.<String>of() : List.of("k"))
                .flatMap(List::stream)
                .toList();

        CommandRun run = CommandRun.of(Stream.concat(
                        arguments.stream(),
                        Stream.of("--endpoints=127.0.0.1:" + nobody.get(0) + ",http://127.0.0.1:" + nobody.get(1)))
                .toArray(String[]::new));

        assertThat(run.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.err())
                .contains("127.0.0.1:" + nobody.get(0) + ", 127.0.0.1:" + nobody.get(1))
                .contains("quorate dev")
                .hasLineCount(1);
    }

    @Test
    void aReadGoesOnToTheNextEndpointWhenTheConnectionIsLost() throws IOException {
        try (FakeCluster losing = FakeCluster.start()) {
            losing.onRange(request -> {
                throw Status.UNAVAILABLE.withDescription("io exception").asRuntimeException();
            });

            CommandRun run = CommandRun.of("get", "k", "--endpoints=" + losing.endpoint() + "," + cluster.endpoint());

            assertThat(run.exitCode()).isZero();
            assertThat(losing.requests()).hasSize(1);
            assertThat(cluster.requests()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"io exception", "etcdserver: request timed out", "etcdserver: leader changed"})
    void aWriteThatMayHaveBeenCarriedOutIsReportedAsUnknownAndSentOnce(String description) throws IOException {
        try (FakeCluster losing = FakeCluster.start()) {
            losing.onPut(request -> {
                throw Status.UNAVAILABLE.withDescription(description).asRuntimeException();
            });

            CommandRun run =
                    CommandRun.of("put", "k", "v", "--endpoints=" + losing.endpoint() + "," + cluster.endpoint());

            assertThat(run.exitCode()).isEqualTo(ExitCode.UNKNOWN_OUTCOME);
            assertThat(run.err()).contains("outcome of this write is unknown").hasLineCount(1);
            assertThat(losing.requests()).hasSize(1);
            assertThat(cluster.requests()).isEmpty();
        }
    }

    @Test
    void aWriteWithoutAnAnswerInTimeIsReportedAsUnknown() {
        cluster.fallSilent();

        CommandRun run = run("put", "k", "v", "--timeout=1500ms");

        assertThat(run.exitCode()).isEqualTo(ExitCode.UNKNOWN_OUTCOME);
        assertThat(run.err()).contains("did not answer within 1500 ms");
    }

    @Test
    void aReadWithoutAnAnswerInTimeSaysHowLongItWaited() {
        cluster.fallSilent();

        CommandRun run = run("get", "k", "--timeout=1500ms");

        assertThat(run.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.err()).contains("did not answer within 1500 ms").hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "get",
                "get k --limit=-1",
                "get k --limit=x",
                "get k --rev=-1",
                "get k --prefix --from-key",
                "get a b --prefix",
                "get k --consistency=x",
                "get k --sort-by=size",
                "get k --order=up",
                "get k --output=xml",
                "get k --timeout=0s",
                "get k --timeout=soon",
                "get k --endpoints=",
                "get k --endpoints=localhost",
                "get k --endpoints=https://127.0.0.1:2379 --cert=c.crt",
                "get k --endpoints=https://127.0.0.1:2379 --cacert=no-such-file",
                "get a b c",
                "put",
                "put a b c",
                "put a b --ttl=3",
                "del",
                "status now",
                "version 2",
                "help nothing",
                "gte k",
                "--verbose"
            })
    void badInputIsRefusedWithOneSentenceAndNothingIsSent(String line) {
        CommandRun run = CommandRun.of(line.split(" "));

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).startsWith("quorate").hasLineCount(1);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void helpNamesEveryCommandWithAnExample() {
        CommandRun run = CommandRun.of("help");

        assertThat(run.exitCode()).isZero();
        for (String command : List.of("dev", "server", "status", "put", "get", "del", "version", "help")) {
            assertThat(run.out()).contains("$ quorate " + command);
            assertThat(CommandRun.of(command, "--help").out())
                    .startsWith("Usage: quorate " + command)
                    .contains("Example:");
            assertThat(CommandRun.of("help", command).out())
                    .isEqualTo(CommandRun.of(command, "--help").out());
        }
        assertThat(run.out()).doesNotContain("warm-up");
    }

    @Test
    void versionTellsTheReleaseTheApiAndTheJdk() {
        assertThat(CommandRun.of("version").out())
                .contains("etcd API  3.4")
                .contains(Runtime.version().toString())
                .doesNotContain("${");
        JsonObject answer = JsonParser.parseString(
                        CommandRun.of("version", "--output=json").out())
                .getAsJsonObject();
        assertThat(answer.get("version").getAsString()).matches("\\d+\\.\\d+\\.\\d+.*");
    }

    private CommandRun run(String... arguments) {
        return CommandRun.of(Stream.concat(
                        // In front, since everything behind "--" is not an option any more.
                        Stream.of(arguments[0], "--endpoints=" + cluster.endpoint()),
                        Stream.of(arguments).skip(1))
                .toArray(String[]::new));
    }

    private static RangeResponse twoKeys() {
        return RangeResponse.newBuilder()
                .setHeader(FakeCluster.HEADER)
                .addKvs(FakeCluster.keyValue("a1", NO_TEXT))
                .addKvs(FakeCluster.keyValue("grüße", ByteString.copyFromUtf8("two\nlines")))
                .setCount(2)
                .build();
    }

    private static PutRequest.Builder put(String key, String value) {
        return PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).setValue(ByteString.copyFromUtf8(value));
    }

    private static Member member(String name, long id, String clientUrl) {
        return Member.newBuilder()
                .setName(name)
                .setID(id)
                .addClientURLs(clientUrl)
                .build();
    }
}
