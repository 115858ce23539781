package io.quorate.cli.processes;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.StatusRuntimeException;
import io.quorate.cli.processes.ProcessCluster.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A bit turns over in a member's files while its process does not run: its start or a scrub finds it, and the member mends
 * itself while the others serve, and never gives a wrong value.
 */
@Timeout(300)
class FlippedBitProcessTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int KEYS = 400;

    private static final int A_FEW_KEYS = 50;

    /** Less than what is written at first, and more than what comes later: a restart is no reason to take another one. */
    private static final int SNAPSHOT_COUNT = 300;

    @TempDir
    private Path folder;

    private final Map<String, String> acknowledged = new TreeMap<>();
    private ProcessCluster cluster;
    private Member victim;
    private int commands;
    private int round;

    /** What a command printed, and how it ended. */
    private record Answer(String output, int exitCode) {}

    @BeforeEach
    void threeProcesses() throws IOException {
        cluster = new ProcessCluster(
                folder,
                3,
                "--snapshot-count",
                Integer.toString(SNAPSHOT_COUNT),
                "--scrub-interval",
                "0",
                "--scrub-rate",
                Long.toString(1L << 30));
        cluster.startAll();
        Member leader = cluster.awaitLeader();
        cluster.members().forEach(cluster::awaitServing);
        victim = cluster.members().stream()
                .filter(member -> member != leader)
                .findFirst()
                .orElseThrow();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    /** One after the other, since most of the time goes into the starts of processes. */
    @Test
    void aBitOfTheLogOrTheNewestSnapshotOrTheStoreIsFoundAndTheMemberHeals() throws IOException {
        write(KEYS);
        awaitThat("that the member has a snapshot", this::hasSnapshot);
        flippedInTheLogItIsFoundByTheStart();
        write(A_FEW_KEYS);
        flippedInTheNewestSnapshotItIsFoundByAScrub();
        write(A_FEW_KEYS);
        flippedInTheStoreItIsFoundByTheStartOrByAScrub();
        write(A_FEW_KEYS);
        assertAllMembersAgree();
    }

    private void flippedInTheLogItIsFoundByTheStart() throws IOException {
        kill();
        Path segment = first(data().resolve("log"), "segment-");
        int position = Files.readString(segment, ISO_8859_1).indexOf("value of key-7 ");
        assertThat(position).as("where the value stands in the log").isPositive();
        flip(segment, position);
        restart();

        awaitThat("that the damage is set aside", () -> exists("quarantine-1"));
        awaitThat("that it serves", this::servesWhatIsRight);
    }

    private void flippedInTheNewestSnapshotItIsFoundByAScrub() throws IOException {
        kill();
        Path snapshot = newestSnapshot();
        Path table = largest(snapshot, ".sst");
        flip(table, Files.size(table) / 2);
        Path damaged = Files.copy(table, folder.resolve("damaged"));
        restart();

        Answer scrub = scrub();
        assertThat(scrub.exitCode()).as(scrub.output()).isNotZero();
        assertThat(scrub.output())
                .contains(victim.name() + ": snapshots/" + snapshot.getFileName())
                .contains(table.getFileName().toString());
        awaitThat(
                "that there is another snapshot",
                () -> hasSnapshot() && (!Files.exists(table) || Files.mismatch(table, damaged) >= 0));
        awaitThat("that it serves", this::servesWhatIsRight);
    }

    /** The start reads some of the store: what it does not meet is found by a scrub. */
    private void flippedInTheStoreItIsFoundByTheStartOrByAScrub() throws IOException {
        kill();
        Path table = largest(data().resolve("state/kv"), ".sst");
        flip(table, Files.size(table) / 2);
        restart();

        Answer scrub = scrub();
        assertThat(scrub.output() + Files.readString(cluster.output(victim)))
                .contains("state/kv")
                .contains(table.getFileName().toString());
        awaitThat("that it serves", this::servesWhatIsRight);
        awaitThat("that the damaged state is set aside", () -> exists("state.damaged-"));
    }

    // ---- what is written, and read

    private void write(int keys) {
        Member leader = cluster.awaitLeader();
        round++;
        for (int i = 0; i < keys; i++) {
            String key = "key-" + i;
            String value = "value of " + key + " in round " + round;
            leader.put(key, value);
            acknowledged.put(key, value);
        }
    }

    /** Ends the victim when it has everything. What came after the latest snapshot is in its log alone. */
    private void kill() {
        awaitThat("that it serves", this::servesWhatIsRight);
        cluster.kill(victim);
    }

    private void restart() throws IOException {
        cluster.start(victim);
        awaitThat("that the member can be asked", () -> answers(victim));
    }

    private void awaitThat(String what, Callable<Boolean> condition) {
        try {
            await(what).atMost(PATIENCE).until(condition);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(e.getMessage() + "; the members printed:\n" + cluster.outputs(), e);
        }
    }

    private static boolean answers(Member member) {
        try {
            return member.status().getHeader().getMemberId() != 0;
        } catch (StatusRuntimeException e) {
            member.reconnect();
            return false;
        }
    }

    /** Whether the member gives its contents. If it does they must be right, whatever it is doing. */
    private boolean servesWhatIsRight() {
        try {
            assertThat(victim.contents()).isEqualTo(acknowledged);
            return true;
        } catch (StatusRuntimeException e) {
            victim.reconnect();
            return false;
        }
    }

    private void assertAllMembersAgree() {
        awaitThat("that all members are found in order", () -> scrub().exitCode() == 0);
        awaitThat("that it serves", this::servesWhatIsRight);
        long revision = victim.status().getHeader().getRevision();
        for (Member member : cluster.members()) {
            awaitThat(
                    "that " + member.name() + " has everything",
                    () -> member.status().getHeader().getRevision() >= revision);
        }
        assertThat(cluster.members().stream()
                        .map(member -> member.hashKv(revision))
                        .distinct())
                .as("the members' hashes at revision " + revision)
                .hasSize(1);
    }

    /** {@code quorate verify scrub}, as an operator gives it. */
    private Answer scrub() {
        Path output = folder.resolve("scrub-" + ++commands + ".log");
        List<String> arguments = List.of(
                "verify",
                "scrub",
                "--endpoints",
                "127.0.0.1:" + cluster.awaitLeader().clientPort());
        try (QuorateProcess process = QuorateProcess.start(output, arguments)) {
            int exitCode = process.awaitExit();
            return new Answer(process.output(), exitCode);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    // ---- the files

    private Path data() {
        return cluster.dataFolder(victim);
    }

    private boolean exists(String beginning) throws IOException {
        try (Stream<Path> files = Files.list(data())) {
            return files.anyMatch(file -> file.getFileName().toString().startsWith(beginning));
        }
    }

    private boolean hasSnapshot() throws IOException {
        try (Stream<Path> files = Files.list(data().resolve("snapshots"))) {
            return files.anyMatch(file -> file.getFileName().toString().startsWith("snapshot-"));
        }
    }

    private Path newestSnapshot() throws IOException {
        try (Stream<Path> files = Files.list(data().resolve("snapshots"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("snapshot-"))
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
        }
    }

    private static Path first(Path folder, String beginning) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith(beginning))
                    .min(Comparator.naturalOrder())
                    .orElseThrow();
        }
    }

    private static Path largest(Path folder, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(suffix))
                    .max(Comparator.comparingLong(file -> file.toFile().length()))
                    .orElseThrow();
        }
    }

    /**
     * Turns one bit over, in this file alone: the tables of the store and of its snapshots are the same files, under several
     * names.
     */
    private static void flip(Path file, long position) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[Math.toIntExact(position)] ^= 8;
        Files.delete(file);
        Files.write(file, bytes);
    }
}
