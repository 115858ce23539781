package io.quorate.server;

import static io.quorate.server.EtcdClient.assertFails;
import static io.quorate.server.EtcdClient.bytes;
import static io.quorate.server.EtcdClient.putOf;
import static io.quorate.server.EtcdClient.rangeOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.stub.StreamObserver;
import io.quorate.engine.RaftException;
import io.quorate.server.proto.etcdserverpb.LeaseGrantRequest;
import io.quorate.server.proto.etcdserverpb.LeaseGrantResponse;
import io.quorate.server.proto.etcdserverpb.LeaseGrpc;
import io.quorate.server.proto.etcdserverpb.LeaseKeepAliveRequest;
import io.quorate.server.proto.etcdserverpb.LeaseKeepAliveResponse;
import io.quorate.server.proto.etcdserverpb.LeaseLeasesRequest;
import io.quorate.server.proto.etcdserverpb.LeaseRevokeRequest;
import io.quorate.server.proto.etcdserverpb.LeaseStatus;
import io.quorate.server.proto.etcdserverpb.LeaseTimeToLiveRequest;
import io.quorate.server.proto.etcdserverpb.LeaseTimeToLiveResponse;
import io.quorate.server.wire.EtcdError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients that hold leases are told, by any member. */
class LeaseApiTest {

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

    private static LeaseGrpc.LeaseBlockingStub leases(int member) {
        return clients.get(member).leases();
    }

    private static LeaseGrantResponse grant(long id, long ttl) {
        return leases(0)
                .leaseGrant(LeaseGrantRequest.newBuilder().setID(id).setTTL(ttl).build());
    }

    private static void put(String key, long lease) {
        clients.get(1).kv().put(putOf(key, "x").setLease(lease).build());
    }

    private static boolean exists(String key) {
        return clients.get(2).get(key).getCount() > 0;
    }

