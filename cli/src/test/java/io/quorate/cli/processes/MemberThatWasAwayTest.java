package io.quorate.cli.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorate.cli.processes.ProcessCluster.Member;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A member that was away for longer than the others' logs reach back. */
class MemberThatWasAwayTest {

    private static final int WRITES = 100_000;
    private static final int SNAPSHOT_COUNT = 10_000;
    private static final int KEYS = 1_000;
    private static final int VALUE_CHARS = 1_000;

    /**
     * The entries between two snapshots, those kept for slow followers and those written while a snapshot is made are less
     * than 32 MB: that is three segments of 16 MiB, the one being written and one that is ready.
     */
    private static final long LOG_BOUND_BYTES = 5L * (16 << 20);

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    @Test
    @Timeout(300)
    void itCatchesUpBySnapshotWhileWritesGoOnAndAllLogsStayWithinTheirBound() throws Exception {
        try (ProcessCluster cluster =
                new ProcessCluster(folder, 3, "--snapshot-count", Integer.toString(SNAPSHOT_COUNT))) {
            cluster.startAll();
            Member leader = cluster.awaitLeader();
            cluster.members().forEach(cluster::awaitServing);
            Member away = cluster.members().stream()
                    .filter(member -> member != leader)
                    .findFirst()
                    .orElseThrow();
            cluster.kill(away);

            new PipelinedWrites(leader, KEYS, "x".repeat(VALUE_CHARS)).write(WRITES);
            long written = leader.status().getRaftAppliedIndex();

            Load load = new Load(cluster);
            try (load) {
                cluster.start(away);
                cluster.awaitServing(away);
                await("that it has caught up with what was written while it was away")
                        .atMost(PATIENCE)
                        .until(() -> away.status().getRaftAppliedIndex() >= written);
                int before = load.count();
                await("that writes go on").atMost(PATIENCE).until(() -> load.count() > before + Load.WRITERS);
            }

            assertThat(cluster.output(away)).content().contains("installed the snapshot");
            assertThat(away.contents()).isEqualTo(leader.contents()).containsAllEntriesOf(load.acknowledged());
            for (Member member : cluster.members()) {
                Path data = cluster.dataFolder(member);
                System.out.println(member.name() + ": " + sizes(data));
                await("that the log of " + member.name() + " is within its bound")
                        .atMost(PATIENCE)
                        .until(() -> bytes(data.resolve("log")) <= LOG_BOUND_BYTES);
                await("that no more than the newest snapshots of " + member.name() + " are kept")
                        .atMost(PATIENCE)
                        .until(() -> children(data.resolve("snapshots")).size() <= 2);
            }
        }
    }

    private static List<String> sizes(Path data) {
        return children(data).stream()
                .map(child -> child.getFileName() + " " + bytes(child) / 1024 + " KiB")
                .toList();
    }

    private static List<Path> children(Path folder) {
        try (Stream<Path> children = Files.list(folder)) {
            return children.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long bytes(Path folder) {
        AtomicLong bytes = new AtomicLong();
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    bytes.addAndGet(attributes.size());
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException gone) {
                    // Members delete files while they run.
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.get();
    }
}
