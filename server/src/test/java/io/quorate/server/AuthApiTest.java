package io.quorate.server;

import static io.quorate.server.EtcdClient.assertFails;
import static io.quorate.server.EtcdClient.bytes;
import static io.quorate.server.EtcdClient.putOf;
import static io.quorate.server.EtcdClient.rangeOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import io.quorate.server.auth.AuthOptions;
import io.quorate.server.auth.TokenOptions;
import io.quorate.server.proto.authpb.Permission;
import io.quorate.server.proto.etcdserverpb.AuthGrpc;
import io.quorate.server.proto.etcdserverpb.AuthRoleGetRequest;
import io.quorate.server.proto.etcdserverpb.AuthRoleGrantPermissionRequest;
import io.quorate.server.proto.etcdserverpb.AuthStatusRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserAddRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserChangePasswordRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserDeleteRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserGetRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserListRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserRevokeRoleRequest;
import io.quorate.server.proto.etcdserverpb.ClusterGrpc;
import io.quorate.server.proto.etcdserverpb.LeaseGrantRequest;
import io.quorate.server.proto.etcdserverpb.LeaseRevokeRequest;
import io.quorate.server.proto.etcdserverpb.LeaseTimeToLiveRequest;
import io.quorate.server.proto.etcdserverpb.MaintenanceGrpc;
import io.quorate.server.proto.etcdserverpb.MemberListRequest;
import io.quorate.server.proto.etcdserverpb.StatusRequest;
import io.quorate.server.proto.etcdserverpb.WatchCreateRequest;
import io.quorate.server.proto.etcdserverpb.WatchResponse;
import io.quorate.server.proto.managerpb.ManagerGrpc;
import io.quorate.server.wire.EtcdError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What users may do through any member, and that nobody else may do anything, whatever is called. */
class AuthApiTest {

    /** A cheap hash: what it costs to guess a password is not the question here. */
    static final AuthOptions CHEAP = new AuthOptions(TokenOptions.Simple.DEFAULT, 4);

    @TempDir
    private Path folder;

    private TestCluster cluster;
    private Users anybody;
    private Users root;