    private static LeaseTimeToLiveResponse timeToLive(int member, long id) {
        return leases(member)
                .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                        .setID(id)
                        .setKeys(true)
                        .build());
    }

    private static long revoke(int member, long id) {
        return leases(member)
                .leaseRevoke(LeaseRevokeRequest.newBuilder().setID(id).build())
                .getHeader()
                .getRevision();
    }

    /** What the server answers to renewals of these leases, one after the other, on one stream. */
    private static List<LeaseKeepAliveResponse> keepAlive(EtcdClient client, long... ids) {
        List<LeaseKeepAliveResponse> answers = new ArrayList<>();
        CompletableFuture<List<LeaseKeepAliveResponse>> all = new CompletableFuture<>();
        StreamObserver<LeaseKeepAliveRequest> requests = client.leaseStreams().leaseKeepAlive(new StreamObserver<>() {
            @Override
            public void onNext(LeaseKeepAliveResponse answer) {
                answers.add(answer);
            }

            @Override
            public void onError(Throwable failure) {
                all.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {
                all.complete(answers);
            }
        });
        for (long id : ids) {
            requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(id).build());
        }
        requests.onCompleted();
        return all.orTimeout(30, TimeUnit.SECONDS).join();
    }

    @Test
    void aLeaseGetsTheIdThatIsAskedForOrOneOfTheMembers() {
        assertThat(grant(1001, 60).getID()).isEqualTo(1001);
        LeaseGrantResponse chosen = grant(0, 60);
        assertThat(chosen.getID()).isPositive();
        assertThat(chosen.getTTL()).isEqualTo(60);
        assertThat(chosen.getError()).isEmpty();
        assertThat(grant(-5, 60).getID()).isEqualTo(-5);
    }

    @Test
    void tooShortIsRaisedAndTooLongRefused() {
        assertThat(grant(0, 1).getTTL()).as("one and a half election timeouts").isEqualTo(2);
        assertThat(grant(0, -7).getTTL()).isEqualTo(2);
        assertThat(grant(0, 9_000_000_000L).getTTL()).isEqualTo(9_000_000_000L);
        assertFails(EtcdError.LEASE_TTL_TOO_LARGE, () -> grant(0, 9_000_000_001L));
        grant(1002, 60);
        assertFails(EtcdError.LEASE_EXISTS, () -> grant(1002, 60));
    }

    @Test
    void everyMemberTellsWhatIsLeftAndWhichKeysThereAre() {
        grant(1003, 60);
        put("left/b", 1003);
        put("left/a", 1003);
        for (int member = 0; member < 3; member++) {
            LeaseTimeToLiveResponse left = timeToLive(member, 1003);
            assertThat(left.getID()).isEqualTo(1003);
            assertThat(left.getGrantedTTL()).isEqualTo(60);
            assertThat(left.getTTL()).isBetween(20L, 60L);
            assertThat(left.getKeysList()).containsExactly(bytes("left/a"), bytes("left/b"));
            assertThat(left.getHeader().getMemberId())
                    .isEqualTo(cluster.member(member).memberId());
            LeaseTimeToLiveResponse none = timeToLive(member, 999);
            assertThat(none.getTTL()).isEqualTo(-1);
            assertThat(none.getID()).isEqualTo(999);
            assertThat(none.getGrantedTTL()).isZero();
        }
    }

    @Test
    void revokingDeletesAllKeysInOneRevision() throws InterruptedException {
        grant(1004, 60);
        put("revoke/a", 1004);
        put("revoke/b", 1004);
        put("revoke/c", 1004);
        put("revoke/c", 0);
        long before = clients.get(0).get("revoke/a").getHeader().getRevision();
        assertThat(revoke(1, 1004)).isEqualTo(before + 1);
        assertThat(exists("revoke/a")).isFalse();
        assertThat(exists("revoke/b")).isFalse();
        assertThat(exists("revoke/c")).as("it was detached").isTrue();
        assertFails(EtcdError.LEASE_NOT_FOUND, () -> revoke(2, 1004));
        assertFails(EtcdError.LEASE_NOT_FOUND, () -> put("revoke/d", 1004));
    }

    @Test
    void aLeaseThatIsNotRenewedEndsAndOneThatIsRenewedDoesNot() {
        grant(1005, 2);
        grant(1006, 2);
        put("expire/ends", 1005);
        put("expire/stays", 1006);
        int member = 0;
        while (exists("expire/ends")) {
            LeaseKeepAliveResponse kept =
                    keepAlive(clients.get(member++ % 3), 1006).getFirst();
            assertThat(kept.getTTL()).isEqualTo(2);
        }
        assertThat(timeToLive(0, 1005).getTTL()).isEqualTo(-1);
        assertThat(keepAlive(clients.get(1), 1006).getFirst().getTTL()).isEqualTo(2);
        assertThat(exists("expire/stays")).isTrue();
    }

    @Test
    void renewalsOfOneStreamAreAnsweredInTheirOrder() {
        grant(1007, 60);
        grant(1008, 70);
        for (EtcdClient client : clients) {
            List<LeaseKeepAliveResponse> answers = keepAlive(client, 1007, 998, 1008);
            assertThat(answers).extracting(LeaseKeepAliveResponse::getID).containsExactly(1007L, 998L, 1008L);
            assertThat(answers).extracting(LeaseKeepAliveResponse::getTTL).containsExactly(60L, 0L, 70L);
        }
    }

    @Test
    void allLeasesAreListed() {
        grant(1009, 60);
        grant(1010, 60);
        assertThat(leases(0)
                        .leaseLeases(LeaseLeasesRequest.getDefaultInstance())
                        .getLeasesList())
                .extracting(LeaseStatus::getID)
                .contains(1009L, 1010L);
        assertThat(clients.get(0).kv().range(rangeOf("none").build()).getCount())
                .isZero();
    }

    @Test
    void cornerCase29_aChangeOfLeaderNeitherEndsALeaseEarlyNorRenewsItsIdentity() throws IOException {
        try (TestCluster other = TestCluster.start(3, folder.resolve("change"))) {
            int leader = other.leader();
            int survivor = other.follower();
            EtcdClient client = new EtcdClient(other.channel(survivor));
            client.leases()
                    .leaseGrant(
                            LeaseGrantRequest.newBuilder().setID(7).setTTL(20).build());
            client.kv().put(putOf("a", "x").setLease(7).build());
            other.stop(leader);
            other.leader();
            LeaseTimeToLiveResponse left = client.leases()
                    .leaseTimeToLive(
                            LeaseTimeToLiveRequest.newBuilder().setID(7).build());
            assertThat(left.getGrantedTTL()).isEqualTo(20);
            assertThat(left.getTTL())
                    .as("a new leader gives what is left, and no less")
                    .isBetween(5L, 20L);
            assertThat(keepAlive(client, 7).getFirst().getTTL()).isEqualTo(20);
            assertThat(client.get("a").getCount()).isEqualTo(1);
        }
    }

    /** Two of three members never start, so that there is no leader, and the request is asked again and again. */
    @Test
    void aRequestThatWaitsForALeaderIsAnsweredWhenItsMemberCloses() throws Exception {
        try (MemberServer lonely = MemberServer.start(
                TestCluster.configs(3, folder.resolve("lonely")).getFirst())) {
            CompletableFuture<?> pending = lonely.leases().keepAlive(7);
            assertThat(pending).isNotDone();
            // As when the member closes, but while the node still runs: nothing but the request itself can end it.
            lonely.leases().close();
            assertThatThrownBy(() -> pending.get(5, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(RaftException.class);
        }
    }
}
