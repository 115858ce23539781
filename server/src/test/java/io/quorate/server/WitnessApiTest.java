package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.StatusRuntimeException;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.server.inspect.InspectedMember;
import io.quorate.server.proto.etcdserverpb.Member;
import io.quorate.server.proto.etcdserverpb.MemberListRequest;
import io.quorate.server.proto.etcdserverpb.StatusRequest;
import io.quorate.server.proto.managerpb.ChangeMembersRequest;
import io.quorate.server.proto.managerpb.ManagerGrpc;
import io.quorate.server.wire.EtcdError;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members m0 and m1 hold data, m2 is a witness. */
@Timeout(120)
class WitnessApiTest {

    private static final int WITNESS = 2;

    @TempDir
    private Path folder;

    private TestCluster start() throws IOException {
        return TestCluster.start(3, folder, config -> ServerConfigs.withWitnesses(config, "m2"));
    }

    private static void assertRefused(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
            assertThat(e.getStatus().getDescription())
                    .isEqualTo("etcdserver: this member is a witness and holds no data, ask another member");
            assertThat(e.getStatus().getCode())
                    .isEqualTo(EtcdError.NOT_SUPPORTED_FOR_WITNESS.status().getCode());
        });
    }

    private static int page(TestCluster cluster, int member, String path) throws Exception {
        InetSocketAddress at = cluster.member(member).clientAddresses().getFirst();
        try (HttpClient http = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://127.0.0.1:" + at.getPort() + path);
            return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    private static List<Member> list(EtcdClient client) {
        return client.cluster()
                .memberList(MemberListRequest.newBuilder().setLinearizable(true).build())
                .getMembersList();
    }

    @Test
    void itVotesAndServesNobodyAndWritesGoOnWhenTheLeaderIsGone() throws Exception {
        try (TestCluster cluster = start()) {
            int leader = cluster.leader();
            assertThat(leader).isNotEqualTo(WITNESS);
            EtcdClient client = new EtcdClient(cluster.channel(1 - leader));
            client.put("k", "1");
            EtcdClient witness = new EtcdClient(cluster.channel(WITNESS));
            long index = cluster.member(leader).node().status().last().index();
            TestCluster.await(
                    () -> cluster.member(WITNESS).node().status().appliedIndex() >= index,
                    "the witness knows what is committed");

            assertRefused(() -> witness.get("k"));
            assertRefused(() -> witness.put("k", "2"));
            assertRefused(() -> witness.kv()
                    .range(EtcdClient.rangeOf("k").setSerializable(true).build()));
            assertRefused(() -> list(witness));
            assertThat(witness.maintenance()
                            .status(StatusRequest.getDefaultInstance())
                            .getLeader())
                    .isEqualTo(cluster.member(leader).memberId());
            for (String path : List.of("/health", "/readyz", "/livez")) {
                assertThat(page(cluster, WITNESS, path)).as(path).isEqualTo(200);
            }
            assertThat(list(client))
                    .filteredOn(Member::getIsWitness)
                    .singleElement()
                    .satisfies(member -> {
                        assertThat(member.getName()).isEqualTo("m2");
                        assertThat(member.getIsLearner()).isFalse();
                    });
            assertThat(cluster.member(WITNESS).machine().store().appliedIndex()).isZero();

            cluster.stop(leader);
            TestCluster.await(() -> cluster.leader() == 1 - leader, "the other one with data leads");
            client.put("k", "2");
            assertThat(client.value("k")).isEqualTo("2");
        }
        try (InspectedMember inspected = InspectedMember.of("m2", folder.resolve("m2"))) {
            assertThat(inspected.isWitness()).isTrue();
            assertThat(inspected.findings())
                    .noneMatch(finding -> finding.isDamage())
                    .anySatisfy(finding -> assertThat(finding.what()).contains("it is a witness's"));
        }
    }

    @Test
    void whatAMemberIsStaysAsItIs() throws Exception {
        try (TestCluster cluster = start()) {
            cluster.leader();
            ServerConfig witness = cluster.config(WITNESS);
            cluster.stop(WITNESS);
            cluster.configure(
                    WITNESS,
                    ServerConfigs.withState(
                            ServerConfigs.withWitnesses(witness), ServerConfig.InitialClusterState.EXISTING));
            assertThatThrownBy(() -> cluster.start(WITNESS))
                    .isInstanceOf(DataDirectoryException.class)
                    .hasMessageContaining("is a witness by the cluster's configuration")
                    .hasMessageContaining("start it with --witness");
            cluster.configure(WITNESS, witness);
            cluster.start(WITNESS);
            cluster.awaitReady();

            EtcdClient client = new EtcdClient(cluster.channel(cluster.leader()));
            ChangeMembersRequest.Builder prefer = ChangeMembersRequest.newBuilder();
            list(client).forEach(member -> prefer.addExpectedVoters(member.getID()));
            prefer.addPrefer(ChangeMembersRequest.Preferred.newBuilder()
                    .setId(cluster.member(WITNESS).memberId())
                    .setPriority(2));
            assertThatThrownBy(() -> ManagerGrpc.newBlockingStub(cluster.channel(cluster.leader()))
                            .changeMembers(prefer.build()))
                    .hasMessageContaining("is a witness, which never leads");
            assertThatThrownBy(() -> cluster.member(cluster.leader())
                            .node()
                            .transferLeadership(
                                    new MemberId(cluster.member(WITNESS).memberId()))
                            .join())
                    .hasMessageContaining("never leads");
        }
    }

    /** It joins as a learner, under what the cluster has added it as, and as nothing else. */
    @Test
    void aWitnessJoinsAsWhatItWasAdded() throws Exception {
        try (TestCluster cluster = TestCluster.start(2, folder)) {
            int port = FreePorts.find(1).getFirst();
            EtcdClient client = new EtcdClient(cluster.channel(cluster.leader()));
            ChangeMembersRequest.Builder add = ChangeMembersRequest.newBuilder()
                    .addAdd(ChangeMembersRequest.Added.newBuilder()
                            .addPeerUrls("http://127.0.0.1:" + port)
                            .setWitness(true));
            list(client).forEach(member -> add.addExpectedVoters(member.getID()));
            assertThat(ManagerGrpc.newBlockingStub(cluster.channel(cluster.leader()))
                            .changeMembers(add.build())
                            .getMembersList())
                    .anyMatch(member -> member.getIsWitness() && member.getIsLearner());

            ServerConfig plain = cluster.joining("w", port, folder);
            assertThatThrownBy(() -> MemberServer.start(plain))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("was added to the cluster as a witness; start it with --witness");
            int joined = cluster.add(ServerConfigs.withWitnesses(plain, "w"));
            cluster.start(joined);
            cluster.awaitReady();
            client.put("k", "v");
            long last = cluster.member(cluster.leader()).node().status().last().index();
            TestCluster.await(
                    () -> cluster.member(joined).node().status().appliedIndex() >= last, "it has the names of all");
            assertThat(cluster.member(joined).machine().store().appliedIndex()).isZero();
        }
    }

    /** Each founder's own word would not be enough: those that differ are different clusters, and found none together. */
    @Test
    void foundersThatDoNotAgreeOnWhoIsAWitnessAreOfDifferentClusters() throws IOException {
        ServerConfig plain = TestCluster.configs(3, folder).getFirst();
        long all = InitialMembership.of(plain).clusterId();
        InitialMembership one = InitialMembership.of(ServerConfigs.withWitnesses(plain, "m2"));
        long other =
                InitialMembership.of(ServerConfigs.withWitnesses(plain, "m1")).clusterId();
        assertThat(List.of(all, one.clusterId(), other)).doesNotHaveDuplicates();
        assertThat(one.configuration().witnesses()).hasSize(1);
        assertThatThrownBy(() -> ServerConfigs.withWitnesses(plain, "m0", "m1", "m2"))
                .hasMessageContaining("are witnesses, which hold no data");
    }
}
