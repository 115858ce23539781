package io.quorate.server;

import static io.quorate.server.EtcdClient.assertFails;
import static io.quorate.server.EtcdClient.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.quorate.server.auth.AuthOptions;
import io.quorate.server.auth.TokenOptions;
import io.quorate.server.auth.TokenOptions.Algorithm;
import io.quorate.server.proto.authpb.Permission;
import io.quorate.server.proto.etcdserverpb.AlarmRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserChangePasswordRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserDeleteRequest;
import io.quorate.server.proto.etcdserverpb.LeaseGrantRequest;
import io.quorate.server.proto.etcdserverpb.LeaseKeepAliveRequest;
import io.quorate.server.proto.etcdserverpb.LeaseKeepAliveResponse;
import io.quorate.server.proto.etcdserverpb.SnapshotRequest;
import io.quorate.server.proto.etcdserverpb.StatusRequest;
import io.quorate.server.proto.etcdserverpb.WatchCreateRequest;
import io.quorate.server.proto.etcdserverpb.WatchResponse;
import io.quorate.server.wire.EtcdError;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A login ends with the password, and with the user, that it was made with, whatever is under way by it. */
class EndedLoginApiTest {

    private static final long PATIENCE_SECONDS = 20;

    @TempDir
    private Path folder;

    private Optional<TestCluster> started = Optional.empty();

    @AfterEach
    void stop() {
        started.ifPresent(TestCluster::close);
    }

    /** One member, with root and alice, and authentication enabled. */
    private TestCluster start(TokenOptions tokens) throws IOException {
        TestCluster cluster =
                TestCluster.start(1, folder, config -> ServerConfigs.withAuth(config, new AuthOptions(tokens, 4)));
        started = Optional.of(cluster);
        Users anybody = new Users(cluster.channel(0));
        anybody.add("root", "rootpw", "root");
        anybody.addRole("app", Permission.Type.READWRITE, "app/", "app0");
        anybody.add("alice", "secret", "app");
        anybody.enable();
        return cluster;
    }

    private static Channel as(TestCluster cluster, String user, String password) {
        return Users.with(cluster.channel(0), new Users(cluster.channel(0)).logIn(user, password));
    }

    private static void changePassword(Channel who, String user, String password) {
        new Users(who)
                .stub()
                .userChangePassword(AuthUserChangePasswordRequest.newBuilder()
                        .setName(user)
                        .setPassword(password)
                        .build());
    }

