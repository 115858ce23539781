package io.quorate.cli.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.StatusRuntimeException;
import io.quorate.cli.processes.ProcessCluster.Member;
import io.quorate.server.proto.mvccpb.KeyValue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What must hold when members are killed without warning. */
@Timeout(300)
class ProcessClusterTest {

    private static final int KILLS = 10;
    private static final int WRITERS = 8;

    @TempDir
    private Path folder;

    /** Clients that write one key after the other, each at a member that runs, and remember what was acknowledged. */
    private static final class Load implements AutoCloseable {
        private final ProcessCluster cluster;
        private final Map<String, String> acknowledged = new ConcurrentHashMap<>();
        private final AtomicLong next = new AtomicLong();
        private final AtomicBoolean stopping = new AtomicBoolean();
        private final List<Thread> writers;

        Load(ProcessCluster cluster) {
            this.cluster = cluster;
            this.writers = java.util.stream.IntStream.range(0, WRITERS)
                    .mapToObj(i -> Thread.ofPlatform().start(() -> write(i)))
                    .toList();
        }

        private void write(int writer) {
            while (!stopping.get()) {
                Member member = cluster.members()
                        .get((int) ((next.get() + writer) % cluster.members().size()));
                String key = "key-" + next.incrementAndGet();
                try {
                    member.put(key, "value of " + key);
                    acknowledged.put(key, "value of " + key);
                } catch (StatusRuntimeException e) {
                    // Not acknowledged: it may or may not be there later.
                    member.reconnect();
                }
            }
        }

        int count() {
            return acknowledged.size();
        }

        @Override
        public void close() throws InterruptedException {
            stopping.set(true);
            for (Thread writer : writers) {
                writer.join();
            }
        }
    }

    @Test
    void noAcknowledgedWriteIsLostWhenTheLeaderIsKilledTenTimesInARow() throws Exception {
        try (ProcessCluster cluster = new ProcessCluster(folder, 3)) {
            cluster.startAll();
            awaitLeader(cluster);
            Load load = new Load(cluster);
            try (load) {
                for (int i = 0; i < KILLS; i++) {
                    await().atMost(Duration.ofSeconds(30)).until(() -> load.count() > 0);
                    Member leader = awaitLeader(cluster);
                    int before = load.count();
                    cluster.kill(leader);
                    await().atMost(Duration.ofSeconds(30)).until(() -> load.count() > before + WRITERS);
                    cluster.start(leader);
                    await().atMost(Duration.ofSeconds(30)).until(() -> isServing(leader));
                }
            }
            assertAllThere(cluster, load.acknowledged);
        }
    }

    @Test
    void nothingIsLostWhenAllMembersAreKilledAtOnce() throws Exception {
        try (ProcessCluster cluster = new ProcessCluster(folder, 3)) {
            cluster.startAll();
            awaitLeader(cluster);
            Load load = new Load(cluster);
            try (load) {
                await().atMost(Duration.ofSeconds(60)).until(() -> load.count() > 2_000);
                for (Member member : cluster.members()) {
                    cluster.kill(member);
                }
            }
            cluster.startAll();
            awaitLeader(cluster);
            assertAllThere(cluster, load.acknowledged);
        }
    }

    private static Member awaitLeader(ProcessCluster cluster) {
        return await("a leader; " + cluster.outputs().length() + " characters of output so far")
                .atMost(Duration.ofSeconds(30))
                .until(cluster::leader, java.util.Optional::isPresent)
                .orElseThrow();
    }

    private static boolean isServing(Member member) {
        try {
            return member.status().getLeader() != 0;
        } catch (StatusRuntimeException e) {
            member.reconnect();
            return false;
        }
    }

    private static void assertAllThere(ProcessCluster cluster, Map<String, String> acknowledged) {
        for (Member member : cluster.running()) {
            await().atMost(Duration.ofSeconds(30)).until(() -> isServing(member));
            Map<String, String> stored = member.all().getKvsList().stream()
                    .collect(Collectors.toMap(
                            kv -> kv.getKey().toStringUtf8(),
                            (KeyValue kv) -> kv.getValue().toStringUtf8()));
            assertThat(stored).as("what %s holds", member.name()).containsAllEntriesOf(acknowledged);
        }
    }
}
