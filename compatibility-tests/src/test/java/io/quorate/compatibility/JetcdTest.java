package io.quorate.compatibility;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.etcd.jetcd.Auth;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Election;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Lease;
import io.etcd.jetcd.Lock;
import io.etcd.jetcd.Maintenance;
import io.etcd.jetcd.auth.Permission;
import io.etcd.jetcd.cluster.Member;
import io.etcd.jetcd.common.exception.CompactedException;
import io.etcd.jetcd.election.LeaderKey;
import io.etcd.jetcd.election.LeaderResponse;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.maintenance.StatusResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.GetOption.SortOrder;
import io.etcd.jetcd.options.GetOption.SortTarget;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorate.cli.processes.ProcessCluster;
import io.quorate.cli.processes.QuorateProcess;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** jetcd, etcd's client for Java, finds what it expects, service by service. Each test has keys of its own. */
@Timeout(180)
@ExtendWith(SharedCluster.class)
class JetcdTest {

    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static ProcessCluster cluster;
    private static Client client;

    private final KV kv;
    private final Lease leases;

    JetcdTest() {
        this.kv = client.getKVClient();
        this.leases = client.getLeaseClient();
    }

    @BeforeAll
    static void connect(ProcessCluster shared) {
        cluster = shared;
        client = Client.builder().endpoints(endpoints(cluster)).build();
    }

    @AfterAll
    static void close() {
        client.close();
    }

    static List<URI> endpoints(ProcessCluster cluster) {
        return cluster.members().stream()
                .map(member -> URI.create("http://" + ClientScript.endpoint(member)))
                .toList();
    }

    static ByteSequence bytes(String text) {
        return ByteSequence.from(text, UTF_8);
    }

