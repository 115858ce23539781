package io.quorate.kv;

import static io.quorate.kv.TestClient.b;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kv.ManagedOperation.State;
import io.quorate.kv.Result.OperationResult;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is on record of the manager's operations, and that only one is under way. */
class OperationRecordsTest {
    private static final long NOW = 1_700_000_000_000L;

    private final HeapStore ordered = new HeapStore();
    private final TestClient client = new TestClient(MvccStore.open(ordered));

    private OperationResult begin(String report, long nowMillis, boolean force) {
        return (OperationResult) client.apply(new NoteOperation(0, State.RUNNING, nowMillis, force, b(report)));
    }

    private OperationResult tell(long id, State state, long nowMillis, String report) {
        return (OperationResult) client.apply(new NoteOperation(id, state, nowMillis, false, b(report)));
    }

    @Test
    void theSecondIsRefusedWhileTheFirstIsUnderWay() {
        OperationResult first = begin("add d", NOW, false);
        assertThat(first.accepted()).isTrue();
        OperationResult second = begin("remove a", NOW + 1, false);
        assertThat(second.accepted()).isFalse();
        assertThat(second.operation()).isEqualTo(first.operation());
        assertThat(client.store.operations()).containsExactly(first.operation());

        tell(first.operation().id(), State.DONE, NOW + 2, "added d");
        assertThat(begin("remove a", NOW + 3, false).accepted()).isTrue();
        assertThat(client.store.operations())
                .extracting(ManagedOperation::state)
                .containsExactly(State.DONE, State.RUNNING);
    }

    @Test
    void whoWasSilentForTooLongIsBrokenOffAndCannotGoOn() {
        long first = begin("add d", NOW, false).operation().id();
        tell(first, State.RUNNING, NOW + 50_000, "d catches up");
        assertThat(begin("remove a", NOW + 110_000, false).accepted()).isFalse();
        assertThat(begin("remove a", NOW + 110_001, false).accepted()).isTrue();
        assertThat(client.store.operations())
                .extracting(ManagedOperation::state)
                .containsExactly(State.BROKEN_OFF, State.RUNNING);

        OperationResult late = tell(first, State.DONE, NOW + 110_002, "added d");
        assertThat(late.accepted()).isFalse();
        assertThat(late.operation().state()).isEqualTo(State.BROKEN_OFF);
        assertThat(late.operation().report()).isEqualTo(b("d catches up"));
    }

    @Test
    void whoForcesItBreaksOffTheOther() {
        begin("add d", NOW, false);
        assertThat(begin("remove a", NOW + 1, true).accepted()).isTrue();
        assertThat(client.store.operations())
                .extracting(ManagedOperation::state)
                .containsExactly(State.BROKEN_OFF, State.RUNNING);
    }

    @Test
    void theOldestMakeRoomAndTheRestSurvivesARestart() {
        long first = begin("operation 0", NOW, false).operation().id();
        for (int i = 1; i <= OperationRecords.MAX_KEPT; i++) {
            begin("operation " + i, NOW + i, true);
        }
        List<ManagedOperation> kept = client.store.operations();
        assertThat(kept).hasSize(OperationRecords.MAX_KEPT);
        assertThat(kept.getFirst().report()).isEqualTo(b("operation 1"));
        assertThat(kept.getLast().state()).isEqualTo(State.RUNNING);
        assertThat(MvccStore.open(ordered).operations()).isEqualTo(kept);
        assertThat(NaiveDigest.of(client.store)).isEqualTo(client.store.digest());

        assertThat(client.rejected(new NoteOperation(first, State.DONE, NOW, false, b(""))))
                .isEqualTo(KvError.OPERATION_NOT_FOUND);
    }

    @Test
    void aReportThatIsTooLargeChangesNothing() {
        Bytes tooLarge = Bytes.wrap(new byte[NoteOperation.MAX_REPORT_BYTES + 1]);
        assertThat(client.rejected(new NoteOperation(0, State.RUNNING, NOW, false, tooLarge)))
                .isEqualTo(KvError.REPORT_TOO_LARGE);
        assertThat(client.store.operations()).isEmpty();
    }

    /** A backup every hour must not hide what was done to the members last week. */
    @Test
    void whatIsOverAlreadyTakesNoPlaceAndDisplacesLittle() {
        long running = begin("add d", NOW, false).operation().id();
        for (int i = 0; i < 2 * OperationRecords.MAX_KEPT; i++) {
            client.apply(NoteOperation.past(State.DONE, NOW + i, 7, true, b("backup " + i)));
        }
        List<ManagedOperation> kept = client.store.operations();
        assertThat(kept).hasSize(1 + OperationRecords.MAX_ASIDE);
        assertThat(kept.getFirst()).matches(first -> first.id() == running && first.state() == State.RUNNING);
        assertThat(kept.getLast())
                .matches(last -> last.aside() && last.toldMillis() - last.beganMillis() == 7)
                .extracting(ManagedOperation::report)
                .isEqualTo(b("backup 199"));
        assertThat(begin("remove a", NOW + 1, false).accepted())
                .as("the place is still the first one's")
                .isFalse();
        assertThat(MvccStore.open(ordered).operations()).isEqualTo(kept);
        assertThat(NaiveDigest.of(client.store)).isEqualTo(client.store.digest());
    }
}
