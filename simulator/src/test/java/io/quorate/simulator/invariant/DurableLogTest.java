package io.quorate.simulator.invariant;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.EntryId;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.DataDirectory;
import io.quorate.engine.disk.Identity;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.log.EntryKind;
import io.quorate.engine.log.LogFiles;
import io.quorate.engine.log.LogOptions;
import io.quorate.engine.log.RaftLog;
import io.quorate.engine.log.WriteAtOnce;
import io.quorate.simulator.disk.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read from the bytes of a log is what the log has written there. */
class DurableLogTest {

    private static final Identity IDENTITY = new Identity(0x51, new MemberId(1), "m1");
    private static final Configuration MEMBERS = Configuration.of(Set.of(new MemberId(1)));
    private static final int SEGMENT_BYTES = 12 << 10;

    /** Without a secret, as earlier releases have written it, and with one. */
    @ParameterizedTest
    @ValueSource(longs = {0, 4711})
    void whereALogBeginsIsReadFromASegmentsHeader(long secret) throws IOException {
        SimulatedDisk disk = SimulatedDisk.ofSeed(1);
        write(disk, new LogOptions(SEGMENT_BYTES, 2, 4096, 4096).withSecrets(() -> secret));
        byte[] header = Arrays.copyOf(disk.bytes("log/segment-0000000000000002"), 4096);
        DurableLog durable = new DurableLog(List.of());
        Object file = new Object();
        durable.written(file, 0, header);
        assertThat(durable.holds(new EntryId(1, 20))).isFalse();
        durable.synced(file, true);
        assertThat(durable.holds(new EntryId(1, 20)))
                .as("a snapshot stands for it")
                .isTrue();
        assertThat(durable.holds(new EntryId(1, 21))).isFalse();
    }

    /** A log that begins with a snapshot of its first twenty entries, and has some of its own, over several segments. */
    private static void write(SimulatedDisk disk, LogOptions options) throws IOException {
        SnapshotMeta bootstrap = new SnapshotMeta(EntryId.ORIGIN, MEMBERS, 0);
        try (DataDirectory directory = DataDirectory.open(disk, IDENTITY)) {
            var recovered = LogFiles.open(directory, 0, bootstrap, Optional.empty(), options);
            try (LogFiles files = recovered.files()) {
                RaftLog log = recovered.log();
                log.resetTo(new SnapshotMeta(new EntryId(2, 20), MEMBERS, 3), OptionalLong.of(5), false);
                long chain = 5;
                for (long index = 21; index <= 23; index++) {
                    EntryFrame entry = EntryFrame.encode(
                            0, new EntryId(2, index), EntryKind.COMMAND, chain, ByteBuffer.allocate(3000));
                    log.append(entry);
                    chain = entry.chainHash();
                }
                WriteAtOnce.write(log, files);
            }
        }
    }
}
