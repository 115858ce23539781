package io.quorate.engine.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

    @Test
    void aSyncIsToldWhenItBeginsAndWhenItFails() throws IOException {
        Disk disk = new MeasuredDisk(new FileDisk(folder), () -> now, new MeasuredDisk.SyncListener() {
            @Override
            public void syncBegins(String file) {
                syncs.add(file + " begins");
            }

            @Override
            public void syncFailed(String file) {
                syncs.add(file + " failed");
            }

            @Override
            public void synced(String file, long nanos) {
                syncs.add(file + " ended");
            }
        });
        DiskFile file = disk.create("1");
        file.sync();
        file.close();
        assertThatThrownBy(file::sync).isInstanceOf(IOException.class);

        assertThat(syncs).containsExactly("1 begins", "1 ended", "1 begins", "1 failed");
    }
}
