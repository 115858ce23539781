package io.quorate.core;

import static io.quorate.core.CoreUnderTest.HEARTBEAT_TICKS;
import static io.quorate.core.CoreUnderTest.SELF;
import static io.quorate.core.CoreUnderTest.T;
import static io.quorate.core.CoreUnderTest.THREE;
import static io.quorate.core.CoreUnderTest.TWO;
import static io.quorate.core.CoreUnderTest.append;
import static io.quorate.core.CoreUnderTest.batch;
import static io.quorate.core.CoreUnderTest.effects;
import static io.quorate.core.CoreUnderTest.hardState;
import static io.quorate.core.CoreUnderTest.id;
import static io.quorate.core.CoreUnderTest.messages;
import static io.quorate.core.CoreUnderTest.restored;
import static io.quorate.core.CoreUnderTest.voters;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.MemberId;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Sentences of "In Search of an Understandable Consensus Algorithm (Extended Version)", each as a test. */
class PaperTest {

    private static final MemberId FOUR = new MemberId(4);
    private static final MemberId FIVE = new MemberId(5);

    // --- section 5.1

    @Test
    void ifOneServersTermIsSmallerThanTheOthersThenItUpdatesItsTermToTheLargerValue() {
        CoreUnderTest follower = CoreUnderTest.ofVoters(3).follow(TWO, 1);
        follower.receive(THREE, append(4, EntryId.ORIGIN, 0));
        assertThat(follower.status().term()).isEqualTo(4);
        assertThat(follower.status().leader()).contains(THREE);
    }

    @Test
    void ifACandidateOrLeaderDiscoversThatItsTermIsOutOfDateItImmediatelyRevertsToFollowerState() {
        CoreUnderTest candidate = CoreUnderTest.ofVoters(3);
        candidate.toCandidate();
        CoreUnderTest leader = CoreUnderTest.ofVoters(3).toLeader();
        for (CoreUnderTest core : List.of(candidate, leader)) {
            core.receive(TWO, new Message.VoteResponse(9, false));
            assertThat(core.status().role()).isEqualTo(RoleName.FOLLOWER);
            assertThat(core.status().term()).isEqualTo(9);
        }
    }

    @Test
    void ifAServerReceivesARequestWithAStaleTermNumberItRejectsTheRequest() {
        CoreUnderTest core = new CoreUnderTest(restored(voters(3), hardState(5), 1));
        assertThat(messages(core.receive(TWO, append(3, id(1, 1), 1, 3)), Message.AppendRejected.class))
                .singleElement()
                .satisfies(rejected -> assertThat(rejected.term()).isEqualTo(5));
        assertThat(messages(core.receive(TWO, new Message.VoteRequest(3, id(3, 9), false)), Message.VoteResponse.class))
                .containsExactly(new Message.VoteResponse(5, false));
        assertThat(core.status().last()).isEqualTo(id(1, 1));
        assertThat(core.status().leader()).isEmpty();
    }

    // --- section 5.2

    @Test
    void whenServersStartUpTheyBeginAsFollowers() {
        assertThat(CoreUnderTest.ofVoters(3).status().role()).isEqualTo(RoleName.FOLLOWER);
    }

