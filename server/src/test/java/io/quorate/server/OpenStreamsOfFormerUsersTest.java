package io.quorate.server;

import static io.quorate.server.EtcdClient.assertFails;
import static io.quorate.server.EtcdClient.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.quorate.server.proto.authpb.Permission;
import io.quorate.server.proto.etcdserverpb.AuthRoleDeleteRequest;
import io.quorate.server.proto.etcdserverpb.AuthRoleRevokePermissionRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserChangePasswordRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserDeleteRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserRevokeRoleRequest;
import io.quorate.server.proto.etcdserverpb.LeaseGrantRequest;
import io.quorate.server.proto.etcdserverpb.LeaseGrpc;
import io.quorate.server.proto.etcdserverpb.LeaseKeepAliveRequest;
import io.quorate.server.proto.etcdserverpb.LeaseKeepAliveResponse;
import io.quorate.server.proto.etcdserverpb.WatchCreateRequest;
import io.quorate.server.proto.etcdserverpb.WatchResponse;
import io.quorate.server.proto.v3electionpb.ElectionGrpc;
import io.quorate.server.proto.v3electionpb.LeaderRequest;
import io.quorate.server.proto.v3lockpb.LockGrpc;
import io.quorate.server.proto.v3lockpb.LockRequest;
import io.quorate.server.wire.EtcdError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client holds open ends when its right to it has gone, although nothing happens on it. */
class OpenStreamsOfFormerUsersTest {

    /** docs/security.md says a second; a machine that is busy is given more. */
    private static final long PATIENCE_SECONDS = 20;

    private static final String DENIED = "rpc error: code = PermissionDenied desc = etcdserver: permission denied";
    private static final String OVER = "rpc error: code = Unauthenticated desc = etcdserver: invalid auth token";

    @TempDir
    private static Path folder;

    private static TestCluster cluster;
    private static Users admin;
    private static EtcdClient root;

