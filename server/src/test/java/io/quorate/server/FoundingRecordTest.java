package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.kv.Bytes;
import io.quorate.kv.ManagedOperation;
import io.quorate.kv.NoteOperation;
import io.quorate.server.SnapshotImport.Imported;
import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.Operation;
import io.quorate.server.proto.managerpb.OperationReport;
import io.quorate.server.snapshot.SnapshotFile.Content;
import io.quorate.server.snapshot.SnapshotFile.Tally;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What a founder puts on record, and when it has nothing left to. */
class FoundingRecordTest {

    private static final long FOUNDED_MILLIS = 1_000;

    private static final Operation FOUNDING = Operation.newBuilder()
            .setToldMillis(FOUNDED_MILLIS)
            .setReport(OperationReport.newBuilder()
                    .setTitle("snapshot restore")
                    .setFoundedClusterId(7)
                    .setOutcome("founded"))
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

    /** Founders that come a little later do not keep it out of the audit log. */
    @Test
    void itWaitsForTheAuditLogThoughNotForEver() {
        assertThat(FoundingRecord.isTime(0, () -> CompletableFuture.completedFuture(true)))
                .isCompletedWithValue(true);
        for (int looks = 0; looks < FoundingRecord.LOOKS_FOR_AUDIT; looks++) {
            assertThat(FoundingRecord.isTime(looks, () -> CompletableFuture.completedFuture(false)))
                    .isCompletedWithValue(false);
        }
        assertThat(FoundingRecord.isTime(
                        FoundingRecord.LOOKS_FOR_AUDIT, () -> CompletableFuture.completedFuture(false)))
                .isCompletedWithValue(true);
        assertThat(FoundingRecord.isTime(
                        3, () -> CompletableFuture.failedFuture(new IllegalStateException("no leader"))))
                .as("that nobody knows says nothing")
                .isCompletedExceptionally();
    }

    private static Check check(String name, Check.Verdict verdict) {
        return Check.newBuilder()
                .setName(name)
                .setVerdict(verdict)
                .setFinding("what was found of " + name)
                .build();
    }

    private static Check disk(OptionalLong usableBytes) {
        FoundingDescription description = new FoundingDescription("snapshot restore b.db", "ann@host42");
        description.hasRoom(new FoundingRoom(Path.of("a.data"), usableBytes, 100, "to restore the snapshot"));
        Imported imported = new Imported(new Content(9, 0, 9, 0, 0, 0, new Tally(0, 0, 0)), 1, 7, "digest");
        return description
                .ofRestore(Path.of("b.db"), imported, SnapshotImport.Options.USUAL, "a")
                .getReport()
                .getPreflight(0);
    }

    @Test
    void roomThatNobodyCouldTellOfIsAWarningOnRecord() {
        assertThat(disk(OptionalLong.of(100)))
                .isEqualTo(Check.newBuilder()
                        .setName("disk")
                        .setVerdict(Check.Verdict.FINE)
                        .setFinding("there was room: 100 bytes were free, and 100 needed")
                        .build());
        assertThat(disk(OptionalLong.empty()).getVerdict()).isEqualTo(Check.Verdict.WARNING);
    }

    @Test
    void whatIsVerifiedDecidesWhetherItIsDone() {
        List<Check> fine = List.of(check("logs", Check.Verdict.FINE), check("states", Check.Verdict.FINE));
        Operation verified = FoundingDescription.verified(FOUNDING, fine);
        assertThat(verified.getState()).isEqualTo(Operation.State.DONE);
        assertThat(verified.getReport().getVerifiedList()).isEqualTo(fine);
        assertThat(verified.getReport().getOutcome()).isEqualTo("founded, which is verified");
        assertThat(verified.getReport().getFoundedClusterId()).isEqualTo(7);

        Operation absent = FoundingDescription.verified(FOUNDING, List.of(check("founders", Check.Verdict.WARNING)));
        assertThat(absent.getState()).isEqualTo(Operation.State.DONE);
        assertThat(absent.getReport().getOutcome())
                .isEqualTo("founded, which is verified as far as the founders were there: what was found of founders");

        Operation differing = FoundingDescription.verified(
                FOUNDING, List.of(check("founders", Check.Verdict.WARNING), check("states", Check.Verdict.REFUSED)));
        assertThat(differing.getState()).isEqualTo(Operation.State.FAILED);
        assertThat(differing.getReport().getOutcome()).startsWith("founded, but it is not found as promised");
    }

    @Test
    void whatIsTooLongForARecordGivesUpWhatWasFoundBefore() {
        Check.Builder longest = check("entries", Check.Verdict.FINE).toBuilder();
        longest.setFinding("x".repeat(NoteOperation.MAX_REPORT_BYTES - 2_000));
        Operation founding = FOUNDING.toBuilder()
                .setReport(FOUNDING.getReport().toBuilder().addPreflight(longest))
                .build();
        Check states = check("states", Check.Verdict.FINE).toBuilder()
                .setFinding("y".repeat(1_500))
                .build();
        OperationReport report =
                FoundingDescription.verified(founding, List.of(states)).getReport();
        assertThat(report.getSerializedSize()).isLessThan(NoteOperation.MAX_REPORT_BYTES);
        assertThat(report.getPreflightList()).extracting(Check::getName).containsExactly("length");
        assertThat(report.getVerifiedList()).containsExactly(states);
    }

    @Test
    void whatIsPromisedIsWhatTheFoundersTolerateOnceAllAreThere() {
        assertThat(FoundingRecord.tolerance(founders(1))).isZero();
        assertThat(FoundingRecord.tolerance(founders(2))).isZero();
        assertThat(FoundingRecord.tolerance(founders(3))).isEqualTo(1);
        assertThat(FoundingRecord.tolerance(founders(5))).isEqualTo(2);
        assertThat(FoundingRecord.tolerance(
                        founders(3).withWitnesses(new TreeSet<>(Set.of(new MemberId(1), new MemberId(2))))))
                .as("one of them has the data")
                .isZero();
    }

    private static Configuration founders(int count) {
        TreeMap<MemberId, List<String>> addresses = new TreeMap<>();
        LongStream.rangeClosed(1, count).forEach(id -> addresses.put(new MemberId(id), List.of("http://m" + id)));
        return Configuration.of(addresses);
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
