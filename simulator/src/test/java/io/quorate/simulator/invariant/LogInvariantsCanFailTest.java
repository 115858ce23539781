package io.quorate.simulator.invariant;

import static io.quorate.simulator.invariant.Seen.assertViolated;
import static io.quorate.simulator.invariant.Seen.frame;
import static io.quorate.simulator.invariant.Seen.id;
import static io.quorate.simulator.invariant.Seen.leads;
import static io.quorate.simulator.invariant.Seen.step;

import io.quorate.core.Effect;
import io.quorate.core.EntryBatch;
import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import io.quorate.core.Message;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.simulator.StillCluster;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What the invariants of logs, commits and configurations let pass, and what they do not. */
class LogInvariantsCanFailTest {

    private final StillCluster still = new StillCluster(3);

    @Test
    void entriesOfOneIdAreTheSameEverywhere() {
        LogMatching invariant = new LogMatching();
        still.append(1, 1, "a");
        still.append(2, 1, "a");
        still.append(3, 1, "b");
        invariant.settled(still.member(1));
        invariant.settled(still.member(2));
        assertViolated(() -> invariant.settled(still.member(3)));
    }

    @Test
    void whatComesBeforeIsTheSameToo() {
        LogMatching invariant = new LogMatching();
        still.append(1, 1, "a");
        still.append(1, 2, "c");
        still.append(2, 1, "b");
        invariant.settled(still.member(1));
        still.append(2, 2, "c");
        assertViolated(() -> invariant.settled(still.member(2)));
    }

    @Test
    void allCommitTheSame() {
        CommittedLog invariant = new CommittedLog();
        still.append(1, 1, "a");
        still.append(2, 1, "a");
        still.append(3, 2, "a");
        step(invariant, still.member(1), leads(1));
        step(invariant, still.member(1), new Effect.Apply(1));
        step(invariant, still.member(2), new Effect.Apply(1));
        assertViolated(() -> step(invariant, still.member(3), new Effect.Apply(1)));
    }

    @Test
    void nobodyCommitsWhatNoLeaderHasCommitted() {
        CommittedLog invariant = new CommittedLog();
        still.append(2, 1, "a");
        assertViolated(() -> step(invariant, still.member(2), new Effect.Apply(1)));
    }

    @Test
    void nobodyCommitsWhatItDoesNotHave() {
        CommittedLog invariant = new CommittedLog();
        step(invariant, still.member(1), leads(1));
        assertViolated(() -> step(invariant, still.member(1), new Effect.Apply(1)));
    }

    @Test
    void onlyEntriesOfTheOwnTermAreCommittedByCounting() {
        CommittedLog committed = new CommittedLog();
        OwnTermCommits invariant = new OwnTermCommits(committed);
        invariant.committed(still.member(1), 2, new EntryId(2, 7));
        still.append(1, 1, "a");
        step(committed, still.member(1), leads(2));
        // It may have committed more than it has synced itself, and applies no more than that.
        step(committed, still.member(1), new Effect.Apply(1));
        Message says = new Message.AppendRequest(2, new EntryId(1, 1), EntryBatch.empty(2), 1);
        assertViolated(() ->
                step(committed, still.member(1), new Effect.Send(still.member(2).id(), says)));
    }

    @Test
    void termAndCommitIndexDoNotGoBack() {
        MonotonicState invariant = new MonotonicState();
        invariant.opened(still.member(1));
        step(invariant, still.member(1), saves(3), new Effect.Apply(5));
        step(invariant, still.member(1), saves(3), new Effect.Apply(5));
        assertViolated(() -> step(invariant, still.member(1), saves(2)));
        assertViolated(() -> step(invariant, still.member(1), new Effect.Apply(4)));
    }

    @Test
    void theAppliedIndexDoesNotGoBackNeitherByAnInstalledSnapshot() {
        MonotonicState invariant = new MonotonicState();
        invariant.opened(still.member(1));
        invariant.applied(still.member(1), List.of(), List.of(), 5);
        invariant.restored(still.member(1), 6);
        assertViolated(() -> invariant.restored(still.member(1), 5));
        assertViolated(() -> invariant.applied(still.member(1), List.of(), List.of(), 5));
    }

    private static Effect saves(long term) {
        return new Effect.SaveHardState(new HardState(term, Optional.empty(), 0));
    }

    // --- configurations; each test's leader is member 1, in term 1, with the first entry of its term at index 1

    private final RestartsAgreeWithDisk disks = new RestartsAgreeWithDisk();
    private final OneChangeAtATime changes = new OneChangeAtATime(new CommittedIsDurable(disks, new CommittedLog()));

    private void begin(long... durableOn) {
        EntryId noOp = still.append(1, 1, "no-op");
        step(changes, still.member(1), new Effect.AppendNoOp(noOp));
        for (long member : durableOn) {
            disks.written(id(member), this, 0, frame(1, 1, 0, noOp));
            disks.synced(id(member), this, true);
        }
    }

    private void append(Configuration configuration) {
        step(changes, still.member(1), new Effect.AppendConfiguration(new EntryId(1, 2), configuration));
    }

    private static SortedSet<MemberId> ids(long... ids) {
        SortedSet<MemberId> set = new TreeSet<>();
        for (long id : ids) {
            set.add(new MemberId(id));
        }
        return set;
    }

    @Test
    void aMemberMoreOrLessNeedsNoJointConfiguration() {
        begin(1, 2);
        append(Configuration.of(ids(1, 2, 3, 4)));
        append(Configuration.of(ids(1, 2)));
        append(new Configuration(ids(4, 5, 6), ids(1, 2, 3), ids()));
    }

    @Test
    void configurationsThatDecideWithoutEachOtherDoNotFollowEachOther() {
        begin(1, 2);
        assertViolated(() -> append(Configuration.of(ids(1, 4, 5))));
        assertViolated(() -> append(new Configuration(ids(4, 5, 6), ids(1, 7, 8), ids())));
        assertViolated(() -> append(Configuration.of(Set.of())));
    }

    @Test
    void noConfigurationIsAppendedBeforeAnEntryOfTheTermIsCommitted() {
        begin(1);
        assertViolated(() -> append(Configuration.of(ids(1, 2, 3, 4))));
    }

    /** For a member that has lost its promises, for example, the leader has something committed that needs it not. */
    @Test
    void anotherNoOpOfTheSameTermNeedNotBeCommittedBeforeAConfigurationIsAppended() {
        begin(1, 2);
        step(changes, still.member(1), new Effect.AppendNoOp(still.append(1, 1, "another no-op")));
        step(
                changes,
                still.member(1),
                new Effect.AppendConfiguration(new EntryId(1, 3), Configuration.of(ids(1, 2, 3, 4))));
    }

    @Test
    void noConfigurationIsAppendedByOneThatHasNotBegunItsTerm() {
        assertViolated(() -> append(Configuration.of(ids(1, 2, 3, 4))));
    }
}
