package io.quorate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.NodeOptions.Timing;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.FileDisk;
import io.quorate.engine.disk.Identity;
import io.quorate.engine.local.LocalCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster whose members all begin with a state from elsewhere goes on from it. */
@Timeout(120)
class FoundingTest {

    private static final Timing QUICK = Timing.of(Duration.ofMillis(50), Duration.ofMillis(300));
    private static final long LOCAL_CLUSTER_ID = 0x10ca1;
    private static final Configuration MEMBERS =
            Configuration.of(Set.of(new MemberId(1), new MemberId(2), new MemberId(3)));

    @TempDir
    private Path folder = Path.of("");

    private final Map<Path, Journal> journals = new ConcurrentHashMap<>();

    private void found(int member, long chainHash, long... numbers) throws IOException {
        Journal state = new Journal();
        for (long number : numbers) {
            state.apply(Journal.command(number));
        }
        MemberId id = new MemberId(member);
        Founding.begin(
                new FileDisk(folder.resolve(id.toString()).resolve("raft")),
                new Identity(LOCAL_CLUSTER_ID, id, "member-" + id),
                MEMBERS,
                chainHash,
                state.capture(),
                Optional.empty());
    }

    private LocalCluster<Integer> start() throws IOException {
        return new LocalCluster<>(3, folder, this::journal, options -> options.with(QUICK));
    }

    private Journal journal(Path stateFolder) {
        Journal journal = new Journal();
        journals.put(stateFolder, journal);
        return journal;
    }

    private List<Long> numbersAt(MemberId member) {
        Path stateFolder = folder.resolve(member.toString()).resolve("state");
        return Optional.ofNullable(journals.get(stateFolder)).orElseThrow().numbers();
    }

    private static int propose(RaftNode<Integer> node, long number) {
        return node.propose(Journal.command(number))
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    @Test
    void theClusterGoesOnFromTheStateAndSoItDoesAfterARestart() throws Exception {
        for (int member = 1; member <= 3; member++) {
            found(member, 77, 5, 6);
        }
        for (int round = 1; round <= 2; round++) {
            List<Long> expected = round == 1 ? List.of(5L, 6L, 1L) : List.of(5L, 6L, 1L, 2L);
            try (LocalCluster<Integer> cluster = start()) {
                assertThat(propose(cluster.awaitLeader(), round)).isEqualTo(2 + round);
                for (RaftNode<Integer> node : cluster.nodes()) {
                    await().until(() -> numbersAt(node.self()).equals(expected));
                }
            }
        }
    }

    @Test
    void membersThatBeginWithDifferentStatesFindOut() throws Exception {
        found(1, 77, 5, 6);
        found(2, 77, 5, 6);
        found(3, 78, 5, 7);
        try (LocalCluster<Integer> cluster = start()) {
            await().until(() -> cluster.nodes().stream()
                    .anyMatch(node -> node.stopped().isDone()
                            && node.stopped().join() instanceof LogDivergedException diverged
                            && diverged.id().equals(Founding.FIRST)));
        }
    }

    @Test
    void aDirectoryThatWasUsedIsRefused() throws Exception {
        found(1, 77, 5);
        assertThatThrownBy(() -> found(1, 77, 5))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("was used already");
    }
}
