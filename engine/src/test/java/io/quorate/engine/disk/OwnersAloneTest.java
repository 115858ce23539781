package io.quorate.engine.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.engine.disk.OwnersAlone.Narrowed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class OwnersAloneTest {

    @TempDir
    private Path folder;

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static Path with(String mode, Path path) throws IOException {
        return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    @Test
    void foldersThatAreMissingAreMadeForTheirOwnerAlone() throws IOException {
        Path made = OwnersAlone.makeFolders(folder.resolve("a/b"));
        assertThat(mode(made)).isEqualTo("rwx------");
        assertThat(mode(folder.resolve("a"))).isEqualTo("rwx------");
    }

    @Test
    void whatOthersMaySeeIsTakenFromThemAllTheWayDown() throws IOException {
        Path data = Files.createDirectory(folder.resolve("data"));
        Path inner = with("rwxrwxrwx", Files.createDirectory(data.resolve("log")));
        Path file = with("rw-rw-r--", Files.createFile(inner.resolve("segment")));
        Path closed = with("r--------", Files.createFile(inner.resolve("closed")));
        with("rwxr-xr-x", data);

        assertThat(OwnersAlone.isOpenToOthers(data)).isTrue();
        assertThat(OwnersAlone.narrow(data)).isEqualTo(new Narrowed(3, 0));

        assertThat(mode(data)).isEqualTo("rwx------");
        assertThat(mode(inner)).isEqualTo("rwx------");
        assertThat(mode(file)).isEqualTo("rw-------");
        // The owner is given nothing that he has not.
        assertThat(mode(closed)).isEqualTo("r--------");
        assertThat(OwnersAlone.isOpenToOthers(data)).isFalse();
        assertThat(OwnersAlone.narrow(data)).isEqualTo(new Narrowed(0, 0));
    }

    @Test
    void aFolderAloneIsNarrowedWithoutWhatIsInIt() throws IOException {
        Path data = with("rwxr-xr-x", Files.createDirectory(folder.resolve("data")));
        Path file = with("rw-r--r--", Files.createFile(data.resolve("file")));
        assertThat(OwnersAlone.narrowItself(data)).isEqualTo(new Narrowed(1, 0));
        assertThat(mode(data)).isEqualTo("rwx------");
        assertThat(mode(file)).isEqualTo("rw-r--r--");
    }

    @Test
    void aGroupMayReadAKey() throws IOException {
        Path key = Files.createFile(folder.resolve("server.key"));
        assertThat(OwnersAlone.isKeyOpenToOthers(with("rw-r-----", key))).isFalse();
        assertThat(OwnersAlone.isKeyOpenToOthers(with("rw-rw----", key))).isTrue();
        assertThat(OwnersAlone.isKeyOpenToOthers(with("rw----r--", key))).isTrue();
    }

    @Test
    void whatALinkLeadsToIsLeftAlone() throws IOException {
        Path outside = with("rw-r--r--", Files.createFile(folder.resolve("outside")));
        Path data = Files.createDirectory(folder.resolve("data"));
        Files.createSymbolicLink(data.resolve("link"), outside);
        OwnersAlone.narrow(data);
        assertThat(mode(outside)).isEqualTo("rw-r--r--");
    }

    @Test
    void whatIsNotThereIsNarrowEnough() throws IOException {
        assertThat(OwnersAlone.narrow(folder.resolve("missing"))).isEqualTo(new Narrowed(0, 0));
    }
}