    static <T> T answer(CompletableFuture<T> future) {
        return future.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    // ---- keys

    @Test
    void keysAreWrittenReadSortedAndDeleted() {
        put("fruit/apple", "red");
        put("fruit/banana", "yellow");
        put("fruit/cherry", "red");
        PutOption withPrevious = PutOption.builder().withPrevKV().build();
        assertThat(answer(kv.put(bytes("fruit/apple"), bytes("green"), withPrevious))
                        .getPrevKv()
                        .getValue())
                .isEqualTo(bytes("red"));

        KeyValue apple = answer(kv.get(bytes("fruit/apple"))).getKvs().getFirst();
        assertThat(apple.getValue()).isEqualTo(bytes("green"));
        assertThat(apple.getVersion()).isEqualTo(2);
        assertThat(apple.getModRevision()).isGreaterThan(apple.getCreateRevision());
        assertThat(answer(kv.get(bytes("fruit/none"))).getKvs()).isEmpty();

        GetResponse sorted = get(
                "fruit/",
                GetOption.builder()
                        .withSortField(SortTarget.VALUE)
                        .withSortOrder(SortOrder.DESCEND)
                        .withLimit(2));
        assertThat(keys(sorted)).containsExactly("fruit/banana", "fruit/cherry");
        assertThat(sorted.isMore()).isTrue();
        assertThat(sorted.getCount()).isEqualTo(3);
        assertThat(keys(get("fruit/", GetOption.builder().withMaxCreateRevision(apple.getCreateRevision() + 1))))
                .containsExactly("fruit/apple", "fruit/banana");
        assertThat(get("fruit/", GetOption.builder().withRevision(apple.getCreateRevision()))
                        .getKvs())
                .extracting(KeyValue::getValue)
                .containsExactly(bytes("red"));
        assertThat(get("fruit/", GetOption.builder().withCountOnly(true)).getCount())
                .isEqualTo(3);

        DeleteOption all =
                DeleteOption.builder().isPrefix(true).withPrevKV(true).build();
        assertThat(answer(kv.delete(bytes("fruit/"), all)).getPrevKvs()).hasSize(3);
        assertThat(get("fruit/", GetOption.builder()).getKvs()).isEmpty();
    }

    @Test
    void aTransactionDecidesOnceAndAnotherInItToo() {
        put("txn/a", "1");
        Op.TxnOp inner = Op.txn(
                new Cmp[] {new Cmp(bytes("txn/a"), Cmp.Op.LESS, CmpTarget.value(bytes("2")))},
                new Op[] {Op.put(bytes("txn/inner"), bytes("then"), PutOption.DEFAULT)},
                new Op[] {});
        TxnResponse done = answer(kv.txn()
                .If(
                        new Cmp(bytes("txn/a"), Cmp.Op.EQUAL, CmpTarget.version(1)),
                        new Cmp(bytes("txn/none"), Cmp.Op.EQUAL, CmpTarget.createRevision(0)))
                .Then(
                        Op.put(bytes("txn/b"), bytes("2"), PutOption.DEFAULT),
                        Op.get(bytes("txn/b"), GetOption.DEFAULT),
                        inner)
                .Else(Op.delete(bytes("txn/a"), DeleteOption.DEFAULT))
                .commit());
        assertThat(done.isSucceeded()).isTrue();
        assertThat(done.getGetResponses().getFirst().getKvs())
                .extracting(KeyValue::getValue)
                .containsExactly(bytes("2"));
        assertThat(done.getTxnResponses().getFirst().isSucceeded()).isTrue();
        assertThat(keys(get("txn/", GetOption.builder()))).containsExactly("txn/a", "txn/b", "txn/inner");
    }

    @Test
    void anErrorBearsTheCodeAndTheWordsOfEtcd() {
        GetOption toCome = GetOption.builder().withRevision(1_000_000_000).build();

        assertThatThrownBy(() -> answer(kv.get(bytes("a"), toCome)))
                .cause()
                .asInstanceOf(InstanceOfAssertFactories.type(StatusRuntimeException.class))
                .extracting(StatusRuntimeException::getStatus)
                .returns(Status.Code.OUT_OF_RANGE, Status::getCode)
                .returns("etcdserver: mvcc: required revision is a future revision", Status::getDescription);
    }

    // ---- watches

    @Test
    void aWatchTellsThePastAndThePresentInOrder() {
        long first = put("watched/a", "1");
        put("watched/b", "2");
        answer(kv.delete(bytes("watched/a")));
        try (JetcdWatch all = JetcdWatch.start(
                        client, "watched/", WatchOption.builder().withRevision(first));
                JetcdWatch deletions = JetcdWatch.start(
                        client, "watched/", WatchOption.builder().withNoPut(true))) {
            put("elsewhere", "0");
            put("watched/b", "3");
            answer(kv.delete(bytes("watched/b")));

            assertThat(all.describedEvents(5))
                    .containsExactly(
                            "PUT watched/a=1",
                            "PUT watched/b=2",
                            "DELETE watched/a",
                            "PUT watched/b=3",
                            "DELETE watched/b");
            assertThat(all.events().get(3).getPrevKV().getValue()).isEqualTo(bytes("2"));
            assertThat(deletions.describedEvents(1)).containsExactly("DELETE watched/b");
        }
    }

    @Test
    void aWatchOfWhatIsCompactedIsToldSo() {
        long first = put("compacted/a", "1");
        long second = put("compacted/a", "2");
        answer(kv.compact(second));

        try (JetcdWatch watch =
                JetcdWatch.start(client, "compacted/", WatchOption.builder().withRevision(first))) {
            await("that the watch is refused")
                    .atMost(PATIENCE)
                    .until(() -> watch.failure().isPresent());
            assertThat(watch.failure())
                    .get(InstanceOfAssertFactories.type(CompactedException.class))
                    .returns(second, CompactedException::getCompactedRevision);
        }
    }

    // ---- leases

    @Test
    void aLeaseIsKeptAliveAndTakesItsKeysWithIt() {
        long lease = answer(leases.grant(60)).getID();
        PutOption leased = PutOption.builder().withLeaseId(lease).build();
        answer(kv.put(bytes("leased/a"), bytes("1"), leased));
        assertThat(answer(leases.keepAliveOnce(lease)).getTTL()).isEqualTo(60);
        assertThat(answer(leases.timeToLive(
                                lease, LeaseOption.builder().withAttachedKeys().build()))
                        .getKeys())
                .containsExactly(bytes("leased/a"));

        answer(leases.revoke(lease));

        assertThat(answer(kv.get(bytes("leased/a"))).getKvs()).isEmpty();
        assertThatThrownBy(() -> answer(leases.keepAliveOnce(lease))).hasMessageContaining("requested lease not found");
    }

    // ---- locks and elections

    @Test
    void aLockGoesToTheNextInLine() {
        Lock locks = client.getLockClient();
        long mine = answer(leases.grant(60)).getID();
        long theirs = answer(leases.grant(60)).getID();
        ByteSequence held = answer(locks.lock(bytes("pantry"), mine)).getKey();
        assertThat(held.toString()).isEqualTo("pantry/" + Long.toHexString(mine));

        CompletableFuture<ByteSequence> next =
                locks.lock(bytes("pantry"), theirs).thenApply(lock -> lock.getKey());
        await("that two stand in line")
                .atMost(PATIENCE)
                .until(() -> get("pantry/", GetOption.builder()).getKvs().size() == 2);
        assertThat(next).isNotDone();
        answer(locks.unlock(held));

        assertThat(answer(next).toString()).isEqualTo("pantry/" + Long.toHexString(theirs));
        answer(locks.unlock(answer(next)));
    }

    @Test
    void anElectionIsWonProclaimedObservedAndResigned() {
        Election elections = client.getElectionClient();
        long first = answer(leases.grant(60)).getID();
        long second = answer(leases.grant(60)).getID();
        List<String> observed = new CopyOnWriteArrayList<>();
        ByteSequence throne = bytes("throne");
        LeaderKey leader =
                answer(elections.campaign(throne, first, bytes("first"))).getLeader();
        elections.observe(throne, observer(observed));
        await("that the leader is observed").atMost(PATIENCE).until(() -> observed.contains("first"));
        answer(elections.proclaim(leader, bytes("the first")));
        assertThat(answer(elections.leader(throne)).getKv().getValue()).isEqualTo(bytes("the first"));
        // Each value in its turn: of several that come at once only the latest is observed.
        await("that the new value is observed").atMost(PATIENCE).until(() -> observed.contains("the first"));

        CompletableFuture<LeaderKey> next =
                elections.campaign(throne, second, bytes("second")).thenApply(campaign -> campaign.getLeader());
        answer(elections.resign(leader));

        LeaderKey nextLeader = answer(next);
        assertThat(nextLeader.getLease()).isEqualTo(second);
        await("that the next is observed").atMost(PATIENCE).until(() -> observed.contains("second"));
        assertThat(observed).containsExactly("first", "the first", "second");
        answer(elections.resign(nextLeader));
    }

    private static Election.Listener observer(List<String> observed) {
        return new Election.Listener() {
            @Override
            public void onNext(LeaderResponse response) {
                observed.add(response.getKv().getValue().toString());
            }

            @Override
            public void onError(Throwable error) {
                observed.add(error.toString());
            }

            @Override
            public void onCompleted() {
                observed.add("completed");
            }
        };
    }

    // ---- the cluster

    @Test
    void theMembersTellOfThemselvesAndAgree() {
        long revision = put("agreed", "1");
        Maintenance maintenance = client.getMaintenanceClient();
        List<Member> members = answer(client.getClusterClient().listMember()).getMembers();
        assertThat(members)
                .flatExtracting(Member::getClientURIs)
                .containsExactlyInAnyOrderElementsOf(endpoints(cluster));

        List<Integer> hashes = new ArrayList<>();
        for (URI endpoint : endpoints(cluster)) {
            StatusResponse status = answer(maintenance.statusMember(endpoint.toString()));
            assertThat(status.getVersion()).isEqualTo("3.4.23");
            assertThat(status.getDbSize()).isPositive();
            assertThat(members).extracting(Member::getId).contains(status.getLeader());
            await("that the member has everything")
                    .atMost(PATIENCE)
                    .until(() -> answer(maintenance.statusMember(endpoint.toString()))
                                    .getHeader()
                                    .getRevision()
                            >= revision);
            hashes.add(answer(maintenance.hashKV(endpoint.toString(), revision)).getHash());
        }
        assertThat(hashes).hasSize(3).containsOnly(hashes.getFirst());
        assertThat(answer(maintenance.listAlarms()).getAlarms()).isEmpty();
    }

    @Test
    void aSnapshotIsADatabaseOfEtcdWithEverythingInIt(@TempDir Path folder) throws Exception {
        put("saved/a", "1");
        put("saved/a", "2");
        long revision = put("saved/b", "3");
        Path file = folder.resolve("etcd.db");

        try (OutputStream out = Files.newOutputStream(file)) {
            assertThat(answer(client.getMaintenanceClient().snapshot(out))).isEqualTo(Files.size(file));
        }

        List<Integer> ports = FreePorts.find(2);
        String clients = "http://127.0.0.1:" + ports.getFirst();
        List<String> founder = founder(folder, "http://127.0.0.1:" + ports.getLast());
        importInto(founder, file, folder);
        List<String> server = new ArrayList<>(List.of("server"));
        server.addAll(founder);
        server.addAll(List.of("--listen-client-urls", clients, "--advertise-client-urls", clients));
        server.addAll(List.of("--listen-peer-urls", "http://127.0.0.1:" + ports.getLast()));
        try (QuorateProcess member = QuorateProcess.start(folder.resolve("member.log"), server);
                Client other = Client.builder().endpoints(clients).build()) {
            KV restored = other.getKVClient();
            await("that process " + member.pid() + " serves what was saved")
                    .atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> answer(restored.get(bytes("saved/b")))
                                    .getKvs()
                                    .getFirst()
                                    .getModRevision()
                            == revision);
            GetOption before = GetOption.builder().withRevision(revision - 2).build();
            assertThat(answer(restored.get(bytes("saved/a"), before)).getKvs())
                    .extracting(KeyValue::getValue)
                    .containsExactly(bytes("1"));
        }
    }

