package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.server.snapshot.SnapshotChecksum;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names of backups, and which of them are deleted. */
class BackupFolderTest {

    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00.123456Z");
    private static final long CLUSTER = -5;

    @TempDir
    private Path dir = Path.of("");

    private static BackupName name(int minute, boolean verified) {
        return new BackupName(NOON.plusSeconds(60L * minute), 40 + minute, verified);
    }

    private static BackupManifest manifest(BackupName name, long cluster) {
        BackupVerdict verdict = name.verified()
                ? new BackupVerdict.Verified(URI.create("http://b:2379"), 7, 0xffff_ffffL, -1, "digest")
                : new BackupVerdict.Wrong("it is not the same");
        return new BackupManifest(
                name,
                URI.create("http://a:2379"),
                cluster,
                new SnapshotChecksum(0, true, "abc"),
                Optional.empty(),
                3,
                verdict);
    }

    private static void keep(BackupFolder folder, BackupName name, long cluster) throws IOException {
        try (PartialFile file = folder.begin(Optional.empty())) {
            file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            file.sync();
            folder.keep(file, manifest(name, cluster));
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(dir)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> !file.equals(".quorate-backup"))
                    .sorted()
                    .toList();
        }
    }

    private static List<String> namesOf(BackupName... names) {
        List<String> files = new ArrayList<>();
        for (BackupName name : names) {
            files.add(name.file());
            files.add(name.manifest());
        }
        return files.stream().sorted().toList();
    }

    @Test
    void aNameSaysWhenAndWhichRevisionAndSortsByTime() {
        BackupName name = name(0, true);
        assertThat(name.file()).isEqualTo("quorate-20260131T120000.123Z-r40.db");
        assertThat(name(0, false).file()).isEqualTo("quorate-20260131T120000.123Z-r40.db.unverified");
        for (BackupName each : List.of(name, name(0, false))) {
            assertThat(BackupName.ofFile(each.file())).contains(each);
            assertThat(BackupName.ofManifest(each.manifest())).contains(each);
        }
        assertThat(Stream.of(name(0, true), name(2, true), name(1, true)).sorted(BackupName.NEWEST_FIRST))
                .containsExactly(name(2, true), name(1, true), name(0, true));
    }

    @Test
    void whatHasAnotherNameIsNoBackup() {
        for (String other : List.of(
                "snapshot.db",
                "quorate-20260131T120000.123Z-r40.db.bak",
                "quorate-20260131T120000.123Z-r040.db",
                "quorate-20260131T120000.123Z-r99999999999999999999.db",
                "quorate-20261331T120000.123Z-r40.db",
                "quorate-20260131T120000.123Z-r40.db.json",
                "my-quorate-20260131T120000.123Z-r40.db")) {
            assertThat(BackupName.ofFile(other)).as(other).isEmpty();
        }
        assertThat(BackupName.ofManifest("quorate-20260131T120000.123Z-r40.db")).isEmpty();
    }

    @Test
    void theNewestStayAndOneThatWasNotVerifiedDisplacesNone() throws IOException {
        try (BackupFolder folder = BackupFolder.open(dir)) {
            for (int minute = 0; minute < 3; minute++) {
                keep(folder, name(minute, true), CLUSTER);
            }
            keep(folder, name(3, false), CLUSTER);
            assertThat(folder.prune(3, name(3, false), CLUSTER)).isEmpty();
            keep(folder, name(4, true), CLUSTER);
            assertThat(folder.prune(2, name(4, true), CLUSTER))
                    .containsExactlyInAnyOrder(
                            name(0, true).file(), name(1, true).file());
            assertThat(files()).isEqualTo(namesOf(name(2, true), name(4, true), name(3, false)));

            // Nor do they pile up for ever.
            keep(folder, name(5, false), CLUSTER);
            assertThat(folder.prune(1, name(5, false), CLUSTER))
                    .containsExactlyInAnyOrder(
                            name(2, true).file(), name(3, false).file());
            assertThat(files()).isEqualTo(namesOf(name(4, true), name(5, false)));
        }
    }

    @Test
    void whatIsNotOursOrNotAsItWasWrittenStaysAndCountsForNothing() throws IOException {
        try (BackupFolder folder = BackupFolder.open(dir)) {
            keep(folder, name(0, true), CLUSTER);
            keep(folder, name(1, true), CLUSTER + 1);
            keep(folder, name(2, true), CLUSTER);
            Files.write(dir.resolve(name(2, true).file()), new byte[] {1, 2, 3, 4});
            keep(folder, name(3, true), CLUSTER);
            Files.delete(dir.resolve(name(3, true).manifest()));
            keep(folder, name(4, true), CLUSTER);
            Files.writeString(dir.resolve(name(4, true).manifest()), "{\"format\":1}");
            keep(folder, name(5, true), CLUSTER);
            Files.move(dir.resolve(name(5, true).file()), dir.resolve("moved"));
            Files.createDirectory(dir.resolve(name(5, true).file()));
            Files.writeString(dir.resolve("notes.txt"), "mine");
            keep(folder, name(6, true), CLUSTER);
            List<String> before = files();

            assertThat(folder.prune(2, name(6, true), CLUSTER)).isEmpty();
            assertThat(files()).isEqualTo(before);
            assertThat(folder.prune(1, name(6, true), CLUSTER))
                    .containsExactly(name(0, true).file());
        }
    }

    @Test
    void theOneJustMadeStaysEvenIfTheClockWasSetBack() throws IOException {
        try (BackupFolder folder = BackupFolder.open(dir)) {
            keep(folder, name(5, true), CLUSTER);
            keep(folder, name(6, true), CLUSTER);
            keep(folder, name(0, true), CLUSTER);
            assertThat(folder.prune(2, name(0, true), CLUSTER))
                    .containsExactly(name(5, true).file());
            assertThat(files()).isEqualTo(namesOf(name(0, true), name(6, true)));
            assertThatThrownBy(() -> keep(folder, name(0, true), CLUSTER))
                    .isInstanceOf(CommandFailed.class)
                    .hasMessageContaining("is there already");
        }
    }

    @Test
    void whatAProcessThatWasKilledHasLeftIsGoneAndNothingElse() throws IOException {
        Path work = Files.createDirectories(dir.resolve(".quorate-backup").resolve("restored"));
        Files.writeString(work.resolve("something"), "x");
        Files.writeString(work.resolveSibling("snapshot.db"), "half of it");
        Files.writeString(dir.resolve("mine.json"), "{}");
        try (BackupFolder folder = BackupFolder.open(dir)) {
            keep(folder, name(0, true), CLUSTER);
            keep(folder, name(1, true), CLUSTER);
        }
        // It was killed when it was about to give the file its name, or had just deleted it.
        Files.delete(dir.resolve(name(1, true).file()));
        try (BackupFolder folder = BackupFolder.open(dir)) {
            assertThat(files())
                    .containsExactly(
                            "mine.json", name(0, true).file(), name(0, true).manifest());
            assertThat(work).doesNotExist();
            assertThat(work.resolveSibling("snapshot.db")).doesNotExist();
            assertThatThrownBy(() -> BackupFolder.open(dir))
                    .isInstanceOf(CommandFailed.class)
                    .hasMessageContaining("another 'quorate backup' makes backups in");
            assertThat(folder.prune(1, name(0, true), CLUSTER)).isEmpty();
        }
    }
}
