package io.quorate.server;

import static io.quorate.server.DataFiles.flip;
import static io.quorate.server.DataFiles.largest;
import static io.quorate.server.TestCluster.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.engine.StateRepair;
import io.quorate.server.Upkeep.OnDivergence;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A member drops a state that is damaged only while another member leads, and keeps what it has dropped. */
@Timeout(120)
class StateToBeDroppedTest {

    private static final List<String> KEYS =
            IntStream.range(0, 300).mapToObj(i -> "key" + i).toList();

    @TempDir
    private Path folder;

    private final ScrubClient scrubs = new ScrubClient();
    private final Logger healing = Logger.getLogger(MemberHealing.class.getName());
    private final Queue<String> said = new ConcurrentLinkedQueue<>();
    private final Handler ears = new Handler() {
        @Override
        public void publish(LogRecord line) {
            said.add(line.getMessage());
        }

        @Override
        public void flush() {
            // Nothing is buffered.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    };
    private TestCluster cluster;

    @BeforeEach
    void aClusterWithData() throws IOException {
        healing.addHandler(ears);
        cluster = TestCluster.start(
                3,
                folder,
                config -> ServerConfigs.withUpkeep(
                        ServerConfigs.withVerifyInterval(config, Duration.ZERO),
                        new Upkeep(Duration.ZERO, 1L << 30, OnDivergence.REPAIR)));
        EtcdClient client = new EtcdClient(cluster.channel(0));
        KEYS.forEach(key -> client.put(key, WatchedReads.valueOf(key)));
    }

    @AfterEach
    void stop() {
        healing.removeHandler(ears);
        cluster.close();
        scrubs.close();
    }

    /** Has a member write its state to disk, and turns a bit over in it. */
    private void damageTheStateOf(int member) throws IOException {
        long last = cluster.member(cluster.leader()).node().status().last().index();
        await(() -> cluster.member(member).node().status().appliedIndex() >= last, "the member has everything");
        cluster.member(member).node().takeSnapshot().join();
        Path file = largest(dataOf(member).resolve("state/kv"), ".sst");
        flip(file, file.toFile().length() / 2);
    }

    private Path dataOf(int member) {
        return cluster.config(member).dataDir();
    }

    private void awaitHealed(int member) {
        await(
                () -> cluster.member(member).incarnation() == 2
                        && cluster.member(member).isHealthy(),
                "it is healed");
        EtcdClient client = new EtcdClient(cluster.channel(member));
        KEYS.forEach(key -> assertThat(client.value(key)).isEqualTo(WatchedReads.valueOf(key)));
        DroppedState dropped = new DroppedState(dataOf(member));
        await(
                () -> {
                    try {
                        return !dropped.kept().isEmpty();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                },
                "what was dropped is kept");
    }

    @Test
    void itWaitsUntilAnotherMemberLeads() throws IOException {
        int victim = cluster.follower();
        damageTheStateOf(victim);
        List<Integer> others =
                IntStream.range(0, 3).filter(member -> member != victim).boxed().toList();
        others.forEach(cluster::stop);
        await(() -> cluster.member(victim).node().status().leader().isEmpty(), "it hears no leader");

        assertThat(scrubs.scrub(cluster.member(victim))).contains("state/kv", "damaged");

        await(
                () -> said.stream()
                                .filter(line -> line.contains("drops nothing"))
                                .count()
                        >= 2,
                "it has tried twice to repair itself");
        assertThat(cluster.member(victim).incarnation()).isEqualTo(1);
        assertThat(dataOf(victim).resolve(StateRepair.FILE)).doesNotExist();
        for (int other : others) {
            cluster.start(other);
        }
        awaitHealed(victim);
    }

    @Test
    void aLeaderHandsOverFirst() throws IOException {
        int victim = cluster.leader();
        damageTheStateOf(victim);

        assertThat(scrubs.scrub(cluster.member(victim))).contains("state/kv", "damaged");

        awaitHealed(victim);
    }
}
