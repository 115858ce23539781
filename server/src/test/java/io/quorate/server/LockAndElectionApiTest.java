package io.quorate.server;

import static io.quorate.server.EtcdClient.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorate.server.proto.etcdserverpb.LeaseGrantRequest;
import io.quorate.server.proto.etcdserverpb.LeaseRevokeRequest;
import io.quorate.server.proto.v3electionpb.CampaignRequest;
import io.quorate.server.proto.v3electionpb.CampaignResponse;
import io.quorate.server.proto.v3electionpb.ElectionGrpc;
import io.quorate.server.proto.v3electionpb.LeaderKey;
import io.quorate.server.proto.v3electionpb.LeaderRequest;
import io.quorate.server.proto.v3electionpb.LeaderResponse;
import io.quorate.server.proto.v3electionpb.ProclaimRequest;
import io.quorate.server.proto.v3electionpb.ResignRequest;
import io.quorate.server.proto.v3lockpb.LockGrpc;
import io.quorate.server.proto.v3lockpb.LockRequest;
import io.quorate.server.proto.v3lockpb.LockResponse;
import io.quorate.server.proto.v3lockpb.UnlockRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may have a name, and who leads; asked of any member. */
class LockAndElectionApiTest {

    @TempDir
    private static Path folder;

    private static TestCluster cluster;
    private static EtcdClient client;
    private static ManagedChannel one;
    private static ManagedChannel other;
    private static long leases = 100;

    /** The member that the channels above do not lead to: nobody watches there but whoever says so. */
    private static int third;

    @BeforeAll
    static void start() throws IOException {
        cluster = TestCluster.start(3, folder);
        int leader = cluster.leader();
        int follower = leader == 0 ? 1 : 0;
        third = 3 - follower - leader;
        one = cluster.channel(follower);
        other = cluster.channel(leader);
        client = new EtcdClient(one);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static long lease() {
        long id = ++leases;
        client.leases()
                .leaseGrant(LeaseGrantRequest.newBuilder().setID(id).setTTL(60).build());
        return id;
    }

    private static void revoke(long lease) {
        var unused = client.leases()
                .leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());
    }

    private static LockGrpc.LockFutureStub locks(ManagedChannel channel) {
        return LockGrpc.newFutureStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
    }

    private static Future<LockResponse> lock(ManagedChannel channel, String name, long lease) {
        return locks(channel)
                .lock(LockRequest.newBuilder()
                        .setName(bytes(name))
                        .setLease(lease)
                        .build());
    }

    private static void unlock(ManagedChannel channel, ByteString key) throws InterruptedException {
        EtcdClient.await(
                locks(channel).unlock(UnlockRequest.newBuilder().setKey(key).build()));
    }

    private static ElectionGrpc.ElectionBlockingStub elections() {
        return ElectionGrpc.newBlockingStub(one).withDeadlineAfter(30, TimeUnit.SECONDS);
    }

    private static Future<CampaignResponse> campaign(ManagedChannel channel, String name, long lease, String value) {
        return ElectionGrpc.newFutureStub(channel)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .campaign(CampaignRequest.newBuilder()
                        .setName(bytes(name))
                        .setLease(lease)
                        .setValue(bytes(value))
                        .build());
    }

    private static LeaderResponse leader(String name) {
        return elections()
                .leader(LeaderRequest.newBuilder().setName(bytes(name)).build());
    }

    private static void proclaim(LeaderKey leader, String value) {
        var unused = elections()
                .proclaim(ProclaimRequest.newBuilder()
                        .setLeader(leader)
                        .setValue(bytes(value))
                        .build());
    }

    private static void resign(LeaderKey leader) {
        var unused =
                elections().resign(ResignRequest.newBuilder().setLeader(leader).build());
    }