    @BeforeAll
    static void start() throws IOException {
        cluster = TestCluster.start(1, folder, config -> ServerConfigs.withAuth(config, AuthApiTest.CHEAP));
        Users anybody = new Users(cluster.channel(0));
        anybody.add("root", "rootpw", "root");
        anybody.enable();
        Channel asRoot = as("root", "rootpw");
        admin = new Users(asRoot);
        root = new EtcdClient(asRoot);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Channel as(String user, String password) {
        return Users.with(cluster.channel(0), new Users(cluster.channel(0)).logIn(user, password));
    }

    /** A user of that name, with a role of that name for all keys below it. */
    private static Channel user(String name) {
        admin.addRole(name, Permission.Type.READWRITE, name + "/", name + "0");
        admin.add(name, "pw", name);
        return as(name, "pw");
    }

    private static void delete(String user) {
        admin.stub().userDelete(AuthUserDeleteRequest.newBuilder().setName(user).build());
    }

    private static void revokeRole(String user) {
        admin.stub()
                .userRevokeRole(AuthUserRevokeRoleRequest.newBuilder()
                        .setName(user)
                        .setRole(user)
                        .build());
    }

    @Test
    void aQuietWatchEndsWhateverTookTheRightAway() throws InterruptedException {
        Map<String, Runnable> waysToLoseIt = Map.of(
                "deleted",
                () -> delete("deleted"),
                "revoked",
                () -> revokeRole("revoked"),
                "roleless",
                () -> admin.stub()
                        .roleDelete(AuthRoleDeleteRequest.newBuilder()
                                .setRole("roleless")
                                .build()),
                "unpermitted",
                () -> admin.stub()
                        .roleRevokePermission(AuthRoleRevokePermissionRequest.newBuilder()
                                .setRole("unpermitted")
                                .setKey(bytes("unpermitted/"))
                                .setRangeEnd(bytes("unpermitted0"))
                                .build()),
                "renewed",
                () -> admin.stub()
                        .userChangePassword(AuthUserChangePasswordRequest.newBuilder()
                                .setName("renewed")
                                .setPassword("other")
                                .build()));
        for (Map.Entry<String, Runnable> way : waysToLoseIt.entrySet()) {
            String name = way.getKey();
            try (WatchConversation watches = WatchConversation.begin(user(name))) {
                WatchResponse begun = watches.created(WatchCreateRequest.newBuilder()
                        .setKey(bytes(name + "/"))
                        .setRangeEnd(bytes(name + "0")));
                assertThat(begun.getCanceled()).isFalse();
                way.getValue().run();
                WatchResponse ended = watches.next();
                assertThat(ended.getCanceled()).as(name).isTrue();
                assertThat(ended.getWatchId()).isEqualTo(begun.getWatchId());
                assertThat(ended.getEventsList()).isEmpty();
                assertThat(ended.getCancelReason()).as(name).isEqualTo(name.equals("renewed") ? OVER : DENIED);
            }
        }
    }

    @Test
    void aWatchWhoseUserHasLostSomethingElseGoesOn() throws InterruptedException {
        Channel channel = user("keeper");
        admin.addRole("extra", Permission.Type.READ, "extra", "");
        admin.grant("keeper", "extra");
        try (WatchConversation watches = WatchConversation.begin(channel)) {
            WatchResponse lasting =
                    watches.created(WatchCreateRequest.newBuilder().setKey(bytes("keeper/a")));
            WatchResponse lost = watches.created(WatchCreateRequest.newBuilder().setKey(bytes("extra")));
            admin.stub()
                    .userRevokeRole(AuthUserRevokeRoleRequest.newBuilder()
                            .setName("keeper")
                            .setRole("extra")
                            .build());
            WatchResponse ended = watches.next();
            assertThat(ended.getCanceled()).isTrue();
            assertThat(ended.getWatchId()).isEqualTo(lost.getWatchId());
            root.put("keeper/a", "seen");
            WatchResponse seen = watches.next();
            assertThat(seen.getWatchId()).isEqualTo(lasting.getWatchId());
            assertThat(seen.getEventsList()).hasSize(1);
        }
    }

    @Test
    void aKeepAliveOnWhichNothingIsAskedEndsWithTheUser() throws InterruptedException {
        Channel channel = user("holder");
        root.leases()
                .leaseGrant(LeaseGrantRequest.newBuilder().setID(70).setTTL(600).build());
        LinkedBlockingQueue<LeaseKeepAliveResponse> answers = new LinkedBlockingQueue<>();
        CompletableFuture<Status> over = new CompletableFuture<>();
        StreamObserver<LeaseKeepAliveRequest> keepAlive = LeaseGrpc.newStub(channel)
                .leaseKeepAlive(new StreamObserver<>() {
                    @Override
                    public void onNext(LeaseKeepAliveResponse answer) {
                        answers.add(answer);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        over.complete(Status.fromThrowable(failure));
                    }

                    @Override
                    public void onCompleted() {
                        over.complete(Status.OK);
                    }
                });
        keepAlive.onNext(LeaseKeepAliveRequest.newBuilder().setID(70).build());
        assertThat(answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isNotNull();
        revokeRole("holder");
        keepAlive.onNext(LeaseKeepAliveRequest.newBuilder().setID(70).build());
        assertThat(answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("whoever is a user may renew a lease, whatever its roles")
                .isNotNull();
        delete("holder");
        Status status = over.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        assertThat(status.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    }

    @Test
    void whoeverObservesAnElectionSeesNoMoreOfIt() {
        Channel channel = user("observer");
        root.put("observer/e/1", "the leader");
        Iterator<?> leaders = ElectionGrpc.newBlockingStub(channel)
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .observe(LeaderRequest.newBuilder().setName(bytes("observer/e")).build());
        leaders.next();
        revokeRole("observer");
        assertFails(EtcdError.PERMISSION_DENIED, leaders::hasNext);
    }

    @Test
    void whoeverWaitsForALockWaitsNoLonger() throws Exception {
        Channel channel = user("waiter");
        root.leases()
                .leaseGrant(LeaseGrantRequest.newBuilder().setID(71).setTTL(600).build());
        LockGrpc.newBlockingStub(as("root", "rootpw"))
                .lock(LockRequest.newBuilder()
                        .setName(bytes("waiter/l"))
                        .setLease(71)
                        .build());
        Future<?> lock = LockGrpc.newFutureStub(channel)
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .lock(LockRequest.newBuilder().setName(bytes("waiter/l")).build());
        TestCluster.await(
                () -> root.kv()
                                .range(EtcdClient.prefixOf("waiter/l/")
                                        .setCountOnly(true)
                                        .build())
                                .getCount()
                        == 2,
                "it stands in the line");
        revokeRole("waiter");
        assertThatThrownBy(() -> lock.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                // The second, if the right went while it was still looking who stands before it.
                .hasMessageMatching("(?s).*(permission denied|revision of auth store is old).*");
    }
}
