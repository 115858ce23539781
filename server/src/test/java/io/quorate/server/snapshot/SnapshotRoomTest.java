package io.quorate.server.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorate.kv.Bytes;
import io.quorate.kv.HeapStore;
import io.quorate.kv.LoggedCommand;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Put;
import io.quorate.kv.StoreExport;
import io.quorate.server.bolt.RandomOutput;
import io.quorate.server.snapshot.EtcdSnapshot.Origin;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A snapshot never takes the room on the disk that its member needs for itself. */
class SnapshotRoomTest {

    private static final int VALUE_BYTES = 1 << 20;
    private static final int VALUES = 20;

    @TempDir
    private Path folder;

    private static void assertNoRoom(ThrowingAction action) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        refused -> assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED))
                .hasMessageContaining("not enough room on the disk for a snapshot");
    }

    private interface ThrowingAction {
        void run() throws IOException;
    }

    @Test
    void itIsNotBegunUnlessTheStoreFitsTwiceBesideTheReserve() {
        long storeBytes = 1L << 30;
        long needed = 2 * storeBytes + DiskRoom.RESERVE_BYTES;
        new DiskRoom(() -> needed).requireFor(storeBytes);
        assertNoRoom(() -> new DiskRoom(() -> needed - 1).requireFor(storeBytes));
    }

    private void take(Path file, LongSupplier usableBytes) throws IOException {
        try (MvccStore store = MvccStore.open(new HeapStore())) {
            for (int i = 1; i <= VALUES; i++) {
                Put put = Put.of(Bytes.utf8("key " + i), Bytes.wrap(new byte[VALUE_BYTES]));
                store.apply(List.of(LoggedCommand.of(i, put)), i);
            }
            try (StoreExport export = store.export(folder.resolve("frozen"), new HeapStore())) {
                FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                EtcdSnapshot.write(
                        RandomOutput.of(channel),
                        export,
                        new Origin(1, new TreeSet<>(List.of(1L))),
                        new DiskRoom(usableBytes));
            }
        }
    }

    /** The disk is looked at while the changes are sorted, and while the file is written. */
    @Test
    void itIsBrokenOffOnceTheReserveIsTouched() throws IOException {
        AtomicLong looks = new AtomicLong();
        take(folder.resolve("whole"), () -> {
            looks.incrementAndGet();
            return DiskRoom.RESERVE_BYTES;
        });
        assertThat(folder.resolve("whole")).isNotEmptyFile();
        int atLeast = (int) (VALUES * (long) VALUE_BYTES / DiskRoom.CHECK_BYTES);
        assertThat(looks.get()).isGreaterThanOrEqualTo(2L * atLeast - 2);
        for (long last = 1; last <= looks.get(); last++) {
            Path file = folder.resolve("broken-off-" + last);
            long filled = last;
            AtomicLong count = new AtomicLong();
            assertNoRoom(() ->
                    take(file, () -> count.incrementAndGet() < filled ? Long.MAX_VALUE : DiskRoom.RESERVE_BYTES - 1));
            assertThat(Files.size(file)).isLessThan(Files.size(folder.resolve("whole")));
        }
    }
}
