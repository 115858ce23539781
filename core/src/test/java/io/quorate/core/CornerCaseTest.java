package io.quorate.core;

import static io.quorate.core.CoreUnderTest.SELF;
import static io.quorate.core.CoreUnderTest.T;
import static io.quorate.core.CoreUnderTest.THREE;
import static io.quorate.core.CoreUnderTest.TWO;
import static io.quorate.core.CoreUnderTest.append;
import static io.quorate.core.CoreUnderTest.appendConfiguration;
import static io.quorate.core.CoreUnderTest.batch;
import static io.quorate.core.CoreUnderTest.effects;
import static io.quorate.core.CoreUnderTest.hardState;
import static io.quorate.core.CoreUnderTest.id;
import static io.quorate.core.CoreUnderTest.messages;
import static io.quorate.core.CoreUnderTest.restored;
import static io.quorate.core.CoreUnderTest.voters;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What real Raft systems got wrong. The numbers are those of the project's list of corner cases. */
class CornerCaseTest {

    private static final Message.VoteRequest VOTE_FOR_TWO = new Message.VoteRequest(1, EntryId.ORIGIN, false);

    @Test
    void cornerCase01_termAndVoteAreDurableBeforeAVoteLeaves() {
        List<Effect> effects = CoreUnderTest.ofVoters(3).receive(TWO, VOTE_FOR_TWO);

        assertThat(effects.subList(0, 2))
                .containsExactly(
                        new Effect.SaveHardState(new HardState(1, Optional.of(TWO), 0)),
                        new Effect.SendAfterSync(TWO, new Message.VoteResponse(1, true)));
    }

    @Test
    void cornerCase01_termAndVoteAreDurableBeforeAVoteRequestLeaves() {
        List<Effect> effects = CoreUnderTest.ofVoters(3).toCandidate();

        Message request = new Message.VoteRequest(1, EntryId.ORIGIN, false);
        assertThat(effects)
                .startsWith(
                        new Effect.SaveHardState(new HardState(1, Optional.of(SELF), 0)),
                        new Effect.SendAfterSync(TWO, request),
                        new Effect.SendAfterSync(THREE, request));
    }

    @Test
    void cornerCase01_aLoneVoterSaysNothingOfItsTermBeforeTheTermIsDurable() {
        TreeSet<MemberId> learners = new TreeSet<>(Set.of(TWO));
        Configuration configuration = new Configuration(new TreeSet<>(Set.of(SELF)), new TreeSet<>(), learners);
        CoreUnderTest core = new CoreUnderTest(restored(configuration, HardState.INITIAL));

        List<Effect> elected = core.timeOut();
        assertThat(elected)
                .startsWith(
                        new Effect.SaveHardState(new HardState(1, Optional.of(SELF), 0)),
                        new Effect.AppendNoOp(id(1, 1)));
        assertThat(core.flush()).isEmpty();
        assertThat(messages(core.tick(T), Message.class)).isEmpty();

        core.synced(id(1, 1));
        assertThat(messages(core.flush(), Message.AppendRequest.class)).hasSize(1);
    }

    @Test
    void cornerCase02_steppingDownWithinTheSameTermKeepsTheVote() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toLeader();
        core.tick(T);
        assertThat(core.status().role()).isEqualTo(RoleName.FOLLOWER);
        assertThat(core.status().term()).isEqualTo(1);

        List<Effect> effects = core.receive(TWO, new Message.VoteRequest(1, id(1, 5), false));

