package io.quorate.server;

import static io.quorate.server.TestCluster.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.MemberId;
import io.quorate.kv.Bytes;
import io.quorate.kv.Divergence;
import io.quorate.kv.Range;
import io.quorate.kv.Result;
import io.quorate.kv.StateDigest;
import io.quorate.kv.Verdict;
import io.quorate.kv.Verification;
import io.quorate.server.Upkeep.OnDivergence;
import io.quorate.server.report.MemberReport;
import io.quorate.server.report.ReportJson;
import io.quorate.server.wire.EtcdError;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
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

    private static void tamperAtRest(TestCluster cluster, int member, String key, String value) throws IOException {
        // That the write was answered does not mean that this member has it, nor that the leader tells of it by now.
        Range written = Range.of(Bytes.utf8(key));
        await(
                () -> cluster.member(member).machine().store().range(written) instanceof Result.RangeResult found
                        && found.count() == 1,
                "the member has it");
        cluster.stop(member);
        Tampering.changeValue(cluster.config(member).dataDir(), key, value);
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

    private static HttpResponse<String> page(TestCluster cluster, int member, String path)
            throws IOException, InterruptedException {
        InetSocketAddress address = cluster.member(member).clientAddresses().getFirst();
        URI page = URI.create("http://" + address.getHostString() + ":" + address.getPort() + path);
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private static int health(TestCluster cluster, int member) throws IOException, InterruptedException {
        return page(cluster, member, "/health").statusCode();
    }

    /** What it is found to differ in is gone when it is repaired, which may take no longer than a look at it. */
    @Test
    void theMemberIsRepairedAndFoundEqualAgainWhileTheOthersServe() throws Exception {
        try (TestCluster cluster = start()) {
            EtcdClient client = new EtcdClient(cluster.channel(0));
            client.put("k", "right");
            client.put("other", "1");
            tamperAtRest(cluster, 2, "k", "WRONG");

            client.put("k", "later");
            for (int healthy = 0; healthy < 2; healthy++) {
                EtcdClient other = new EtcdClient(cluster.channel(healthy));
                other.put("k", "again" + healthy);
                assertThat(other.value("k")).isEqualTo("again" + healthy);
                assertThat(health(cluster, healthy)).isEqualTo(200);
            }

            await(
                    () -> cluster.member(2).incarnation() == 2
                            && cluster.member(2).isHealthy()
                            && verification(cluster, 0).divergences().isEmpty(),
                    "member 2 is repaired, and was found equal");
            assertThat(health(cluster, 2)).isEqualTo(200);
            EtcdClient repaired = new EtcdClient(cluster.channel(2));
            assertThat(repaired.value("k")).isEqualTo("again1");
            assertThat(repaired.value("other")).isEqualTo("1");
            assertThat(IntStream.range(0, 3)
                            .mapToLong(member -> cluster.member(member).incarnation()))
                    .as("nobody else was held to differ")
                    .containsExactly(1L, 1L, 2L);
        }
    }

    @Test
    void aLeaderThatDiffersHandsLeadershipOverAndIsRepaired() throws Exception {
        try (TestCluster cluster = start()) {
            new EtcdClient(cluster.channel(0)).put("k", "right");
            tamperAtRest(cluster, 2, "k", "WRONG");
            cluster.member(cluster.leader())
                    .node()
                    .transferLeadership(new MemberId(cluster.member(2).memberId()))
                    .join();
            new EtcdClient(cluster.channel(0)).delete("k");
            await(
                    () -> cluster.member(2).incarnation() == 2
                            && cluster.member(2).isHealthy()
                            && verification(cluster, 0).divergences().isEmpty(),
                    "member 2 is repaired, and was found equal");
        }
    }

    @Test
    void aMemberThatShallNotRepairItselfIsNamedWithItsBucketAndStopsWithAReport() throws Exception {
        try (TestCluster cluster = TestCluster.start(
                3,
                folder,
                config -> ServerConfigs.withUpkeep(
                        ServerConfigs.withVerifyInterval(config, INTERVAL),
                        new Upkeep(Duration.ZERO, 1 << 20, OnDivergence.STOP)))) {
            new EtcdClient(cluster.channel(0)).put("k", "right");
            tamperAtRest(cluster, 2, "k", "WRONG");
            long id = cluster.member(2).memberId();
            long beforeTheWrite = cluster.member(0).node().status().appliedIndex();
            new EtcdClient(cluster.channel(0)).put("k", "later");
            assertThat(cluster.member(2).stopped())
                    .failsWithin(Duration.ofSeconds(30))
                    .withThrowableOfType(ExecutionException.class)
                    .withMessageContaining("its state is wrong")
                    .withMessageContaining("at log index");
            assertThat(new EtcdClient(cluster.channel(0)).value("k")).isEqualTo("later");
            // It stays on record as long as the member does not come back equal.
            await(() -> verification(cluster, 0).divergence(id).isPresent(), "the others know that member 2 differs");
            assertThat(verification(cluster, 0).divergences()).containsOnlyKeys(id);
            Divergence found = verification(cluster, 0).divergence(id).orElseThrow();
            assertThat(found.verifyIndex()).isGreaterThan(beforeTheWrite);
            assertThat(found.healthyMajority()).isTrue();
            MemberReport told =
                    ReportJson.read(page(cluster, 0, MemberServer.REPORT_PATH).body());
            assertThat(told.verification().differing()).containsExactly(Long.toHexString(id));
            assertThat(told.verification().divergences()).singleElement().satisfies(divergence -> {
                assertThat(divergence.memberId()).isEqualTo(Long.toHexString(id));
                assertThat(divergence.index()).isGreaterThanOrEqualTo(found.verifyIndex());
                assertThat(divergence.buckets()).hasSize(1).isEqualTo(found.buckets());
            });
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