    @Test
    void aServerRemainsInFollowerStateAsLongAsItReceivesValidMessagesFromALeader() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3);
        for (int i = 0; i < 20; i++) {
            core.tick(T - 1);
            core.receive(TWO, new Message.Heartbeat(1, 0, 0));
        }
        assertThat(core.status().role()).isEqualTo(RoleName.FOLLOWER);
    }

    @Test
    void leadersSendPeriodicHeartbeatsToAllFollowers() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        assertThat(messages(core.tick(HEARTBEAT_TICKS), Message.Heartbeat.class))
                .hasSize(2);
        assertThat(messages(core.tick(HEARTBEAT_TICKS), Message.Heartbeat.class))
                .hasSize(2);
    }

    @Test
    void toBeginAnElectionACandidateIncrementsItsTermAndVotesForItself() {
        CoreUnderTest core = new CoreUnderTest(restored(voters(3), hardState(4), 4));
        List<Effect> effects = core.toCandidate();
        assertThat(effects).startsWith(new Effect.SaveHardState(new HardState(5, Optional.of(SELF), 0)));
        assertThat(messages(effects, Message.VoteRequest.class)).hasSize(2);
    }

    @Test
    void aCandidateWinsAnElectionIfItReceivesVotesFromAMajorityInTheSameTerm() {
        CoreUnderTest core = CoreUnderTest.ofVoters(5);
        core.toCandidate();
        core.receive(TWO, new Message.VoteResponse(1, true));
        core.receive(TWO, new Message.VoteResponse(1, true));
        core.receive(FOUR, new Message.VoteResponse(1, false));
        assertThat(core.status().role()).isEqualTo(RoleName.CANDIDATE);

        core.receive(THREE, new Message.VoteResponse(1, true));
        assertThat(core.status().role()).isEqualTo(RoleName.LEADER);
    }

    @Test
    void eachServerWillVoteForAtMostOneCandidateInAGivenTermOnAFirstComeFirstServedBasis() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3);
        Message.VoteRequest request = new Message.VoteRequest(1, EntryId.ORIGIN, false);
        assertThat(messages(core.receive(TWO, request), Message.VoteResponse.class))
                .containsExactly(new Message.VoteResponse(1, true));
        assertThat(messages(core.receive(THREE, request), Message.VoteResponse.class))
                .containsExactly(new Message.VoteResponse(1, false));
        assertThat(messages(core.receive(TWO, request), Message.VoteResponse.class))
                .containsExactly(new Message.VoteResponse(1, true));
    }

    @Test
    void theVoteIsRememberedAfterARestart() {
        HardState voted = new HardState(1, Optional.of(TWO), 0);
        CoreUnderTest core = new CoreUnderTest(restored(voters(3), voted));
        assertThat(messages(
                        core.receive(THREE, new Message.VoteRequest(1, EntryId.ORIGIN, false)),
                        Message.VoteResponse.class))
                .containsExactly(new Message.VoteResponse(1, false));
    }

    @Test
    void aCandidateThatHearsFromALeaderOfAtLeastItsTermReturnsToFollowerState() {
        for (long term : new long[] {1, 2}) {
            CoreUnderTest core = CoreUnderTest.ofVoters(3);
            core.toCandidate();
            core.receive(TWO, append(term, EntryId.ORIGIN, 0));
            assertThat(core.status().role()).isEqualTo(RoleName.FOLLOWER);
            assertThat(core.status().leader()).contains(TWO);
        }
    }

    @Test
    void aCandidateThatHearsFromALeaderOfASmallerTermContinuesInCandidateState() {
        CoreUnderTest core = new CoreUnderTest(restored(voters(3), hardState(3)));
        core.toCandidate();
        core.receive(TWO, append(3, EntryId.ORIGIN, 0));
        assertThat(core.status().role()).isEqualTo(RoleName.CANDIDATE);
    }

    @Test
    void ifVotesAreSplitEachCandidateTimesOutAndStartsANewElection() {
        CoreUnderTest core = CoreUnderTest.ofVoters(5);
        core.toCandidate();
        core.receive(TWO, new Message.VoteResponse(1, true));
        core.receive(THREE, new Message.VoteResponse(1, false));

        List<Effect> again = core.timeOut();
        assertThat(messages(again, Message.PreVoteRequest.class))
                .hasSize(4)
                .allSatisfy(request -> assertThat(request.term()).isEqualTo(2));
    }

    @Test
    void electionTimeoutsAreChosenRandomlyFromAFixedInterval() {
        ElectionTimeouts timeouts = new ElectionTimeouts(T, new SplittableRandom(1), () -> true);
        Set<Integer> drawn = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            drawn.add(timeouts.draw());
        }
        assertThat(drawn).hasSize(T).allMatch(ticks -> ticks >= T && ticks < 2 * T);
    }

    // --- section 5.3

    @Test
    void theLeaderAppendsTheCommandToItsLogAndIssuesAppendEntriesToEachOfTheOtherServers() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        assertThat(core.propose(2)).containsExactly(new Effect.AppendProposals(id(1, 2), 2));

        Message.AppendRequest request = new Message.AppendRequest(1, id(1, 1), batch(2, 1, 1), 1);
        assertThat(core.flush()).containsExactly(new Effect.Send(TWO, request), new Effect.Send(THREE, request));
    }

    @Test
    void aLogEntryIsCommittedOnceItsLeaderHasReplicatedItOnAMajorityOfTheServers() {
        CoreUnderTest core = CoreUnderTest.ofVoters(5).toEstablishedLeader();
        core.propose(1);
        core.syncAll();
        core.accepted(TWO, 2);
        assertThat(core.status().commitIndex()).isEqualTo(1);
        assertThat(core.accepted(THREE, 2)).containsExactly(new Effect.Apply(2));
    }

    @Test
    void theLeadersOwnCopyCountsOnlyWhenItIsDurable() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.propose(1);
        core.accepted(TWO, 2);
        assertThat(core.status().commitIndex()).isEqualTo(1);
        core.syncAll();
        assertThat(core.status().commitIndex()).isEqualTo(2);
    }

    @Test
    void theFollowersMayCommitBeforeTheLeadersOwnDiskHasTheEntry() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.propose(1);
        core.accepted(TWO, 2);
        List<Effect> committed = core.accepted(THREE, 2);
        assertThat(core.status().commitIndex()).isEqualTo(2);
        assertThat(committed).as("applied once it is durable here").isEmpty();
        assertThat(core.syncAll()).containsExactly(new Effect.Apply(2));
    }

    @Test
    void committingAnEntryAlsoCommitsAllPrecedingEntriesOfEarlierLeaders() {
        CoreUnderTest core = new CoreUnderTest(restored(voters(3), hardState(2), 1, 2)).toLeader();
        core.syncAll();
        assertThat(core.accepted(TWO, 3)).containsExactly(new Effect.Apply(3));
    }

    @Test
    void theLeaderIncludesTheCommitIndexInFutureAppendEntriesSoThatTheOtherServersFindOut() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.propose(1);
        core.flush();
        core.syncAll();
        core.accepted(TWO, 2);
        Message.AppendRequest notice = new Message.AppendRequest(1, id(1, 2), EntryBatch.empty(3), 2);
        assertThat(messages(core.flush(), Message.AppendRequest.class)).containsExactly(notice, notice);
        assertThat(core.flush()).isEmpty();
    }

    @Test
    void onceAFollowerLearnsThatALogEntryIsCommittedItAppliesTheEntryInLogOrder() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3);
        core.receive(TWO, append(1, EntryId.ORIGIN, 0, 1, 1, 1));
        core.synced(id(1, 3));
        assertThat(effects(core.receive(TWO, append(1, id(1, 3), 1)), Effect.Apply.class))
                .containsExactly(new Effect.Apply(1));
        assertThat(effects(core.receive(TWO, append(1, id(1, 3), 3)), Effect.Apply.class))
                .containsExactly(new Effect.Apply(3));
    }

    @Test
    void ifTheFollowerDoesNotFindAnEntryWithTheSameIndexAndTermItRefusesTheNewEntries() {
        CoreUnderTest core = new CoreUnderTest(restored(voters(3), hardState(3), 1, 1, 3));
        List<Effect> missing = core.receive(TWO, append(4, id(4, 7), 0, 4));
        assertThat(messages(missing, Message.AppendRejected.class))
                .containsExactly(new Message.AppendRejected(4, 7, id(3, 3)));
        List<Effect> different = core.receive(TWO, append(4, id(2, 3), 0, 4));
        assertThat(messages(different, Message.AppendRejected.class))
                .containsExactly(new Message.AppendRejected(4, 3, id(1, 2)));
        assertThat(core.status().last()).isEqualTo(id(3, 3));
    }

    @Test
    void conflictingEntriesInFollowerLogsAreOverwrittenWithEntriesFromTheLeadersLog() {
        CoreUnderTest core = new CoreUnderTest(restored(voters(3), hardState(3), 1, 2, 2, 3));
        List<Effect> effects = core.receive(TWO, append(4, id(1, 1), 0, 2, 4));
        assertThat(effects)
                .containsSubsequence(
                        new Effect.TruncateLog(3),
                        new Effect.AppendReceived(3, 3),
                        new Effect.SendAfterSync(TWO, new Message.AppendAccepted(4, 3)));
        assertThat(core.status().last()).isEqualTo(id(4, 3));
    }

    @Test
    void afterARejectionTheLeaderDecrementsNextIndexAndRetriesTheAppend() {
        CoreUnderTest core = new CoreUnderTest(restored(voters(3), hardState(4), 1, 1, 4, 4)).toLeader();
        core.flush();
        // The follower's log ends with two entries of term 3, in place of the leader's of term 4.
        core.receive(TWO, new Message.AppendRejected(5, 4, id(3, 4)));

        assertThat(messages(core.flush(), Message.AppendRequest.class))
                .containsExactly(new Message.AppendRequest(5, id(1, 2), batch(3, 4, 4, 5), 0));
    }

    @Test
    void aLeaderNeverOverwritesOrDeletesEntriesInItsLog() {
        CoreUnderTest core = new CoreUnderTest(restored(voters(3), hardState(4), 1, 1, 4, 4)).toEstablishedLeader();
        EntryId last = core.status().last();
        core.receive(TWO, append(3, EntryId.ORIGIN, 0, 3, 3));
        core.receive(THREE, new Message.AppendRejected(5, 5, EntryId.ORIGIN));
        assertThat(core.status().last()).isEqualTo(last);
    }

    @Test
    void leadersHandleCrashedFollowersByRetryingIndefinitely() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.propose(1);
        core.syncAll();
        core.flush();
        for (int i = 0; i < 10; i++) {
            core.accepted(TWO, 2);
            core.tick(2 * HEARTBEAT_TICKS);
            assertThat(messages(core.flush(), Message.AppendRequest.class)).isNotEmpty();
        }
    }

    // --- section 5.4

    @Test
    void theVoterDeniesItsVoteIfItsOwnLogIsMoreUpToDateThanThatOfTheCandidate() {
        record Candidate(EntryId last, boolean granted) {}
        List<Candidate> candidates = List.of(
                new Candidate(id(2, 3), true),
                new Candidate(id(3, 1), true),
                new Candidate(id(2, 4), true),
                new Candidate(id(2, 2), false),
                new Candidate(id(1, 9), false));
        for (Candidate candidate : candidates) {
            CoreUnderTest core = new CoreUnderTest(restored(voters(3), hardState(3), 1, 2, 2));
            List<Effect> effects = core.receive(TWO, new Message.VoteRequest(4, candidate.last(), false));
            assertThat(messages(effects, Message.VoteResponse.class))
                    .as("candidate whose log ends at %s", candidate.last())
                    .containsExactly(new Message.VoteResponse(4, candidate.granted()));
        }
    }

    @Test
    void raftNeverCommitsLogEntriesFromPreviousTermsByCountingReplicas() {
        CoreUnderTest core = new CoreUnderTest(restored(voters(5), hardState(2), 1, 2)).toLeader();
        core.syncAll();
        for (MemberId member : List.of(TWO, THREE, FOUR, FIVE)) {
            core.accepted(member, 2);
        }
        assertThat(core.status().commitIndex()).isZero();
    }

    // --- section 7

    @Test
    void theLeaderSendsASnapshotWhenItHasAlreadyDiscardedTheNextEntryThatItNeedsToSend() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.propose(9);
        core.syncAll();
        core.accepted(TWO, 10);
        core.step(new Event.Applied(10));
        SnapshotMeta snapshot = core.snapshotMetaAt(10);
        assertThat(core.step(new Event.SnapshotTaken(snapshot, 10))).containsExactly(new Effect.CompactLog(10));

        // Nothing was sent to 3 yet of what is now gone.
        assertThat(core.flush())
                .contains(new Effect.SendSnapshotChunk(THREE, 1, snapshot, 0))
                .doesNotContain(new Effect.SendSnapshotChunk(TWO, 1, snapshot, 0));
        core.receive(THREE, new Message.SnapshotChunkResponse(1, snapshot.last(), 4, false));
        assertThat(core.flush()).containsExactly(new Effect.SendSnapshotChunk(THREE, 1, snapshot, 4));
        core.receive(THREE, new Message.SnapshotChunkResponse(1, snapshot.last(), 8, true));
        assertThat(core.status().followers().get(1).matchIndex()).isEqualTo(10);
    }

    @Test
    void aSnapshotThatDescribesAPrefixOfTheLogDeletesNothingThatFollows() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3);
        core.receive(TWO, append(1, EntryId.ORIGIN, 3, 1, 1, 1, 1));
        SnapshotMeta snapshot = new SnapshotMeta(id(1, 2), voters(3), 0);

        List<Effect> effects = core.receive(TWO, new Message.SnapshotChunk(1, snapshot, 0, 5, 10));

        assertThat(effects)
                .containsExactly(
                        new Effect.SendAfterSync(TWO, new Message.SnapshotChunkResponse(1, id(1, 2), 10, true)));
        assertThat(core.status().last()).isEqualTo(id(1, 4));
    }

    // --- section 8

    @Test
    void eachLeaderCommitsABlankNoOpEntryAtTheStartOfItsTerm() {
        CoreUnderTest core = new CoreUnderTest(restored(voters(3), hardState(1), 1));
        core.toCandidate();
        assertThat(core.receive(TWO, new Message.VoteResponse(2, true)))
                .containsExactly(
                        new Effect.AppendNoOp(id(2, 2)), new Effect.RoleChanged(RoleName.LEADER, 2, Optional.of(SELF)));
    }

    @Test
    void aLeaderExchangesHeartbeatMessagesWithAMajorityBeforeRespondingToReadOnlyRequests() {
        CoreUnderTest core = CoreUnderTest.ofVoters(5).toEstablishedLeader();
        core.read(1);
        core.read(2);
        assertThat(messages(core.flush(), Message.Heartbeat.class))
                .hasSize(4)
                .allSatisfy(heartbeat -> assertThat(heartbeat.readRound()).isEqualTo(1));
        assertThat(core.receive(TWO, new Message.HeartbeatResponse(1, 1))).isEmpty();
        assertThat(core.receive(TWO, new Message.HeartbeatResponse(1, 1))).isEmpty();
        assertThat(core.receive(THREE, new Message.HeartbeatResponse(1, 0))).isEmpty();
        assertThat(core.receive(FOUR, new Message.HeartbeatResponse(1, 1)))
                .containsExactly(new Effect.ReadReady(1, 1), new Effect.ReadReady(2, 1));
    }
}
