package io.quorate.server;

import static io.quorate.server.EtcdClient.assertFails;
import static io.quorate.server.EtcdClient.putOf;
import static io.quorate.server.EtcdClient.rangeOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.quorate.core.quorum.MemberId;
import io.quorate.server.proto.etcdserverpb.ClusterGrpc;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.MemberListRequest;
import io.quorate.server.proto.etcdserverpb.StatusRequest;
import io.quorate.server.proto.etcdserverpb.StatusResponse;
import io.quorate.server.wire.EtcdError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members that stop, fail to find each other, and come back. */
class ClusterLifeTest {

    @TempDir
    private Path folder;

    @Test
    void aRestartedClusterHasEverything() throws Exception {
        List<ServerConfig> configs;
        long revision = 0;
        try (TestCluster cluster = TestCluster.start(3, folder)) {
            EtcdClient client = new EtcdClient(cluster.channel(0));
            for (int i = 0; i < 200; i++) {
                revision = client.put("k" + i % 50, "v" + i).getHeader().getRevision();
            }
            for (int i = 0; i < 3; i++) {
                cluster.stop(i);
            }
            for (int i = 0; i < 3; i++) {
                cluster.start(i);
            }
            cluster.awaitReady();
            configs = List.of(cluster.config(0), cluster.config(1), cluster.config(2));
            for (int i = 0; i < 3; i++) {
                EtcdClient again = new EtcdClient(cluster.channel(i));
                assertThat(again.value("k49")).isEqualTo("v199");
                assertThat(again.get("k0").getKvs(0).getVersion()).isEqualTo(4);
                assertThat(again.get("k0").getHeader().getRevision()).isEqualTo(revision);
                assertThat(again.kv()
                                .range(rangeOf("k0").setRevision(2).build())
                                .getKvs(0)
                                .getValue()
                                .toStringUtf8())
                        .isEqualTo("v0");
            }
        }
        assertThat(configs).allMatch(config -> Files.isDirectory(config.dataDir()));
    }

    @Test
    void aClusterGoesOnWithoutItsLeaderAndTakesItBack() throws Exception {
        try (TestCluster cluster = TestCluster.start(3, folder)) {
            int leader = cluster.leader();
            int follower = cluster.follower();
            EtcdClient client = new EtcdClient(cluster.channel(follower));
            client.put("k", "before");

            cluster.stop(leader);
            assertThat(client.put("k", "meanwhile").getHeader().getRevision()).isEqualTo(3);
            assertThat(client.value("k")).isEqualTo("meanwhile");

            cluster.start(leader);
            cluster.awaitReady();
            EtcdClient back = new EtcdClient(cluster.channel(leader));
            assertThat(back.value("k")).isEqualTo("meanwhile");
            assertThat(back.put("k", "after").getHeader().getRevision()).isEqualTo(4);
        }
    }

