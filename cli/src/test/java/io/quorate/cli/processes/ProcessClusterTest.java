package io.quorate.cli.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorate.cli.processes.ProcessCluster.Member;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What must hold when members are killed without warning.
 *
 * <p>A campaign of more kills is {@code ./test -- -pl cli -am -Dtest=ProcessClusterTest -Dquorate.test.kills=30
 * -Dsurefire.failIfNoSpecifiedTests=false}; it prints how long the next write took after each.
 */
class ProcessClusterTest {

    private static final int KILLS = Integer.getInteger("quorate.test.kills", 3);

    @TempDir
    private Path folder;

    @Test
    @Timeout(60 + 60 * 30)
    void noAcknowledgedWriteIsLostWhenTheLeaderIsKilledAgainAndAgain() throws Exception {
        List<Long> millisToNextWrite = new ArrayList<>();
        try (ProcessCluster cluster = new ProcessCluster(folder, 3)) {
            cluster.startAll();
            cluster.awaitLeader();
            Load load = new Load(cluster);
            try (load) {
                for (int i = 0; i < KILLS; i++) {
                    int before = load.count();
                    await().atMost(Duration.ofSeconds(30)).until(() -> load.count() > before + 10 * Load.WRITERS);
                    Member leader = cluster.awaitLeader();
                    long killedNanos = System.nanoTime();
                    cluster.kill(leader);
                    Duration untilWritten = NextWrite.time(killedNanos, cluster.running());
                    millisToNextWrite.add(untilWritten.toMillis());
                    cluster.start(leader);
                    cluster.awaitServing(leader);
                }
            }
            assertAllThere(cluster, load.acknowledged());
        }
        System.out.println("From the kill of the leader to the next acknowledged write, in ms: " + millisToNextWrite);
    }

    @Test
    @Timeout(300)
    void nothingIsLostWhenAllMembersAreKilledAtOnce() throws Exception {
        try (ProcessCluster cluster = new ProcessCluster(folder, 3)) {
            cluster.startAll();
            cluster.awaitLeader();
            Load load = new Load(cluster);
            try (load) {
                await().atMost(Duration.ofSeconds(60)).until(() -> load.count() > 2_000);
                cluster.members().forEach(cluster::kill);
            }
            cluster.startAll();
            cluster.awaitLeader();
            assertAllThere(cluster, load.acknowledged());
        }
    }

    private static void assertAllThere(ProcessCluster cluster, Map<String, String> acknowledged) {
        for (Member member : cluster.members()) {
            cluster.awaitServing(member);
            assertThat(member.contents()).as("what %s holds", member.name()).containsAllEntriesOf(acknowledged);
        }
    }
}
