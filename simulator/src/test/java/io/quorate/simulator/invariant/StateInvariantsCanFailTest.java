package io.quorate.simulator.invariant;

import static io.quorate.simulator.invariant.Seen.assertViolated;
import static io.quorate.simulator.invariant.Seen.command;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kv.Bytes;
import io.quorate.kv.Command;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.DeleteRange;
import io.quorate.kv.KvError;
import io.quorate.kv.LoggedCommand;
import io.quorate.kv.Put;
import io.quorate.kv.Result;
import io.quorate.simulator.StillCluster;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the invariants of applied commands and of states let pass, and what they do not. */
class StateInvariantsCanFailTest {

    private static final Command PUT = Put.of(Bytes.utf8("k"), Bytes.utf8("v"));
    private static final Command OTHER = Put.of(Bytes.utf8("k"), Bytes.utf8("w"));
    private static final Result FIRST = new Result.PutResult(2, Optional.empty());

    private final StillCluster still = new StillCluster(3);

    private void applied(Invariant invariant, long member, long index, Command command, Result result) {
        invariant.applied(still.member(member), List.of(command(1, index, command)), List.of(result), index);
    }

    /** A member's store really applies something. */
    private void apply(long member, long index, Command command) {
        Bytes encoded = Bytes.wrap(CommandCodec.encode(command));
        still.member(member).store().orElseThrow().apply(List.of(new LoggedCommand(index, encoded)), index);
    }

    private ModelledResults modelledResults() {
        NaiveStore model = new NaiveStore();
        return new ModelledResults(still.cluster(), model, new JudgedWhenApplied(model));
    }

    @Test
    void allApplyTheSameWithTheSameResult() {
        SameCommandsSameState invariant = new SameCommandsSameState();
        applied(invariant, 1, 1, PUT, FIRST);
        applied(invariant, 2, 1, PUT, FIRST);
        assertViolated(() -> applied(invariant, 3, 1, OTHER, FIRST));
        assertViolated(() -> applied(invariant, 3, 1, PUT, new Result.PutResult(3, Optional.empty())));
    }

    @Test
    void statesAtOneIndexAreTheSame() {
        SameState invariant = new SameState(still.cluster());
        apply(1, 1, PUT);
        apply(2, 1, PUT);
        apply(3, 1, OTHER);
        applied(invariant, 1, 1, PUT, FIRST);
        applied(invariant, 2, 1, PUT, FIRST);
        assertViolated(() -> applied(invariant, 3, 1, PUT, FIRST));
    }

    @Test
    void aSnapshotThatIsInstalledIsWhatReplayingGives() {
        SameState invariant = new SameState(still.cluster());
        apply(1, 1, PUT);
        apply(2, 1, PUT);
        apply(3, 1, DeleteRange.of(Bytes.utf8("k")));
        invariant.captured(still.member(1), 1);
        invariant.restored(still.member(2), 1);
        assertViolated(() -> invariant.restored(still.member(3), 1));
        assertViolated(() -> invariant.restored(still.member(2), 2));
    }

    @Test
    void historiesThatEndInTheSameKeysAreToldApartAtTheEnd() {
        SameState invariant = new SameState(still.cluster());
        invariant.compareChecksum(Seen.id(1), 17, 9);
        invariant.compareChecksum(Seen.id(2), 17, 9);
        assertViolated(() -> invariant.compareChecksum(Seen.id(3), 18, 9));
        apply(1, 1, PUT);
        apply(2, 1, OTHER);
        assertViolated(invariant::ended);
    }

    @Test
    void resultsAreThoseOfTheModel() {
        ModelledResults invariant = modelledResults();
        applied(invariant, 1, 1, PUT, FIRST);
        applied(invariant, 2, 1, PUT, FIRST);
        applied(invariant, 1, 3, DeleteRange.of(Bytes.utf8("k")), new Result.DeleteRangeResult(3, 1, List.of()));
        assertViolated(() -> applied(
                invariant, 1, 4, DeleteRange.of(Bytes.utf8("k")), new Result.DeleteRangeResult(4, 0, List.of())));
    }

    @Test
    void membersHoldInTheEndWhatTheModelHolds() {
        ModelledResults invariant = modelledResults();
        applied(invariant, 1, 1, PUT, FIRST);
        apply(1, 1, PUT);
        invariant.ended();
        apply(2, 1, OTHER);
        assertViolated(invariant::ended);
    }

    @Test
    void theModelRefusesWhatIsNoCommand() {
        NaiveStore model = new NaiveStore();
        assertThat(model.apply(Bytes.utf8("garbage"), 1)).isEqualTo(new Result.Rejected(KvError.UNREADABLE_COMMAND));
        assertThat(model.apply(Bytes.wrap(CommandCodec.encode(PUT)), 2)).isEqualTo(FIRST);
    }

    private void proposed(AppliedOnce invariant, Command command) {
        invariant.proposed(still.member(1), ByteBuffer.wrap(CommandCodec.encode(command)));
    }

    private void failed(AppliedOnce invariant, Command command) {
        invariant.failed(still.member(1), ByteBuffer.wrap(CommandCodec.encode(command)));
    }

    @Test
    void noProposalIsAppliedAtTwoIndexes() {
        AppliedOnce invariant = new AppliedOnce();
        proposed(invariant, PUT);
        proposed(invariant, OTHER);
        applied(invariant, 1, 1, PUT, FIRST);
        applied(invariant, 2, 1, PUT, FIRST);
        applied(invariant, 1, 2, OTHER, FIRST);
        assertViolated(() -> applied(invariant, 1, 3, PUT, FIRST));
    }

    /** The second one may have taken effect twice as well, and the first never: then as much happened as was asked for. */
    @Test
    void whatWasProposedTwiceIsAppliedTwiceAtMost() {
        AppliedOnce invariant = new AppliedOnce();
        proposed(invariant, PUT);
        applied(invariant, 1, 1, PUT, FIRST);
        proposed(invariant, PUT);
        applied(invariant, 2, 1, PUT, FIRST);
        applied(invariant, 2, 7, PUT, FIRST);
        applied(invariant, 1, 7, PUT, FIRST);
        assertViolated(() -> applied(invariant, 1, 8, PUT, FIRST));
    }

    @Test
    void anApplicationComesAfterTheProposalThatItIsOf() {
        AppliedOnce invariant = new AppliedOnce();
        assertViolated(() -> applied(invariant, 1, 1, PUT, FIRST));
    }

    @Test
    void whatHasFailedForCertainIsNotApplied() {
        AppliedOnce before = new AppliedOnce();
        proposed(before, PUT);
        proposed(before, PUT);
        failed(before, PUT);
        applied(before, 1, 1, PUT, FIRST);
        assertViolated(() -> applied(before, 1, 2, PUT, FIRST));

        AppliedOnce after = new AppliedOnce();
        proposed(after, PUT);
        applied(after, 1, 1, PUT, FIRST);
        assertViolated(() -> failed(after, PUT));
    }
}
