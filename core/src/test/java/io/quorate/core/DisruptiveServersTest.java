package io.quorate.core;

import static io.quorate.core.CoreUnderTest.THREE;
import static io.quorate.core.CoreUnderTest.TWO;
import static io.quorate.core.CoreUnderTest.append;
import static io.quorate.core.CoreUnderTest.id;
import static io.quorate.core.CoreUnderTest.voters;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.MemberId;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A server that is no member any more, or never was, does not disturb those who are (thesis 4.2.3, corner case 5): not by campaigning
 * with whatever term, nor by any other message that it may think of.
 */
class DisruptiveServersTest {

    private static final MemberId STRANGER = new MemberId(9);
    private static final long LATER = 1_000;

    /** Everything that one can say, in a term that nobody else has got to. */
    private static final List<Message> ALL = List.of(
            new Message.PreVoteRequest(LATER, id(1, 500)),
            new Message.PreVoteResponse(LATER, true),
            new Message.PreVoteResponse(LATER, false),
            new Message.VoteRequest(LATER, id(1, 500), false),
            new Message.VoteRequest(LATER, id(1, 500), true),
            new Message.VoteResponse(LATER, true),
            new Message.VoteResponse(LATER, false),
            append(LATER, EntryId.ORIGIN, 0),
            append(LATER, id(1, 1), 1, LATER),
            new Message.AppendAccepted(LATER, 1),
            new Message.AppendRejected(LATER, 1, EntryId.ORIGIN),
            new Message.Heartbeat(LATER, 0, 0),
            new Message.HeartbeatResponse(LATER, 0),
            new Message.ReadIndexRequest(LATER, 7),
            new Message.ReadIndexResponse(LATER, 7, 1),
            new Message.TimeoutNow(LATER),
            new Message.SnapshotChunk(LATER, new SnapshotMeta(id(1, 500), voters(3), 0), 0, 10, 10),
            new Message.SnapshotChunkResponse(LATER, id(1, 1), 0, false),
            new Message.RepairRequest(LATER, 7, true),
            new Message.RepairResponse(LATER, 7, id(1, 1)),
            new Message.SnapshotRequest(LATER, 0, 0));

    @Test
    void aWorkingLeaderGoesOnLeadingWhateverAStrangerSays() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        for (Message message : ALL) {
            core.receive(STRANGER, message);
            assertThat(core.status().role()).as("%s", message).isEqualTo(RoleName.LEADER);
            assertThat(core.status().term()).as("%s", message).isEqualTo(1);
        }
        assertThat(core.propose(1)).isNotEmpty();
    }

    @Test
    void aFollowerGoesOnFollowingWhateverAStrangerSays() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3);
        core.receive(TWO, append(1, EntryId.ORIGIN, 1, 1));
        for (Message message : ALL) {
            core.receive(STRANGER, message);
            assertThat(core.status().leader()).as("%s", message).contains(TWO);
            assertThat(core.status().term()).as("%s", message).isEqualTo(1);
        }
        assertThat(core.status().last()).isEqualTo(id(1, 1));
    }

    @Test
    void theSameGoesForAMemberThatWasRemovedAndKeepsCampaigning() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).follow(TWO, 1);
        core.receive(TWO, CoreUnderTest.appendConfiguration(1, EntryId.ORIGIN, voters(2)));
        for (long term = 2; term < 200; term++) {
            core.receive(THREE, new Message.VoteRequest(term, id(1, 500), true));
            core.receive(THREE, new Message.VoteRequest(term, id(1, 500), false));
            core.tick(1);
            core.receive(TWO, new Message.Heartbeat(1, 0, 0));
        }
        assertThat(core.status().term()).isEqualTo(1);
        assertThat(core.status().leader()).contains(TWO);
    }

    @Test
    void withoutALeaderAStrangersAnswersStillBringNoTerm() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3);
        for (Message message : ALL) {
            boolean mayBeNewsOfALeaderOrCandidate = message instanceof Message.VoteRequest
                    || message instanceof Message.AppendRequest
                    || message instanceof Message.Heartbeat
                    || message instanceof Message.SnapshotChunk;
            if (!mayBeNewsOfALeaderOrCandidate) {
                core.receive(STRANGER, message);
                assertThat(core.status().term()).as("%s", message).isZero();
            }
        }
    }

    @Test
    void aMemberThatLagsBehindFollowsALeaderThatItHasNotHeardOfOnceItsOwnIsSilent() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).follow(TWO, 1);
        core.receive(STRANGER, append(2, EntryId.ORIGIN, 0, 2));
        assertThat(core.status().leader()).contains(TWO);

        core.tick(2 * CoreUnderTest.T);
        core.receive(STRANGER, append(2, EntryId.ORIGIN, 0, 2));
        assertThat(core.status().leader()).contains(STRANGER);
        assertThat(core.status().term()).isEqualTo(2);
    }

    @Test
    void aMemberThatKnowsOfNoMembersFollowsWhoeverLeads() {
        CoreUnderTest joining = new CoreUnderTest(CoreUnderTest.restored(voters(0), HardState.INITIAL)).follow(TWO, 1);
        joining.receive(THREE, new Message.Heartbeat(2, 0, 0));
        assertThat(joining.status().leader()).contains(THREE);
    }

    /** Its disk is from a time before others came. */
    @Test
    void aLoneVoterFollowsTheLeaderOfThoseThatItDoesNotRemember() {
        CoreUnderTest core = CoreUnderTest.ofVoters(1).toEstablishedLeader();
        long term = core.status().term();
        core.receive(STRANGER, new Message.Heartbeat(term + 3, 0, 0));
        assertThat(core.status().leader()).contains(STRANGER);
        assertThat(core.status().term()).isEqualTo(term + 3);
    }

    @Test
    void aMemberStillDeposesALeaderOfAnEarlierTerm() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.receive(TWO, new Message.HeartbeatResponse(2, 0));
        assertThat(core.status().role()).isEqualTo(RoleName.FOLLOWER);
        assertThat(core.status().term()).isEqualTo(2);
    }
}
