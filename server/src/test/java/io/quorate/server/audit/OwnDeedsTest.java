package io.quorate.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.quorate.kv.AuditEvents;
import io.quorate.kv.AuditLog;
import io.quorate.kv.AuditOrigin;
import io.quorate.kv.Audited;
import io.quorate.kv.Bytes;
import io.quorate.kv.Command;
import io.quorate.kv.HeapStore;
import io.quorate.kv.KvError;
import io.quorate.kv.LoggedCommand;
import io.quorate.kv.ManagedOperation;
import io.quorate.kv.MvccStore;
import io.quorate.kv.NoteOperation;
import io.quorate.kv.Result;
import io.quorate.server.proto.managerpb.OperationReport;
import io.quorate.server.proto.managerpb.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a member does by itself is on record as its own, before it is done and with what came of it. */
class OwnDeedsTest {

    private static final long NOW = 1_700_000_000_000L;

    private final MvccStore store = MvccStore.open(new HeapStore());
    private boolean mayBegin = true;
    private boolean refuses;

    private final AuditTrail trail = new AuditTrail(
            new AuditTrail.Replication() {
                @Override
                public AuditLog log() {
                    return store.auditLog();
                }

                @Override
                public CompletableFuture<Boolean> mayBegin() {
                    return CompletableFuture.completedFuture(mayBegin);
                }

                @Override
                public CompletableFuture<Result> propose(AuditEvents events) {
                    return CompletableFuture.completedFuture(
                            refuses ? new Result.Rejected(KvError.UNREADABLE_COMMAND) : apply(events));
                }
            },
            0xabc,
            new AuditTrail.Time() {
                @Override
                public long millis() {
                    return NOW;
                }

                @Override
                public long nanos() {
                    return 7;
                }

                @Override
                public void later(Runnable task) {
                    throw new AssertionError("nothing is tried again here");
                }
            },
            (outcome, events) -> {},
            line -> {});

    private final OwnDeeds deeds = new OwnDeeds(trail);

    private Result apply(Command command) {
        long index = store.appliedIndex() + 1;
        return store.apply(List.of(LoggedCommand.of(index, command)), index).getFirst();
    }

    private List<String> told() {
        return store.auditRecords(1, Integer.MAX_VALUE).stream()
                .map(line -> line.substring(line.indexOf("\"member\""), line.indexOf(",\"count\""))
                        .replace("\"", ""))
                .toList();
    }

    private static NoteOperation note(OperationReport report) {
        return new NoteOperation(0, ManagedOperation.State.RUNNING, NOW, false, Bytes.wrap(report.toByteArray()));
    }

    /** The store reads what the manager's own messages have written. */
    @Test
    void anOperationOfAMemberIsOnRecordAsItsOwn() {
        NoteOperation note = note(OperationReport.newBuilder()
                .setTitle("autopilot: promote d")
                .addSteps(Step.newBuilder()
                        .setName("promote d")
                        .setDone(true)
                        .setResult("one change of members is in force")
                        .setMillis(-1))
                .setFoundedClusterId(-1)
                .build());
        Command command = deeds.withOrigin(note).join();
        assertThat(command).isEqualTo(new Audited(new AuditOrigin(NOW, 0xabc, ""), note));
        Result.OperationResult noted = (Result.OperationResult) apply(command);
        String own = "member:abc,user:,address:,kind:operation,action:";
        String operation = "operation " + noted.operation().id();
        assertThat(told().subList(1, 3))
                .containsExactly(
                        own + "begin,object:" + operation + ": autopilot: promote d,result:ok",
                        own + "step,object:" + operation
                                + ": promote d,result:done: one change of members is in force");
    }

    @Test
    void whetherDeedsWouldBeOnRecordIsAskedWithoutAnyTrace() {
        mayBegin = false;
        assertThat(deeds.areOnRecord()).isCompletedWithValue(false);
        mayBegin = true;
        assertThat(deeds.areOnRecord()).isCompletedWithValue(true);
        assertThat(store.auditLog().hasBegun()).isFalse();
        assertThat(deeds.change("remove 3", () -> CompletableFuture.completedFuture("done")))
                .isCompleted();
        assertThat(told()).as("nothing is said to be lost").hasSize(2);
        mayBegin = false;
        assertThat(deeds.areOnRecord()).as("it has begun").isCompletedWithValue(true);
    }

    @Test
    void withoutRecordsACommandIsProposedAsItIs() {
        mayBegin = false;
        NoteOperation note = note(OperationReport.getDefaultInstance());
        assertThat(deeds.withOrigin(note)).isCompletedWithValue(note);
    }

    @Test
    void aChangeIsOnRecordBeforeItIsMadeAndWithWhatCameOfIt() {
        List<String> before = new ArrayList<>();
        assertThat(deeds.change("remove 3", () -> {
                    before.addAll(told());
                    return CompletableFuture.completedFuture("done");
                }))
                .isCompletedWithValue("done");
        String own = "member:abc,user:,address:,kind:membership,action:autopilot,object:";
        assertThat(before).containsExactly(own + "remove 3,result:wanted");
        var unused = deeds.change(
                "promote 4",
                () -> CompletableFuture.failedFuture(Status.UNAVAILABLE
                        .withDescription("the leader does not hear enough members")
                        .asRuntimeException()));
        assertThat(told())
                .containsExactly(
                        own + "remove 3,result:wanted",
                        own + "remove 3,result:ok",
                        own + "promote 4,result:wanted",
                        own + "promote 4,result:the leader does not hear enough members");
    }

    @Test
    void whatCannotBePutOnRecordIsNotDone() {
        refuses = true;
        List<String> done = new ArrayList<>();
        CompletableFuture<Boolean> change =
                deeds.change("remove 3", () -> CompletableFuture.completedFuture(done.add("removed")));
        assertThat(change)
                .isCompletedExceptionally()
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withMessageContaining("it could not be put on record in the audit log, and nothing was done");
        assertThat(done).isEmpty();
    }
}
