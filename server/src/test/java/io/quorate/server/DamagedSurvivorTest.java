package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quorate.server.inspect.InspectedMember;
import io.quorate.server.recover.Recovery;
import io.quorate.server.recover.RecoveryReport;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a recovery makes of a member whose store is intact, and whose log behind it is not. */
@Timeout(60)
class DamagedSurvivorTest {

    private static final String LAST_VALUE = "last ".repeat(1000);
    private static final long DATA_OFFSET = 2 * 4096;

    @TempDir
    private Path folder;

    private Path data = Path.of("");

    @BeforeEach
    void makeData() throws IOException {
        try (TestCluster cluster =
                TestCluster.start(1, folder, config -> ServerConfigs.withSnapshotCount(config, 20))) {
            data = cluster.config(0).dataDir();
            EtcdClient client = new EtcdClient(cluster.channel(0));
            for (int i = 0; i < 50; i++) {
                client.put("key" + i, "value");
            }
            await().until(() -> snapshots() > 0);
            client.put("last", LAST_VALUE);
        }
    }

    private long snapshots() throws IOException {
        try (Stream<Path> found = Files.list(data.resolve("snapshots"))) {
            return found.count();
        }
    }

    private Path segment() throws IOException {
        return DataFiles.largest(data.resolve("log"), "");
    }

    private RecoveryReport report() throws IOException {
        try (Recovery recovery = Recovery.of(new TreeMap<>(Map.of("m0", data)), false, Optional.empty())) {
            assertThat(recovery.plan()).isEmpty();
            return recovery.report();
        }
    }

    private RecoveryReport.Member survivor() throws IOException {
        RecoveryReport.Member survivor = report().survivors().getFirst();
        assertThat(survivor.intact()).isFalse();
        return survivor;
    }

    private void loseEnd() throws IOException {
        try (RandomAccessFile log = new RandomAccessFile(segment().toFile(), "rw")) {
            log.seek(DATA_OFFSET + 2000);
            log.write(new byte[(int) (log.length() - log.getFilePointer())]);
        }
    }

    /** The snapshot looks as one that had arrived, and that nothing is missing behind. */
    @Test
    void aSnapshotOfTheMembersOwnDoesNotHideThatTheLogHasLostItsEnd() throws IOException {
        loseEnd();
        Path store = data.resolve("state/kv");
        try (Stream<Path> snapshots = Files.list(data.resolve("snapshots"))) {
            replace(store, snapshots.max(Comparator.naturalOrder()).orElseThrow());
        }
        try (InspectedMember member = InspectedMember.of("m0", data)) {
            assertThat(member.storeState().orElseThrow().appliedIndex())
                    .isEqualTo(
                            member.newestSnapshot().orElseThrow().meta().last().index());
        }
        assertThat(survivor().unfit().orElseThrow()).contains("the store has applied entry ");
    }

    private static void replace(Path folder, Path by) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        try (Stream<Path> files = Files.list(by)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
    }

    /** The end is gone in one piece, so that the log looks as if it ended there; the store has applied what it had. */
    @Test
    void aLogThatEndsBeforeWhatTheStoreHasAppliedIsDamagedThoughASnapshotLiesBetween() throws IOException {
        loseEnd();
        try (InspectedMember member = InspectedMember.of("m0", data)) {
            assertThat(member.content().orElseThrow().last().index())
                    .isLessThan(
                            member.newestSnapshot().orElseThrow().meta().last().index());
            assertThat(member.newestSnapshot().orElseThrow().meta().last().index())
                    .isLessThan(member.storeState().orElseThrow().appliedIndex());
        }
        RecoveryReport.Member survivor = survivor();
        assertThat(survivor.unfit().orElseThrow()).contains("contradict each other", "the store has applied entry ");
        assertThat(survivor.committed()).isEqualTo(survivor.applied().orElseThrow());
    }

    /** Whether the member has voted since nobody knows; what it has applied was committed. */
    @Test
    void whatTheStoreKnowsCountsThoughNotEvenTheVoteCanBeRead() throws IOException {
        Path segment = segment();
        String bytes = Files.readString(segment, StandardCharsets.ISO_8859_1);
        DataFiles.flip(segment, bytes.indexOf(LAST_VALUE) + 2000);

        RecoveryReport.Member survivor = survivor();
        assertThat(survivor.unfit().orElseThrow()).contains("its log is damaged: ");
        assertThat(survivor.applied().orElseThrow()).isGreaterThan(51);
        assertThat(survivor.committed()).isEqualTo(survivor.applied().orElseThrow());
    }

    /** Every checksum is right; the snapshot and the log make it again. */
    @Test
    void aStoreThatHoldsSomethingElseThanWasWrittenIsNotGoneOnFrom() throws IOException {
        Tampering.changeValue(data, "key1", "WRONG");
        try (Recovery recovery = Recovery.of(new TreeMap<>(Map.of("m0", data)), false, Optional.empty())) {
            assertThat(recovery.plan()).isPresent();
            RecoveryReport.Member survivor = recovery.report().survivors().getFirst();
            assertThat(survivor.unfit()).isEmpty();
            assertThat(survivor.applied()).isEmpty();
            assertThat(survivor.committed()).isGreaterThan(51);
        }
    }

    @Test
    void whatTellsNothingIsOfNoUse() throws IOException {
        Path copy = Files.createDirectory(folder.resolve("copy"));
        Files.copy(data.resolve("identity"), copy.resolve("identity"));
        assertThatThrownBy(() -> Recovery.of(new TreeMap<>(Map.of("copy", copy)), false, Optional.empty()))
                .hasMessageContaining("is of no use for a recovery (log: there is no log): leave it out");
    }
}