    @Test
    void aMemberWithoutALeaderAnswersWhatNeedsNone() throws Exception {
        try (TestCluster cluster = TestCluster.start(3, folder)) {
            EtcdClient client = new EtcdClient(cluster.channel(0));
            client.put("k", "v");
            cluster.stop(1);
            cluster.stop(2);
            TestCluster.await(
                    () -> cluster.member(0).node().status().leader().isEmpty(), "the last member knows of no leader");

            StatusResponse status = client.maintenance().status(StatusRequest.getDefaultInstance());
            assertThat(status.getLeader()).isZero();
            assertThat(status.getErrorsList()).containsExactly("etcdserver: no leader");
            assertThat(client.kv()
                            .range(rangeOf("k").setSerializable(true).build())
                            .getKvs(0)
                            .getValue()
                            .toStringUtf8())
                    .isEqualTo("v");

            Metadata hasLeader = new Metadata();
            hasLeader.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
            KVGrpc.KVBlockingStub impatient =
                    client.kv().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(hasLeader));
            assertFails(
                    EtcdError.NO_LEADER, () -> impatient.put(putOf("k", "v2").build()));
            assertThat(client.cluster()
                            .memberList(MemberListRequest.getDefaultInstance())
                            .getMembersList())
                    .as("who the members were when a leader was last heard")
                    .hasSize(3);
            // Side by side, since each takes as long as etcd has its clients wait.
            var list = ClusterGrpc.newFutureStub(cluster.channel(0))
                    .memberList(
                            MemberListRequest.newBuilder().setLinearizable(true).build());
            var put = client.futures().put(putOf("k", "v2").build());
            var get = client.futures().range(rangeOf("k").build());
            assertFails(EtcdError.TIMEOUT, () -> EtcdClient.await(put));
            assertFails(EtcdError.TIMEOUT, () -> EtcdClient.await(get));
            assertFails(EtcdError.TIMEOUT, () -> EtcdClient.await(list));

            cluster.start(1);
            cluster.awaitReady();
            assertThat(client.value("k")).isEqualTo("v");
        }
    }

    @Test
    void aMemberThatWasAwayCatchesUpBySnapshot() throws Exception {
        try (TestCluster cluster =
                TestCluster.start(3, folder, config -> ServerConfigs.withSnapshotCount(config, 2000))) {
            int away = cluster.follower();
            cluster.stop(away);
            EtcdClient client = new EtcdClient(cluster.channel(cluster.leader()));
            int writes = 8000;
            PutStream.run(client, "k", writes, 200);
            TestCluster.await(
                    () -> cluster.member(cluster.leader())
                                    .node()
                                    .status()
                                    .snapshot()
                                    .index()
                            > 5000,
                    "the leader has compacted its log");

            cluster.start(away);
            cluster.awaitReady();
            EtcdClient back = new EtcdClient(cluster.channel(away));
            assertThat(back.get("k" + (writes - 1)).getHeader().getRevision()).isEqualTo(writes + 1);
            assertThat(back.kv()
                            .range(EtcdClient.prefixOf("k").setCountOnly(true).build())
                            .getCount())
                    .isEqualTo(writes);
        }
    }

    @Test
    void aMemberWhoseStoreFailsTurnsItsClientsAwayAndTheOthersGoOn() throws Exception {
        try (TestCluster cluster = TestCluster.start(3, folder)) {
            int failing = cluster.follower();
            int other = IntStream.range(0, 3)
                    .filter(member -> member != failing && member != cluster.leader())
                    .findFirst()
                    .orElseThrow();
            MemberServer member = cluster.member(failing);
            EtcdClient atFailing = new EtcdClient(cluster.channel(failing));
            EtcdClient atOther = new EtcdClient(cluster.channel(other));
            atFailing.put("k", "before");

            member.machine().store().close();
            atOther.put("k", "after");

            assertThat(member.stopped())
                    .failsWithin(Duration.ofSeconds(30))
                    .withThrowableOfType(ExecutionException.class)
                    .withMessageContaining("Member m" + failing + " cannot go on and has stopped: ");
            assertThatThrownBy(() -> atFailing.put("k", "never"))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
            assertThat(atOther.value("k")).isEqualTo("after");
        }
    }

    @Test
    void aStoppedMemberSaysSoAndItsFuturesEnd() throws Exception {
        try (TestCluster cluster = TestCluster.start(1, folder)) {
            MemberServer member = cluster.member(0);
            cluster.stop(0);
            assertThat(member.stopped()).isCompleted();
            member.close();
            assertThat(member.stopped()).isCompleted();
        }
    }

    @Test
    void whenTheQuotaIsReachedPutsAreRefusedUntilThereIsRoomAndTheAlarmIsDisarmed() throws Exception {
        try (TestCluster cluster = TestCluster.start(
                1, folder, config -> ServerConfigs.withQuota(ServerConfigs.ephemeral(config), 400_000))) {
            EtcdClient client = new EtcdClient(cluster.channel(0));
            String value = "x".repeat(10_000);
            QuotaCycle cycle = new QuotaCycle(client);
            int fitting = cycle.fill(value);
            assertThat(fitting).isBetween(10, 40);
            cycle.assertAlarmRaisedBy(new MemberId(cluster.member(0).memberId()));
            cycle.makeRoom(fitting);
            cycle.disarm(value);
            assertThat(cycle.fill(value)).isBetween(10, 40);
        }
    }
}
