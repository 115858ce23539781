package io.quorate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quorate.core.RoleName;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.NodeOptions.Timing;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.local.LocalCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A member whose log was damaged while it was down. */
@Timeout(120)
class DamagedLogTest {

    private static final Timing QUICK = Timing.of(Duration.ofMillis(50), Duration.ofMillis(300));
    private static final int ENTRIES = 2_000;

    @TempDir
    private Path folder;

    private final Map<Path, Journal> journals = new ConcurrentHashMap<>();

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

    private static void write(RaftNode<Integer> node, long from, long to) {
        CompletableFuture.allOf(LongStream.rangeClosed(from, to)
                        .mapToObj(number -> node.propose(Journal.command(number)))
                        .toArray(CompletableFuture[]::new))
                .join();
    }

    private static MemberId aFollower(LocalCluster<Integer> cluster) {
        return cluster.nodes().stream()
                .filter(node -> node.status().role() == RoleName.FOLLOWER)
                .findFirst()
                .orElseThrow()
                .self();
    }

    private Path segment(MemberId member) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(member.toString()).resolve("raft/log"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("segment-"))
                    .min(Path::compareTo)
                    .orElseThrow();
        }
    }

    private static int usedBytes(byte[] segment) {
        int used = segment.length;
        while (used > 0 && segment[used - 1] == 0) {
            used--;
        }
        return used;
    }

    @Test
    void cornerCase23_damageBeforeTheTailIsRepairedFromThePeersAndVotingWaitsForIt() throws Exception {
        try (LocalCluster<Integer> cluster = start()) {
            write(cluster.awaitLeader(), 1, ENTRIES);
            MemberId damaged = aFollower(cluster);
            await().until(() -> numbersAt(damaged).size() == ENTRIES);
            cluster.stop(damaged);

            byte[] segment = Files.readAllBytes(segment(damaged));
            segment[usedBytes(segment) / 2] ^= 4;
            Files.write(segment(damaged), segment);

            cluster.firewall().isolate(damaged);
            cluster.start(damaged);
            assertThat(cluster.node(damaged).status().votingSuspended())
                    .as("voting before it could ask anybody")
                    .isTrue();
            assertThat(numbersAt(damaged)).hasSizeLessThan(ENTRIES);
            cluster.firewall().healAll();

            await().until(() -> !cluster.node(damaged).status().votingSuspended());
            await().until(() -> numbersAt(damaged).size() == ENTRIES);
            MemberId other = cluster.nodes().stream()
                    .map(RaftNode::self)
                    .filter(id -> !id.equals(damaged))
                    .findFirst()
                    .orElseThrow();
            cluster.stop(other);
            write(cluster.awaitLeader(), ENTRIES + 1, ENTRIES + 10);
            await().until(() -> numbersAt(damaged).size() == ENTRIES + 10);
            assertThat(numbersAt(damaged))
                    .isEqualTo(numbersAt(cluster.awaitLeader().self()));
        }
    }

    @Test
    void aLogWhoseTermAndVoteAreLostIsRefusedInOneSentenceAndLeftAsItWas() throws Exception {
        MemberId damaged;
        try (LocalCluster<Integer> cluster = start()) {
            write(cluster.awaitLeader(), 1, ENTRIES);
            damaged = aFollower(cluster);
            cluster.stop(damaged);
            byte[] segment = Files.readAllBytes(segment(damaged));
            int used = usedBytes(segment);
            for (int i = 0; i < used; i++) {
                segment[i] ^= (byte) (i * 31 + 7);
            }
            Files.write(segment(damaged), segment);
            assertThatThrownBy(() -> cluster.start(damaged))
                    .isInstanceOf(DataDirectoryException.class)
                    .hasMessageContaining("term and vote are not known");
            assertThat(Files.readAllBytes(segment(damaged))).isEqualTo(segment);
            write(cluster.awaitLeader(), ENTRIES + 1, ENTRIES + 10);
        }
    }
}
