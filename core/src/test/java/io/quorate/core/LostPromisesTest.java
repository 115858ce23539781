package io.quorate.core;

import static io.quorate.core.CoreUnderTest.HEARTBEAT_TICKS;
import static io.quorate.core.CoreUnderTest.T;
import static io.quorate.core.CoreUnderTest.THREE;
import static io.quorate.core.CoreUnderTest.TWO;
import static io.quorate.core.CoreUnderTest.append;
import static io.quorate.core.CoreUnderTest.batch;
import static io.quorate.core.CoreUnderTest.effects;
import static io.quorate.core.CoreUnderTest.id;
import static io.quorate.core.CoreUnderTest.messages;
import static io.quorate.core.CoreUnderTest.voters;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A member that does not know any more what it has promised, and the leader that brings it out of that. */
class LostPromisesTest {

    /** It knows of term 2, and may have been in any later one. */
    private static CoreUnderTest forgetful() {
        return new CoreUnderTest(new RestoredState(
                new HardState(2, Optional.empty(), 3),
                new SnapshotMeta(EntryId.ORIGIN, voters(3), 0),
                batch(1, 1, 1, 2),
                5,
                Suspension.PROMISES_LOST));
    }

    private static Message.RepairRequest question(CoreUnderTest core) {
        return messages(core.tick(HEARTBEAT_TICKS), Message.RepairRequest.class).getFirst();
    }

    @Test
    void itAcknowledgesNothingBeforeSomethingWasCommittedWithoutIt() {
        CoreUnderTest core = forgetful().follow(TWO, 2);
        assertThat(core.receive(TWO, append(2, id(2, 3), 5, 2, 2))).isEmpty();
        assertThat(core.status().last()).isEqualTo(id(2, 3));

        core.receive(TWO, new Message.RepairResponse(2, question(core).requestId(), id(2, 6)));

        assertThat(messages(core.receive(TWO, append(2, id(2, 3), 5, 2, 2)), Message.AppendAccepted.class))
                .containsExactly(new Message.AppendAccepted(2, 5));
    }

    @Test
    void itVotesAgainWhenItHasDurablyWhatWasCommittedWithoutIt() {
        CoreUnderTest core = forgetful().follow(TWO, 2);
        core.receive(TWO, new Message.RepairResponse(2, question(core).requestId(), id(2, 6)));
        core.receive(TWO, append(2, id(2, 3), 6, 2, 2, 2));
        core.synced(id(2, 5));
        assertThat(core.status().votingSuspended()).isTrue();

        assertThat(core.synced(id(2, 6))).contains(new Effect.ResumeVoting());
    }

    /** It may have voted in the leader's term too, before the leader was elected in it. */
    @Test
    void itsVoteInTheTermOfTheAnswerIsTheLeaders() {
        CoreUnderTest core = forgetful().follow(TWO, 2);
        List<Effect> answered =
                core.receive(TWO, new Message.RepairResponse(2, question(core).requestId(), id(2, 6)));
        assertThat(effects(answered, Effect.SaveHardState.class))
                .extracting(save -> save.state().votedFor())
                .containsExactly(Optional.of(TWO));
    }

    /** A leader appends an entry for each question. */
    @Test
    void itAsksTheSameUntilItIsAnswered() {
        CoreUnderTest core = forgetful().follow(TWO, 2);
        Message.RepairRequest first = question(core);
        assertThat(first.promisesLost()).isTrue();
        assertThat(question(core)).isEqualTo(first);

        core.follow(THREE, 3);
        assertThat(question(core).requestId()).as("asked of another leader").isNotEqualTo(first.requestId());
    }

    @Test
    void entriesThatAreFoundWithoutALeaderDoNotLetItVote() {
        CoreUnderTest core = forgetful();
        core.step(new Event.LogMended(batch(4, 2, 2), id(2, 5)));
        core.synced(id(2, 5));
        assertThat(core.status().votingSuspended()).isTrue();
        assertThat(messages(core.tick(10 * T), Message.class)).isEmpty();
    }

    @Test
    void theLeaderAnswersWhenAnEntryThatItAppendedForItIsCommitted() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        Message.RepairRequest question = new Message.RepairRequest(1, 5, true);
        assertThat(core.receive(TWO, question)).containsExactly(new Effect.AppendNoOp(id(1, 2)));
        core.flush();
        core.syncAll();
        assertThat(core.receive(TWO, question)).as("before it is committed").isEmpty();

        core.accepted(THREE, 2);

        assertThat(core.receive(TWO, question))
                .containsExactly(new Effect.Send(TWO, new Message.RepairResponse(1, 5, id(1, 2))));
        assertThat(core.receive(TWO, new Message.RepairRequest(1, 6, true)))
                .as("another question, after another loss perhaps")
                .containsExactly(new Effect.AppendNoOp(id(1, 3)));
    }

    /** Of two voters nobody can answer; but the leader is a quorum of the voters without the other one. */
    @Test
    void aLeaderOfTwoCannotAnswerAndRemovesTheMemberAlone() {
        CoreUnderTest core = CoreUnderTest.ofVoters(2).toEstablishedLeader();
        Message.RepairRequest question = new Message.RepairRequest(1, 5, true);
        core.receive(TWO, question);
        core.syncAll();
        assertThat(core.receive(TWO, question)).isEmpty();

        core.step(new Event.ConfigurationProposed(voters(1)));
        core.syncAll();

        assertThat(core.status().commitIndex()).isEqualTo(3);
        assertThat(core.status().role()).isEqualTo(RoleName.LEADER);
    }

    /** What it acknowledged before the loss cannot be of an entry that was appended after it. */
    @Test
    void theEntryIsNotCommittedByWhatTheMemberHadAcknowledgedBefore() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.propose(3);
        core.syncAll();
        core.receive(TWO, new Message.RepairRequest(1, 5, true));
        core.syncAll();

        core.accepted(TWO, 4);

        assertThat(core.status().commitIndex()).isEqualTo(4);
        assertThat(messages(core.receive(TWO, new Message.RepairRequest(1, 5, true)), Message.RepairResponse.class))
                .isEmpty();
    }
}
