package io.quorate.core;

import static io.quorate.core.CoreUnderTest.SELF;
import static io.quorate.core.CoreUnderTest.THREE;
import static io.quorate.core.CoreUnderTest.TWO;
import static io.quorate.core.CoreUnderTest.append;
import static io.quorate.core.CoreUnderTest.id;
import static io.quorate.core.CoreUnderTest.voters;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.EntryBatch.ConfigurationEntry;
import io.quorate.core.EntryBatch.TermRun;
import io.quorate.core.Suspicion.Kind;
import io.quorate.core.quorum.MemberId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What no honest member says is refused before it counts; and what one may say, however late it comes, is not. */
class CredibilityTest {

    private CoreUnderTest core = CoreUnderTest.ofVoters(3);

    private void assertSuspected(Kind kind, MemberId from, Message message) {
        CoreStatus before = core.status();
        assertThat(core.judge(from, message).map(Suspicion::kind))
                .as("%s", message)
                .contains(kind);
        assertThat(core.status()).isEqualTo(before);
    }

    private void assertBelieved(MemberId from, Message message) {
        assertThat(core.judge(from, message)).as("%s", message).isEmpty();
    }

    // --- two leaders, two votes

    @Test
    void twoMembersThatLeadOneTerm() {
        core.follow(TWO, 4);
        assertBelieved(TWO, new Message.Heartbeat(4, 0, 0));
        assertSuspected(Kind.TWO_LEADERS, THREE, new Message.Heartbeat(4, 0, 0));
        assertSuspected(Kind.TWO_LEADERS, THREE, append(4, EntryId.ORIGIN, 0, 4));
        assertSuspected(Kind.TWO_LEADERS, THREE, new Message.TimeoutNow(4));
        assertSuspected(Kind.TWO_LEADERS, THREE, chunk(4, id(3, 9)));
        assertBelieved(THREE, new Message.Heartbeat(3, 0, 0));
        assertBelieved(THREE, new Message.Heartbeat(5, 0, 0));
    }

    @Test
    void anotherLeaderOfTheTermThatThisMemberLeads() {
        core.toLeader();
        assertSuspected(Kind.TWO_LEADERS, TWO, new Message.Heartbeat(1, 0, 0));
    }

    @Test
    void aVoterThatHasGivenItsVoteAndCampaigns() {
        core = CoreUnderTest.ofVoters(5);
        core.toCandidate();
        long term = core.status().term();
        assertBelieved(TWO, new Message.VoteResponse(term, true));
        assertBelieved(THREE, new Message.VoteRequest(term, EntryId.ORIGIN, false));
        assertSuspected(Kind.DOUBLE_VOTE, TWO, new Message.VoteRequest(term, EntryId.ORIGIN, false));
        assertSuspected(Kind.DOUBLE_VOTE, TWO, new Message.Heartbeat(term, 0, 0));
        assertSuspected(Kind.DOUBLE_VOTE, THREE, new Message.VoteResponse(term, true));
        assertBelieved(THREE, new Message.Heartbeat(term, 0, 0));
    }

    @Test
    void whatWasSaidInAnEarlierTermIsNoSecondVote() {
        core = CoreUnderTest.ofVoters(5);
        core.toCandidate();
        assertBelieved(TWO, new Message.VoteResponse(1, true));
        core.toCandidate();
        assertThat(core.status().term()).isEqualTo(2);
        assertBelieved(TWO, new Message.VoteRequest(2, EntryId.ORIGIN, false));
        assertBelieved(TWO, new Message.VoteResponse(1, true));
    }

    @Test
    void aVoteThatNobodyHasAskedForMayHaveBeenAskedForBeforeTheLogLostItsEnd() {
        core.receive(TWO, new Message.VoteRequest(3, EntryId.ORIGIN, false));
        assertBelieved(THREE, new Message.VoteResponse(3, true));
        assertBelieved(THREE, new Message.VoteResponse(3, false));
        assertBelieved(THREE, new Message.VoteResponse(2, true));
    }

    // --- terms and indexes

    @Test
    void termsThatNoClusterGetsTo() {
        core.follow(TWO, 4);
        for (long term : new long[] {Long.MAX_VALUE, MessageBounds.MAX_TERM + 1, 5 + MessageBounds.MAX_TERM_JUMP}) {
            assertSuspected(Kind.IMPOSSIBLE_TERM, TWO, new Message.Heartbeat(term, 0, 0));
            assertSuspected(Kind.IMPOSSIBLE_TERM, TWO, new Message.VoteResponse(term, false));
            assertSuspected(Kind.IMPOSSIBLE_TERM, TWO, new Message.VoteRequest(term, EntryId.ORIGIN, true));
        }
        assertBelieved(TWO, new Message.Heartbeat(4 + MessageBounds.MAX_TERM_JUMP, 0, 0));
        assertBelieved(TWO, new Message.Heartbeat(0, 0, 0));
    }

