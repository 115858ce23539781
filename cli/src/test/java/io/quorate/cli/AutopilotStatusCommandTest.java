package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpServer;
import io.quorate.server.MemberServer;
import io.quorate.server.autopilot.AutopilotReport;
import io.quorate.server.proto.etcdserverpb.Member;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is told of what the members' pages tell. */
class AutopilotStatusCommandTest {

    private static final AutopilotReport.Policy POLICY =
            new AutopilotReport.Policy(30_000, 600_000, List.of("e", "f"), true);
    private static final AutopilotReport.Policy NONE = new AutopilotReport.Policy(0, 0, List.of(), false);

    private final FakeCluster cluster = FakeCluster.start();
    private final List<HttpServer> pages = new ArrayList<>();

    @AfterEach
    void stop() {
        cluster.close();
        pages.forEach(page -> page.stop(0));
    }

    /** A member the page of which answers so. */
    private Member member(String name, int status, String body) {
        try {
            HttpServer page = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            page.createContext(MemberServer.AUTOPILOT_PATH, exchange -> {
                exchange.sendResponseHeaders(status, bytes.length);
                exchange.getResponseBody().write(bytes);
                exchange.close();
            });
            page.start();
            pages.add(page);
            return Member.newBuilder()
                    .setName(name)
                    .addClientURLs("http://127.0.0.1:" + page.getAddress().getPort())
                    .build();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static AutopilotReport report(
            String name, boolean leads, AutopilotReport.Policy policy, AutopilotReport.Next next) {
        return new AutopilotReport(
                name,
                name,
                !policy.equals(NONE),
                leads,
                "a",
                "a",
                7,
                policy,
                next,
                leads
                        ? List.of(
                                new AutopilotReport.Observed("1", "a", "z1", "leader", "steady", 3_600_000),
                                new AutopilotReport.Observed("2", "", "", "learner", "silent", 12_500))
                        : List.of(),
                List.of(new AutopilotReport.Action(
                        41,
                        0,
                        "done",
                        "e takes the place of b",
                        "voter b has not been heard of",
                        "done and verified")));
    }

    private CommandRun status(String... options) {
        List<String> command = new ArrayList<>(List.of("autopilot", "status", "--endpoints=" + cluster.endpoint()));
        command.addAll(List.of(options));
        return CommandRun.of(command.toArray(String[]::new));
    }

    private void hasALeader() {
        AutopilotReport.Next waiting = new AutopilotReport.Next("waiting", "learner d is promoted", "", 21_000);
        AutopilotReport.Next nothing = new AutopilotReport.Next("nothing", "a leads", "", 0);
        cluster.hasMembers(
                member("c", 404, "There is nothing at this path."),
                member("b", 200, report("b", false, NONE, nothing).toJson()),
                member("a", 200, report("a", true, POLICY, waiting).toJson()),
                Member.newBuilder()
                        .setName("gone")
                        .addClientURLs("http://127.0.0.1:1")
                        .build());
    }

    @Test
    void whatTheLeaderTellsIsPrinted() {
        hasALeader();
        CommandRun run = status();
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run.out())
                .contains("Leader: a in term 7")
                .contains("Policy: promote-learners-after 30s, replace-dead-after 10m, spares e f, balance-zones")
                .contains("Next:   in 21s: learner d is promoted")
                .contains("Note:   b has another policy")
                .containsPattern("a +z1 +leader +steady +60m")
                .containsPattern("2 +- +learner +silent +12s")
                .containsPattern(
                        "41 +1970-01-01T00:00:00Z +done +e takes the place of b +voter b .* +done and verified");
    }

    @Test
    void jsonIsThePageAndWhoHasAnotherPolicy() {
        hasALeader();
        JsonObject told = JsonParser.parseString(status("--output=json").out()).getAsJsonObject();
        assertThat(told.get("name").getAsString()).isEqualTo("a");
        assertThat(told.getAsJsonObject("next").get("left_millis").getAsLong()).isEqualTo(21_000);
        assertThat(told.getAsJsonArray("other_policies")).hasSize(1);
        assertThat(told.getAsJsonArray("members")).hasSize(2);
    }

    @Test
    void withoutAPolicyThatIsSaid() {
        cluster.hasMembers(member(
                "a",
                200,
                report("a", true, NONE, new AutopilotReport.Next("nothing", "no policy", "", 0))
                        .toJson()));
        assertThat(status().out()).contains("Policy: none, so that nothing is done");
    }

    @Test
    void withoutALeaderOrAUserThatIsSaid() {
        cluster.hasMembers(member(
                "b",
                200,
                report("b", false, POLICY, new AutopilotReport.Next("nothing", "nobody leads", "", 0))
                        .toJson()));
        assertThat(status().exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(status().err()).contains("no member that answers leads");
        cluster.hasMembers(member("a", 401, "etcdserver: user name is empty"));
        assertThat(status().exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(status().err()).contains("name one with --user (etcdserver: user name is empty)");
        assertThat(CommandRun.of("autopilot").err()).contains("say what to tell of the autopilot: status");
    }
}
