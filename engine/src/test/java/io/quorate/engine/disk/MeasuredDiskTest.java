package io.quorate.engine.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each sync is told of, and everything else is the disk's below. */
class MeasuredDiskTest {

    @TempDir
    private Path folder;

    private final List<String> syncs = new ArrayList<>();
    private long now;

    @Test
    void syncsAreTimedByFile() throws IOException {
        Disk disk =
                new MeasuredDisk(new FileDisk(folder), () -> now += 5, (file, nanos) -> syncs.add(file + " " + nanos));
        disk.createDirectory("log");
        try (DiskFile created = disk.create("log/1")) {
            created.write(ByteBuffer.wrap(new byte[] {1, 2}), 0);
            created.sync();
        }
        disk.rename("log/1", "log/2");
        try (DiskFile opened = disk.open("log/2")) {
            ByteBuffer read = ByteBuffer.allocate(2);
            assertThat(opened.read(read, 0)).isEqualTo(2);
            assertThat(opened.size()).isEqualTo(2);
            opened.sync();
        }
        disk.syncDirectory("log");

        assertThat(syncs).containsExactly("log/1 5", "log/2 5");
        assertThat(disk.list("log")).containsExactly("2");
    }
}
