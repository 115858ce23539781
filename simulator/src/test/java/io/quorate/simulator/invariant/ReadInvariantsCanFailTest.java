package io.quorate.simulator.invariant;

import static io.quorate.simulator.invariant.Seen.assertViolated;
import static io.quorate.simulator.invariant.Seen.id;
import static io.quorate.simulator.invariant.Seen.leads;
import static io.quorate.simulator.invariant.Seen.step;

import io.quorate.core.Effect;
import io.quorate.core.Event;
import io.quorate.core.Message;
import io.quorate.kv.Result;
import io.quorate.simulator.StillCluster;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the invariants of linearizable reads let pass, and what they do not. */
class ReadInvariantsCanFailTest {

    private final StillCluster still = new StillCluster(3);
    private final CommittedLog committed = new CommittedLog();
    private final FreshReadIndex reads = new FreshReadIndex(committed);

    private void commitTwoEntries() {
        still.append(1, 1, "a");
        still.append(1, 1, "b");
        step(committed, still.member(1), leads(1));
        step(committed, still.member(1), new Effect.Apply(2));
    }

    private void ask(long member, long requestId) {
        step(reads, still.member(member), new Event.ReadRequested(requestId));
    }

    private void ready(long member, long requestId, long index) {
        step(reads, still.member(member), new Effect.ReadReady(requestId, index));
    }

    @Test
    void aReadSeesWhatWasCommittedBeforeItBegan() {
        ask(2, 1);
        commitTwoEntries();
        ready(2, 1, 0);
        ask(2, 2);
        ready(2, 2, 2);
        ask(2, 3);
        assertViolated(() -> ready(2, 3, 1));
    }

    @Test
    void aReadIsReadyOnce() {
        ask(2, 1);
        ready(2, 1, 0);
        assertViolated(() -> ready(2, 1, 0));
    }

    @Test
    void aLeaderGivesNoIndexBeforeItHasCommittedInItsTerm() {
        commitTwoEntries();
        step(reads, still.member(1), new Effect.Send(id(2), new Message.ReadIndexResponse(1, 1, 2)));
        assertViolated(
                () -> step(reads, still.member(1), new Effect.Send(id(2), new Message.ReadIndexResponse(2, 1, 2))));
        step(committed, still.member(1), leads(2));
        ask(1, 1);
        assertViolated(() -> ready(1, 1, 2));
    }

    @Test
    void aRetryHasAnIdOfItsOwn() {
        Effect one = new Effect.Send(id(1), new Message.ReadIndexRequest(1, 7));
        Effect other = new Effect.Send(id(1), new Message.ReadIndexRequest(1, 8));
        step(reads, still.member(2), one, other);
        step(reads, still.member(3), one);
        assertViolated(() -> step(reads, still.member(2), one));
    }

    @Test
    void noAnswerIsOlderThanWhatWasAcknowledgedBeforeTheQuestion() {
        FreshAnswers invariant = new FreshAnswers();
        invariant.asked(1);
        invariant.asked(2);
        invariant.answered(1, new Result.PutResult(5, Optional.empty()));
        invariant.answered(2, new Result.RangeResult(4, List.of(), false, 0));
        invariant.asked(2);
        assertViolated(() -> invariant.answered(2, new Result.RangeResult(4, List.of(), false, 0)));
    }
}