    @Test
    void termsThatAreLaterThanTheSendersOwn() {
        core.follow(TWO, 4);
        assertSuspected(Kind.IMPOSSIBLE_TERM, TWO, append(4, id(5, 7), 0));
        assertSuspected(Kind.IMPOSSIBLE_TERM, TWO, append(4, EntryId.ORIGIN, 0, 3, 5));
        assertSuspected(Kind.IMPOSSIBLE_TERM, TWO, append(4, EntryId.ORIGIN, 0, 3, 2));
        assertSuspected(Kind.IMPOSSIBLE_TERM, TWO, new Message.VoteRequest(6, id(6, 7), false));
        assertSuspected(Kind.IMPOSSIBLE_TERM, TWO, new Message.PreVoteRequest(6, id(6, 7)));
        assertSuspected(Kind.IMPOSSIBLE_TERM, TWO, new Message.AppendRejected(4, 9, id(5, 8)));
        assertSuspected(Kind.IMPOSSIBLE_TERM, TWO, chunk(4, id(5, 9)));
        assertBelieved(TWO, new Message.VoteRequest(6, id(5, 7), false));
    }

    @Test
    void indexesThatNoLogHas() {
        core.follow(TWO, 4);
        long beyond = MessageBounds.MAX_INDEX + 1;
        assertSuspected(Kind.IMPOSSIBLE_INDEX, TWO, new Message.Heartbeat(4, beyond, 0));
        assertSuspected(Kind.IMPOSSIBLE_INDEX, TWO, append(4, id(4, 7), beyond));
        assertSuspected(Kind.IMPOSSIBLE_INDEX, TWO, append(4, id(4, beyond), 0));
        assertSuspected(Kind.IMPOSSIBLE_INDEX, TWO, new Message.ReadIndexResponse(4, 1, beyond));
        assertSuspected(Kind.IMPOSSIBLE_INDEX, TWO, new Message.AppendRejected(4, 7, id(4, 8)));
        EntryBatch gap = new EntryBatch(3, List.of(new TermRun(4, 3)), List.of());
        assertSuspected(Kind.IMPOSSIBLE_INDEX, TWO, new Message.AppendRequest(4, id(4, 1), gap, 0));
        EntryBatch elsewhere =
                new EntryBatch(1, List.of(new TermRun(4, 1)), List.of(new ConfigurationEntry(2, voters(3))));
        assertSuspected(Kind.IMPOSSIBLE_INDEX, TWO, new Message.AppendRequest(4, EntryId.ORIGIN, elsewhere, 0));
        SnapshotMeta meta = new SnapshotMeta(id(3, 9), voters(3), 1);
        assertSuspected(Kind.IMPOSSIBLE_INDEX, TWO, new Message.SnapshotChunk(4, meta, 5, 10, 14));
        assertBelieved(TWO, new Message.SnapshotChunk(4, meta, 4, 10, 14));
    }

    @Test
    void moreIsAcknowledgedThanTheLeaderHas() {
        core.toEstablishedLeader();
        assertSuspected(Kind.IMPOSSIBLE_INDEX, TWO, new Message.AppendAccepted(1, 2));
        assertSuspected(Kind.IMPOSSIBLE_INDEX, TWO, new Message.SnapshotChunkResponse(1, id(1, 2), 7, true));
        assertBelieved(TWO, new Message.AppendAccepted(1, 1));
        assertBelieved(TWO, new Message.AppendAccepted(0, 2));
    }

    @Test
    void roundsOfReadsThatHaveNotBegunAreConfirmed() {
        core.toEstablishedLeader();
        core.read(7);
        core.flush();
        assertBelieved(TWO, new Message.HeartbeatResponse(1, 1));
        assertSuspected(Kind.UNASKED_ANSWER, TWO, new Message.HeartbeatResponse(1, 2));
    }

    // --- what is committed

    @Test
    void aLeaderThatLacksWhatIsCommitted() {
        core.receive(TWO, append(3, EntryId.ORIGIN, 3, 1, 1, 3, 3));
        assertSuspected(Kind.CONTRADICTED_ENTRY, THREE, append(4, EntryId.ORIGIN, 0, 1, 2));
        assertSuspected(Kind.CONTRADICTED_ENTRY, THREE, append(4, EntryId.ORIGIN, 0, 1, 1, 1, 4));
        assertSuspected(Kind.CONTRADICTED_ENTRY, THREE, append(4, id(2, 3), 0, 4));
        assertSuspected(Kind.CONTRADICTED_ENTRY, THREE, chunk(4, id(2, 3)));
        // The fourth is not committed, and an earlier leader may have lacked all of it.
        assertBelieved(THREE, append(4, id(3, 3), 0, 4));
        assertBelieved(THREE, append(4, EntryId.ORIGIN, 0, 1, 1, 3, 4));
        assertBelieved(THREE, append(2, EntryId.ORIGIN, 0, 1, 2));
    }

    @Test
    void whatIsRefusedByTheJudgeWouldStopTheMember() {
        core.receive(TWO, append(1, EntryId.ORIGIN, 2, 1, 1));
        Message lie = append(2, EntryId.ORIGIN, 0, 2);
        assertSuspected(Kind.CONTRADICTED_ENTRY, THREE, lie);
        assertThatThrownBy(() -> core.receive(THREE, lie)).isInstanceOf(BrokenInvariantException.class);
    }

    @Test
    void theSentenceSaysWhatWasSeen() {
        core.follow(TWO, 4);
        assertThat(core.judge(THREE, new Message.Heartbeat(4, 0, 0)).map(Suspicion::what))
                .isEqualTo(Optional.of("acts as the leader of term 4, which member " + TWO + " leads"));
        assertThat(core.status().self()).isEqualTo(SELF);
    }

    private static Message.SnapshotChunk chunk(long term, EntryId last) {
        return new Message.SnapshotChunk(term, new SnapshotMeta(last, voters(3), 0), 0, 10, 10);
    }
}
