package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.quorate.server.MemberServer;
import io.quorate.server.ServerConfig;
import io.quorate.server.proto.authpb.Permission;
import io.quorate.server.proto.etcdserverpb.AuthEnableRequest;
import io.quorate.server.proto.etcdserverpb.AuthGrpc;
import io.quorate.server.proto.etcdserverpb.AuthRoleAddRequest;
import io.quorate.server.proto.etcdserverpb.AuthRoleGrantPermissionRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserAddRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserChangePasswordRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserGrantRoleRequest;
import io.quorate.server.proto.etcdserverpb.AuthenticateRequest;
import io.quorate.server.proto.etcdserverpb.Compare;
import io.quorate.server.proto.etcdserverpb.DeleteRangeRequest;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RequestOp;
import io.quorate.server.proto.etcdserverpb.TxnRequest;
import io.quorate.server.proto.etcdserverpb.WatchCreateRequest;
import io.quorate.server.proto.etcdserverpb.WatchGrpc;
import io.quorate.server.proto.etcdserverpb.WatchRequest;
import io.quorate.server.proto.etcdserverpb.WatchResponse;
import io.quorate.testing.FreePorts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.LogManager;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Passwords, tokens, values and keys are in no log, metric, page, error, command's output or record of the audit log, whatever goes wrong while
 * everything is logged. What the data directory holds is another matter.
 */
class SecretsAreToldNowhereTest {

    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private List<java.util.logging.Logger> logging = List.of();
    private final List<PlantedSecret> secrets = new ArrayList<>();

    /** By where it was shown. */
    private final Map<String, String> shown = new TreeMap<>();

    @BeforeEach
    void logEverything() {
        // What it answers is held as long as anything is logged.
        logging = LogOutput.to(log, LogLevel.DEBUG).configured();
    }

    @AfterEach
    void logAsBefore() throws IOException {
        assertThat(logging).isNotEmpty();
        LogManager.getLogManager().readConfiguration();
    }

    private String plant(String what) {
        String text =
                "PLANTED+" + what.replace(' ', '-') + "/" + Long.toHexString(what.hashCode() * 0x9E3779B97F4A7C15L);
        secrets.add(new PlantedSecret(what, text));
        return text;
    }

    private void plantGiven(String what, String text) {
        secrets.add(new PlantedSecret(what, text));
    }

    private void show(String where, String text) {
        shown.merge(where, text, (before, after) -> before + "\n" + after);
    }

