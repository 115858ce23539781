package io.quorate.server;

import static io.quorate.server.DataFiles.flip;
import static io.quorate.server.DataFiles.largest;
import static io.quorate.server.TestCluster.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.engine.StateRepair;
import io.quorate.server.Upkeep.OnDivergence;
import io.quorate.server.proto.etcdserverpb.PutResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * One member's files are changed at rest, one bit or one value: a scrub finds it, the member mends itself while the cluster
 * runs, and no client reads a wrong value meanwhile.
 */
@Timeout(120)
class FlippedBitTest {

    private static final List<String> KEYS =
            IntStream.range(0, 300).mapToObj(i -> "key" + i).toList();

    @TempDir
    private Path folder;

    private final ScrubClient scrubs = new ScrubClient();
    private TestCluster cluster;
    private WatchedReads reads;
    private int victim;

    private static ServerConfig settings(ServerConfig config) {
        ServerConfig neverCompared =
                ServerConfigs.withVerifyInterval(ServerConfigs.withSnapshotCount(config, 5_000), Duration.ZERO);
        return ServerConfigs.withUpkeep(neverCompared, new Upkeep(Duration.ZERO, 1L << 30, OnDivergence.REPAIR));
    }

    @BeforeEach
    void aClusterWhoseFollowerWillBeDamaged() throws IOException {
        cluster = TestCluster.start(3, folder, FlippedBitTest::settings);
        EtcdClient client = new EtcdClient(cluster.channel(0));
        KEYS.forEach(key -> client.put(key, WatchedReads.valueOf(key)));
        victim = cluster.follower();
        await(() -> hasAll(victim), "the follower has everything");
        cluster.member(victim).node().takeSnapshot().join();
        reads = new WatchedReads(KEYS);
        for (int member = 0; member < 3; member++) {
            if (member != victim) {
                reads.begin(new EtcdClient(cluster.channel(member)));
            }
        }
    }

    @AfterEach
    void noClientHasReadAWrongValue() throws Exception {
        reads.close();
        cluster.close();
        scrubs.close();
        assertThat(reads.wrong()).isEmpty();
        assertThat(reads.answers()).isPositive();
    }

    private boolean hasAll(int member) {
        long last = cluster.member(cluster.leader()).node().status().last().index();
        return cluster.member(member).node().status().appliedIndex() >= last;
    }

    // ---- what is changed

    private Path dataOf(int member) {
        return cluster.config(member).dataDir();
    }

    /** Where one of the values stands in a file. */
    private static long positionOfAValue(Path file) throws IOException {
        String text = Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
        int position = text.indexOf("value of key42 ");
        assertThat(position).as("where the value stands in " + file).isPositive();
        return position;
    }

    private static Path newestSnapshot(Path data) throws IOException {
        try (Stream<Path> snapshots = Files.list(data.resolve("snapshots"))) {
            return snapshots
                    .filter(name -> name.getFileName().toString().startsWith("snapshot-"))
                    .max(Path::compareTo)
                    .orElseThrow();
        }
    }

    // ---- what finds it

    private String scrub() {
        return scrubs.scrub(cluster.member(victim));
    }

    private static void assertClean(String scrubbed) {
        assertThat(scrubbed).contains("\"findings\":[]", "\"failure\":\"\"");
    }

    // ---- what heals it

    private void awaitHealed() {
        EtcdClient client = new EtcdClient(cluster.channel(victim));
        reads.begin(client);
        long before = reads.answers();
        await(
                () -> cluster.member(victim).isHealthy()
                        && !cluster.member(victim).node().status().votingSuspended()
                        && reads.answers() > before,
                "the member serves again and votes");
        KEYS.forEach(key -> assertThat(client.value(key)).isEqualTo(WatchedReads.valueOf(key)));
        client.put("after", "healing");
        assertClean(scrub());
        assertThat(cluster.config(victim).dataDir().resolve(StateRepair.FILE)).doesNotExist();
    }

