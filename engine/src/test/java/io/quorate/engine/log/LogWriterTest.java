package io.quorate.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import io.quorate.engine.disk.FaultyDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LogWriterTest {

    @Test
    void whatQueuedWhileTheWriterWasBusyGoesOutAsOneWriteAndOneSync() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (LogFixture fixture = new LogFixture(disk)) {
            fixture.run();
            int writes = disk.writes();
            int syncs = disk.syncs();
            for (int i = 0; i < 10; i++) {
                fixture.append(1, "entry");
                fixture.submit();
            }
            fixture.tasks.removeFirst().run();
            assertThat(disk.writes() - writes)
                    .as("the group, and behind it the mark that it is durable")
                    .isEqualTo(2);
            assertThat(disk.syncs() - syncs).isEqualTo(1);
            assertThat(fixture.synced).singleElement().satisfies(group -> {
                assertThat(group.ticket()).isEqualTo(10);
                assertThat(group.last()).isEqualTo(new EntryId(1, 10));
            });
        }
    }

    @Test
    void aCommitIndexAloneIsWrittenAndNotSynced() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (LogFixture fixture = new LogFixture(disk)) {
            fixture.append(1, "entry");
            fixture.log.saveHardState(new HardState(1, Optional.empty(), 0));
            fixture.settle();
            int syncs = disk.syncs();
            fixture.log.saveHardState(new HardState(1, Optional.empty(), 1));
            fixture.flush();
            assertThat(disk.syncs()).isEqualTo(syncs);
            assertThat(fixture.synced.getLast().ticket()).isEqualTo(2);
        }
        try (LogFixture fixture = new LogFixture(disk)) {
            assertThat(fixture.recovered.hardState().commitIndex()).isEqualTo(1);
        }
    }

    @Test
    void cornerCase24_afterAFailedSyncNothingInFlightIsReportedAndNothingIsWrittenAnyMore() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (LogFixture fixture = new LogFixture(disk)) {
            fixture.append(1, "durable");
            fixture.flush();
            disk.failSyncs(true);
            fixture.append(1, "in flight");
            fixture.flush();
            disk.failSyncs(false);
            int writes = disk.writes();
            fixture.append(1, "later");
            assertThat(fixture.submit()).isFalse();
            fixture.writer.idle();
            fixture.run();
            assertThat(disk.writes()).isEqualTo(writes);
            assertThat(fixture.failures).hasSize(1);
            assertThat(fixture.synced).hasSize(1);
            assertThat(fixture.durable).contains(new EntryId(1, 1));
        }
    }

    @Test
    void cornerCase24_afterAFailedWriteNothingIsReportedAsSynced() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (LogFixture fixture = new LogFixture(disk)) {
            disk.failWrites(true);
            fixture.append(1, "in flight");
            fixture.flush();
            assertThat(fixture.failures)
                    .singleElement()
                    .satisfies(cause -> assertThat(cause).hasMessage("the write failed"));
            assertThat(fixture.synced).isEmpty();
        }
    }

    @Test
    void cornerCase24_whatWasReadAfterARestartIsWrittenAgainBeforeItIsTrusted() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (LogFixture fixture = new LogFixture(disk)) {
            fixture.append(1, "perhaps");
            disk.failSyncs(true);
            fixture.flush();
        }
        disk.failSyncs(false);
        FaultyDisk restarted = disk.afterRestart();
        int writes = restarted.writes();
        try (LogFixture fixture = new LogFixture(restarted)) {
            assertThat(fixture.payloads()).containsExactly("perhaps");
            assertThat(restarted.writes()).isGreaterThan(writes);
            assertThat(restarted.syncs()).isGreaterThan(0);
        }
    }

    @Test
    void cornerCase26_aFullDiskStopsNothingForGoodAndTheLogGoesOnByItselfOnceThereIsRoom() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (LogFixture fixture = new LogFixture(disk)) {
            fixture.run();
            disk.limitRoom(0);
            for (int i = 0; i < 40; i++) {
                fixture.append(1, "x".repeat(1000));
                fixture.submit();
            }
            fixture.run();
            assertThat(fixture.failures).isEmpty();
            assertThat(fixture.writer.hasRoom()).isFalse();
            assertThat(fixture.synced.getLast().ticket()).isLessThan(40);
            fixture.writer.idle();
            fixture.run();
            assertThat(fixture.writer.hasRoom()).isFalse();
            disk.limitRoom(1 << 20);
            fixture.writer.idle();
            fixture.run();
            assertThat(fixture.writer.hasRoom()).isTrue();
            assertThat(fixture.synced.getLast().ticket()).isEqualTo(40);
            assertThat(fixture.durable).contains(new EntryId(1, 40));
        }
        try (LogFixture fixture = new LogFixture(disk)) {
            assertThat(fixture.payloads()).hasSize(40);
        }
    }

    @Test
    void anEntryLargerThanASegmentGetsASegmentOfItsOwn() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        byte[] large = new byte[16 << 20];
        large[large.length - 1] = 42;
        try (LogFixture fixture = new LogFixture(disk)) {
            fixture.append(1, "before");
            fixture.append(1, EntryKind.COMMAND, ByteBuffer.wrap(large));
            fixture.append(1, "behind");
            fixture.flush();
            fixture.log.applied(3);
            assertThat(fixture.log.get(2).payload()).isEqualTo(ByteBuffer.wrap(large));
        }
        try (LogFixture fixture = new LogFixture(disk)) {
            assertThat(fixture.log.get(2).payload()).isEqualTo(ByteBuffer.wrap(large));
            assertThat(fixture.log.lastId()).isEqualTo(new EntryId(1, 3));
        }
    }

    @Test
    void diskUseReturnsToItsBoundAfterACompaction() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (LogFixture fixture = new LogFixture(disk)) {
            for (int round = 0; round < 5; round++) {
                for (int i = 0; i < 50; i++) {
                    fixture.append(1, "x".repeat(1000));
                    fixture.flush();
                }
                assertThat(disk.list("log")).hasSizeGreaterThan(10);
                fixture.log.compactTo(fixture.log.lastId().index());
                fixture.flush();
                assertThat(disk.list("log")).hasSizeLessThanOrEqualTo(5);
            }
        }
        try (LogFixture fixture = new LogFixture(disk)) {
            assertThat(fixture.log.lastId()).isEqualTo(new EntryId(1, 250));
            assertThat(fixture.recovered.report()).isEmpty();
            fixture.append(1, "on");
            fixture.flush();
            assertThat(fixture.durable).contains(new EntryId(1, 251));
        }
    }
}