    private void showError(String where, ThrowingCallable call) {
        StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, call);
        assertThat(failure).as("%s fails", where).isNotNull();
        show(where, failure + " " + failure.getTrailers());
    }

    private void assertNothingIsTold() {
        show("the log", log.toString(StandardCharsets.UTF_8));
        assertThat(shown.get("the log"))
                .as("that there is a log")
                .contains("DEBUG")
                .contains("INFO");
        List<String> told = new ArrayList<>();
        shown.forEach((where, text) -> secrets.stream()
                .filter(secret -> secret.isIn(text))
                .forEach(secret -> told.add(secret.what() + " is in " + where)));
        assertThat(told).isEmpty();
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    private static Channel with(Channel channel, String token) {
        Metadata metadata = new Metadata();
        metadata.put(TOKEN, token);
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
    }

    private static String logIn(Channel channel, String user, String password) {
        return AuthGrpc.newBlockingStub(channel)
                .authenticate(AuthenticateRequest.newBuilder()
                        .setName(user)
                        .setPassword(password)
                        .build())
                .getToken();
    }

    private static void add(Channel channel, String user, String password, String role) {
        AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(channel);
        var added = auth.userAdd(AuthUserAddRequest.newBuilder()
                .setName(user)
                .setPassword(password)
                .build());
        var granted = auth.userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                .setUser(user)
                .setRole(role)
                .build());
        assertThat(List.of(added, granted)).hasSize(2);
    }

    private static void addRole(Channel channel) {
        AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(channel);
        var added = auth.roleAdd(AuthRoleAddRequest.newBuilder().setName("app").build());
        var allowed = auth.roleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder()
                .setName("app")
                .setPerm(Permission.newBuilder()
                        .setPermType(Permission.Type.WRITE)
                        .setKey(bytes("app/"))
                        .setRangeEnd(bytes("app0")))
                .build());
        assertThat(List.of(added, allowed)).hasSize(2);
    }

    @Test
    void whatClientsSayAndStoreIsToldToNobodyElse() throws Exception {
        try (OneMember member = OneMember.start(OneMember.config(folder.resolve("data")))) {
            String rootPassword = plant("root's password");
            String annsPassword = plant("ann's password");
            addRole(member.channel());
            add(member.channel(), "root", rootPassword, "root");
            add(member.channel(), "ann", annsPassword, "app");
            var enabled = AuthGrpc.newBlockingStub(member.channel()).authEnable(AuthEnableRequest.getDefaultInstance());
            assertThat(enabled).isNotNull();
            String rootToken = logIn(member.channel(), "root", rootPassword);
            String annsToken = logIn(member.channel(), "ann", annsPassword);
            plantGiven("root's token", rootToken.substring(0, rootToken.indexOf('.')));
            plantGiven("ann's token", annsToken.substring(0, annsToken.indexOf('.')));
            Channel ann = with(member.channel(), annsToken);
            Channel root = with(member.channel(), rootToken);

            CommandRun rule = member.run(
                    "audit", "rules", "add", "--access=both", "--prefix", "app/", "--user=root:" + rootPassword);
            assertThat(rule.exitCode()).as(rule.err()).isEqualTo(ExitCode.OK);
            failToLogIn(member.channel());
            useKeys(root, ann);
            useKeysThatARuleNames(root);
            changePasswords(root, ann);
            askTheGateway(member.endpoint(), rootToken);
            askThePages(member.endpoint(), rootToken);
            runCommands(member, rootPassword);
            assertNothingIsTold();
        }
    }

    private void failToLogIn(Channel channel) {
        showError("the answer to a wrong password", () -> logIn(channel, "ann", plant("a wrong password")));
        showError(
                "the answer to a name that is a password",
                () -> logIn(channel, plant("a password in the wrong place"), ""));
        showError(
                "the answer to a password that is too long",
                () -> logIn(channel, "ann", plant("a long password") + "x".repeat(2000)));
        for (int i = 0; i < 8; i++) {
            String guessed = plant("guess " + i);
            showError("the answers to many wrong passwords", () -> logIn(channel, "ann", guessed));
        }
        Channel forged = with(channel, plant("a forged token") + ".1");
        showError("the answer to a forged token", () -> get(forged, "app/a"));
    }

    private static void get(Channel channel, String key) {
        var unused = KVGrpc.newBlockingStub(channel)
                .range(RangeRequest.newBuilder().setKey(bytes(key)).build());
    }

    private void useKeys(Channel root, Channel ann) {
        KVGrpc.KVBlockingStub byRoot = KVGrpc.newBlockingStub(root);
        KVGrpc.KVBlockingStub byAnn = KVGrpc.newBlockingStub(ann);
        PutRequest put = PutRequest.newBuilder()
                .setKey(bytes("app/a"))
                .setValue(bytes(plant("a value")))
                .build();
        var written = byAnn.put(put);
        assertThat(written.getHeader().getRevision()).isPositive();
        showError(
                "the answer to a put that may not be",
                () -> byAnn.put(PutRequest.newBuilder()
                        .setKey(bytes("other"))
                        .setValue(bytes(plant("a refused value")))
                        .build()));
        showError(
                "the answer to a put that wants what it may not see",
                () -> byAnn.put(PutRequest.newBuilder()
                        .setKey(bytes("app/a"))
                        .setValue(bytes(plant("another refused value")))
                        .setPrevKv(true)
                        .build()));
        showError(
                "the answer to a put that says two things",
                () -> byRoot.put(PutRequest.newBuilder()
                        .setKey(bytes("app/a"))
                        .setValue(bytes(plant("a contradictory value")))
                        .setIgnoreValue(true)
                        .build()));
        showError(
                "the answer to a put that is too large",
                () -> byRoot.put(PutRequest.newBuilder()
                        .setKey(bytes("app/a"))
                        .setValue(bytes(plant("a large value") + "x".repeat(1_600_000)))
                        .build()));
        showError(
                "the answer to a transaction that may not be",
                () -> byAnn.txn(TxnRequest.newBuilder()
                        .addCompare(Compare.newBuilder()
                                .setKey(bytes("app/a"))
                                .setTarget(Compare.CompareTarget.VALUE)
                                .setValue(bytes(plant("a compared value"))))
                        .addSuccess(RequestOp.newBuilder()
                                .setRequestPut(PutRequest.newBuilder()
                                        .setKey(bytes("other"))
                                        .setValue(bytes(plant("a value in a transaction")))))
                        .build()));
        showError(
                "the answer to a deletion that may not be",
                () -> byAnn.deleteRange(DeleteRangeRequest.newBuilder()
                        .setKey(bytes("app/a"))
                        .setPrevKv(true)
                        .build()));
    }

    /** In all ways that belong on record by the rule: the keys are told there, and no value is. */
    private void useKeysThatARuleNames(Channel root) throws InterruptedException {
        KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(root);
        String value = plant("a value that a rule names");
        PutRequest request = PutRequest.newBuilder()
                .setKey(bytes("app/b"))
                .setValue(bytes(value))
                .setPrevKv(true)
                .build();
        var first = kv.put(request);
        assertThat(first.hasPrevKv()).isFalse();
        var put = kv.put(request);
        assertThat(kv.range(RangeRequest.newBuilder().setKey(bytes("app/b")).build())
                        .getCount())
                .isEqualTo(1);
        var txn = kv.txn(TxnRequest.newBuilder()
                .addCompare(Compare.newBuilder()
                        .setKey(bytes("app/b"))
                        .setTarget(Compare.CompareTarget.VALUE)
                        .setValue(bytes(value)))
                .addSuccess(RequestOp.newBuilder()
                        .setRequestPut(PutRequest.newBuilder()
                                .setKey(bytes("app/by-txn"))
                                .setValue(bytes(plant("a value that a transaction writes")))))
                .addSuccess(RequestOp.newBuilder()
                        .setRequestRange(RangeRequest.newBuilder().setKey(bytes("app/b"))))
                .build());
        assertThat(put.hasPrevKv() && txn.getSucceeded()).isTrue();
        watchUntilAPut(root, kv);
        var deleted = kv.deleteRange(DeleteRangeRequest.newBuilder()
                .setKey(bytes("app/by-txn"))
                .setPrevKv(true)
                .build());
        assertThat(deleted.getDeleted()).isEqualTo(1);
    }

    private void watchUntilAPut(Channel root, KVGrpc.KVBlockingStub kv) throws InterruptedException {
        BlockingQueue<WatchResponse> seen = new LinkedBlockingQueue<>();
        StreamObserver<WatchRequest> watch = WatchGrpc.newStub(root).watch(new StreamObserver<>() {
            @Override
            public void onNext(WatchResponse response) {
                seen.add(response);
            }

            @Override
            public void onError(Throwable failure) {
                seen.add(WatchResponse.newBuilder()
                        .setCancelReason(String.valueOf(failure))
                        .build());
            }

            @Override
            public void onCompleted() {
                // Nobody waits for more.
            }
        });
        watch.onNext(WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder()
                        .setKey(bytes("app/watched"))
                        .setPrevKv(true))
                .build());
        assertThat(next(seen).getCreated()).isTrue();
        String watched = plant("a value that is watched");
        var put = kv.put(PutRequest.newBuilder()
                .setKey(bytes("app/watched"))
                .setValue(bytes(watched))
                .build());
        assertThat(put.hasHeader()).isTrue();
        assertThat(next(seen).getEvents(0).getKv().getValue()).isEqualTo(bytes(watched));
        watch.onCompleted();
    }

    private static WatchResponse next(BlockingQueue<WatchResponse> seen) throws InterruptedException {
        WatchResponse response = seen.poll(30, TimeUnit.SECONDS);
        assertThat(response).isNotNull();
        return response;
    }

    private void changePasswords(Channel root, Channel ann) {
        AuthGrpc.AuthBlockingStub byRoot = AuthGrpc.newBlockingStub(root);
        showError(
                "the answer to a password for nobody",
                () -> byRoot.userChangePassword(AuthUserChangePasswordRequest.newBuilder()
                        .setName("nobody")
                        .setPassword(plant("nobody's password"))
                        .build()));
        showError(
                "the answer to a password that ann may not set",
                () -> AuthGrpc.newBlockingStub(ann)
                        .userChangePassword(AuthUserChangePasswordRequest.newBuilder()
                                .setName("root")
                                .setPassword(plant("a stolen password"))
                                .build()));
        showError(
                "the answer to a password of too many bytes",
                () -> byRoot.userAdd(AuthUserAddRequest.newBuilder()
                        .setName("bob")
                        .setPassword(plant("an endless password") + "x".repeat(100))
                        .build()));
        var changed = byRoot.userChangePassword(AuthUserChangePasswordRequest.newBuilder()
                .setName("ann")
                .setPassword(plant("ann's new password"))
                .build());
        assertThat(changed).isNotNull();
    }

    private static HttpResponse<String> http(String endpoint, String method, String path, String token, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + endpoint + path))
                .timeout(Duration.ofSeconds(30))
                .method(method, BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.header("Authorization", token);
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), BodyHandlers.ofString());
        }
    }

    private void askTheGateway(String endpoint, String rootToken) throws Exception {
        String valid =
                "{\"key\":\"" + Base64.getEncoder().encodeToString("app/a".getBytes(StandardCharsets.UTF_8)) + "\"}";
        HttpResponse<String> read = http(endpoint, "POST", "/v3/kv/range", rootToken, valid);
        assertThat(secrets.stream().filter(secret -> secret.what().equals("a value")))
                .as("what is looked for can be found, where it may be told")
                .allMatch(secret -> secret.isIn(read.body()));
        List<String> bad = List.of(
                "{\"key\":\"" + plant("a key that is no base64") + "\"}",
                "{\"key\":\"YQ==\",\"value\":" + plant("a value without quotes") + "}",
                "{\"" + plant("an unknown field") + "\":1}",
                "{\"key\":\"YQ==\",\"lease\":\"" + plant("a lease that is no number") + "\"}",
                plant("no JSON at all"));
        for (String body : bad) {
            HttpResponse<String> refused = http(endpoint, "POST", "/v3/kv/put", rootToken, body);
            assertThat(refused.statusCode()).isNotEqualTo(200);
            show(
                    "the gateway's answer to " + bad.indexOf(body),
                    refused.body() + refused.headers().map());
        }
        HttpResponse<String> wrong = http(
                endpoint,
                "POST",
                "/v3/auth/authenticate",
                "",
                "{\"name\":\"root\",\"password\":\"" + plant("a wrong password by the gateway") + "\"}");
        show("the gateway's answer to a wrong password", wrong.body());
        HttpResponse<String> denied =
                http(endpoint, "POST", "/v3/kv/range", plant("a forged token for the gateway"), valid);
        show("the gateway's answer to a forged token", denied.body());
    }

    private void askThePages(String endpoint, String rootToken) throws Exception {
        List<String> pages = List.of(
                "/metrics",
                "/health",
                "/livez",
                "/readyz?verbose",
                "/version",
                MemberServer.REPORT_PATH,
                MemberServer.SCRUB_PATH,
                MemberServer.RESTART_PATH,
                MemberServer.AUTOPILOT_PATH);
        for (String page : pages) {
            show("the page " + page, http(endpoint, "GET", page, rootToken, "").body());
            show(
                    "the page " + page + " for nobody",
                    http(endpoint, "GET", page, plant("a token for " + page), "")
                            .body());
        }
    }

    private void runCommands(OneMember member, String rootPassword) {
        String user = "--user=root:" + rootPassword;
        List<List<String>> commands = List.of(
                List.of("audit", "list"),
                List.of("audit", "list", "--output=json"),
                List.of("audit", "verify"),
                List.of("audit", "rules"),
                List.of("doctor"),
                List.of("why"),
                List.of("security", "status"),
                List.of("security", "status", "--output=json"),
                List.of("status"),
                List.of("members", "list"),
                List.of("operations"),
                List.of("autopilot", "status"),
                List.of("quorum", "advise"));
        for (List<String> command : commands) {
            List<String> line = new ArrayList<>(command);
            line.add(user);
            CommandRun run = member.run(line.toArray(String[]::new));
            show("what '" + String.join(" ", command) + "' prints", run.out() + run.err());
        }
        assertThat(shown.get("what 'audit list' prints"))
                .contains("authentication", "change password", "permission denied")
                .containsPattern("root +[^ ]+ +key +KV/Range +\"app/b\"")
                .containsPattern("ann +[^ ]+ +key +put +\"app/a\"")
                .containsPattern("root +[^ ]+ +key +read +\"app/b\"")
                .containsPattern("root +[^ ]+ +key +put +\"app/by-txn\"")
                .containsPattern("root +[^ ]+ +key +Watch/Watch +\"app/watched\"")
                .containsPattern("root +[^ ]+ +key +delete +\"app/by-txn\"");
        CommandRun wrong = member.run("get", "app/a", "--user=ann:" + plant("a wrong password of a command"));
        show("what a command prints that is refused", wrong.out() + wrong.err());
    }

    @Test
    void whatIsInKeyFilesIsToldToNobody() throws Exception {
        Path certs = folder.resolve("certs");
        List<Integer> ports = FreePorts.find(2);
        ServerConfig config = new DevCertificates(certs)
                .secure(DevCluster.of(1, ports.subList(0, 1), ports.subList(1, 2), folder.resolve("data"), false)
                        .configs("https"))
                .getFirst();
        for (String key : List.of(config.name() + ".key", "root.key")) {
            Files.readAllLines(certs.resolve(key)).stream()
                    .filter(line -> !line.startsWith("-----") && line.length() >= 16)
                    .forEach(line -> plantGiven("a line of " + key, line));
        }
        assertThat(secrets).hasSizeGreaterThan(2);
        String[] client = {
            "--endpoints=127.0.0.1:" + ports.getFirst(),
            "--cacert=" + certs.resolve("ca.crt"),
            "--cert=" + certs.resolve("root.crt"),
            "--key=" + certs.resolve("root.key")
        };
        try (MemberServer member = MemberServer.start(config)) {
            member.ready().join();
            for (String command : List.of("security status", "doctor", "why", "audit list", "put a b")) {
                List<String> line = new ArrayList<>(List.of(command.split(" ")));
                line.addAll(List.of(client));
                CommandRun run = CommandRun.of(line.toArray(String[]::new));
                show("what '" + command + "' prints", run.out() + run.err());
            }
            String garbled = Files.readString(certs.resolve("root.key")).replace("-----END", "-----ENDE");
            Path broken = Files.writeString(certs.resolve("broken.key"), garbled);
            CommandRun refused = CommandRun.of("get", "a", client[0], client[1], client[2], "--key=" + broken);
            assertThat(refused.exitCode()).isNotEqualTo(ExitCode.OK);
            show("what is said of a key that cannot be read", refused.out() + refused.err());
        }
        assertNothingIsTold();
    }
}
