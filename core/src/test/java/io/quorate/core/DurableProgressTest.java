package io.quorate.core;

import static io.quorate.core.CoreUnderTest.SELF;
import static io.quorate.core.CoreUnderTest.T;
import static io.quorate.core.CoreUnderTest.THREE;
import static io.quorate.core.CoreUnderTest.TWO;
import static io.quorate.core.CoreUnderTest.effects;
import static io.quorate.core.CoreUnderTest.id;
import static io.quorate.core.CoreUnderTest.messages;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Corner case 9: leadership depends on durable progress. */
class DurableProgressTest {

    private static final int LONG = 4 * T;

    private final CoreUnderTest leader = CoreUnderTest.ofVoters(3).toEstablishedLeader();

    /** Ticks with a sound network: both followers answer every heartbeat. */
    private List<Effect> tickWithAnswers(int count) {
        List<Effect> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.addAll(leader.tick(1));
            long term = leader.status().term();
            for (var member : List.of(TWO, THREE)) {
                all.addAll(leader.receive(member, new Message.HeartbeatResponse(term, 0)));
            }
        }
        return all;
    }

    private void hangAtAnEntryThatTheOthersCommit() {
        leader.hangDisk().propose(1);
        leader.flush();
        leader.accepted(TWO, 2);
        leader.accepted(THREE, 2);
        leader.flush();
    }

    private RoleName role() {
        return leader.status().role();
    }

    @Test
    void cornerCase09_aLeaderWhoseDiskHangsHandsOverToWhoeverHasWhatIsCommitted() {
        leader.hangDisk().propose(3);
        leader.flush();
        leader.accepted(TWO, 2);
        leader.accepted(THREE, 4);
        assertThat(leader.status().commitIndex()).isEqualTo(2);
        tickWithAnswers(T - 1);
        assertThat(role()).isEqualTo(RoleName.LEADER);

        List<Effect> last = leader.tick(1);

        assertThat(role()).isEqualTo(RoleName.FOLLOWER);
        assertThat(last).contains(new Effect.Send(THREE, new Message.TimeoutNow(1)));
        assertThat(messages(last, Message.Heartbeat.class)).isEmpty();
        assertThat(leader.status().abstention()).contains(Abstention.DISK_HANGS);
    }

    @Test
    void cornerCase09_itConfirmsNoReadsAnyMoreAndRefreshesNobodysLease() {
        hangAtAnEntryThatTheOthersCommit();
        tickWithAnswers(T / 2);
        leader.read(1);
        leader.flush();
        List<Effect> effects = tickWithAnswers(T / 2);
        assertThat(effects(effects, Effect.ReadFailed.class))
                .containsExactly(new Effect.ReadFailed(1, Rejection.NOT_LEADER));

        leader.read(2);
        leader.receive(TWO, new Message.HeartbeatResponse(1, 1));
        List<Effect> later = leader.tick(LONG);
        later = new ArrayList<>(later);
        later.addAll(leader.flush());
        assertThat(effects(later, Effect.ReadReady.class)).isEmpty();
        assertThat(messages(later, Message.class)).isEmpty();
    }

    @Test
    void cornerCase09_itDoesNotCampaignBeforeItsDiskMoves() {
        hangAtAnEntryThatTheOthersCommit();
        tickWithAnswers(T);
        assertThat(leader.tick(20 * T)).isEmpty();
        assertThat(leader.receive(TWO, new Message.TimeoutNow(1))).isEmpty();
        assertThat(leader.status().term()).isEqualTo(1);

        leader.syncAll();
        assertThat(messages(leader.timeOut(), Message.PreVoteRequest.class)).isNotEmpty();
    }

    @Test
    void cornerCase09_aDiskThatIsSlowButMovesKeepsTheLeader() {
        leader.hangDisk().propose(1);
        leader.flush();
        for (int index = 2; index < 20; index++) {
            leader.propose(1);
            leader.flush();
            leader.accepted(TWO, index);
            tickWithAnswers(T - 1);
            leader.synced(id(1, index));
        }
        assertThat(role()).isEqualTo(RoleName.LEADER);
    }

    @Test
    void cornerCase09_whereNobodyIsKnownToDoWithoutItTheLeaderWaitsLonger() {
        leader.hangDisk().propose(1);
        leader.flush();
        tickWithAnswers(LONG - 1);
        assertThat(role()).as("the others' disks may be as slow").isEqualTo(RoleName.LEADER);
        leader.tick(1);
        assertThat(role()).isEqualTo(RoleName.FOLLOWER);
    }

    @Test
    void cornerCase09_aLoneVoterHasNobodyToGiveWayTo() {
        CoreUnderTest alone = CoreUnderTest.ofVoters(1);
        alone.timeOut();
        alone.syncAll();
        alone.hangDisk().propose(1);
        alone.tick(10 * T);
        assertThat(alone.status().role()).isEqualTo(RoleName.LEADER);
        alone.read(1);
        assertThat(alone.flush()).containsExactly(new Effect.ReadReady(1, 1));
    }

    @Test
    void cornerCase26_aDiskWithoutRoomDoesNotHang() {
        leader.hangDisk().propose(1);
        leader.flush();
        leader.accepted(TWO, 2);
        leader.accepted(THREE, 2);
        for (int i = 0; i < 2 * LONG; i++) {
            leader.step(new Event.LogWaitsForRoom());
            tickWithAnswers(1);
        }
        assertThat(role()).isEqualTo(RoleName.LEADER);
    }

    @Test
    void cornerCase09_aFollowerWhoseDiskHangsDoesNotCampaign() {
        CoreUnderTest follower = CoreUnderTest.ofVoters(3).follow(TWO, 1);
        follower.hangDisk().receive(TWO, CoreUnderTest.append(1, EntryId.ORIGIN, 0, 1));
        List<Effect> effects = follower.tick(20 * T);
        assertThat(messages(effects, Message.class)).isEmpty();
        assertThat(follower.status().leader())
                .as("it knows that the leader is gone")
                .isEmpty();
        assertThat(follower.status().abstention()).contains(Abstention.DISK_HANGS);
    }

    @Test
    void cornerCase09_norDoesItPromiseAVoteThatCouldNotFollow() {
        CoreUnderTest follower = CoreUnderTest.ofVoters(3);
        follower.hangDisk().receive(TWO, new Message.VoteRequest(1, EntryId.ORIGIN, false));
        assertThat(preVote(follower)).as("before it is known to hang").isTrue();
        follower.tick(T);
        assertThat(preVote(follower)).isFalse();
        follower.step(new Event.HardStateSynced(new HardState(1, Optional.of(TWO), 0)));
        assertThat(preVote(follower)).as("the vote is durable").isTrue();
    }

    private static boolean preVote(CoreUnderTest member) {
        List<Effect> answer = member.receive(THREE, new Message.PreVoteRequest(2, EntryId.ORIGIN));
        return messages(answer, Message.PreVoteResponse.class).getFirst().granted();
    }

    @Test
    void cornerCase09_aCandidateWhoseVoteForItselfHangsEntersNoFurtherTerms() {
        CoreUnderTest candidate = CoreUnderTest.ofVoters(3);
        candidate.hangDisk().toCandidate();
        assertThat(candidate.status().role()).isEqualTo(RoleName.CANDIDATE);
        for (int i = 0; i < 20 * T; i++) {
            candidate.tick(1);
            candidate.receive(
                    TWO, new Message.PreVoteResponse(candidate.status().term() + 1, true));
        }
        assertThat(candidate.status().term()).isLessThanOrEqualTo(3);
        assertThat(candidate.status().role()).isEqualTo(RoleName.FOLLOWER);
        assertThat(candidate.status().configuration().isVoter(SELF)).isTrue();
    }
}
