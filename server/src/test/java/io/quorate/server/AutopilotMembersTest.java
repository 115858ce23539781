package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kv.ManagedOperation;
import io.quorate.server.autopilot.AutopilotPolicy;
import io.quorate.server.autopilot.AutopilotReport;
import io.quorate.server.proto.etcdserverpb.MemberAddRequest;
import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.OperationReport;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members that keep their cluster as a policy wants it, without anybody's help. */
@Timeout(120)
class AutopilotMembersTest {

    private static final String SPARE = "spare";

    private static final AutopilotPolicy POLICY = new AutopilotPolicy(
            Optional.of(Duration.ofMillis(400)), Optional.of(Duration.ofSeconds(1)), List.of(SPARE), false);

    @TempDir
    private Path folder;

    /**
     * One cluster, since starting one takes longest: first a learner is promoted, then, where users must log in, a spare takes a dead
     * voter's place.
     */
    @Test
    void aLearnerIsPromotedAndASpareTakesADeadVotersPlace() throws Exception {
        try (TestCluster cluster = TestCluster.start(3, folder, config -> config.withAutopilot(POLICY))) {
            MemberServer late = join(cluster, "late");
            TestCluster.await(() -> votes(cluster, late), "the learner votes");
            TestCluster.await(() -> isDone(cluster, "autopilot: promote late"), "that is on record");
            MemberServer promoter = cluster.member(cluster.leader());

            MemberServer spare = join(cluster, SPARE);
            Users users = new Users(cluster.channel(cluster.leader()));
            users.add("root", "rootpw", "root");
            users.enable();
            int closed = cluster.follower();
            String dead = cluster.config(closed).name();
            cluster.stop(closed);
            TestCluster.await(() -> votes(cluster, spare), "the spare votes");
            TestCluster.await(
                    () -> isDone(cluster, "autopilot: spare takes the place of " + dead), "that is on record");

            MemberServer leader = cluster.member(cluster.leader());
            assertThat(leader.node().status().configuration().voters()).hasSize(4);
            assertThat(leader.node().status().configuration().removed()).hasSize(1);
            String token = new Users(cluster.channel(cluster.leader())).logIn("root", "rootpw");
            assertThat(page(leader, "nobody's").statusCode()).isEqualTo(401);
            AutopilotReport told = AutopilotReport.ofJson(page(leader, token).body());
            assertThat(told.leads()).isTrue();
            assertThat(told.lastActions())
                    .extracting(AutopilotReport.Action::title)
                    .containsExactly("spare takes the place of " + dead, "promote late");
            assertThat(told.lastActions().getFirst().reason())
                    .contains("voter " + dead + " has not been heard of")
                    .contains("replace-dead-after is 1 s");
            AutopilotReport other = AutopilotReport.ofJson(
                    page(cluster.member(cluster.follower()), token).body());
            assertThat(other.leads()).isFalse();
            assertThat(other.next().what()).isEqualTo(told.name() + " leads, and is the one to act");
            assertThat(other.lastActions()).isEqualTo(told.lastActions());
            String records = String.join("\n", leader.machine().store().auditRecords(1, Integer.MAX_VALUE));
            assertThatItIsInTheAuditLog(records, promoter, "promote late", late);
            assertThatItIsInTheAuditLog(records, leader, "spare takes the place of " + dead, spare);
        }
    }

    /** As the autopilot's: with the member that it belongs to, which leads, and with nobody's name and address. */
    private static void assertThatItIsInTheAuditLog(
            String records, MemberServer leader, String title, MemberServer promoted) {
        String own = "\"member\":\"" + Long.toHexString(leader.memberId()) + "\",\"user\":\"\",\"address\":\"\",";
        String operation = own + "\"kind\":\"operation\",\"action\":\"%s\",\"object\":\"operation \\d+: autopilot: "
                + title + "\"";
        String change = own + "\"kind\":\"membership\",\"action\":\"autopilot\",\"object\":\"[^\"]*promote "
                + Long.toHexString(promoted.memberId()) + ", for operation \\d+\",\"result\":\"%s\"";
        assertThat(records)
                .containsPattern(operation.formatted("begin"))
                .containsPattern(change.formatted("wanted"))
                .containsPattern(change.formatted("ok"))
                .containsPattern(operation.formatted("end"));
    }

    private MemberServer join(TestCluster cluster, String name) throws IOException {
        int port = FreePorts.find(1).getFirst();
        var unused = new EtcdClient(cluster.channel(cluster.leader()))
                .cluster()
                .memberAdd(MemberAddRequest.newBuilder()
                        .addPeerURLs("http://127.0.0.1:" + port)
                        .setIsLearner(true)
                        .build());
        int number = cluster.add(cluster.joining(name, port, folder).withAutopilot(POLICY));
        MemberServer member = cluster.start(number);
        cluster.awaitReady();
        return member;
    }

    private static boolean votes(TestCluster cluster, MemberServer member) {
        return cluster.member(cluster.leader()).node().status().configuration().voters().stream()
                .anyMatch(voter -> voter.value() == member.memberId());
    }

    /** What is on record is sound: it was checked, done, and found as promised. */
    private static boolean isDone(TestCluster cluster, String title) {
        for (ManagedOperation operation :
                cluster.member(cluster.leader()).machine().store().operations()) {
            OperationReport report = report(operation);
            if (report.getTitle().equals(title) && operation.state() != ManagedOperation.State.RUNNING) {
                assertThat(report.getOutcome()).as("%s", report).isEqualTo("done and verified");
                assertThat(report.getVerifiedList())
                        .hasSize(4)
                        .noneMatch(check -> check.getVerdict() == Check.Verdict.REFUSED);
                return true;
            }
        }
        return false;
    }

    private static OperationReport report(ManagedOperation operation) {
        try {
            return OperationReport.parseFrom(operation.report().toByteArray());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static HttpResponse<String> page(MemberServer member, String token) throws Exception {
        int port = member.clientAddresses().getFirst().getPort();
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + MemberServer.AUTOPILOT_PATH))
                            .header("Authorization", token)
                            .build(),
                    BodyHandlers.ofString());
        }
    }
}
