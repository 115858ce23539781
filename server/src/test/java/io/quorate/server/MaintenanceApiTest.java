package io.quorate.server;

import static io.quorate.server.EtcdClient.assertFails;
import static io.quorate.server.EtcdClient.bytes;
import static io.quorate.server.EtcdClient.op;
import static io.quorate.server.EtcdClient.putOf;
import static io.quorate.server.EtcdClient.rangeOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.MemberId;
import io.quorate.server.proto.etcdserverpb.AlarmMember;
import io.quorate.server.proto.etcdserverpb.AlarmRequest;
import io.quorate.server.proto.etcdserverpb.AlarmRequest.AlarmAction;
import io.quorate.server.proto.etcdserverpb.AlarmType;
import io.quorate.server.proto.etcdserverpb.DefragmentRequest;
import io.quorate.server.proto.etcdserverpb.DowngradeRequest;
import io.quorate.server.proto.etcdserverpb.DowngradeRequest.DowngradeAction;
import io.quorate.server.proto.etcdserverpb.HashKVRequest;
import io.quorate.server.proto.etcdserverpb.HashRequest;
import io.quorate.server.proto.etcdserverpb.Member;
import io.quorate.server.proto.etcdserverpb.MemberListRequest;
import io.quorate.server.proto.etcdserverpb.MoveLeaderRequest;
import io.quorate.server.proto.etcdserverpb.StatusRequest;
import io.quorate.server.proto.etcdserverpb.StatusResponse;
import io.quorate.server.proto.etcdserverpb.TxnRequest;
import io.quorate.server.wire.EtcdError;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the members say of themselves, of each other, and of their health. */
class MaintenanceApiTest {

    @TempDir
    private static Path folder;

    private static TestCluster cluster;
    private static List<EtcdClient> clients;

