package io.quorate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.engine.LastState.Reached;
import io.quorate.engine.NodeOptions.Storage;
import io.quorate.engine.NodeOptions.Timing;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.FileDisk;
import io.quorate.engine.local.LocalCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a log leads to if all of it is taken for committed: behind a snapshot, and with what nobody knows to be. */
@Timeout(120)
class LastStateTest {

    private static final Timing QUICK = Timing.of(Duration.ofMillis(50), Duration.ofMillis(300));
    private static final int COMMITTED = 30;

    @TempDir
    private static Path made = Path.of("");

    @TempDir
    private Path folder = Path.of("");

    private static Path data = Path.of("");
    private static long last;

    /** A leader that has appended something that its followers, which do not hear it any more, do not have. */
    @BeforeAll
    static void makeData() throws Exception {
        try (LocalCluster<Integer> cluster = new LocalCluster<>(
                3,
                made,
                state -> new Journal(),
                options -> options.with(QUICK).with(new Storage(10, 1 << 20, 5, 1 << 16, 1 << 20, 1 << 15)))) {
            RaftNode<Integer> leader = cluster.awaitLeader();
            for (long number = 1; number <= COMMITTED; number++) {
                var unused = leader.propose(Journal.command(number))
                        .orTimeout(20, TimeUnit.SECONDS)
                        .join();
            }
            cluster.firewall().isolate(leader.self());
            var unanswered = leader.propose(Journal.command(COMMITTED + 1));
            data = cluster.memberFolder(leader.self()).resolve("raft");
            Awaitility.await()
                    .until(() ->
                            leader.status().last().index() > leader.status().commitIndex());
            last = leader.status().last().index();
            cluster.stop(leader.self());
            assertThat(unanswered).isCompletedExceptionally();
        }
    }

    private Path copy() throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.toList()) {
                Path place =
                        folder.resolve("copy").resolve(data.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(place);
                } else {
                    Files.copy(file, place);
                }
            }
        }
        return folder.resolve("copy");
    }

    @Test
    void everyEntryIsAppliedBehindTheSnapshotAndOnlyOnce() throws Exception {
        Journal journal = new Journal();

        Reached reached = LastState.reach(new FileDisk(copy()), journal, Optional.empty());

        assertThat(journal.numbers())
                .isEqualTo(LongStream.rangeClosed(1, COMMITTED + 1).boxed().toList());
        assertThat(reached.last().index()).isEqualTo(last);
        assertThat(reached.chainHash()).isPresent();
    }

    @Test
    void aDamagedLogLeadsNowhere() throws Exception {
        Path copy = copy();
        try (Stream<Path> segments = Files.list(copy.resolve("log"))) {
            Path segment = segments.filter(file -> file.getFileName().toString().startsWith("segment-"))
                    .findFirst()
                    .orElseThrow();
            byte[] bytes = Files.readAllBytes(segment);
            bytes[2 * 4096 + 100] ^= 1; // In the first frame.
            Files.write(segment, bytes);
        }

        assertThatThrownBy(() -> LastState.reach(new FileDisk(copy), new Journal(), Optional.empty()))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("is damaged, or no state leads to it");
    }

    @Test
    void withoutASnapshotTheEntriesThatAreLeftLeadNowhere() throws Exception {
        Path copy = copy();
        List<Path> files = new ArrayList<>();
        try (Stream<Path> snapshots = Files.walk(copy.resolve("snapshots"))) {
            snapshots.forEach(files::add);
        }
        for (Path file : files.reversed()) {
            Files.delete(file);
        }

        assertThatThrownBy(() -> LastState.reach(new FileDisk(copy), new Journal(), Optional.empty()))
                .isInstanceOf(DataDirectoryException.class);
    }
}
