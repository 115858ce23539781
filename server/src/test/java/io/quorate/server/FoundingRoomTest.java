package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.engine.disk.DataDirectoryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much room a restore or a recovery wants. */
class FoundingRoomTest {

    @TempDir
    private Path folder = Path.of("");

    private FoundingRoom free(OptionalLong usableBytes) {
        return new FoundingRoom(folder, usableBytes, 100, "to restore");
    }

    @Test
    void itIsLookedForWhereTheDirectoryWillBe() throws IOException {
        Path dataDir = folder.resolve("not").resolve("there.data");
        FoundingRoom room = FoundingRoom.ofRestore(dataDir, 1_000_001);
        assertThat(room.neededBytes()).isEqualTo(2_500_003 + (64 << 20));
        assertThat(room.usableBytes().orElseThrow())
                .isBetween(1L, Files.getFileStore(folder).getTotalSpace());
        assertThat(FoundingRoom.ofRecovery(dataDir, 1_000_001).neededBytes()).isEqualTo(1_000_001 + (64 << 20));
        assertThat(dataDir).doesNotExist();
    }

    @Test
    void oneByteLessIsTooLittle() throws IOException {
        FoundingRoom enough = free(OptionalLong.of(100));
        assertThat(enough.require()).isSameAs(enough);
        assertThat(enough.finding()).isEqualTo("there was room: 100 bytes were free, and 100 needed");
        assertThatThrownBy(() -> free(OptionalLong.of(99)).require())
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("99 bytes are free, and 100 are needed to restore;")
                .hasMessageEndingWith("make room, or choose a directory elsewhere.");
    }

    /** Some file systems of a network do not tell, and a restore may be all that is left to try. */
    @Test
    void aFileSystemThatDoesNotTellRefusesNobody() throws IOException {
        assertThat(FoundingRoom.usable(0, 1)).hasValue(0);
        assertThat(FoundingRoom.usable(0, 0)).isEmpty();
        FoundingRoom unknown = free(FoundingRoom.usable(0, 0));
        assertThat(unknown.require()).isSameAs(unknown);
        assertThat(unknown.finding()).isEqualTo("nobody could tell how much room there was; 100 bytes were needed");
    }
}
