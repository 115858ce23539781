package io.quorate.server;

import static io.quorate.server.EtcdClient.rangeOf;
import static io.quorate.server.TestCluster.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorate.kv.Divergence;
import io.quorate.kv.OrderedStore;
import io.quorate.kv.RocksMemory;
import io.quorate.kv.RocksStore;
import io.quorate.kv.StateDigest;
import io.quorate.kv.Verdict;
import io.quorate.kv.Verification;
import io.quorate.kv.WriteBatch;
import io.quorate.server.proto.etcdserverpb.AlarmMember;
import io.quorate.server.proto.etcdserverpb.AlarmRequest;
import io.quorate.server.proto.etcdserverpb.AlarmType;
import io.quorate.server.proto.etcdserverpb.StatusRequest;
import io.quorate.server.wire.EtcdError;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A value is changed behind a member's back, with a valid checksum: the members' reports tell which one differs. */
class DivergedMemberTest {

    private static final Duration INTERVAL = Duration.ofMillis(200);

    @TempDir
    private Path folder;

    private TestCluster start() throws IOException {
        return TestCluster.start(3, folder, config -> ServerConfigs.withVerifyInterval(config, INTERVAL));
    }

    /** Changes what a member that does not run has for the current value of a key, through RocksDB itself. */
    private static void tamper(TestCluster cluster, int member, String key, String value) {
        Path directory = cluster.config(member).dataDir().resolve("state").resolve("kv");
        byte[] prefix = ("v" + key).getBytes(StandardCharsets.UTF_8);
        try (RocksStore store = RocksStore.open(directory, RocksMemory.small())) {
            WriteBatch batch = new WriteBatch();
            try (OrderedStore.Cursor cursor = store.cursor()) {
                cursor.seek(prefix);
                byte[] record = cursor.value();
                byte[] wrong = value.getBytes(StandardCharsets.UTF_8);
                System.arraycopy(wrong, 0, record, record.length - wrong.length, wrong.length);
                assertThat(Arrays.copyOf(cursor.key(), prefix.length)).isEqualTo(prefix);
                batch.put(cursor.key(), record);
            }
            store.write(batch);
        }
    }

    private static void tamperAtRest(TestCluster cluster, int member, String key, String value) throws IOException {
        cluster.stop(member);
        tamper(cluster, member, key, value);
        cluster.start(member);
        cluster.awaitReady();
    }

    private static Verification verification(TestCluster cluster, int member) {
        return cluster.member(member).machine().store().verification();
    }

    private static void awaitDivergence(TestCluster cluster, int diverged) {
        long id = cluster.member(diverged).memberId();
        await(
                () -> IntStream.range(0, 3)
                        .allMatch(member ->
                                verification(cluster, member).divergence(id).isPresent()),
                "all members know that member " + diverged + " differs");
    }

