package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.engine.disk.DataDirectoryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much room a restore wants. */
class RestoreRoomTest {

    @TempDir
    private Path folder = Path.of("");

    @Test
    void itIsLookedForWhereTheDirectoryWillBe() throws IOException {
        Path dataDir = folder.resolve("not").resolve("there.data");
        RestoreRoom room = RestoreRoom.of(dataDir, 1_000_000);
        assertThat(room.neededBytes()).isEqualTo(3_000_000 + (64 << 20));
        assertThat(room.usableBytes()).isBetween(1L, Files.getFileStore(folder).getTotalSpace());
        assertThat(dataDir).doesNotExist();
    }

    @Test
    void oneByteLessIsTooLittle() throws IOException {
        RestoreRoom enough = new RestoreRoom(folder, 100, 100);
        assertThat(enough.require()).isSameAs(enough);
        assertThat(enough.finding()).contains("100 bytes were free, and 100 needed");
        assertThatThrownBy(() -> new RestoreRoom(folder, 99, 100).require())
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("99 bytes are free, and 100 are needed")
                .hasMessageEndingWith("make room, or choose a directory elsewhere.");
    }
}