    @Test
    void aSignedTokenIsOfNoUseToWhoeverHasStolenItOnceThePasswordIsAnother() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "0123456789abcdef".repeat(4));
        TestCluster cluster = start(
                new TokenOptions.Jwt(Algorithm.HS256, Optional.empty(), Optional.of(secret), Duration.ofMinutes(5)));
        Channel stolen = as(cluster, "root", "rootpw");
        changePassword(stolen, "alice", "other");
        Users thief = new Users(stolen);
        thief.addRole("more", Permission.Type.READ, "more", "");
        changePassword(as(cluster, "root", "rootpw"), "root", "newpw");
        assertFails(EtcdError.INVALID_AUTH_TOKEN, thief::disable);
        assertFails(EtcdError.INVALID_AUTH_TOKEN, () -> changePassword(stolen, "root", "mine"));
        assertFails(
                EtcdError.INVALID_AUTH_TOKEN,
                () -> new EtcdClient(stolen)
                        .maintenance()
                        .snapshot(SnapshotRequest.getDefaultInstance())
                        .next());
        assertThatThrownBy(() -> new EtcdClient(stolen).put("app/a", "x"))
                .hasMessageContaining("revision of auth store is old");
        new EtcdClient(as(cluster, "root", "newpw")).put("app/a", "x");
    }

    @Test
    void anOpenWatchEndsWithThePassword() throws Exception {
        TestCluster cluster = start(TokenOptions.Simple.DEFAULT);
        Channel root = as(cluster, "root", "rootpw");
        try (WatchConversation watches = WatchConversation.begin(as(cluster, "alice", "secret"))) {
            watches.created(WatchCreateRequest.newBuilder().setKey(bytes("app/a")));
            changePassword(root, "alice", "other");
            new EtcdClient(root).put("app/a", "not seen");
            WatchResponse ended = watches.next();
            assertThat(ended.getCanceled()).isTrue();
            assertThat(ended.getEventsList()).isEmpty();
            assertThat(ended.getCancelReason()).contains("invalid auth token");
        }
    }

    @Test
    void whoeverHasTheNameOfAUserThatWasDeletedDoesNotKeepItsLeases() throws Exception {
        TestCluster cluster = start(TokenOptions.Simple.DEFAULT);
        Users root = new Users(as(cluster, "root", "rootpw"));
        EtcdClient alice = new EtcdClient(as(cluster, "alice", "secret"));
        alice.leases()
                .leaseGrant(LeaseGrantRequest.newBuilder().setID(7).setTTL(60).build());
        LinkedBlockingQueue<LeaseKeepAliveResponse> answers = new LinkedBlockingQueue<>();
        CompletableFuture<Void> over = new CompletableFuture<>();
        StreamObserver<LeaseKeepAliveRequest> keepAlive = alice.leaseStreams().leaseKeepAlive(new StreamObserver<>() {
            @Override
            public void onNext(LeaseKeepAliveResponse answer) {
                answers.add(answer);
            }

            @Override
            public void onError(Throwable failure) {
                over.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {
                over.complete(null);
            }
        });
        LeaseKeepAliveRequest request =
                LeaseKeepAliveRequest.newBuilder().setID(7).build();
        keepAlive.onNext(request);
        assertThat(answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isNotNull();
        root.stub()
                .userDelete(AuthUserDeleteRequest.newBuilder().setName("alice").build());
        root.add("alice", "secret", "app");
        keepAlive.onNext(request);
        assertThatThrownBy(() -> over.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("invalid auth token");
    }

    @Test
    void whatIsRefusedTakesNoPlaceInTheLog() throws IOException {
        TestCluster cluster = start(TokenOptions.Simple.DEFAULT);
        EtcdClient nobody = new EtcdClient(cluster.channel(0));
        EtcdClient alice = new EtcdClient(as(cluster, "alice", "secret"));
        long before = index(nobody);
        int attempts = 500;
        for (int i = 0; i < attempts; i++) {
            assertFails(EtcdError.USER_EMPTY, () -> nobody.put("app/a", "x"));
            assertFails(EtcdError.PERMISSION_DENIED, () -> alice.put("other", "x"));
        }
        assertThat(index(nobody) - before)
                .as("entries of the members, and the bounded ones of the audit log")
                .isLessThan(attempts);
        assertFails(
                EtcdError.USER_EMPTY,
                () -> nobody.maintenance()
                        .alarm(AlarmRequest.newBuilder()
                                .setAction(AlarmRequest.AlarmAction.DEACTIVATE)
                                .build()));
        assertFails(
                EtcdError.USER_EMPTY,
                () -> nobody.maintenance()
                        .alarm(AlarmRequest.newBuilder().setActionValue(99).build()));
    }

    private static long index(EtcdClient client) {
        return client.maintenance().status(StatusRequest.getDefaultInstance()).getRaftIndex();
    }

    @Test
    void aScrubIsForRootAndForNoSiteThatABrowserHasOpen() throws Exception {
        TestCluster cluster = start(TokenOptions.Simple.DEFAULT);
        Users anybody = new Users(cluster.channel(0));
        for (String method : new String[] {"GET", "POST"}) {
            assertThat(scrub(cluster, method, "").statusCode()).isEqualTo(401);
            assertThat(scrub(cluster, method, "no.1").statusCode()).isEqualTo(401);
            assertThat(scrub(cluster, method, anybody.logIn("alice", "secret")).statusCode())
                    .isEqualTo(403);
            HttpResponse<String> answer = scrub(cluster, method, anybody.logIn("root", "rootpw"));
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("\"running\"");
            assertThat(answer.headers().firstValue("access-control-allow-origin"))
                    .isEmpty();
        }
        String root = anybody.logIn("root", "rootpw");
        for (String path : new String[] {MemberServer.SCRUB_PATH, MemberServer.RESTART_PATH}) {
            HttpResponse<String> elsewhere = ask(cluster, path, "POST", root, Optional.of("http://site.example"));
            assertThat(elsewhere.statusCode()).isEqualTo(403);
            assertThat(elsewhere.body()).contains("not for pages of other sites");
        }
        assertThat(ask(cluster, MemberServer.SCRUB_PATH, "GET", root, Optional.of(origin(cluster)))
                        .statusCode())
                .as("a page of the member's own")
                .isEqualTo(200);
        assertThat(scrub(cluster, "OPTIONS", "").headers().firstValue("access-control-allow-origin"))
                .isEmpty();
    }

    /** The data are opened anew, and what was written is there; who may not ask for it changes nothing. */
    @Test
    void aRestartIsForRootAndLosesNothing() throws Exception {
        TestCluster cluster = start(TokenOptions.Simple.DEFAULT);
        Users anybody = new Users(cluster.channel(0));
        assertThat(restart(cluster, "POST", "").statusCode()).isEqualTo(401);
        assertThat(restart(cluster, "POST", anybody.logIn("alice", "secret")).statusCode())
                .isEqualTo(403);
        String root = anybody.logIn("root", "rootpw");
        assertThat(restart(cluster, "GET", root).body()).contains("\"incarnation\":1");

        assertThat(restart(cluster, "POST", root).statusCode()).isEqualTo(200);
        TestCluster.await(() -> cluster.member(0).incarnation() == 2, "the data are opened anew");
        // As in etcd, a member that has restarted knows no simple token of before.
        TestCluster.await(() -> restarted(cluster, anybody), "it serves again");
        assertThat(restart(cluster, "GET", root).statusCode()).isEqualTo(401);
    }

    private static boolean restarted(TestCluster cluster, Users anybody) {
        try {
            return restart(cluster, "GET", anybody.logIn("root", "rootpw"))
                    .body()
                    .equals("{\"incarnation\":2,\"serving\":true}");
        } catch (StatusRuntimeException e) {
            return false;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static HttpResponse<String> restart(TestCluster cluster, String method, String token)
            throws IOException, InterruptedException {
        return ask(cluster, MemberServer.RESTART_PATH, method, token, Optional.empty());
    }

    private static HttpResponse<String> scrub(TestCluster cluster, String method, String token)
            throws IOException, InterruptedException {
        return ask(cluster, MemberServer.SCRUB_PATH, method, token, Optional.empty());
    }

    private static String origin(TestCluster cluster) {
        return "http://127.0.0.1:"
                + cluster.member(0).clientAddresses().getFirst().getPort();
    }

    private static HttpResponse<String> ask(
            TestCluster cluster, String path, String method, String token, Optional<String> site)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(origin(cluster) + path))
                .timeout(Duration.ofSeconds(PATIENCE_SECONDS))
                .method(method, BodyPublishers.noBody());
        site.ifPresent(from -> request.header("Origin", from));
        if (!token.isEmpty()) {
            request.header("Authorization", token);
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), BodyHandlers.ofString());
        }
    }
}