    @BeforeAll
    static void start() throws IOException {
        cluster = TestCluster.start(3, folder);
        clients = IntStream.range(0, 3)
                .mapToObj(member -> new EtcdClient(cluster.channel(member)))
                .toList();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static StatusResponse status(int member) {
        return clients.get(member).maintenance().status(StatusRequest.getDefaultInstance());
    }

    private static AlarmRequest alarm(AlarmAction action, AlarmType type) {
        return AlarmRequest.newBuilder()
                .setAction(action)
                .setAlarm(type)
                .setMemberID(7)
                .build();
    }

    private static HttpResponse<String> health(int member) throws IOException, InterruptedException {
        return health(member, "");
    }

    private static HttpResponse<String> health(int member, String query) throws IOException, InterruptedException {
        int port = cluster.member(member).clientAddresses().getFirst().getPort();
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health" + query))
                            .build(),
                    BodyHandlers.ofString());
        }
    }

    @Test
    void aMemberTellsItsVersionItsSizeItsLeaderAndHowFarItIs() {
        for (int i = 0; i < 3; i++) {
            long revision = clients.get(i).put("status", "x").getHeader().getRevision();
            long leader = cluster.member(cluster.leader()).memberId();
            StatusResponse status = status(i);
            assertThat(status.getVersion()).isEqualTo("3.4.23");
            assertThat(status.getLeader()).isEqualTo(leader);
            assertThat(status.getDbSizeInUse()).isPositive();
            assertThat(status.getDbSize()).isGreaterThanOrEqualTo(status.getDbSizeInUse());
            assertThat(status.getRaftAppliedIndex()).isPositive().isLessThanOrEqualTo(status.getRaftIndex());
            assertThat(status.getRaftTerm()).isPositive();
            assertThat(status.getErrorsList()).isEmpty();
            assertThat(status.getIsLearner()).isFalse();
            assertThat(status.getHeader().getRevision()).isEqualTo(revision);
            assertThat(status.getHeader().getMemberId())
                    .isEqualTo(cluster.member(i).memberId());
        }
    }

    @Test
    void everyMemberListsAllMembersWithTheirUrls() {
        List<Member> expected = IntStream.range(0, 3)
                .mapToObj(i -> Member.newBuilder()
                        .setID(cluster.member(i).memberId())
                        .setName("m" + i)
                        .addPeerURLs(
                                cluster.config(i).listenPeerUrls().getFirst().toString())
                        .addClientURLs("http://m" + i + ".example:2379")
                        .build())
                .sorted((a, b) -> Long.compareUnsigned(a.getID(), b.getID()))
                .toList();
        for (EtcdClient client : clients) {
            var list = client.cluster()
                    .memberList(
                            MemberListRequest.newBuilder().setLinearizable(true).build());
            assertThat(list.getMembersList()).isEqualTo(expected);
            assertThat(list.getHeader().getRevision()).isZero();
            assertThat(list.getHeader().getClusterId())
                    .isEqualTo(cluster.member(0).clusterId());
        }
    }

    @Test
    void theLeaderHandsLeadershipToWhomItIsTold() {
        int leader = cluster.leader();
        int next = cluster.follower();
        MoveLeaderRequest request = MoveLeaderRequest.newBuilder()
                .setTargetID(cluster.member(next).memberId())
                .build();
        assertFails(EtcdError.NOT_LEADER, () -> clients.get(next).maintenance().moveLeader(request));
        assertFails(
                EtcdError.BAD_LEADER_TRANSFEREE,
                () -> clients.get(leader)
                        .maintenance()
                        .moveLeader(
                                MoveLeaderRequest.newBuilder().setTargetID(0).build()));
        var moved = clients.get(leader).maintenance().moveLeader(request);
        assertThat(moved.hasHeader()).isFalse();
        assertThat(cluster.leader()).isEqualTo(next);
    }

    @Test
    void theMembersHashesAgreeAtOneRevision() {
        clients.getFirst().put("hash/a", "1");
        long revision = clients.get(1).put("hash/b", "2").getHeader().getRevision();
        List<Integer> hashes = clients.stream()
                .map(client -> {
                    client.get("hash/b");
                    var answer = client.maintenance()
                            .hashKV(HashKVRequest.newBuilder()
                                    .setRevision(revision)
                                    .build());
                    assertThat(answer.getHashRevision()).isEqualTo(revision);
                    return answer.getHash();
                })
                .toList();
        assertThat(hashes).containsOnly(hashes.getFirst());
        assertThat(clients.stream()
                        .map(client -> client.maintenance()
                                .hash(HashRequest.getDefaultInstance())
                                .getHash())
                        .distinct())
                .hasSize(1);
        assertFails(
                EtcdError.FUTURE_REVISION,
                () -> clients.getFirst()
                        .maintenance()
                        .hashKV(HashKVRequest.newBuilder()
                                .setRevision(revision + 1000)
                                .build()));
    }

    @Test
    void noSpaceRefusesPutsAndNothingElseUntilItIsDisarmed() throws Exception {
        EtcdClient client = clients.getFirst();
        client.put("space/a", "1");
        var raised = client.maintenance().alarm(alarm(AlarmAction.ACTIVATE, AlarmType.NOSPACE));
        assertThat(raised.getAlarmsList())
                .containsExactly(AlarmMember.newBuilder()
                        .setMemberID(7)
                        .setAlarm(AlarmType.NOSPACE)
                        .build());
        for (int i = 0; i < 3; i++) {
            EtcdClient other = clients.get(i);
            assertThat(other.maintenance()
                            .alarm(AlarmRequest.getDefaultInstance())
                            .getAlarmsList())
                    .isEqualTo(raised.getAlarmsList());
            assertFails(EtcdError.NO_SPACE, () -> other.put("space/b", "2"));
            assertFails(
                    EtcdError.NO_SPACE,
                    () -> other.kv()
                            .txn(TxnRequest.newBuilder()
                                    .addFailure(op(putOf("space/c", "3")))
                                    .build()));
            assertThat(other.value("space/a")).isEqualTo("1");
            assertThat(status(i).getErrorsList()).containsExactly("memberID:7 alarm:NOSPACE ");
            assertThat(health(i).statusCode()).isEqualTo(503);
            assertThat(health(i, "?exclude=CORRUPT&serializable=true").statusCode())
                    .isEqualTo(503);
            assertThat(health(i, "?exclude=CORRUPT&exclude=NOSPACE").statusCode())
                    .isEqualTo(200);
        }
        assertThat(client.delete("space/a").getDeleted()).isEqualTo(1);
        var disarmed = clients.get(1).maintenance().alarm(alarm(AlarmAction.DEACTIVATE, AlarmType.NOSPACE));
        assertThat(disarmed.getAlarmsList()).isEqualTo(raised.getAlarmsList());
        for (EtcdClient other : clients) {
            assertThat(other.put("space/b", "2").getHeader().getRevision()).isPositive();
        }
        assertThat(health(0).body()).isEqualTo("{\"health\":\"true\"}");
    }

    @Test
    void corruptionRefusesEverything() {
        EtcdClient client = clients.getFirst();
        client.put("corrupt", "1");
        client.maintenance().alarm(alarm(AlarmAction.ACTIVATE, AlarmType.CORRUPT));
        for (EtcdClient other : clients) {
            assertThat(other.maintenance()
                            .alarm(AlarmRequest.newBuilder()
                                    .setAlarm(AlarmType.CORRUPT)
                                    .build())
                            .getAlarmsList())
                    .hasSize(1);
            assertThat(other.maintenance()
                            .alarm(AlarmRequest.newBuilder()
                                    .setAlarm(AlarmType.NOSPACE)
                                    .build())
                            .getAlarmsList())
                    .isEmpty();
            assertFails(EtcdError.CORRUPT, () -> other.put("corrupt", "2"));
            assertFails(EtcdError.CORRUPT, () -> other.get("corrupt"));
            assertFails(EtcdError.CORRUPT, () -> other.delete("corrupt"));
            assertFails(EtcdError.CORRUPT, () -> other.compact(1));
            assertFails(
                    EtcdError.CORRUPT,
                    () -> other.kv()
                            .txn(TxnRequest.newBuilder()
                                    .addSuccess(op(rangeOf("corrupt")))
                                    .build()));
        }
        client.maintenance().alarm(alarm(AlarmAction.DEACTIVATE, AlarmType.CORRUPT));
        assertThat(client.value("corrupt")).isEqualTo("1");
    }

    @Test
    void aMemberTellsItsQuotaAndThatNoDowngradeIsUnderWay() {
        StatusResponse status = status(0);
        assertThat(status.getDbSizeQuota()).isEqualTo(2L << 30);
        assertThat(status.hasDowngradeInfo()).isTrue();
        assertThat(status.getDowngradeInfo().getEnabled()).isFalse();
        assertThat(status.getStorageVersion()).isEmpty();
    }

    @Test
    void everyMemberIsDefragmentedByItself() {
        for (EtcdClient client : clients) {
            assertThat(client.maintenance()
                            .defragment(DefragmentRequest.getDefaultInstance())
                            .hasHeader())
                    .isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "VALIDATE,3.3,DOWNGRADE_VERSION_INVALID", "VALIDATE,3.3.0,DOWNGRADE_VERSION_INVALID",
        "VALIDATE,three,DOWNGRADE_VERSION_FORMAT", "VALIDATE,'',DOWNGRADE_VERSION_FORMAT",
        "ENABLE,3.3,DOWNGRADE_VERSION_INVALID", "ENABLE,3,DOWNGRADE_VERSION_FORMAT",
        "CANCEL,'',NO_INFLIGHT_DOWNGRADE"
    })
    void thereIsNothingToDowngradeTo(DowngradeAction action, String version, EtcdError error) {
        assertFails(
                error,
                () -> clients.get(1)
                        .maintenance()
                        .downgrade(DowngradeRequest.newBuilder()
                                .setAction(action)
                                .setVersion(version)
                                .build()));
    }

    @Test
    void anAlarmOfNoTypeChangesNothing() {
        EtcdClient client = clients.getFirst();
        assertThat(client.maintenance()
                        .alarm(alarm(AlarmAction.ACTIVATE, AlarmType.NONE))
                        .getAlarmsList())
                .isEmpty();
        assertThat(client.maintenance()
                        .alarm(alarm(AlarmAction.DEACTIVATE, AlarmType.NOSPACE))
                        .getAlarmsList())
                .isEmpty();
        assertThat(client.put("none", bytes("1").toStringUtf8()).getHeader().getMemberId())
                .isEqualTo(cluster.member(0).memberId());
    }

    @Test
    void membersKnowEachOtherByTheIdsThatTheyDeriveThemselves() {
        assertThat(cluster.member(0).node().status().configuration().voters())
                .isEqualTo(InitialMembership.of(cluster.config(1)).peerUrls().keySet())
                .contains(new MemberId(cluster.member(2).memberId()));
    }
}