    private static void assertFails(String text, ThrowingCallable call) {
        StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, call);
        assertThat(failure).isNotNull();
        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
        assertThat(failure.getStatus().getDescription()).isEqualTo(text);
    }

    @Test
    void whoComesFirstHasTheLockAndTheOthersFollowInTheirOrder() throws Exception {
        long first = lease();
        LockResponse held = lock(one, "queue", first).get();
        assertThat(held.getKey()).isEqualTo(bytes("queue/" + Long.toHexString(first)));
        assertThat(client.get(held.getKey().toStringUtf8()).getCount()).isEqualTo(1);
        assertThat(lock(other, "queue", first).get().getKey())
                .as("it has the lock already")
                .isEqualTo(held.getKey());

        long second = lease();
        Future<LockResponse> next = lock(other, "queue", second);
        TestCluster.await(() -> isThere("queue", second), "the second stands in line");
        long third = lease();
        Future<LockResponse> last = lock(one, "queue", third);
        TestCluster.await(() -> isThere("queue", third), "the third stands in line");

        unlock(other, held.getKey());
        LockResponse now = next.get();
        assertThat(last.isDone()).isFalse();
        revoke(second);
        assertThat(last.get().getKey()).isEqualTo(bytes("queue/" + Long.toHexString(third)));
        assertThat(last.get().getHeader().getRevision())
                .isGreaterThan(now.getHeader().getRevision());
    }

    private static boolean isThere(String name, long lease) {
        return client.get(name + "/" + Long.toHexString(lease)).getCount() == 1;
    }

    @Test
    void whoWaitsNoMoreStandsInTheLineNoMore() throws Exception {
        LockResponse held = lock(one, "gone", lease()).get();
        long impatient = lease();
        Future<LockResponse> waiting = lock(other, "gone", impatient);
        TestCluster.await(() -> isThere("gone", impatient), "it stands in line");
        long patient = lease();
        Future<LockResponse> next = lock(one, "gone", patient);
        TestCluster.await(() -> isThere("gone", patient), "the next stands in line");
        assertThat(waiting.cancel(true)).isTrue();
        TestCluster.await(() -> !isThere("gone", impatient), "it has left");
        unlock(one, held.getKey());
        assertThat(next.get().getKey()).isEqualTo(bytes("gone/" + Long.toHexString(patient)));
    }

    @Test
    void whoseLeaseEndsWhileItWaitsGetsNothing() throws Exception {
        LockResponse held = lock(one, "ended", lease()).get();
        long ended = lease();
        Future<LockResponse> waiting = lock(other, "ended", ended);
        TestCluster.await(() -> isThere("ended", ended), "it stands in line");
        revoke(ended);
        unlock(one, held.getKey());
        assertFails("mutex: session is expired", () -> EtcdClient.await(waiting));
    }

    @Test
    void whoHasNoLeaseIsGivenOne() throws Exception {
        LockResponse held = lock(one, "noLease", 0).get();
        long lease = client.get(held.getKey().toStringUtf8()).getKvs(0).getLease();
        assertThat(held.getKey()).isEqualTo(bytes("noLease/" + Long.toHexString(lease)));
        revoke(lease);
        assertThat(client.get(held.getKey().toStringUtf8()).getCount()).isZero();
    }

    @Test
    void oneOfThoseWhoCampaignLeadsAndSaysWhatItWants() throws Exception {
        assertFails("election: no leader", () -> leader("office"));
        long first = lease();
        LeaderKey one =
                campaign(LockAndElectionApiTest.one, "office", first, "a").get().getLeader();
        assertThat(one.getName()).isEqualTo(bytes("office"));
        assertThat(one.getLease()).isEqualTo(first);
        assertThat(leader("office").getKv().getValue()).isEqualTo(bytes("a"));
        assertThat(leader("office").getKv().getCreateRevision()).isEqualTo(one.getRev());
        proclaim(one, "b");
        assertThat(leader("office").getKv().getValue()).isEqualTo(bytes("b"));
        assertThat(campaign(other, "office", first, "c").get().getLeader()).isEqualTo(one);
        assertThat(leader("office").getKv().getValue())
                .as("who campaigns again proclaims")
                .isEqualTo(bytes("c"));

        long second = lease();
        Future<CampaignResponse> next = campaign(other, "office", second, "d");
        TestCluster.await(() -> isThere("office", second), "the second campaigns");
        assertThat(leader("office").getKv().getValue()).isEqualTo(bytes("c"));
        resign(one);
        assertThat(next.get().getLeader().getLease()).isEqualTo(second);
        assertThat(leader("office").getKv().getValue()).isEqualTo(bytes("d"));
        assertFails("election: not leader", () -> proclaim(one, "e"));
        resign(one);
        assertThat(leader("office").getKv().getValue()).isEqualTo(bytes("d"));
        assertFails(
                "\"leader\" field must be provided", () -> elections().proclaim(ProclaimRequest.getDefaultInstance()));
    }

    @Test
    void whoObservesIsToldOfEveryLeaderAndWhatItSays() throws Exception {
        Iterator<LeaderResponse> observed = elections()
                .observe(LeaderRequest.newBuilder().setName(bytes("seen")).build());
        long first = lease();
        LeaderKey leader = campaign(one, "seen", first, "a").get().getLeader();
        assertThat(observed.next().getKv().getValue()).isEqualTo(bytes("a"));
        proclaim(leader, "b");
        assertThat(observed.next().getKv().getValue()).isEqualTo(bytes("b"));
        long second = lease();
        Future<CampaignResponse> next = campaign(other, "seen", second, "c");
        TestCluster.await(() -> isThere("seen", second), "the second campaigns");
        revoke(first);
        assertThat(next.get().getLeader().getLease()).isEqualTo(second);
        LeaderResponse last = observed.next();
        assertThat(last.getKv().getValue()).isEqualTo(bytes("c"));
        assertThat(last.getKv().getLease()).isEqualTo(second);
    }

    /** While it takes nothing, nothing more is read for it; it must be read on afterwards. */
    @Test
    void anObserverThatTakesNothingForATimeLearnsInTheEndWhatWasSaidLast() throws Exception {
        Iterator<LeaderResponse> observed = elections()
                .observe(LeaderRequest.newBuilder().setName(bytes("busy")).build());
        LeaderKey leader = campaign(one, "busy", lease(), "first").get().getLeader();
        assertThat(observed.next().getKv().getValue()).isEqualTo(bytes("first"));
        // More than flow control lets through.
        String large = "x".repeat(256 << 10);
        for (int i = 0; i < 20; i++) {
            proclaim(leader, large + i);
        }
        proclaim(leader, "last");

        long revision = 0;
        LeaderResponse told;
        do {
            told = observed.next();
            assertThat(told.getKv().getModRevision()).isGreaterThan(revision);
            revision = told.getKv().getModRevision();
        } while (!told.getKv().getValue().equals(bytes("last")));
    }

    /** Each leader is followed by a reader of its own, and many of them have gone before it begins. */
    @Test
    void anObserverOfLeadersThatComeAndGoKeepsNoReaderOfThoseThatHaveGone() throws Exception {
        MemberServer member = cluster.member(third);
        ManagedChannel channel = cluster.channel(third);
        Iterator<LeaderResponse> observed = ElectionGrpc.newBlockingStub(channel)
                .observe(LeaderRequest.newBuilder().setName(bytes("hasty")).build());
        // A key below the name is what a campaign comes to.
        for (int i = 0; i < 200; i++) {
            client.put("hasty/" + i % 3, "v" + i);
            client.delete("hasty/" + i % 3);
        }
        client.put("hasty/last", "stays");
        String leader = "";
        while (!leader.equals("stays")) {
            leader = observed.next().getKv().getValue().toStringUtf8();
        }
        channel.shutdownNow();
        TestCluster.await(() -> member.watchers() == 0, "no reader is left");
        client.delete("hasty/last");
    }
}
