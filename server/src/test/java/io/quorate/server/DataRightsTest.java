package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a data directory that others than its owner may look into. */
@DisabledOnOs(OS.WINDOWS)
class DataRightsTest {

    @TempDir
    private Path folder;

    private Path data = Path.of("");

    @BeforeEach
    void makeItWide() throws IOException {
        data = folder.resolve("data");
        wide(data.resolve("log"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void wide(Path made) throws IOException {
        Files.createDirectories(made);
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void itIsClosedWithAllThatIsInIt() throws IOException {
        // As a file system has that is mounted there.
        wide(data.resolve("lost+found"));
        DataRights.close(data);
        assertThat(mode(data)).isEqualTo("rwx------");
        assertThat(mode(data.resolve("log"))).isEqualTo("rwx------");
        assertThat(mode(data.resolve("lost+found"))).isEqualTo("rwxr-xr-x");
    }

    @Test
    void itIsFoundBehindALink() throws IOException {
        DataRights.close(Files.createSymbolicLink(folder.resolve("link"), data));
        assertThat(mode(data)).isEqualTo("rwx------");
    }

    @Test
    void whatIsNotTheMembersIsLeftToOthers() throws IOException {
        List<String> foreign = List.of("public_html", "logs", "state-backups", "lockfiles");
        for (String name : foreign) {
            wide(data.resolve(name));
        }
        DataRights.close(data);
        assertThat(mode(data)).isEqualTo("rwxr-xr-x");
        for (String name : foreign) {
            assertThat(mode(data.resolve(name))).as(name).isEqualTo("rwxr-xr-x");
        }
        assertThat(mode(data.resolve("log"))).isEqualTo("rwx------");
    }

    @Test
    void aMemberClosesItsOwnWhenItStarts() throws Exception {
        ServerConfig config = TestCluster.configs(1, folder).getFirst();
        for (int start = 0; start < 2; start++) {
            try (MemberServer member = MemberServer.start(config)) {
                member.ready().orTimeout(30, TimeUnit.SECONDS).join();
                assertThat(mode(config.dataDir())).isEqualTo("rwx------");
                assertThat(mode(config.dataDir().resolve("identity"))).isEqualTo("rw-------");
            }
            Files.setPosixFilePermissions(config.dataDir(), PosixFilePermissions.fromString("rwxrwxr-x"));
            Files.setPosixFilePermissions(
                    config.dataDir().resolve("identity"), PosixFilePermissions.fromString("rw-r--r--"));
        }
    }
}