    private static int health(TestCluster cluster, int member) throws IOException, InterruptedException {
        InetSocketAddress address = cluster.member(member).clientAddresses().getFirst();
        URI page = URI.create("http://" + address.getHostString() + ":" + address.getPort() + "/health");
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    private static void assertRefused(ThrowingCallable call) {
        StatusRuntimeException refusal = catchThrowableOfType(StatusRuntimeException.class, call);
        assertThat(refusal).as("what the call failed with").isNotNull();
        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(refusal.getStatus().getDescription()).contains("this member's state differs from the majority's");
    }

    @Test
    void theMemberIsNamedWithItsBucketAndFencedAndTheOthersGoOn() throws Exception {
        try (TestCluster cluster = start()) {
            EtcdClient client = new EtcdClient(cluster.channel(0));
            client.put("k", "right");
            client.put("other", "1");
            tamperAtRest(cluster, 2, "k", "WRONG");

            client.put("k", "later");
            awaitDivergence(cluster, 2);
            long id = cluster.member(2).memberId();
            Divergence divergence = verification(cluster, 0).divergence(id).orElseThrow();
            assertThat(divergence.healthyMajority()).isTrue();
            assertThat(divergence.buckets()).hasSize(1);
            assertThat(verification(cluster, 0).divergences()).containsOnlyKeys(id);

            EtcdClient fenced = new EtcdClient(cluster.channel(2));
            assertRefused(() -> fenced.get("k"));
            assertRefused(() ->
                    fenced.kv().range(rangeOf("other").setSerializable(true).build()));
            assertRefused(() -> fenced.put("k", "no"));
            assertRefused(() -> fenced.delete("k"));
            assertThat(fenced.maintenance()
                            .status(StatusRequest.getDefaultInstance())
                            .getErrorsList())
                    .anyMatch(error -> error.contains("alarm:CORRUPT"));
            assertThat(health(cluster, 2)).isEqualTo(503);

            AlarmMember alarm = AlarmMember.newBuilder()
                    .setMemberID(id)
                    .setAlarm(AlarmType.CORRUPT)
                    .build();
            for (int healthy = 0; healthy < 2; healthy++) {
                EtcdClient other = new EtcdClient(cluster.channel(healthy));
                other.put("k", "again" + healthy);
                assertThat(other.value("k")).isEqualTo("again" + healthy);
                assertThat(other.maintenance()
                                .alarm(AlarmRequest.getDefaultInstance())
                                .getAlarmsList())
                        .containsExactly(alarm);
                assertThat(health(cluster, healthy)).isEqualTo(200);
            }
        }
    }

    @Test
    void theFenceIsUpAfterARestartToo() throws Exception {
        try (TestCluster cluster = start()) {
            EtcdClient client = new EtcdClient(cluster.channel(0));
            client.put("k", "right");
            tamperAtRest(cluster, 2, "k", "WRONG");
            client.delete("k");
            awaitDivergence(cluster, 2);
            cluster.stop(2);
            cluster.start(2);
            cluster.awaitReady();
            assertRefused(() -> new EtcdClient(cluster.channel(2)).get("k"));
        }
    }

    @Test
    void ifNoMajorityAgreesNobodyServes() throws Exception {
        try (TestCluster cluster = start()) {
            new EtcdClient(cluster.channel(0)).put("k", "right");
            tamperAtRest(cluster, 1, "k", "WRON1");
            tamperAtRest(cluster, 2, "k", "WRON2");
            new EtcdClient(cluster.channel(0)).put("k", "later");
            for (int member = 0; member < 3; member++) {
                awaitDivergence(cluster, member);
            }
            assertThat(verification(cluster, 0).divergences().values())
                    .hasSize(3)
                    .noneMatch(Divergence::healthyMajority);
            for (int member = 0; member < 3; member++) {
                EtcdClient fenced = new EtcdClient(cluster.channel(member));
                EtcdClient.assertFails(EtcdError.CORRUPT, () -> fenced.get("k"));
            }
        }
    }

    @Test
    void membersThatNobodyTampersWithAgreeWhateverElseHappens() throws Exception {
        try (TestCluster cluster = TestCluster.start(
                3,
                folder,
                config -> ServerConfigs.withVerifyInterval(
                        ServerConfigs.withSnapshotCount(config, 50), Duration.ofMillis(100)))) {
            EtcdClient client = new EtcdClient(cluster.channel(0));
            for (int i = 0; i < 240; i++) {
                client.put("k" + i % 20, "v" + i);
                if (i % 7 == 0) {
                    client.delete("k" + i % 13);
                }
                if (i % 80 == 50) {
                    client.compact(i);
                    cluster.stop(1 + i / 80 % 2);
                    client.put("meanwhile", "v" + i);
                    cluster.start(1 + i / 80 % 2);
                }
            }
            cluster.awaitReady();
            StateDigest digest = cluster.member(0).machine().store().digest();
            await(() -> agreeOn(cluster, digest), "all three members have reported the same digest");
            for (int member = 0; member < 3; member++) {
                assertThat(verification(cluster, member).divergences()).isEmpty();
            }
        }
    }

    private static boolean agreeOn(TestCluster cluster, StateDigest digest) {
        List<Long> everyone = IntStream.range(0, 3)
                .mapToObj(member -> cluster.member(member).memberId())
                .sorted()
                .toList();
        return verification(cluster, 0).verdict() instanceof Verdict.Agreed agreed
                && agreed.total().equals(digest.total())
                && agreed.equal().equals(everyone);
    }
}
