package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a member does not trust any more is set aside, and lost only for want of room or for what is dropped later. */
class DroppedStateTest {

    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
    private static final long PLENTY = 1L << 40;

    @TempDir
    private Path folder;

    private DroppedState dropped;

    @BeforeEach
    void aMembersData() throws IOException {
        dropped = new DroppedState(folder);
        write("log/segment-1", "log");
        write("state/kv/1.sst", "first");
        write("snapshots/snapshot-7/1.sst", "snapshot");
    }

    private void write(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void stateAndSnapshotsAreKeptTogetherAndTheLogStays() throws IOException {
        dropped.drop();
        assertThat(files())
                .containsExactly(
                        "log/segment-1", "state.dropped/snapshots/snapshot-7/1.sst", "state.dropped/state/kv/1.sst");
        write("state/kv/2.sst", "second");
        dropped.keep(NOON, PLENTY);
        assertThat(files())
                .containsExactly(
                        "log/segment-1",
                        "state.damaged-20261125T120000Z/snapshots/snapshot-7/1.sst",
                        "state.damaged-20261125T120000Z/state/kv/1.sst",
                        "state/kv/2.sst");
    }

    @Test
    void whatAnInterruptedRepairHadBegunDoesNotTakeThePlaceOfWhatWasDropped() throws IOException {
        dropped.drop();
        write("state/kv/1.sst", "half of another one");
        write("snapshots/snapshot-9/1.sst", "half of another one");
        dropped.drop();
        assertThat(files())
                .containsExactly(
                        "log/segment-1", "state.dropped/snapshots/snapshot-7/1.sst", "state.dropped/state/kv/1.sst");
        assertThat(folder.resolve("state.dropped/state/kv/1.sst")).hasContent("first");
    }

    @Test
    void onlyTheLatestIsKept() throws IOException {
        dropped.drop();
        dropped.keep(NOON, PLENTY);
        write("state/kv/2.sst", "second");
        dropped.drop();
        assertThat(dropped.kept()).as("until there is another state").hasSize(1);
        dropped.keep(NOON.plusSeconds(60), PLENTY);
        assertThat(files()).containsExactly("log/segment-1", "state.damaged-20261125T120100Z/state/kv/2.sst");
    }

    @Test
    void whereNothingWasDroppedWhatIsKeptStays() throws IOException {
        dropped.drop();
        dropped.keep(NOON, PLENTY);
        List<String> before = files();
        dropped.keep(NOON.plusSeconds(60), PLENTY);
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void itIsNotKeptIfItWouldLeaveTooLittleRoom() throws IOException {
        dropped.drop();
        dropped.keep(NOON, 2 * ("first".length() + "snapshot".length()) - 1);
        assertThat(files()).containsExactly("log/segment-1");
    }

    @Test
    void whatCannotBeMovedIsDeleted() throws IOException {
        write("state.dropped", "a file where a folder should be");
        dropped.drop();
        assertThat(files()).containsExactly("log/segment-1", "state.dropped");
    }
}
