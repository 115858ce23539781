package io.quorate.engine.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.quorum.MemberId;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every {@link Disk} promises. */
class DiskTest {

    enum Kind {
        REAL,
        MEMORY
    }

    @TempDir
    Path folder;

    static Stream<Kind> kinds() {
        return Stream.of(Kind.values());
    }

    private Disk disk(Kind kind) throws IOException {
        return switch (kind) {
            case REAL -> new FileDisk(folder.resolve("data"));
            case MEMORY -> new FaultyDisk();
        };
    }

    private static ByteBuffer bytes(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length);
        for (int value : values) {
            bytes.put((byte) value);
        }
        return bytes.flip();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aFileHoldsWhatWasWrittenAtItsPositions(Kind kind) throws IOException {
        Disk disk = disk(kind);
        disk.createDirectory("a");
        try (DiskFile file = disk.create("a/f")) {
            file.preallocate(10);
            assertThat(file.size()).isEqualTo(10);
            file.write(bytes(1, 2, 3), 4);
            file.sync();
            ByteBuffer read = ByteBuffer.allocate(20);
            assertThat(file.read(read, 3)).isEqualTo(7);
            assertThat(read.flip()).isEqualTo(bytes(0, 1, 2, 3, 0, 0, 0));
            assertThat(file.read(ByteBuffer.allocate(5), 10)).isZero();
            assertThat(file.read(ByteBuffer.allocate(5), 99)).isZero();
            file.write(bytes(9), 12);
            assertThat(file.size()).isEqualTo(13);
        }
        assertThatThrownBy(() -> disk.create("a/f")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> disk.open("a/g")).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void filesAndFoldersAreRenamedListedAndDeleted(Kind kind) throws IOException {
        Disk disk = disk(kind);
        disk.createDirectory("d");
        disk.create("d/y").close();
        disk.create("d/x").close();
        disk.create("z").close();
        disk.rename("z", "d/x");
        assertThat(disk.list("d")).containsExactly("x", "y");
        disk.rename("d", "e");
        disk.syncDirectory("");
        assertThat(disk.exists("d")).isFalse();
        assertThat(disk.isDirectory("e")).isTrue();
        assertThat(disk.isDirectory("e/x")).isFalse();
        assertThatThrownBy(() -> disk.delete("e")).isInstanceOf(IOException.class);
        disk.delete("e/x");
        disk.delete("e/y");
        disk.delete("e");
        assertThatThrownBy(() -> disk.delete("e")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> disk.rename("e", "f")).isInstanceOf(IOException.class);
        assertThat(disk.list("")).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aDirectoryIsLockedByOneAtATime(Kind kind) throws IOException {
        Disk disk = disk(kind);
        try (Closeable lock = disk.lock()) {
            assertThat(lock).isNotNull();
            Disk other = kind == Kind.REAL ? disk(kind) : disk;
            assertThatThrownBy(other::lock)
                    .isInstanceOf(DataDirectoryException.class)
                    .hasMessageContaining("is in use by another member");
        }
        disk.lock().close();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aDataDirectoryIsOneMembersOfOneCluster(Kind kind) throws IOException {
        Disk disk = disk(kind);
        Identity mine = new Identity(0xc1, new MemberId(0xa), "me");
        try (DataDirectory directory = DataDirectory.open(disk, mine)) {
            assertThat(directory.isNew()).isTrue();
            directory.initialized();
        }
        try (DataDirectory directory = DataDirectory.open(disk, mine)) {
            assertThat(directory.isNew()).isFalse();
        }
        Identity other = new Identity(0xc2, new MemberId(0xb), "you");
        assertThatThrownBy(() -> DataDirectory.open(disk, other))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("member a (me) of cluster c1")
                .hasMessageContaining("member b (you) of cluster c2")
                .hasMessageContaining("start the member with its own data directory");
        assertThat(DataDirectory.identityOf(disk)).contains(mine);
        DataDirectory.open(disk, mine).close();
        try (DiskFile file = disk.open("identity")) {
            file.write(bytes(0xff), 20);
        }
        assertThatThrownBy(() -> DataDirectory.open(disk, mine)).hasMessageContaining("is damaged");
    }

    @Test
    void foldersAndFilesAreTheOwnersAlone() throws IOException {
        Disk disk = disk(Kind.REAL);
        disk.createDirectory("log");
        disk.create("log/f").close();
        Path path = disk.path("log/f").orElseThrow();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path.getParent())))
                .isEqualTo("rwx------");
        assertThatThrownBy(() -> disk.open("../outside")).isInstanceOf(IllegalArgumentException.class);
    }
}