        assertThat(messages(effects, Message.VoteResponse.class)).containsExactly(new Message.VoteResponse(1, false));
    }

    @Test
    void cornerCase02_aCandidateThatLostKeepsTheVoteForItself() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3);
        core.toCandidate();
        core.receive(TWO, new Message.VoteResponse(1, false));
        core.receive(THREE, new Message.VoteResponse(1, false));
        assertThat(core.status().role()).isEqualTo(RoleName.FOLLOWER);

        List<Effect> effects = core.receive(TWO, VOTE_FOR_TWO);

        assertThat(messages(effects, Message.VoteResponse.class)).containsExactly(new Message.VoteResponse(1, false));
    }

    @Test
    void cornerCase03_aPreVoteRejectionCarriesTheHigherTerm() {
        CoreUnderTest core = new CoreUnderTest(restored(voters(3), hardState(7), 1, 7));

        List<Effect> effects = core.receive(TWO, new Message.PreVoteRequest(3, id(1, 1)));

        assertThat(effects).containsExactly(new Effect.Send(TWO, new Message.PreVoteResponse(7, false)));
    }

    @Test
    void cornerCase03_aLaggardCatchesUpWithTheTermOfAPreVoteRejection() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3);
        core.timeOut();

        List<Effect> effects = core.receive(TWO, new Message.PreVoteResponse(7, false));

        assertThat(effects)
                .containsExactly(
                        new Effect.SaveHardState(new HardState(7, Optional.empty(), 0)),
                        new Effect.RoleChanged(RoleName.FOLLOWER, 7, Optional.empty()));
    }

    @Test
    void cornerCase03_preVoteAnswersAreNeverCountedAsVotes() {
        CoreUnderTest core = CoreUnderTest.ofVoters(5);
        core.timeOut();
        core.receive(TWO, new Message.PreVoteResponse(1, true));
        core.receive(THREE, new Message.PreVoteResponse(1, true));
        assertThat(core.status().role()).isEqualTo(RoleName.CANDIDATE);

        core.receive(new MemberId(4), new Message.PreVoteResponse(1, true));
        core.receive(new MemberId(5), new Message.PreVoteResponse(1, true));

        assertThat(core.status().role()).isEqualTo(RoleName.CANDIDATE);
    }

    @Test
    void cornerCase04_aLeaderThatHasLostItsQuorumStopsEverythingThatRefreshesItsFollowersLeases() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.propose(3);
        core.read(1);

        List<Effect> steppedDown = core.tick(T);
        assertThat(core.status().role()).isEqualTo(RoleName.FOLLOWER);
        assertThat(effects(steppedDown, Effect.ReadFailed.class))
                .containsExactly(new Effect.ReadFailed(1, Rejection.NOT_LEADER));

        assertThat(core.flush()).isEmpty();
        assertThat(core.accepted(TWO, 2)).isEmpty();
        assertThat(messages(core.tick(1), Message.class)).isEmpty();
        assertThat(core.propose(1)).containsExactly(new Effect.RejectProposals(Rejection.NO_LEADER));
    }

    @Test
    void cornerCase04_aLeaderThatHearsFromAQuorumGoesOn() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        for (int i = 0; i < 5; i++) {
            core.tick(T - 1);
            core.receive(TWO, new Message.HeartbeatResponse(1, 0));
        }
        assertThat(core.status().role()).isEqualTo(RoleName.LEADER);
    }

    @Test
    void cornerCase05_aRemovedMemberDoesNotDisruptAWorkingLeader() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).follow(TWO, 1);
        MemberId removed = new MemberId(9);

        assertThat(core.receive(removed, new Message.VoteRequest(8, id(1, 5), false)))
                .isEmpty();
        assertThat(core.receive(removed, new Message.PreVoteRequest(8, id(1, 5))))
                .containsExactly(new Effect.Send(removed, new Message.PreVoteResponse(1, false)));
        assertThat(core.status().term()).isEqualTo(1);
    }

    @Test
    void cornerCase06_aLearnerThatDoesNotKnowThatItWasPromotedGrantsVotesAndDoesNotCampaign() {
        Configuration old =
                new Configuration(new TreeSet<>(Set.of(TWO, THREE)), new TreeSet<>(), new TreeSet<>(Set.of(SELF)));
        CoreUnderTest core = new CoreUnderTest(restored(old, HardState.INITIAL));

        assertThat(core.tick(10 * T)).isEmpty();
        List<Effect> effects = core.receive(TWO, VOTE_FOR_TWO);

        assertThat(messages(effects, Message.VoteResponse.class)).containsExactly(new Message.VoteResponse(1, true));
    }

    @Test
    void cornerCase07_aFailedTransferLetsProposalsThroughAgainPromptly() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.propose(1);
        core.step(new Event.TransferRequested(TWO));
        assertThat(core.propose(1)).containsExactly(new Effect.RejectProposals(Rejection.TRANSFER_IN_PROGRESS));

        core.tick(T / 2);
        core.receive(THREE, new Message.HeartbeatResponse(1, 0));
        List<Effect> ended = core.tick(T - T / 2);

        assertThat(effects(ended, Effect.TransferRefused.class)).hasSize(1);
        assertThat(core.propose(1)).containsExactly(new Effect.AppendProposals(id(1, 3), 1));
    }

    @Test
    void cornerCase07_timeoutNowSkipsThePreVoteAndTheLeaseCheck() {
        CoreUnderTest target = CoreUnderTest.ofVoters(3).follow(TWO, 1);
        List<Effect> effects = target.receive(TWO, new Message.TimeoutNow(1));
        Message.VoteRequest request = new Message.VoteRequest(2, EntryId.ORIGIN, true);
        assertThat(messages(effects, Message.VoteRequest.class)).containsExactly(request, request);

        CoreUnderTest other = CoreUnderTest.ofVoters(3).follow(TWO, 1);
        assertThat(messages(other.receive(THREE, request), Message.VoteResponse.class))
                .containsExactly(new Message.VoteResponse(2, true));
    }

    @Test
    void cornerCase10_onlyEntriesOfTheLeadersOwnTermAreCommittedByCounting() {
        CoreUnderTest core = new CoreUnderTest(restored(voters(3), hardState(2), 1, 2, 2)).toLeader();
        core.flush();
        core.syncAll();

        core.accepted(TWO, 3);
        assertThat(core.status().commitIndex()).isZero();

        core.accepted(TWO, 4);
        assertThat(core.status().commitIndex()).isEqualTo(4);
    }

    @Test
    void cornerCase11_aHeartbeatCommitsNoMoreThanIsKnownToMatch() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.propose(3);
        core.syncAll();
        core.accepted(TWO, 4);
        assertThat(core.status().commitIndex()).isEqualTo(4);

        List<Message.Heartbeat> heartbeats =
                messages(core.tick(CoreUnderTest.HEARTBEAT_TICKS), Message.Heartbeat.class);

        assertThat(heartbeats).containsExactly(new Message.Heartbeat(1, 4, 0), new Message.Heartbeat(1, 1, 0));
    }

    @Test
    void cornerCase11_anEmptyAppendProvesOnlyWhatCameBeforeIt() {
        CoreUnderTest core = new CoreUnderTest(restored(voters(3), hardState(1), 1, 1, 1, 1));

        // The leader of term 2 may well have other entries at 3 and 4.
        assertThat(messages(core.receive(TWO, append(2, id(1, 2), 4)), Message.AppendAccepted.class))
                .as("a commit index alone asks for no answer")
                .isEmpty();
        assertThat(core.status().commitIndex()).isEqualTo(2);
        assertThat(messages(core.receive(TWO, append(2, id(1, 2), 4)), Message.AppendAccepted.class))
                .as("asked again")
                .containsExactly(new Message.AppendAccepted(2, 2));
    }

    @Test
    void cornerCase12_aStaleAnswerNeverMovesMatchIndexBack() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.propose(5);
        core.flush();
        core.accepted(TWO, 6);

        core.accepted(TWO, 2);
        core.receive(TWO, new Message.AppendRejected(1, 1, EntryId.ORIGIN));

        assertThat(core.status().followers().getFirst().matchIndex()).isEqualTo(6);
        assertThat(core.status().followers().getFirst().nextIndex()).isEqualTo(7);
        assertThat(core.status().followers().getFirst().state()).isEqualTo("replicate");
    }

    @Test
    void cornerCase12_aDuplicateAppendNeverTruncatesEntriesThatMatch() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3);
        core.receive(TWO, append(1, EntryId.ORIGIN, 0, 1, 1));
        core.receive(TWO, append(1, id(1, 2), 0, 1, 1));

        List<Effect> effects = core.receive(TWO, append(1, EntryId.ORIGIN, 0, 1, 1));

        assertThat(effects).containsExactly(new Effect.SendAfterSync(TWO, new Message.AppendAccepted(1, 2)));
        assertThat(core.status().last()).isEqualTo(id(1, 4));
    }

    @Test
    void cornerCase13_anEmptyAppendIsAcknowledgedAfterTheSyncToo() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3);
        core.receive(TWO, append(1, EntryId.ORIGIN, 0, 1));

        List<Effect> effects = core.receive(TWO, append(1, id(1, 1), 0));

        assertThat(effects).containsExactly(new Effect.SendAfterSync(TWO, new Message.AppendAccepted(1, 1)));
    }

    @Test
    void cornerCase13_aSingleMemberCommitsOnlyWhatIsDurable() {
        CoreUnderTest core = CoreUnderTest.ofVoters(1);
        core.timeOut();
        core.propose(2);
        assertThat(core.flush()).isEmpty();
        assertThat(core.status().commitIndex()).isZero();

        assertThat(core.synced(id(1, 2))).containsExactly(new Effect.Apply(2));
        assertThat(core.synced(id(1, 3))).containsExactly(new Effect.Apply(3));
    }

    @Test
    void cornerCase13_whatIsCommittedIsAppliedOnlyOnceItIsDurableHere() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3);
        List<Effect> effects = core.receive(TWO, append(1, EntryId.ORIGIN, 3, 1, 1, 1));
        assertThat(core.status().commitIndex()).isEqualTo(3);
        assertThat(effects(effects, Effect.Apply.class)).isEmpty();

        assertThat(core.synced(id(1, 3))).containsExactly(new Effect.Apply(3));
    }

    @Test
    void cornerCase14_anOlderCompletionDoesNotAcknowledgeAnIndexThatWasWrittenAgain() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3);
        core.receive(TWO, append(1, EntryId.ORIGIN, 0, 1, 1));
        core.receive(THREE, append(2, EntryId.ORIGIN, 2, 2, 2));

        // The completion of the first write.
        assertThat(core.synced(id(1, 2))).isEmpty();
        assertThat(core.status().syncedIndex()).isZero();

        assertThat(core.synced(id(2, 2))).containsExactly(new Effect.Apply(2));
    }

    @Test
    void cornerCase14_norIfItWasWrittenAgainWithTheSameTerm() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3);
        core.receive(TWO, append(1, EntryId.ORIGIN, 0, 1, 1));
        core.receive(THREE, append(2, EntryId.ORIGIN, 0, 2, 2));
        core.receive(TWO, append(3, EntryId.ORIGIN, 2, 1, 1));
        assertThat(core.status().last()).isEqualTo(id(1, 2));

        // The first write of 1/2 is durable; what stands there now is the third write.
        core.synced(id(1, 2));
        assertThat(core.status().syncedIndex()).isZero();
        core.synced(id(2, 2));
        assertThat(core.status().syncedIndex()).isZero();

        core.receive(TWO, append(3, id(1, 2), 2, 3));
        core.synced(id(3, 3));
        assertThat(core.status().syncedIndex()).isEqualTo(3);
    }

    @Test
    void cornerCase15_aProposalInFlightWhenLeadershipIsLostIsNotSaidToHaveFailed() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.propose(1);
        core.flush();

        List<Effect> lost = core.receive(TWO, new Message.HeartbeatResponse(5, 0));

        assertThat(lost)
                .containsExactly(
                        new Effect.SaveHardState(new HardState(5, Optional.empty(), 1)),
                        new Effect.RoleChanged(RoleName.FOLLOWER, 5, Optional.empty()));
        // It is still in the log, and may yet be committed by another leader.
        assertThat(core.status().last()).isEqualTo(id(1, 2));
    }

    @Test
    void cornerCase17_aConfigurationTakesEffectWhenAppendedAndRollsBackWhenItsEntryIsTruncated() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3);
        Configuration larger = voters(5);
        core.receive(TWO, append(1, EntryId.ORIGIN, 0, 1));
        core.receive(TWO, appendConfiguration(1, id(1, 1), larger));
        assertThat(core.status().configuration()).isEqualTo(larger);

        core.receive(THREE, append(2, id(1, 1), 0, 2));

        assertThat(core.status().configuration()).isEqualTo(voters(3));
    }

    @Test
    void cornerCase18_aSnapshotCarriesTheConfigurationAndItsOwnIndexAndSupersedesEarlierOnes() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3);
        core.receive(TWO, appendConfiguration(1, EntryId.ORIGIN, voters(4)));
        SnapshotMeta snapshot = new SnapshotMeta(id(1, 9), voters(5), 7);

        install(core, snapshot);

        assertThat(core.status().configuration()).isEqualTo(voters(5));
        core.receive(TWO, append(1, id(1, 9), 10, 1));
        core.synced(id(1, 10));
        core.step(new Event.Applied(10));
        assertThat(core.snapshotMetaAt(10)).isEqualTo(new SnapshotMeta(id(1, 10), voters(5), 7));
    }

    @Test
    void cornerCase21_aSnapshotThatConflictsWithTheLogDiscardsTheWholeLog() {
        CoreUnderTest core = new CoreUnderTest(restored(voters(3), hardState(2), 1, 1, 1, 1, 1));

        List<Effect> effects = install(core, new SnapshotMeta(id(2, 3), voters(3), 0));

        assertThat(effects(effects, Effect.InstallSnapshot.class).getFirst().keepLogTail())
                .isFalse();
        assertThat(core.status().last()).isEqualTo(id(2, 3));
        assertThat(core.status().syncedIndex()).isEqualTo(3);
    }

    @Test
    void cornerCase21_aSnapshotThatMatchesTheLogKeepsWhatFollows() {
        CoreUnderTest core = new CoreUnderTest(restored(voters(3), hardState(2), 1, 1, 2, 2, 2));

        List<Effect> effects = install(core, new SnapshotMeta(id(2, 3), voters(3), 0));

        assertThat(effects(effects, Effect.InstallSnapshot.class).getFirst().keepLogTail())
                .isTrue();
        assertThat(core.status().last()).isEqualTo(id(2, 5));
    }

    /** The leader, member 2, sends it in two pieces. Returns what the second one led to. */
    private static List<Effect> install(CoreUnderTest core, SnapshotMeta snapshot) {
        long term = Math.max(core.status().term(), snapshot.last().term());
        core.receive(TWO, new Message.SnapshotChunk(term, snapshot, 0, 10, 20));
        List<Effect> answer = core.step(new Event.SnapshotChunkStored(snapshot, 10, false));
        assertThat(messages(answer, Message.SnapshotChunkResponse.class))
                .containsExactly(new Message.SnapshotChunkResponse(term, snapshot.last(), 10, false));
        core.receive(TWO, new Message.SnapshotChunk(term, snapshot, 10, 10, 20));
        List<Effect> complete = core.step(new Event.SnapshotChunkStored(snapshot, 20, true));
        List<Effect> installed = core.step(new Event.SnapshotInstalled(snapshot));
        assertThat(messages(installed, Message.SnapshotChunkResponse.class))
                .containsExactly(new Message.SnapshotChunkResponse(term, snapshot.last(), 20, true));
        return complete;
    }

    @Test
    void cornerCase22_nothingIsAppendedBetweenInstallSnapshotAndItsCompletion() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3);
        SnapshotMeta snapshot = new SnapshotMeta(id(1, 9), voters(3), 0);
        core.receive(TWO, new Message.SnapshotChunk(1, snapshot, 0, 10, 10));
        core.step(new Event.SnapshotChunkStored(snapshot, 10, true));

        assertThat(core.receive(TWO, append(1, EntryId.ORIGIN, 1, 1))).isEmpty();
        assertThat(messages(core.tick(10 * T), Message.class)).isEmpty();
    }

    @Test
    void cornerCase27_readIndexWaitsForTheFirstCommitOfTheLeadersTerm() {
        CoreUnderTest core = new CoreUnderTest(restored(voters(3), hardState(1), 1)).toLeader();
        core.read(1);
        assertThat(messages(core.flush(), Message.Heartbeat.class)).isEmpty();

        core.syncAll();
        core.accepted(TWO, 2);
        List<Message.Heartbeat> round = messages(core.flush(), Message.Heartbeat.class);
        assertThat(round).hasSize(2);
        List<Effect> confirmed = core.receive(
                TWO, new Message.HeartbeatResponse(2, round.getFirst().readRound()));

        assertThat(confirmed).containsExactly(new Effect.ReadReady(1, 2));
    }

    @Test
    void cornerCase27_aRetriedRoundUsesAFreshRequestId() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).follow(TWO, 1);
        core.read(1);
        long first = messages(core.flush(), Message.ReadIndexRequest.class)
                .getFirst()
                .requestId();
        long second = messages(core.tick(2 * CoreUnderTest.HEARTBEAT_TICKS), Message.ReadIndexRequest.class)
                .getFirst()
                .requestId();

        assertThat(second).isNotEqualTo(first);
        assertThat(core.receive(TWO, new Message.ReadIndexResponse(1, second, 3)))
                .containsExactly(new Effect.ReadReady(1, 3));
        assertThat(core.receive(TWO, new Message.ReadIndexResponse(1, first, 1)))
                .isEmpty();
    }

    /** Both were asked for after the read had come, and where answers take long there is never one to the latest request. */
    @Test
    void cornerCase27_anAnswerToTheRoundBeforeIsLateEnoughToo() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).follow(TWO, 1);
        core.read(1);
        long first = messages(core.flush(), Message.ReadIndexRequest.class)
                .getFirst()
                .requestId();
        core.tick(2 * CoreUnderTest.HEARTBEAT_TICKS);

        assertThat(core.receive(TWO, new Message.ReadIndexResponse(1, first, 1)))
                .containsExactly(new Effect.ReadReady(1, 1));
    }

    @Test
    void whatRaftProvesImpossibleStopsTheMember() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3);
        core.receive(TWO, append(1, EntryId.ORIGIN, 2, 1, 1));

        assertThatThrownBy(() -> core.receive(THREE, append(2, EntryId.ORIGIN, 0, 2)))
                .isInstanceOf(BrokenInvariantException.class)
                .hasMessageContaining("committed up to 2");
        assertThatThrownBy(() -> CoreUnderTest.ofVoters(3).follow(TWO, 1).follow(THREE, 1))
                .isInstanceOf(BrokenInvariantException.class)
                .hasMessageContaining("both lead term 1");
        RestoredState lacking = new RestoredState(
                new HardState(1, Optional.empty(), 5),
                new SnapshotMeta(EntryId.ORIGIN, voters(3), 0),
                batch(1, 1),
                0,
                Suspension.NONE);
        assertThatThrownBy(() -> new CoreUnderTest(lacking)).isInstanceOf(BrokenInvariantException.class);
    }
}