    /** Whoever imports a snapshot compares the checksum at its end, and reads every page. */
    private static void importInto(List<String> founder, Path snapshot, Path folder) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("import", snapshot.toString()));
        arguments.addAll(founder);
        try (QuorateProcess process = QuorateProcess.start(folder.resolve("import.log"), arguments)) {
            assertThat(process.awaitExit()).as(process.output()).isZero();
        }
    }

    private static List<String> founder(Path folder, String peers) {
        return List.of(
                "--name",
                "restored",
                "--data-dir",
                folder.resolve("restored").toString(),
                "--initial-cluster",
                "restored=" + peers,
                "--initial-advertise-peer-urls",
                peers);
    }

    @Test
    void usersMayDoWhatTheirRolesSay() {
        Auth auth = client.getAuthClient();
        put("secret/a", "1");
        answer(auth.userAdd(bytes("root"), bytes("roots")));
        answer(auth.roleAdd(bytes("root")));
        answer(auth.userGrantRole(bytes("root"), bytes("root")));
        answer(auth.userAdd(bytes("reader"), bytes("readers")));
        answer(auth.roleAdd(bytes("reading")));
        answer(auth.roleGrantPermission(bytes("reading"), bytes("secret/"), bytes("secret0"), Permission.Type.READ));
        answer(auth.userGrantRole(bytes("reader"), bytes("reading")));
        assertThat(answer(auth.userList()).getUsers()).contains("reader", "root");
        assertThat(answer(auth.roleGet(bytes("reading"))).getPermissions()).hasSize(1);
        answer(auth.authEnable());
        try (Client root = as("root", "roots");
                Client reader = as("reader", "readers");
                Client wrong = as("reader", "guessed")) {
            try {
                KV read = reader.getKVClient();
                assertThat(answer(read.get(bytes("secret/a"))).getKvs()).hasSize(1);
                assertThatThrownBy(() -> answer(read.put(bytes("secret/a"), bytes("2"))))
                        .hasMessageContaining("etcdserver: permission denied");
                assertThatThrownBy(() -> answer(read.get(bytes("elsewhere"))))
                        .hasMessageContaining("etcdserver: permission denied");
                assertThatThrownBy(() -> answer(kv.get(bytes("secret/a"))))
                        .hasMessageContaining("etcdserver: user name is empty");
                assertThatThrownBy(() -> answer(wrong.getKVClient().get(bytes("secret/a"))))
                        .rootCause()
                        .hasMessageContaining("etcdserver: authentication failed, invalid user ID or password");
                // The roles have changed since the token was given: the client gets another one by itself.
                answer(root.getAuthClient()
                        .roleGrantPermission(
                                bytes("reading"), bytes("secret/a"), bytes("secret/b"), Permission.Type.READWRITE));
                answer(read.put(bytes("secret/a"), bytes("2")));
            } finally {
                answer(root.getAuthClient().authDisable());
            }
        }
        for (String user : List.of("reader", "root")) {
            answer(auth.userDelete(bytes(user)));
        }
        for (String role : List.of("reading", "root")) {
            answer(auth.roleDelete(bytes(role)));
        }
        assertThat(answer(kv.get(bytes("secret/a"))).getKvs())
                .extracting(KeyValue::getValue)
                .containsExactly(bytes("2"));
    }

    private static Client as(String user, String password) {
        return Client.builder()
                .endpoints(endpoints(cluster))
                .user(bytes(user))
                .password(bytes(password))
                .build();
    }

    // ---- shorthands

    private long put(String key, String value) {
        return answer(kv.put(bytes(key), bytes(value))).getHeader().getRevision();
    }

    private GetResponse get(String prefix, GetOption.Builder options) {
        return answer(kv.get(bytes(prefix), options.isPrefix(true).build()));
    }

    private static List<String> keys(GetResponse response) {
        return response.getKvs().stream().map(kv -> kv.getKey().toString()).toList();
    }
}
