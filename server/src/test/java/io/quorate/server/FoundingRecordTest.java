package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kv.Bytes;
import io.quorate.kv.ManagedOperation;
import io.quorate.server.proto.managerpb.Operation;
import io.quorate.server.proto.managerpb.OperationReport;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** When a founder has nothing left to put on record. */
class FoundingRecordTest {

    private static final long FOUNDED_MILLIS = 1_000;

    private static final Operation FOUNDING = Operation.newBuilder()
            .setToldMillis(FOUNDED_MILLIS)
            .setReport(OperationReport.newBuilder().setTitle("snapshot restore").setFoundedClusterId(7))
            .build();

    private static ManagedOperation operation(long id, long beganMillis, OperationReport report) {
        return new ManagedOperation(
                id, beganMillis, beganMillis, ManagedOperation.State.DONE, Bytes.wrap(report.toByteArray()));
    }

    /** Operations that began one after the other. */
    private static List<ManagedOperation> others(int count, long firstMillis) {
        return new ArrayList<>(LongStream.range(0, count)
                .mapToObj(i -> operation(i + 1, firstMillis + i, OperationReport.getDefaultInstance()))
                .toList());
    }

    @Test
    void itIsOnRecordIfARecordNamesThisCluster() {
        List<ManagedOperation> operations = others(3, FOUNDED_MILLIS + 1);
        assertThat(FoundingRecord.isSettled(operations, FOUNDING)).isFalse();
        operations.add(operation(
                9, 0, OperationReport.newBuilder().setFoundedClusterId(8).build()));
        assertThat(FoundingRecord.isSettled(operations, FOUNDING))
                .as("another cluster's")
                .isFalse();
        operations.add(operation(10, FOUNDED_MILLIS, FOUNDING.getReport()));
        assertThat(FoundingRecord.isSettled(operations, FOUNDING)).isTrue();
    }

    @Test
    void itIsNotRecordedOnceMoreWhenItsRecordHasMadeRoom() {
        int kept = ManagedOperation.MAX_ON_RECORD;
        assertThat(FoundingRecord.isSettled(others(kept - 1, FOUNDED_MILLIS + 1), FOUNDING))
                .as("there was room")
                .isFalse();
        assertThat(FoundingRecord.isSettled(others(kept, FOUNDED_MILLIS + 1), FOUNDING))
                .isTrue();
        // What a survivor brings along was before: it says nothing of what came after.
        assertThat(FoundingRecord.isSettled(others(kept, 1), FOUNDING)).isFalse();
    }
}
