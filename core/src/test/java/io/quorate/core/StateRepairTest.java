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

/** A member that had to drop its state, and has its log, its term and its vote. */
class StateRepairTest {

    private static final SnapshotMeta START = new SnapshotMeta(id(1, 4), voters(3), 0);

    /** Its log holds the entries 5 to 8 of term 2; all of them were committed, and applied, before the state went. */
    private static CoreUnderTest withoutState() {
        return new CoreUnderTest(new RestoredState(
                new HardState(2, Optional.empty(), 8), START, batch(5, 2, 2, 2, 2), 4, Suspension.NONE, true));
    }

    private static List<Effect> receiveSnapshot(CoreUnderTest core, SnapshotMeta snapshot) {
        core.receive(TWO, new Message.SnapshotChunk(2, snapshot, 0, 10, 10));
        return core.step(new Event.SnapshotChunkStored(snapshot, 10, true));
    }

    @Test
    void itVotesAndAcknowledgesEntriesAndNeitherAppliesNorCampaigns() {
        CoreUnderTest core = withoutState();
        assertThat(messages(core.tick(10 * T), Message.PreVoteRequest.class)).isEmpty();
        assertThat(effects(core.receive(TWO, append(2, id(2, 8), 9, 2)), Effect.Apply.class))
                .isEmpty();
        List<Effect> durable = core.synced(id(2, 9));
        assertThat(effects(durable, Effect.Apply.class)).isEmpty();
        assertThat(core.status().commitIndex()).isEqualTo(9);
        assertThat(core.receive(TWO, new Message.TimeoutNow(2)))
                .as("even if it is asked to")
                .isEmpty();
        core.tick(10 * T);
        assertThat(messages(
                        core.receive(THREE, new Message.VoteRequest(3, id(2, 9), false)), Message.VoteResponse.class))
                .containsExactly(new Message.VoteResponse(3, true));
    }

    @Test
    void itAsksTheLeaderAgainAndAgainForASnapshotThatLeadsToItsLog() {
        CoreUnderTest core = withoutState().follow(TWO, 2);
        assertThat(messages(core.tick(3 * HEARTBEAT_TICKS), Message.SnapshotRequest.class))
                .containsOnly(new Message.SnapshotRequest(2, 4, 0))
                .hasSize(3);
    }

    @Test
    void itInstallsASnapshotOfWhatItsLogHasAndGoesOnWithTheEntriesBehindIt() {
        CoreUnderTest core = withoutState().follow(TWO, 2);
        SnapshotMeta snapshot = new SnapshotMeta(id(2, 6), voters(3), 0);

        assertThat(effects(receiveSnapshot(core, snapshot), Effect.InstallSnapshot.class))
                .containsExactly(new Effect.InstallSnapshot(snapshot, true));
        List<Effect> installed = core.step(new Event.SnapshotInstalled(snapshot));

        assertThat(installed).contains(new Effect.Apply(8));
        assertThat(core.status().last()).isEqualTo(id(2, 8));
        assertThat(core.status().stateMissing()).isFalse();
        assertThat(messages(core.tick(HEARTBEAT_TICKS), Message.SnapshotRequest.class))
                .isEmpty();
    }

    @Test
    void itInstallsASnapshotOfTheVeryEntryBeforeItsLog() {
        CoreUnderTest core = withoutState().follow(TWO, 2);
        assertThat(effects(receiveSnapshot(core, START), Effect.InstallSnapshot.class))
                .containsExactly(new Effect.InstallSnapshot(START, true));
        assertThat(core.step(new Event.SnapshotInstalled(START))).contains(new Effect.Apply(8));
    }

    @Test
    void anOlderSnapshotWouldLeaveAGapAndIsNotTaken() {
        CoreUnderTest core = withoutState().follow(TWO, 2);
        List<Effect> effects =
                core.receive(TWO, new Message.SnapshotChunk(2, new SnapshotMeta(id(1, 3), voters(3), 0), 0, 10, 10));
        assertThat(effects(effects, Effect.StoreSnapshotChunk.class)).isEmpty();
        assertThat(core.status().stateMissing()).isTrue();
    }

    @Test
    void theLeaderSendsItsSnapshotThoughTheLogsMatch() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.step(new Event.Applied(1));
        SnapshotMeta snapshot = core.snapshotMetaAt(1);
        core.step(new Event.SnapshotTaken(snapshot, 0));

        core.receive(TWO, new Message.SnapshotRequest(core.status().term(), 1, 0));

