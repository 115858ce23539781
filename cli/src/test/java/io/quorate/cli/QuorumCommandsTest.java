package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.quorate.server.MemberServer;
import io.quorate.server.Release;
import io.quorate.server.ServerConfig;
import io.quorate.server.report.MemberReport;
import io.quorate.server.report.ReportJson;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is told of the quorum, of members that run and of members that have stopped. */
@Timeout(120)
class QuorumCommandsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path dir = Path.of("");

    private final List<MemberServer> members = new ArrayList<>();
    private String endpoint = "";

    @AfterEach
    void stop() {
        members.forEach(MemberServer::close);
    }

    private void startThree() throws IOException {
        List<Integer> ports = FreePorts.find(6);
        List<ServerConfig> configs = DevCluster.of(3, ports.subList(0, 3), ports.subList(3, 6), dir, false)
                .configs();
        endpoint = "127.0.0.1:" + ports.getFirst();
        for (int i = 0; i < configs.size(); i++) {
            members.add(MemberServer.start(configs.get(i).withZone("zone" + (i + 1))));
            if (i == 0) {
                await().atMost(PATIENCE)
                        .until(
                                () -> run("doctor")
                                        .out()
                                        .contains(
                                                "node1 takes no part yet, since it came without data: it has no data, and 2 of the others must answer"));
            }
        }
        members.forEach(member -> member.ready().join());
    }

    private CommandRun run(String... command) {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.add("--endpoints=" + endpoint);
        return CommandRun.of(arguments.toArray(String[]::new));
    }

    private JsonObject json(String... command) {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.add("--output=json");
        return JsonParser.parseString(run(arguments.toArray(String[]::new)).out())
                .getAsJsonObject();
    }

    private static List<JsonObject> objects(JsonArray array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    private boolean allLinksAreMeasured() {
        List<JsonObject> links = objects(json("quorum", "advise").getAsJsonArray("links"));
        return links.size() == 3 && links.stream().allMatch(link -> link.has("rtt_micros"));
    }

    private List<JsonObject> problems() {
        return objects(json("why").getAsJsonArray("problems"));
    }

    private static HttpResponse<String> page(MemberServer member, String method) throws Exception {
        InetSocketAddress address = member.clientAddresses().getFirst();
        URI page = URI.create("http://127.0.0.1:" + address.getPort() + MemberServer.REPORT_PATH);
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(page)
                            .method(method, BodyPublishers.noBody())
                            .build(),
                    BodyHandlers.ofString());
        }
    }

    /** One cluster, since starting one takes longest: first whole, then with one member fewer, then with one left. */
    @Test
    void aClusterIsToldAsItIs() throws Exception {
        startThree();
        await().atMost(PATIENCE).until(this::allLinksAreMeasured);
        aPageTells();
        allIsAdvisedOn();
        changesAreReckonedWith();
        assertThat(problems())
                .noneMatch(problem -> problem.get("subject").getAsString().startsWith("node"));

        members.getLast().close();
        await().atMost(PATIENCE)
                .until(() -> run("why", "--timeout=2s")
                        .out()
                        .contains("node3 is down, or cut off: no member that answers reaches it either"));
        assertThat(run("why", "--timeout=2s").exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run("doctor", "--timeout=2s").out()).contains("would stop with the next member that fails");
        CommandRun advice = run("quorum", "advise", "--timeout=2s");
        assertThat(advice.out())
                .contains("Now: no member may fail", "Once all members are well: any one member may fail")
                .containsPattern("node3 +zone3 +voter +down")
                .contains("Note: node3 cannot be reached; starting it again with its data costs least");

        members.get(1).close();
        await().atMost(PATIENCE)
                .until(() -> run("why", "--timeout=2s")
                        .out()
                        .contains("has no leader: 1 of 3 voters can vote, 2 are needed"));
        assertThat(page(members.getFirst(), "GET").statusCode()).isEqualTo(200);
    }

    private void aPageTells() throws Exception {
        // A link is measured by both its ends, and the other end may have been the first.
        MemberReport report = await().atMost(PATIENCE)
                .until(
                        () -> ReportJson.read(page(members.getFirst(), "GET").body()),
                        read -> read.links().size() == 2
                                && read.links().stream().allMatch(MemberReport.Link::connected));
        assertThat(report.name()).isEqualTo("node1");
        assertThat(report.zone()).contains("zone1");
        assertThat(report.release()).contains(Release.ofThisProgram().name());
        assertThat(ClusterSight.release(ofRelease("1.2.3"))).isEqualTo("1.2.3");
        assertThat(ClusterSight.release(ofRelease(Release.UNKNOWN)))
                .as("members that do not know theirs are not known to be of the same")
                .isEmpty();
        assertThat(report.voters()).hasSize(3).contains(report.memberId());
        assertThat(report.members()).extracting(MemberReport.Known::name).contains("node1", "node2", "node3");
        assertThat(report.commitIndex()).isPositive();
        assertThat(report.disk()).isPresent();
        assertThat(report.sync().count()).isPositive();
        assertThat(page(members.getFirst(), "POST").statusCode()).isEqualTo(405);
    }

    private MemberReport ofRelease(String name) throws Exception {
        String told = page(members.getFirst(), "GET").body();
        return ReportJson.read(told.replaceFirst("\"release\":\"[^\"]*\"", "\"release\":\"" + name + "\""));
    }

    private void allIsAdvisedOn() {
        CommandRun run = run("quorum", "advise");
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run.out())
                .containsPattern("node1 +zone1 +(leader|voter) +good")
                .containsPattern("node2 +[\\d.]+ ms / [\\d.]+ ms.* +- +[\\d.]+ ms / [\\d.]+ ms")
                .contains("Now: any one member may fail, any whole zone may fail");
    }

    private void changesAreReckonedWith() {
        assertThat(run("quorum", "what-if", "--remove", "node3").out())
                .contains("As it is:", "After the change:", "Now: no member may fail");
        assertThat(run("quorum", "what-if", "--add", "node4@zone4,node5@zone5").out())
                .contains("Now: any 2 members may fail, any whole zone may fail");
        JsonObject whatIf = json("quorum", "what-if", "--add=node4@zone4", "--leader=node4");
        assertThat(whatIf.getAsJsonObject("after")
                        .getAsJsonObject("commit_p50")
                        .get("known")
                        .getAsString())
                .isEqualTo("unknown");

        CommandRun nobody = run("quorum", "what-if", "--remove", "node9");
        assertThat(nobody.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(nobody.err()).contains("there is no member node9; there are node");
        assertThat(run("quorum", "what-if").err()).contains("say what would be changed");
        assertThat(CommandRun.of("quorum").err()).contains("say what to tell of the quorum: advise or what-if");
    }
}