    @Test
    void aBitOfTheStoreIsFoundByAScrubAndTheStateIsRestored() throws Exception {
        Path file = largest(dataOf(victim).resolve("state/kv"), ".sst");
        flip(file, file.toFile().length() / 2);

        assertThat(scrub()).contains("state/kv", file.getFileName().toString(), "damaged");

        awaitHealed();
    }

    @Test
    void aBitOfTheStoreThatTheMemberMeetsAfterItsStartIsNeverServedAndHasTheStateRestored() throws Exception {
        cluster.stop(victim);
        Path file = largest(dataOf(victim).resolve("state/kv"), ".sst");
        flip(file, file.toFile().length() / 2);
        cluster.start(victim);

        reads.begin(new EtcdClient(cluster.channel(victim)));

        await(() -> cluster.member(victim).incarnation() > 1, "the member has begun to mend itself");
        awaitHealed();
    }

    @Test
    void aBitOfTheLogIsFoundByAScrubAndTheLogIsFetchedFromTheOthers() throws Exception {
        Path segment;
        try (Stream<Path> files = Files.list(dataOf(victim).resolve("log"))) {
            segment = files.filter(file -> file.getFileName().toString().startsWith("segment-"))
                    .min(Path::compareTo)
                    .orElseThrow();
        }
        flip(segment, positionOfAValue(segment));

        assertThat(scrub()).contains("log/" + segment.getFileName(), "it is damaged behind entry");

        await(() -> Files.exists(dataOf(victim).resolve("quarantine-1")), "the damage is moved aside");
        awaitHealed();
    }

    @Test
    void aBitOfTheNewestSnapshotIsFoundByAScrubAndAnotherOneIsTaken() throws Exception {
        Path snapshot = newestSnapshot(dataOf(victim));
        // RocksDB's files are shared with the running store: a copy is damaged, so that the snapshot alone is.
        Path file = largest(snapshot, ".sst");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.delete(file);
        Files.write(file, bytes);

        assertThat(scrub())
                .contains(
                        "snapshots/" + snapshot.getFileName(),
                        file.getFileName().toString());

        await(
                () -> {
                    try {
                        return newestSnapshot(dataOf(victim)).toFile().isDirectory() && !hasBytes(file, bytes);
                    } catch (IOException | java.util.NoSuchElementException e) {
                        return false;
                    }
                },
                "another snapshot is there");
        awaitHealed();
    }

    private static boolean hasBytes(Path file, byte[] bytes) throws IOException {
        return Files.exists(file) && java.util.Arrays.equals(Files.readAllBytes(file), bytes);
    }

    @Test
    void aValueChangedBehindTheStoresBackIsFoundByAScrubAndTheStateComesFromTheLeader() throws Exception {
        compactTheLog();
        cluster.stop(victim);
        Tampering.changeValue(dataOf(victim), "key42", "WRONG ");
        cluster.start(victim);
        cluster.awaitReady();

        assertThat(scrub()).contains("state/kv", "is not what was written there", "buckets [");

        // From the moment at which the finding is told nobody reads it any more.
        awaitHealed();
        assertThat(cluster.member(victim).incarnation()).isEqualTo(2);
    }

    /** Writes so much that nobody can make the state anew from its log alone. */
    private void compactTheLog() throws InterruptedException {
        EtcdClient client = new EtcdClient(cluster.channel(0));
        Deque<Future<PutResponse>> underWay = new ArrayDeque<>();
        for (int i = 0; i < 5_500; i++) {
            underWay.add(client.futures().put(EtcdClient.putOf("filler", "x").build()));
            if (underWay.size() > 200) {
                EtcdClient.await(underWay.remove());
            }
        }
        for (Future<PutResponse> put : underWay) {
            EtcdClient.await(put);
        }
        await(() -> hasAll(victim), "the follower has everything");
        for (int member = 0; member < 3; member++) {
            int taking = member;
            cluster.member(member).node().takeSnapshot().join();
            await(
                    () -> cluster.member(taking).node().status().snapshot().index() > 5_000,
                    "the log begins with a snapshot");
        }
    }
}