        assertThat(effects(core.flush(), Effect.SendSnapshotChunk.class))
                .containsExactly(new Effect.SendSnapshotChunk(TWO, core.status().term(), snapshot, 0));
        core.receive(TWO, new Message.SnapshotRequest(core.status().term(), 1, 0));
        assertThat(effects(core.flush(), Effect.SendSnapshotChunk.class))
                .as("asked for while it is being sent")
                .isEmpty();
    }

    @Test
    void aLeaderWithoutASnapshotThatLeadsThereTakesOne() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.step(new Event.Applied(1));
        assertThat(core.receive(TWO, new Message.SnapshotRequest(core.status().term(), 0, 0)))
                .containsExactly(new Effect.TakeSnapshot());
        core.step(new Event.SnapshotTaken(core.snapshotMetaAt(1), 0));
        assertThat(core.receive(TWO, new Message.SnapshotRequest(core.status().term(), 2, 0)))
                .containsExactly(new Effect.TakeSnapshot());
    }

    /** A leader whose follower 2 has asked for a snapshot at 1, and replicates as before. */
    private static CoreUnderTest sendingRequestedSnapshot() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.step(new Event.Applied(1));
        core.step(new Event.SnapshotTaken(core.snapshotMetaAt(1), 0));
        core.propose(1);
        core.flush();
        core.receive(TWO, new Message.SnapshotRequest(core.status().term(), 1, 0));
        assertThat(effects(core.flush(), Effect.SendSnapshotChunk.class)).hasSize(1);
        return core;
    }

    private static List<Effect> wants(CoreUnderTest core, long offset) {
        core.receive(TWO, new Message.SnapshotChunkResponse(core.status().term(), id(1, 1), offset, false));
        return core.flush();
    }

    /** An election timeout in which the others answer heartbeats. */
    private static void tickInTouch(CoreUnderTest core) {
        for (int i = 0; i < T; i++) {
            core.receive(TWO, new Message.HeartbeatResponse(core.status().term(), 0));
            core.receive(THREE, new Message.HeartbeatResponse(core.status().term(), 0));
            core.tick(1);
        }
    }

    @Test
    void theTransferGoesOnWhileEntriesAreAcknowledged() {
        CoreUnderTest core = sendingRequestedSnapshot();
        core.accepted(TWO, 2);
        assertThat(effects(wants(core, 10), Effect.SendSnapshotChunk.class))
                .containsExactly(new Effect.SendSnapshotChunk(TWO, core.status().term(), core.snapshotMetaAt(1), 10));
    }

    @Test
    void entriesAreSentAndCommittedWithItsHelpWhileItsSnapshotIsOnTheWay() {
        CoreUnderTest core = sendingRequestedSnapshot();
        core.accepted(TWO, 2);
        core.propose(1);
        assertThat(messages(core.flush(), Message.AppendRequest.class))
                .anyMatch(request -> request.entries().firstIndex() == 3);
        core.syncAll();
        core.accepted(TWO, 3);
        assertThat(core.status().commitIndex()).isEqualTo(3);
        assertThat(core.status().followers().getFirst().state()).isEqualTo(CoreStatus.FollowerStatus.SNAPSHOT);
    }

    @Test
    void theTransferEndsWhenTheSnapshotIsInstalledAndIsRepeatedWhereAnAnswerIsLost() {
        CoreUnderTest core = sendingRequestedSnapshot();
        tickInTouch(core);
        assertThat(effects(core.flush(), Effect.SendSnapshotChunk.class)).hasSize(1);
        core.receive(TWO, new Message.SnapshotChunkResponse(core.status().term(), id(1, 1), 20, true));
        tickInTouch(core);
        assertThat(effects(core.flush(), Effect.SendSnapshotChunk.class)).isEmpty();
        assertThat(core.status().followers().getFirst().state()).isNotEqualTo(CoreStatus.FollowerStatus.SNAPSHOT);
    }

    @Test
    void aNewerSnapshotTakesThePlaceOfTheOneThatIsOnTheWay() {
        CoreUnderTest core = sendingRequestedSnapshot();
        core.syncAll();
        core.accepted(TWO, 2);
        core.step(new Event.Applied(2));
        SnapshotMeta newer = core.snapshotMetaAt(2);
        core.step(new Event.SnapshotTaken(newer, 2));
        assertThat(effects(core.flush(), Effect.SendSnapshotChunk.class))
                .containsExactly(new Effect.SendSnapshotChunk(TWO, core.status().term(), newer, 0));
    }

    private static CoreUnderTest afterRefusals(int count) {
        RestoredState restored = new RestoredState(
                new HardState(2, Optional.empty(), 8),
                START,
                batch(5, 2, 2, 2, 2),
                4,
                Suspension.NONE,
                true,
                new RefusedSnapshots(6, count));
        return new CoreUnderTest(restored).follow(TWO, 2);
    }

    /** Ticks in which a leader is there, until a snapshot is asked for. */
    private static int ticksBeforeRequest(CoreUnderTest core) {
        for (int ticks = 1; ticks < 1_000 * T; ticks++) {
            core.receive(TWO, new Message.Heartbeat(2, 0, 0));
            List<Message.SnapshotRequest> requests = messages(core.tick(1), Message.SnapshotRequest.class);
            if (!requests.isEmpty()) {
                assertThat(requests).containsExactly(new Message.SnapshotRequest(2, 4, 6));
                return ticks;
            }
        }
        throw new AssertionError("it does not ask");
    }

    @Test
    void eachRefusalDoublesTheTimeBeforeItAsksAgainUpToABound() {
        assertThat(ticksBeforeRequest(afterRefusals(1))).isEqualTo(T + HEARTBEAT_TICKS);
        assertThat(ticksBeforeRequest(afterRefusals(2))).isEqualTo(2 * T + HEARTBEAT_TICKS);
        assertThat(ticksBeforeRequest(afterRefusals(4))).isEqualTo(8 * T + HEARTBEAT_TICKS);
        assertThat(ticksBeforeRequest(afterRefusals(1_000))).isEqualTo(64 * T + HEARTBEAT_TICKS);
    }

    @Test
    void itTakesNoSnapshotWhileItWaitsNorOneThatWasNotAskedFor() {
        CoreUnderTest core = afterRefusals(1);
        Message.SnapshotChunk chunk = new Message.SnapshotChunk(2, core.snapshotMetaAt(6), 0, 10, 10);
        assertThat(effects(core.receive(TWO, chunk), Effect.StoreSnapshotChunk.class))
                .isEmpty();
        ticksBeforeRequest(core);
        assertThat(effects(core.receive(TWO, chunk), Effect.StoreSnapshotChunk.class))
                .hasSize(1);
    }

    @Test
    void aLeaderWhoseSnapshotIsRefusedSaysSoOnceAndTakesAnotherOneIfThatIsAnother() {
        CoreUnderTest core = CoreUnderTest.ofVoters(3).toEstablishedLeader();
        core.step(new Event.Applied(1));
        SnapshotMeta first = core.snapshotMetaAt(1);
        core.step(new Event.SnapshotTaken(first, 0));
        Message.SnapshotRequest refusal =
                new Message.SnapshotRequest(core.status().term(), 1, 1);

        assertThat(core.receive(TWO, refusal)).containsExactly(new Effect.SnapshotRefused(TWO, first.last()));
        assertThat(effects(core.flush(), Effect.SendSnapshotChunk.class))
                .as("nothing was applied since")
                .containsExactly(new Effect.SendSnapshotChunk(TWO, core.status().term(), first, 0));
        core.receive(TWO, new Message.SnapshotChunkResponse(core.status().term(), first.last(), 10, true));

        core.propose(1);
        core.syncAll();
        core.accepted(TWO, 2);
        core.step(new Event.Applied(2));
        assertThat(core.receive(TWO, refusal)).containsExactly(new Effect.TakeSnapshot());
        SnapshotMeta second = core.snapshotMetaAt(2);
        core.step(new Event.SnapshotTaken(second, 0));
        core.receive(TWO, refusal);
        assertThat(effects(core.flush(), Effect.SendSnapshotChunk.class))
                .containsExactly(new Effect.SendSnapshotChunk(TWO, core.status().term(), second, 0));
    }

    @Test
    void aPieceThatCouldNotBeStoredIsNotAskedForAgainBeforeTheLeaderRepeatsIt() {
        CoreUnderTest core = withoutState().follow(TWO, 2);
        SnapshotMeta snapshot = core.snapshotMetaAt(6);
        Message.SnapshotChunk chunk = new Message.SnapshotChunk(2, snapshot, 0, 5, 10);
        core.receive(TWO, chunk);
        assertThat(core.step(new Event.SnapshotChunkStored(snapshot, 0, false))).isEmpty();
        assertThat(effects(core.receive(TWO, chunk), Effect.StoreSnapshotChunk.class))
                .hasSize(1);
        assertThat(messages(
                        core.step(new Event.SnapshotChunkStored(snapshot, 5, false)),
                        Message.SnapshotChunkResponse.class))
                .containsExactly(new Message.SnapshotChunkResponse(2, snapshot.last(), 5, false));

        core.receive(TWO, new Message.SnapshotChunk(2, snapshot, 5, 5, 10));
        assertThat(core.step(new Event.SnapshotChunkStored(snapshot, 0, false)))
                .as("the whole is damaged")
                .isEmpty();
        assertThat(messages(
                        core.receive(TWO, new Message.SnapshotChunk(2, snapshot, 5, 5, 10)),
                        Message.SnapshotChunkResponse.class))
                .containsExactly(new Message.SnapshotChunkResponse(2, snapshot.last(), 0, false));
    }
}