    @BeforeEach
    void start() throws IOException {
        cluster = TestCluster.start(3, folder, config -> ServerConfigs.withAuth(config, CHEAP));
        anybody = new Users(cluster.channel(0));
        root = anybody;
        anybody.add("root", "rootpw", "root");
        anybody.add("alice", "secret");
        anybody.addRole("app", Permission.Type.READWRITE, "app/", "app0");
        anybody.grant("alice", "app");
        nobody(0).put("app/before", "1");
        nobody(0).put("other", "1");
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    /** Enables authentication, and logs root in. */
    private void enable() {
        anybody.enable();
        root = new Users(Users.with(cluster.channel(0), anybody.logIn("root", "rootpw")));
    }

    private EtcdClient nobody(int member) {
        return new EtcdClient(cluster.channel(member));
    }

    private Channel channel(int member, String user, String password) {
        return Users.with(cluster.channel(member), new Users(cluster.channel(member)).logIn(user, password));
    }

    private EtcdClient alice(int member) {
        return new EtcdClient(channel(member, "alice", "secret"));
    }

    @Test
    void aTokenOfOneMemberCountsAtAllOfThem() {
        enable();
        String token = new Users(cluster.channel(cluster.follower())).logIn("alice", "secret");
        for (int member = 0; member < 3; member++) {
            EtcdClient alice = new EtcdClient(Users.with(cluster.channel(member), token));
            alice.put("app/" + member, "x");
            assertThat(alice.value("app/" + member)).isEqualTo("x");
            assertThat(alice.kv()
                            .range(rangeOf("app/before").setSerializable(true).build())
                            .getCount())
                    .isEqualTo(1);
            assertFails(EtcdError.PERMISSION_DENIED, () -> alice.get("other"));
            assertFails(EtcdError.PERMISSION_DENIED, () -> alice.put("other", "x"));
            assertFails(
                    EtcdError.PERMISSION_DENIED,
                    () -> alice.kv()
                            .range(rangeOf("other").setSerializable(true).build()));
        }
    }

    @Test
    void aWrongPasswordAndAnUnknownUserAreToldTheSame() {
        assertFails(EtcdError.AUTH_NOT_ENABLED, () -> anybody.logIn("alice", "secret"));
        enable();
        assertFails(EtcdError.AUTH_FAILED, () -> anybody.logIn("alice", "wrong"));
        assertFails(EtcdError.AUTH_FAILED, () -> anybody.logIn("nobody", "secret"));
        assertFails(EtcdError.AUTH_FAILED, () -> anybody.logIn("", ""));
    }

    @Test
    void tokensThatAreNoneAreRefused() {
        enable();
        String real = anybody.logIn("alice", "secret");
        List<String> wrong = new ArrayList<>(
                List.of("", "x", "x.1", ".", real + "0", "0" + real, "a.b.c", "x.99999999999999999999"));
        for (String token : wrong) {
            EtcdClient client = new EtcdClient(Users.with(cluster.channel(1), token));
            assertFails(EtcdError.INVALID_AUTH_TOKEN, () -> client.get("app/before"));
            assertFails(EtcdError.INVALID_AUTH_TOKEN, () -> client.put("app/before", "x"));
        }
    }

    @Test
    void withoutAuthenticationATokenIsNotLookedAt() {
        new EtcdClient(Users.with(cluster.channel(0), "whatever")).put("other", "2");
    }

    @Test
    void whoeverHasAnotherPasswordOrIsGoneMustProveAnewWhoItIs() {
        enable();
        EtcdClient alice = alice(1);
        root.stub()
                .userChangePassword(AuthUserChangePasswordRequest.newBuilder()
                        .setName("alice")
                        .setPassword("new")
                        .build());
        assertFails(EtcdError.INVALID_AUTH_TOKEN, () -> alice.put("app/a", "x"));
        assertFails(EtcdError.AUTH_FAILED, () -> anybody.logIn("alice", "secret"));
        EtcdClient again = new EtcdClient(channel(2, "alice", "new"));
        again.put("app/a", "x");
        root.stub()
                .userDelete(AuthUserDeleteRequest.newBuilder().setName("alice").build());
        assertFails(EtcdError.INVALID_AUTH_TOKEN, () -> again.put("app/a", "y"));
    }

    @Test
    void whatWasTakenAwayIsGoneAtOnce() {
        enable();
        EtcdClient alice = alice(1);
        alice.put("app/a", "x");
        root.stub()
                .userRevokeRole(AuthUserRevokeRoleRequest.newBuilder()
                        .setName("alice")
                        .setRole("app")
                        .build());
        assertThatThrownBy(() -> alice.put("app/a", "y")).isInstanceOf(StatusRuntimeException.class);
        assertFails(EtcdError.PERMISSION_DENIED, () -> alice(2).put("app/a", "y"));
        assertFails(EtcdError.PERMISSION_DENIED, () -> alice(2).get("app/a"));
        root.grant("alice", "app");
        alice(2).put("app/a", "z");
    }

    @Test
    void watchesNeedPermissionAndEndWhenItHasGone() throws InterruptedException {
        enable();
        String refusal = "rpc error: code = PermissionDenied desc = etcdserver: permission denied";
        try (WatchConversation watches = WatchConversation.begin(channel(cluster.follower(), "alice", "secret"))) {
            WatchResponse denied =
                    watches.created(WatchCreateRequest.newBuilder().setKey(bytes("other")));
            assertThat(denied.getCanceled()).isTrue();
            assertThat(denied.getWatchId()).isEqualTo(-1);
            assertThat(denied.getCancelReason()).isEqualTo(refusal);
            WatchResponse allowed = watches.created(
                    WatchCreateRequest.newBuilder().setKey(bytes("app/")).setRangeEnd(bytes("app0")));
            assertThat(allowed.getCanceled()).isFalse();
            alice(0).put("app/a", "seen");
            assertThat(watches.events(1)).hasSize(1);
            root.stub()
                    .userRevokeRole(AuthUserRevokeRoleRequest.newBuilder()
                            .setName("alice")
                            .setRole("app")
                            .build());
            new EtcdClient(channel(0, "root", "rootpw")).put("app/a", "not seen");
            WatchResponse ended = watches.next();
            assertThat(ended.getEventsList()).isEmpty();
            assertThat(ended.getCanceled()).isTrue();
            assertThat(ended.getWatchId()).isEqualTo(allowed.getWatchId());
            assertThat(ended.getCancelReason()).isEqualTo(refusal);
        }
        try (WatchConversation nobody = WatchConversation.begin(cluster.channel(1))) {
            assertThat(nobody.created(WatchCreateRequest.newBuilder().setKey(bytes("app/a")))
                            .getCancelReason())
                    .isEqualTo("rpc error: code = InvalidArgument desc = etcdserver: user name is empty");
        }
    }

    @Test
    void aLeaseIsAsMuchAsTheKeysThatHangOnIt() {
        enable();
        EtcdClient all = new EtcdClient(channel(0, "root", "rootpw"));
        EtcdClient alice = alice(1);
        alice.leases()
                .leaseGrant(LeaseGrantRequest.newBuilder().setID(7).setTTL(60).build());
        alice.kv().put(putOf("app/leased", "x").setLease(7).build());
        assertThat(alice.leases()
                        .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                                .setID(7)
                                .setKeys(true)
                                .build())
                        .getKeysCount())
                .isEqualTo(1);
        all.kv().put(putOf("other", "x").setLease(7).build());
        assertFails(
                EtcdError.PERMISSION_DENIED,
                () -> alice.leases()
                        .leaseRevoke(LeaseRevokeRequest.newBuilder().setID(7).build()));
        assertFails(
                EtcdError.PERMISSION_DENIED,
                () -> alice.leases()
                        .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                                .setID(7)
                                .setKeys(true)
                                .build()));
        assertFails(
                EtcdError.PERMISSION_DENIED,
                () -> alice.kv().put(putOf("app/more", "x").setLease(7).build()));
        all.leases().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(7).build());
        assertThat(all.get("other").getCount()).isZero();
    }

    @Test
    void usersSeeThemselvesAndRootSeesAll() {
        assertThat(anybody.stub()
                        .authStatus(AuthStatusRequest.getDefaultInstance())
                        .getEnabled())
                .isFalse();
        enable();
        Users alice = new Users(channel(1, "alice", "secret"));
        assertThat(alice.stub()
                        .userGet(
                                AuthUserGetRequest.newBuilder().setName("alice").build())
                        .getRolesList())
                .containsExactly("app");
        assertThat(alice.stub()
                        .roleGet(AuthRoleGetRequest.newBuilder().setRole("app").build())
                        .getPermList())
                .containsExactly(Permission.newBuilder()
                        .setPermType(Permission.Type.READWRITE)
                        .setKey(bytes("app/"))
                        .setRangeEnd(bytes("app0"))
                        .build());
        assertFails(
                EtcdError.PERMISSION_DENIED,
                () -> alice.stub()
                        .userGet(AuthUserGetRequest.newBuilder().setName("root").build()));
        assertFails(EtcdError.PERMISSION_DENIED, () -> alice.stub().userList(AuthUserListRequest.getDefaultInstance()));
        assertFails(EtcdError.PERMISSION_DENIED, () -> alice.add("mallory", "x"));
        assertFails(EtcdError.PERMISSION_DENIED, alice::disable);
        assertThat(root.stub()
                        .userList(AuthUserListRequest.getDefaultInstance())
                        .getUsersList())
                .containsExactly("alice", "root");
        assertThat(root.stub()
                        .authStatus(AuthStatusRequest.getDefaultInstance())
                        .getEnabled())
                .isTrue();
        root.disable();
        nobody(2).put("other", "3");
    }

    @Test
    void noPasswordStandsInAnyFile() throws IOException {
        String planted = "PLANTED-c2VjcmV0-PASSWORD";
        anybody.add("bob", planted, "app");
        enable();
        String token = anybody.logIn("bob", planted);
        String word = token.substring(0, token.indexOf('.'));
        new EtcdClient(Users.with(cluster.channel(1), token)).put("app/PLANTED-VALUE", "x");
        cluster.close();
        assertThat(filesWith("app/PLANTED-VALUE"))
                .as("what is looked for can be found")
                .isNotEmpty();
        assertThat(filesWith(planted)).isEmpty();
        assertThat(filesWith(word)).as("nor does the token").isEmpty();
    }

    private List<Path> filesWith(String text) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> contains(file, text))
                    .toList();
        }
    }

    private static boolean contains(Path file, String text) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void badUsersRolesAndPermissionsAreRefusedBeforeAnythingIsProposed() {
        assertFails(EtcdError.USER_EMPTY, () -> anybody.add("", "x"));
        assertThatThrownBy(() -> anybody.add("bob", "x".repeat(73))).hasMessageContaining("more than 72 bytes");
        String tooLong = "INVALID_ARGUMENT: etcdserver: the name of a user or role is longer than 32000 bytes";
        assertThatThrownBy(() -> anybody.add("x".repeat(32_001), "x")).hasMessage(tooLong);
        assertThatThrownBy(() -> anybody.addRole(
                        "x".repeat(32_001), io.quorate.server.proto.authpb.Permission.Type.READ, "a", "b"))
                .hasMessage(tooLong);
        assertFails(
                EtcdError.PERMISSION_NOT_GIVEN,
                () -> anybody.stub()
                        .roleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder()
                                .setName("app")
                                .build()));
        assertThatThrownBy(() -> anybody.stub()
                        .roleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder()
                                .setName("app")
                                .setPerm(Permission.newBuilder().setPermTypeValue(99))
                                .build()))
                .hasMessageContaining("unknown type 99");
        anybody.stub().userAdd(AuthUserAddRequest.newBuilder().setName("empty").build());
    }

    // ---- Every RPC that there is.

    @Test
    void noServiceIsServedThatIsNeitherGuardedNorOpenByDeclaration() throws Exception {
        CompletableFuture<List<String>> served = new CompletableFuture<>();
        ServerReflectionGrpc.newStub(cluster.channel(0))
                .withDeadlineAfter(Duration.ofSeconds(30))
                .serverReflectionInfo(new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse response) {
                        served.complete(response.getListServicesResponse().getServiceList().stream()
                                .map(ServiceResponse::getName)
                                .toList());
                    }

                    @Override
                    public void onError(Throwable failure) {
                        served.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {}
                })
                .onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        List<String> known = new ArrayList<>(EveryMethod.OPEN_SERVICES);
        EveryMethod.GUARDED.forEach(service -> known.add(service.getName()));
        assertThat(served.get(30, TimeUnit.SECONDS)).containsExactlyInAnyOrderElementsOf(known);
    }

    @Test
    void noMethodAnswersSomebodyWhoHasNotSaidWhoItIs() {
        enable();
        List<String> answered = new ArrayList<>();
        EveryMethod.guarded().forEach(method -> {
            String outcome = EveryMethod.outcome(method, cluster.channel(1));
            boolean refused = outcome.endsWith(EtcdError.USER_EMPTY.message()) || outcome.endsWith("is unimplemented");
            if (!refused) {
                answered.add(method.getFullMethodName() + ": " + outcome);
            }
        });
        assertThat(answered).isEmpty();
        assertThat(nobody(1)
                        .maintenance()
                        .status(StatusRequest.getDefaultInstance())
                        .getRaftTerm())
                .isPositive();
    }

    @Test
    void noMethodAnswersWhoeverShowsATokenThatIsNone() {
        enable();
        Channel forged = Users.with(cluster.channel(1), "eyJhbGciOiJub25lIn0.eyJ1c2VybmFtZSI6InJvb3QifQ.");
        List<String> answered = new ArrayList<>();
        EveryMethod.guarded().forEach(method -> {
            String outcome = EveryMethod.outcome(method, forged);
            if (!outcome.endsWith(EtcdError.INVALID_AUTH_TOKEN.message()) && !outcome.endsWith("is unimplemented")) {
                answered.add(method.getFullMethodName() + ": " + outcome);
            }
        });
        assertThat(answered).isEmpty();
    }

    /** The paths are found by reflection, so that none can be forgotten. */
    @Test
    void noPageOfTheManagersAnswersSomebodyWhoHasNotSaidWhoItIs() throws Exception {
        enable();
        List<String> paths = new ArrayList<>();
        for (Field field : MemberServer.class.getDeclaredFields()) {
            if (field.getName().endsWith("_PATH")) {
                paths.add((String) field.get(null));
            }
        }
        assertThat(paths).hasSizeGreaterThanOrEqualTo(4);
        String alice = anybody.logIn("alice", "secret");
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (String path : paths) {
                assertThat(status(client, "GET", path, "")).as(path).isEqualTo(401);
                assertThat(status(client, "GET", path, "no.1")).as(path).isEqualTo(401);
                assertThat(status(client, "GET", path, alice)).as(path).isEqualTo(403);
                // Some are only looked at.
                assertThat(status(client, "POST", path, "")).as(path).isIn(401, 405);
                assertThat(status(client, "POST", path, alice)).as(path).isIn(403, 405);
            }
        }
    }

    private int status(HttpClient client, String method, String path, String token) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                        + cluster.member(1).clientAddresses().getFirst().getPort() + path))
                .timeout(Duration.ofSeconds(30))
                .method(method, BodyPublishers.noBody());
        if (!token.isEmpty()) {
            request.header("Authorization", token);
        }
        return client.send(request.build(), BodyHandlers.discarding()).statusCode();
    }

    @Test
    void whatConcernsTheWholeClusterIsNotForOrdinaryUsers() {
        enable();
        Channel alice = channel(1, "alice", "secret");
        List<String> allowed = new ArrayList<>();
        EveryMethod.guarded()
                .filter(method -> Set.of(
                                MaintenanceGrpc.SERVICE_NAME,
                                AuthGrpc.SERVICE_NAME,
                                ClusterGrpc.SERVICE_NAME,
                                ManagerGrpc.SERVICE_NAME)
                        .contains(method.getServiceName()))
                .forEach(method -> {
                    String outcome = EveryMethod.outcome(method, alice);
                    if (!outcome.equals(EtcdError.PERMISSION_DENIED.message())
                            && !outcome.endsWith("is unimplemented")) {
                        allowed.add(method.getFullMethodName());
                    }
                });
        assertThat(allowed)
                .as("who the members are is every user's to know")
                .containsExactly("etcdserverpb.Cluster/MemberList", "managerpb.Manager/DescribeMembers");
        assertThat(nobody(1)
                        .maintenance()
                        .status(StatusRequest.getDefaultInstance())
                        .getErrorsList())
                .isEmpty();
        assertThat(new EtcdClient(alice)
                        .cluster()
                        .memberList(MemberListRequest.getDefaultInstance())
                        .getMembersCount())
                .isEqualTo(3);
    }
}
