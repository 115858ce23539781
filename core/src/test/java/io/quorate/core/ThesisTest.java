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

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Sentences of "Consensus: Bridging Theory and Practice", each as a test, and what this project makes of them. */
class ThesisTest {

    // --- 3.10: leadership transfer

    @Test
    void thePriorLeaderStopsAcceptingNewClientRequests() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.step(new Event.TransferRequested(TWO));
        assertThat(core.propose(1)).containsExactly(new Effect.RejectProposals(Rejection.TRANSFER_IN_PROGRESS));
    }

    @Test
    void thePriorLeaderFullyUpdatesTheTargetServersLogBeforeItSendsTimeoutNow() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.propose(1);
        core.step(new Event.TransferRequested(TWO));
        assertThat(messages(core.flush(), Message.TimeoutNow.class)).isEmpty();
        core.accepted(THREE, 2);
        assertThat(messages(core.flush(), Message.TimeoutNow.class)).isEmpty();
        core.accepted(TWO, 2);
        assertThat(messages(core.flush(), Message.TimeoutNow.class)).containsExactly(new Message.TimeoutNow(1));
        assertThat(messages(core.flush(), Message.TimeoutNow.class)).isEmpty();
    }

    @Test
    void ifLeadershipTransferDoesNotCompleteAfterAboutAnElectionTimeoutThePriorLeaderResumes() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.step(new Event.TransferRequested(TWO));
        assertThat(messages(core.flush(), Message.TimeoutNow.class)).hasSize(1);
        core.tick(T - 1);
        core.receive(THREE, new Message.HeartbeatResponse(1, 0));
        assertThat(effects(core.tick(1), Effect.TransferEnded.class))
                .containsExactly(new Effect.TransferEnded(TWO, false));
        assertThat(effects(core.propose(1), Effect.AppendProposals.class)).hasSize(1);
    }

    /** Nothing is unknown then: it was never told to campaign. */
    @Test
    void aTransferToOneThatDoesNotCatchUpInTimeIsRefused() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.propose(1);
        core.step(new Event.TransferRequested(TWO));
        core.flush();
        core.tick(T - 1);
        core.receive(THREE, new Message.HeartbeatResponse(1, 0));
        assertThat(effects(core.tick(1), Effect.TransferRefused.class))
                .containsExactly(new Effect.TransferRefused(TWO, Rejection.TRANSFER_TARGET_NOT_READY));
    }

    @Test
    void theTransferHasSucceededWhenTheTargetIsKnownToLead() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.step(new Event.TransferRequested(TWO));
        List<Effect> voted =
                core.receive(TWO, new Message.VoteRequest(2, core.status().last(), true));
        assertThat(effects(voted, Effect.TransferEnded.class)).isEmpty();
        assertThat(effects(core.receive(TWO, new Message.Heartbeat(2, 0, 0)), Effect.TransferEnded.class))
                .containsExactly(new Effect.TransferEnded(TWO, true));
    }

    // --- 4.2.1, 4.2.2: learners

    @Test
    void aLearnersAcknowledgementIsNotCountedTowardsAMajority() {
        MemberId learner = new MemberId(9);
        Configuration configuration = new Configuration(
                new TreeSet<>(Set.of(SELF, TWO, THREE)), new TreeSet<>(), new TreeSet<>(Set.of(learner)));
        CoreUnderTest core = new CoreUnderTest(restored(configuration, HardState.INITIAL)).toEstablishedLeader();
        core.propose(1);
        core.syncAll();
        core.accepted(learner, 2);
        assertThat(core.status().commitIndex()).isEqualTo(1);
        core.read(1);
        core.flush();
        assertThat(core.receive(learner, new Message.HeartbeatResponse(1, 1))).isEmpty();
    }

    // --- 4.2.3: disruptive servers

    @Test
    void ifAServerReceivesAVoteRequestWithinTheMinimumElectionTimeoutOfHearingFromALeaderItDoesNotUpdateItsTerm() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).follow(TWO, 1);
        core.tick(T - 1);
        assertThat(core.receive(THREE, new Message.VoteRequest(7, id(1, 9), false)))
                .isEmpty();
        assertThat(core.status().term()).isEqualTo(1);
    }

    @Test
    void onceTheMinimumElectionTimeoutHasPassedItGrants() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).follow(TWO, 1);
        core.tick(T);
        assertThat(messages(
                        core.receive(THREE, new Message.VoteRequest(7, id(1, 9), false)), Message.VoteResponse.class))
                .containsExactly(new Message.VoteResponse(7, true));
    }

    // --- 4.3: joint consensus

    @Test
    void agreementRequiresSeparateMajoritiesFromBothTheOldAndNewConfigurations() {
        Configuration joint = new Configuration(
                new TreeSet<>(Set.of(SELF, new MemberId(4), new MemberId(5))),
                new TreeSet<>(Set.of(SELF, TWO, THREE)),
                new TreeSet<>());
        CoreUnderTest core = new CoreUnderTest(restored(joint, HardState.INITIAL));
        core.toCandidate();
        core.receive(TWO, new Message.VoteResponse(1, true));
        core.receive(THREE, new Message.VoteResponse(1, true));
        assertThat(core.status().role()).isEqualTo(RoleName.CANDIDATE);
        core.receive(new MemberId(4), new Message.VoteResponse(1, true));
        assertThat(core.status().role()).isEqualTo(RoleName.LEADER);

        core.syncAll();
        core.accepted(new MemberId(4), 1);
        core.accepted(new MemberId(5), 1);
        assertThat(core.status().commitIndex()).isZero();
        core.accepted(TWO, 1);
        assertThat(core.status().commitIndex()).isEqualTo(1);
    }

    // --- 6.2: CheckQuorum

    @Test
    void aLeaderStepsDownIfAnElectionTimeoutElapsesWithoutASuccessfulRoundOfHeartbeatsToAMajority() {
        CoreUnderTest core = CoreUnderTest.ofVoters(5).toEstablishedLeader();
        core.tick(T - 1);
        core.receive(TWO, new Message.HeartbeatResponse(1, 0));
        core.tick(1);
        assertThat(core.status().role()).isEqualTo(RoleName.FOLLOWER);
    }

    // --- 6.4: linearizable reads

    @Test
    void aFollowerIssuesARequestToTheLeaderAskingForAReadIndex() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).follow(TWO, 1);
        core.read(1);
        core.read(2);
        List<Message.ReadIndexRequest> requests = messages(core.flush(), Message.ReadIndexRequest.class);
        assertThat(requests).hasSize(1);
        assertThat(core.receive(
                        TWO,
                        new Message.ReadIndexResponse(1, requests.getFirst().requestId(), 5)))
                .containsExactly(new Effect.ReadReady(1, 5), new Effect.ReadReady(2, 5));
    }

    @Test
    void theLeaderAnswersAFollowersReadAfterARoundOfHeartbeats() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.receive(TWO, new Message.ReadIndexRequest(1, 77));
        core.flush();
        assertThat(core.receive(THREE, new Message.HeartbeatResponse(1, 1)))
                .containsExactly(new Effect.Send(TWO, new Message.ReadIndexResponse(1, 77, 1)));
    }

    @Test
    void aReadWithoutALeaderFailsAfterAnElectionTimeout() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3);
        core.tick(3);
        core.read(1);
        assertThat(effects(core.tick(T - 1), Effect.ReadFailed.class)).isEmpty();
        assertThat(effects(core.tick(1), Effect.ReadFailed.class))
                .containsExactly(new Effect.ReadFailed(1, Rejection.NO_LEADER));
    }

    @Test
    void aReadIsAskedOfTheNextLeaderWhenTheLeaderChanges() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).follow(TWO, 1);
        core.read(1);
        core.flush();
        core.follow(THREE, 2);
        assertThat(core.flush())
                .singleElement()
                .satisfies(effect -> assertThat(((Effect.Send) effect).to()).isEqualTo(THREE));
    }

    @Test
    void aReadThatWaitsWhenItsMemberIsElectedIsServedByIt() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3);
        core.timeOut();
        core.read(1);
        core.receive(TWO, new Message.PreVoteResponse(1, true));
        core.receive(TWO, new Message.VoteResponse(1, true));
        core.syncAll();
        core.accepted(TWO, 1);
        core.flush();
        assertThat(core.receive(TWO, new Message.HeartbeatResponse(1, 1))).containsExactly(new Effect.ReadReady(1, 1));
    }

    @Test
    void aLoneVoterNeedsNoConfirmation() {
        CoreUnderTest core = CoreUnderTest.ofVoters(1);
        core.timeOut();
        core.syncAll();
        core.read(1);
        assertThat(core.flush()).containsExactly(new Effect.ReadReady(1, 1));
    }

    // --- 9.6: PreVote

    @Test
    void aCandidateOnlyIncrementsItsTermIfItFirstLearnsThatAMajorityWouldGrantItTheirVotes() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3);
        List<Effect> effects = core.tick(20 * T);
        assertThat(messages(effects, Message.PreVoteRequest.class)).hasSizeGreaterThan(4);
        assertThat(effects(effects, Effect.SaveHardState.class)).isEmpty();
        assertThat(core.status().term()).isZero();
    }

    @Test
    void beingAskedForAPreVoteChangesNothing() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3);
        assertThat(core.receive(TWO, new Message.PreVoteRequest(5, id(4, 4))))
                .containsExactly(new Effect.Send(TWO, new Message.PreVoteResponse(5, true)));
        assertThat(core.receive(THREE, new Message.PreVoteRequest(5, id(4, 4))))
                .containsExactly(new Effect.Send(THREE, new Message.PreVoteResponse(5, true)));
        assertThat(core.status().term()).isZero();
    }

    @Test
    void aServerThatHeardFromALeaderRecentlyGrantsNoPreVote() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).follow(TWO, 1);
        assertThat(core.receive(THREE, new Message.PreVoteRequest(2, id(1, 9))))
                .containsExactly(new Effect.Send(THREE, new Message.PreVoteResponse(1, false)));
    }

    @Test
    void aLeaderOfAnEarlierTermIsToldOfTheLaterOneSoThatItCannotKeepAMemberStuck() {
        CoreUnderTest core = new CoreUnderTest(restored(voters(3), hardState(4)));
        assertThat(core.receive(TWO, new Message.Heartbeat(2, 0, 7)))
                .containsExactly(new Effect.Send(TWO, new Message.HeartbeatResponse(4, 0)));
    }

    // --- 9.3: timeouts after failed rounds

    @Test
    void theWindowForARetryGrowsWithTheFailedRoundsUpToABound() {
        ElectionTimeouts timeouts = new ElectionTimeouts(100, new SplittableRandom(1), () -> true);
        int[] rounds = {0, 1, 6, 60};
        int[] ends = {75, 125, 375, 375};
        for (int i = 0; i < rounds.length; i++) {
            int least = Integer.MAX_VALUE;
            int greatest = 0;
            for (int draw = 0; draw < 10_000; draw++) {
                int ticks = timeouts.drawRetry(rounds[i]);
                least = Math.min(least, ticks);
                greatest = Math.max(greatest, ticks);
            }
            assertThat(least).isEqualTo(25);
            assertThat(greatest).isEqualTo(ends[i] - 1);
        }
    }

    @Test
    void whereAShorterSilenceIsSuspiciousTheFirstWaitIsShorterAndNeverLonger() {
        ElectionTimeouts timeouts = new ElectionTimeouts(100, new SplittableRandom(1), () -> true);
        assertThat(timeouts.estimated(40)).isTrue();
        assertThat(timeouts.estimated(40)).as("no news").isFalse();
        for (int i = 0; i < 1_000; i++) {
            assertThat(timeouts.draw()).isBetween(44, 63);
            assertThat(timeouts.drawRetry(0)).isBetween(10, 29);
            assertThat(timeouts.drawRound(0)).isBetween(25, 74);
        }
        assertThat(timeouts.estimated(1_000)).isTrue();
        for (int i = 0; i < 1_000; i++) {
            assertThat(timeouts.draw()).isBetween(100, 199);
        }
    }

    @Test
    void anEstimateShortensTheWaitThatIsUnderWayAndTheLoyaltyToTheLeader() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).follow(TWO, 1);
        core.step(new Event.ElectionTimeoutEstimated(4));
        Message request = new Message.PreVoteRequest(2, EntryId.ORIGIN);
        core.tick(3);
        assertThat(messages(core.receive(THREE, request), Message.PreVoteResponse.class))
                .as("the leader was heard three ticks ago")
                .containsExactly(new Message.PreVoteResponse(1, false));
        core.tick(1);
        assertThat(messages(core.receive(THREE, request), Message.PreVoteResponse.class))
                .containsExactly(new Message.PreVoteResponse(2, true));
        core.tick(3);
        assertThat(core.status().role()).isEqualTo(RoleName.PRE_CANDIDATE);
    }

    /** The bound that all members honour is the configured one: how patient its followers are, a leader does not know. */
    @Test
    void aLeaderThatIsCutOffGoesAfterTheConfiguredTimeWhateverWasEstimated() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.step(new Event.ElectionTimeoutEstimated(4));
        core.tick(CoreUnderTest.T - 1);
        assertThat(core.status().role()).isEqualTo(RoleName.LEADER);
        core.tick(1);
        assertThat(core.status().role()).isEqualTo(RoleName.FOLLOWER);
    }

    // --- 10.2: writing to the leader's disk in parallel; batching and pipelining

    @Test
    void theLeaderReplicatesAnEntryBeforeItsOwnDiskHasIt() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.propose(1);
        assertThat(messages(core.flush(), Message.AppendRequest.class)).hasSize(2);
        assertThat(core.status().syncedIndex()).isEqualTo(1);
    }

    @Test
    void messagesArePipelinedAndBoundedInSizeAndNumber() {
        CoreUnderTest core = new CoreUnderTest(restored(voters(3), HardState.INITIAL), 2).toEstablishedLeader();
        core.propose(20);
        List<Message.AppendRequest> sent = messages(core.flush(), Message.AppendRequest.class);
        assertThat(sent).hasSize(8);
        assertThat(sent.getFirst().entries()).isEqualTo(batch(2, 1, 1));
        assertThat(sent.get(3).entries()).isEqualTo(batch(8, 1, 1));

        core.accepted(TWO, 5);
        assertThat(messages(core.flush(), Message.AppendRequest.class).stream().map(Message.AppendRequest::entries))
                .containsExactly(batch(10, 1, 1), batch(12, 1, 1));
    }

    @Test
    void proposalsThatQueuedTogetherAreSentTogether() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.propose(1);
        core.propose(1);
        core.propose(1);
        assertThat(messages(core.flush(), Message.AppendRequest.class))
                .hasSize(2)
                .allSatisfy(request -> assertThat(request.entries()).isEqualTo(batch(2, 1, 1, 1)));
    }

    @Test
    void anUnreachableFollowerIsProbedAndALostProbeIsRepeatedWithoutItsEntries() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.propose(5);
        core.flush();
        core.step(new Event.Unreachable(TWO));
        assertThat(messages(core.flush(), Message.AppendRequest.class)
                        .getFirst()
                        .entries())
                .isEqualTo(batch(2, 1, 1, 1, 1, 1));
        assertThat(core.flush()).isEmpty();
        core.tick(HEARTBEAT_TICKS);
        assertThat(messages(core.flush(), Message.AppendRequest.class)
                        .getFirst()
                        .entries()
                        .isEmpty())
                .isTrue();
    }

    @Test
    void aLeaderThatIsBarredFromLeadingHandsOverToTheMostUpToDateVoter() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.propose(1);
        core.flush();
        core.accepted(THREE, 2);

        List<Effect> effects = core.step(new Event.LeadershipBarred(true));

        assertThat(effects).contains(new Effect.Send(THREE, new Message.TimeoutNow(1)));
        assertThat(core.status().role()).isEqualTo(RoleName.FOLLOWER);
    }

    @Test
    void whoIsBarredFromLeadingVotesForOthersAndNeverForItself() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3);
        core.step(new Event.LeadershipBarred(true));
        assertThat(messages(core.tick(10 * T), Message.class)).isEmpty();
        assertThat(messages(
                        core.receive(TWO, new Message.VoteRequest(1, EntryId.ORIGIN, false)),
                        Message.VoteResponse.class))
                .containsExactly(new Message.VoteResponse(1, true));

        core.step(new Event.LeadershipBarred(false));
        assertThat(messages(core.tick(10 * T), Message.PreVoteRequest.class)).isNotEmpty();
    }

    @Test
    void whoIsBarredFromLeadingKnowsWhenItsLeaderIsNotHeardAnyLonger() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).follow(TWO, 1);
        core.step(new Event.LeadershipBarred(true));
        core.tick(T - 1);
        assertThat(core.status().leader()).contains(TWO);
        core.tick(T + 1);
        assertThat(core.status().leader()).isEmpty();
        core.follow(TWO, 1);
        assertThat(core.status().leader()).contains(TWO);
    }

    @Test
    void proposalsAreRefusedWhenTooMuchIsUncommitted() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.propose(60);
        assertThat(core.propose(60)).containsExactly(new Effect.RejectProposals(Rejection.TOO_MANY_UNCOMMITTED));
        core.syncAll();
        core.accepted(TWO, core.status().last().index());
        assertThat(effects(core.propose(60), Effect.AppendProposals.class)).hasSize(1);
    }

    // --- repair of a damaged log

    private static CoreUnderTest damaged() {
        return new CoreUnderTest(new RestoredState(
                new HardState(2, Optional.empty(), 7),
                new SnapshotMeta(EntryId.ORIGIN, voters(3), 0),
                batch(1, 1, 1, 2),
                6,
                Suspension.ENTRIES_LOST));
    }

    @Test
    void aMemberWhoseLogWasDamagedNeitherVotesNorCampaignsNorConfirmsReads() {
        CoreUnderTest core = damaged();
        assertThat(messages(core.tick(10 * T), Message.class)).isEmpty();
        assertThat(messages(core.receive(TWO, new Message.VoteRequest(3, id(2, 9), false)), Message.VoteResponse.class))
                .containsExactly(new Message.VoteResponse(3, false));
        assertThat(messages(core.receive(TWO, new Message.PreVoteRequest(4, id(2, 9))), Message.PreVoteResponse.class))
                .containsExactly(new Message.PreVoteResponse(3, false));
        assertThat(messages(core.receive(THREE, new Message.Heartbeat(3, 0, 8)), Message.HeartbeatResponse.class))
                .containsExactly(new Message.HeartbeatResponse(3, 0));
    }

    /** Seed 210 of the simulator's standard runs. */
    @Test
    void itCommitsNothingOnTheWordOfAHeartbeat() {
        // Of what it acknowledged it has lost the truncation of the entries from 2 on, and what replaced them.
        CoreUnderTest core = new CoreUnderTest(new RestoredState(
                new HardState(2, Optional.empty(), 1),
                new SnapshotMeta(EntryId.ORIGIN, voters(3), 0),
                batch(1, 1, 1, 1),
                1,
                Suspension.ENTRIES_LOST));

        assertThat(effects(core.receive(TWO, new Message.Heartbeat(2, 3, 0)), Effect.Apply.class))
                .isEmpty();
        assertThat(core.status().commitIndex()).isEqualTo(1);

        core.receive(TWO, append(2, id(1, 1), 3, 2, 2));
        assertThat(core.status().commitIndex()).isEqualTo(3);
        assertThat(core.status().last()).isEqualTo(id(2, 3));
    }

    /** Seed 193 of the simulator: a last write that went elsewhere left no trace, and the member stood still for ever. */
    @Test
    void aMemberThatHasLostWhatItAcknowledgedWithoutATraceLearnsItFromAHeartbeat() {
        CoreUnderTest core = new CoreUnderTest(restored(voters(3), hardState(2), 1, 1, 2));
        core.follow(TWO, 2);

        // It had acknowledged up to 4.
        assertThat(core.receive(TWO, new Message.Heartbeat(2, 4, 0))).contains(new Effect.SuspendVoting());

        assertThat(core.status().votingSuspended()).isTrue();
        assertThat(messages(core.tick(HEARTBEAT_TICKS), Message.RepairRequest.class))
                .hasSize(1);
    }

    @Test
    void itVotesAgainWhenItHasDurablyWhatTheLeaderHadWhenAsked() {
        CoreUnderTest core = damaged().follow(TWO, 2);
        Message.RepairRequest request = messages(core.tick(HEARTBEAT_TICKS), Message.RepairRequest.class)
                .getFirst();
        core.receive(TWO, new Message.RepairResponse(2, request.requestId(), id(2, 8)));
        core.receive(TWO, append(2, id(2, 3), 7, 2, 2, 2, 2, 2));
        assertThat(core.status().votingSuspended()).isTrue();

        assertThat(core.synced(id(2, 8))).contains(new Effect.ResumeVoting());
        assertThat(core.status().votingSuspended()).isFalse();
    }

    @Test
    void itVotesAgainWithoutALeaderWhenItsLogIsDurablyWhatItWasBeforeTheDamage() {
        CoreUnderTest core = damaged();
        assertThat(core.step(new Event.LogMended(batch(4, 2, 2), id(2, 5)))).contains(new Effect.AppendReceived(4, 5));
        assertThat(core.status().last()).isEqualTo(id(2, 5));
        assertThat(core.status().votingSuspended()).isTrue();
        core.synced(id(2, 4));
        assertThat(core.status().votingSuspended()).isTrue();

        assertThat(core.synced(id(2, 5))).contains(new Effect.ResumeVoting());
        assertThat(core.status().votingSuspended()).isFalse();
    }

    /** A leader that is gone since had sent something else, which another replaced before it was durable. */
    @Test
    void whatItGotBackCountsAsDurableAlthoughEntriesOfALaterTermWereDropped() {
        CoreUnderTest core = damaged();
        core.receive(TWO, append(3, id(2, 3), 3, 3));
        core.receive(THREE, append(4, id(2, 3), 3, 2));
        core.step(new Event.LogMended(batch(5, 2), id(2, 5)));
        assertThat(core.synced(id(2, 5))).contains(new Effect.ResumeVoting());
        assertThat(core.status().votingSuspended()).isFalse();
    }

    @Test
    void whatItGotBackDoesNotLetItVoteOnceALeaderHasReplacedIt() {
        CoreUnderTest core = damaged();
        core.step(new Event.LogMended(batch(4, 2, 2), id(2, 5)));
        core.follow(TWO, 3);
        core.receive(TWO, append(3, id(2, 3), 3, 3, 3, 3));
        core.synced(id(3, 6));
        assertThat(core.status().votingSuspended()).isTrue();
    }

    @Test
    void aMemberThatVotesTakesNothingThatIsFoundOfALog() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3);
        assertThat(core.step(new Event.LogMended(batch(1, 2, 2), id(2, 2)))).isEmpty();
        assertThat(core.status().last()).isEqualTo(EntryId.ORIGIN);
    }

    @Test
    void anAnswerToAnotherRequestDoesNotLetItVote() {
        CoreUnderTest core = damaged().follow(TWO, 2);
        Message.RepairRequest request = messages(core.tick(HEARTBEAT_TICKS), Message.RepairRequest.class)
                .getFirst();
        core.receive(TWO, new Message.RepairResponse(2, request.requestId() + 1, id(2, 3)));
        assertThat(core.status().votingSuspended()).isTrue();
    }

    @Test
    void theLeaderForgetsWhatItKnewOfALogThatIsBeingRepaired() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.propose(3);
        core.flush();
        core.accepted(TWO, 4);
        assertThat(messages(core.receive(TWO, new Message.RepairRequest(1, 5, false)), Message.RepairResponse.class))
                .containsExactly(new Message.RepairResponse(1, 5, id(1, 4)));
        assertThat(core.status().followers().getFirst().matchIndex()).isZero();
    }
}
