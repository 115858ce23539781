package io.quorate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorate.core.RoleName;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.NodeOptions.Timing;
import io.quorate.engine.local.LocalCluster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two members with data and a witness, with real logs and sockets. */
@Timeout(120)
class WitnessClusterTest {

    private static final Timing QUICK = Timing.of(Duration.ofMillis(50), Duration.ofMillis(300));
    private static final MemberId WITNESS = new MemberId(3);

    /** Whatever is found of it in a file was put there by a command. */
    private static final long NUMBER = 0x0123_4567_89ab_cdefL;

    @TempDir
    private Path folder;

    private final Map<Path, Journal> journals = new ConcurrentHashMap<>();

    private LocalCluster<Integer> start(UnaryOperator<NodeOptions> settings) throws IOException {
        return new LocalCluster<>(
                2,
                1,
                folder,
                stateFolder -> {
                    Journal journal = new Journal();
                    journals.put(stateFolder, journal);
                    return journal;
                },
                settings);
    }

    private Journal journal(MemberId member) {
        return Optional.ofNullable(
                        journals.get(folder.resolve(member.toString()).resolve("state")))
                .orElseThrow();
    }

    private static void propose(RaftNode<Integer> node, long number) {
        assertThat(node.propose(Journal.command(number))
                        .orTimeout(20, TimeUnit.SECONDS)
                        .join())
                .isPositive();
    }

    private static RaftNode<Integer> otherWithData(LocalCluster<Integer> cluster, RaftNode<Integer> leader) {
        return cluster.nodes().stream()
                .filter(node ->
                        !node.self().equals(leader.self()) && !node.self().equals(WITNESS))
                .findFirst()
                .orElseThrow();
    }

    /** Names of files of a member that hold these bytes. */
    private List<Path> filesWith(MemberId member, ByteBuffer bytes) throws IOException {
        byte[] wanted = new byte[bytes.remaining()];
        bytes.get(wanted);
        String text = new String(wanted, StandardCharsets.ISO_8859_1);
        try (Stream<Path> files = Files.walk(folder.resolve(member.toString()))) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> read(file).contains(text))
                    .toList();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void writesGoOnWithoutOneMemberWithDataAndTheWitnessKeepsNoneOfThem() throws Exception {
        try (LocalCluster<Integer> cluster = start(options -> options.with(QUICK))) {
            RaftNode<Integer> leader = cluster.awaitLeader();
            propose(leader, NUMBER);
            RaftNode<Integer> other = otherWithData(cluster, leader);
            MemberId survivor = other.self();
            await().until(() -> journal(survivor).numbers().contains(NUMBER));

            cluster.stop(leader.self());
            await().until(() -> other.status().role() == RoleName.LEADER);
            propose(other, NUMBER + 1);
            await().until(() -> cluster.node(WITNESS).status().appliedIndex()
                    == other.status().last().index());

            assertThat(journal(WITNESS).numbers()).isEmpty();
        }
        assertThat(filesWith(WITNESS, Journal.command(NUMBER))).isEmpty();
        assertThat(filesWith(WITNESS, Journal.command(NUMBER + 1))).isEmpty();
        assertThat(filesWith(new MemberId(1), Journal.command(NUMBER))).isNotEmpty();
    }

    /** It lacks what the others have compacted, and gets where their log begins instead of their state. */
    @Test
    void aWitnessThatWasAwayLongGetsNoStateAndCompactsItsLogByItself() throws Exception {
        UnaryOperator<NodeOptions> often =
                options -> options.with(QUICK).with(options.storage().withSnapshotEntries(20, 5));
        try (LocalCluster<Integer> cluster = start(often)) {
            cluster.awaitLeader();
            cluster.stop(WITNESS);
            RaftNode<Integer> leader = cluster.awaitLeader();
            propose(leader, NUMBER);
            for (long number = 1; number <= 100; number++) {
                propose(leader, number);
            }
            await().until(() -> leader.status().snapshot().index() > 60);

            cluster.start(WITNESS);
            RaftNode<Integer> witness = cluster.node(WITNESS);
            await().until(() ->
                    witness.status().appliedIndex() == leader.status().last().index());
            assertThat(witness.status().snapshot().index()).isGreaterThan(60);

            long before = witness.status().snapshot().index();
            for (long number = 1; number <= 60; number++) {
                propose(leader, number);
            }
            await().until(() -> witness.status().snapshot().index() > before);
            assertThat(journal(WITNESS).numbers()).isEmpty();
        }
        assertThat(filesWith(WITNESS, Journal.command(NUMBER))).isEmpty();
    }
}
