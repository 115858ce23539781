package io.quorate.simulator.invariant;

import static io.quorate.simulator.invariant.Seen.assertViolated;
import static io.quorate.simulator.invariant.Seen.follows;
import static io.quorate.simulator.invariant.Seen.frame;
import static io.quorate.simulator.invariant.Seen.id;
import static io.quorate.simulator.invariant.Seen.leads;
import static io.quorate.simulator.invariant.Seen.raft;
import static io.quorate.simulator.invariant.Seen.step;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.Effect;
import io.quorate.core.EntryId;
import io.quorate.core.Message;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.log.ConfigurationCodec;
import io.quorate.engine.log.EntryKind;
import io.quorate.engine.log.RaftLog;
import io.quorate.simulator.CrashKind;
import io.quorate.simulator.SimulatedMember;
import io.quorate.simulator.StillCluster;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the invariants of members that come and go let pass, and what they do not. The founders are members 1 to 3. */
class MembershipInvariantsCanFailTest {

    private final StillCluster still = new StillCluster(3);
    private final CommittedLog committed = new CommittedLog();
    private final RestartsAgreeWithDisk disks = new RestartsAgreeWithDisk();

    private static SortedSet<MemberId> ids(long... ids) {
        SortedSet<MemberId> set = new TreeSet<>();
        for (long id : ids) {
            set.add(new MemberId(id));
        }
        return set;
    }

    private static Configuration of(long... voters) {
        return Configuration.of(ids(voters));
    }

    private static Configuration joint(SortedSet<MemberId> incoming, SortedSet<MemberId> outgoing) {
        return new Configuration(incoming, outgoing, ids());
    }

    private EntryId append(long member, long term, Configuration configuration) {
        return still.append(member, term, EntryKind.CONFIGURATION, ConfigurationCodec.encode(configuration));
    }

    /** Member 1, which leads in term 1, commits all that it has. */
    private void commit(EntryId upTo) {
        step(committed, still.member(1), new Effect.Apply(upTo.index()));
    }

    @Test
    void committedConfigurationsFollowEachOtherByOneVoterOrByAJointOne() {
        LinearConfigurations line = new LinearConfigurations(committed);
        step(committed, still.member(1), leads(1));
        append(1, 1, of(1, 2, 3, 4));
        append(1, 1, of(1, 2, 4));
        append(1, 1, joint(ids(4, 5, 6), ids(1, 2, 4)));
        commit(append(1, 1, of(4, 5, 6)));
        append(1, 1, joint(ids(1, 2, 3), ids(4, 5, 6)));
        EntryId other = append(1, 1, of(1, 2));
        assertViolated(() -> commit(other));
        step(line, still.member(1), leads(1));
    }

    @Test
    void twoVotersAtOnceNeedAJointConfiguration() {
        LinearConfigurations line = new LinearConfigurations(committed);
        step(committed, still.member(1), leads(1));
        EntryId two = append(1, 1, of(1, 2, 3, 4, 5));
        assertViolated(() -> commit(two));
        step(line, still.member(2), leads(2));
    }

    @Test
    void aJointConfigurationIsOfExactlyTheVotersBefore() {
        LinearConfigurations line = new LinearConfigurations(committed);
        step(committed, still.member(1), leads(1));
        EntryId others = append(1, 1, joint(ids(4, 5, 6), ids(1, 2)));
        assertViolated(() -> commit(others));
        step(line, still.member(2), follows(2));
    }

    /** Whoever was removed would count again. */
    @Test
    void nobodyIsElectedByAConfigurationWhosePlaceAnotherHasTaken() {
        LinearConfigurations line = new LinearConfigurations(committed);
        step(committed, still.member(1), leads(2));
        append(2, 2, of(1, 2));
        commit(append(1, 2, of(1, 2)));
        step(line, still.member(3), leads(1));
        step(line, still.member(2), leads(3));
        assertViolated(() -> step(line, still.member(3), leads(3)));
    }

    /** Corner case 17. The members have really made a change; then another entry has taken its place, and the node does not know. */
    @Test
    void aMemberActsByTheLatestConfigurationInItsLog() {
        ConfigurationOfTheLog invariant = new ConfigurationOfTheLog();
        invariant.settled(still.member(1));
        still.goOn(TimeUnit.SECONDS.toNanos(5));
        SimulatedMember leader = still.cluster().leader().orElseThrow();
        invariant.settled(leader);
        Configuration changed = of(1, 2, 3).withPriority(leader.id(), 2);
        var unused = leader.node().orElseThrow().changeMembership(changed);
        still.goOn(TimeUnit.SECONDS.toNanos(1));
        assertThat(leader.node().orElseThrow().status().configuration()).isEqualTo(changed);
        invariant.settled(leader);

        RaftLog log = leader.log().orElseThrow();
        EntryId change = log.lastId();
        log.truncateFrom(change.index());
        still.append(leader.id().value(), change.term(), "no change");
        assertThat(log.lastId()).isEqualTo(change);
        assertViolated(() -> invariant.settled(leader));

        log.truncateFrom(change.index());
        append(leader.id().value(), change.term(), of(1, 2, 3, 4));
        assertViolated(() -> invariant.settled(leader));

        log.truncateFrom(change.index());
        append(leader.id().value(), change.term(), changed);
        invariant.settled(leader);
        // The node has not looked at this one yet: what it says of itself is of another moment.
        append(leader.id().value(), change.term(), of(1, 2, 3, 4));
        invariant.settled(leader);
    }

    @Test
    void laterLeadersHaveWhatWasAcknowledged() {
        AcknowledgedChanges changes = new AcknowledgedChanges();
        append(1, 1, of(1, 2));
        append(2, 1, of(1, 2));
        append(3, 1, of(1, 3));
        changes.changed(still.member(1), Optional.of(of(1, 2, 3)), of(1, 2));
        step(changes, still.member(2), leads(2));
        step(changes, still.member(3), leads(1));
        assertViolated(() -> step(changes, still.member(3), leads(2)));
    }

    @Test
    void whatIsAcknowledgedIsInTheLog() {
        AcknowledgedChanges changes = new AcknowledgedChanges();
        append(1, 1, of(1, 2));
        assertViolated(() -> changes.changed(still.member(1), Optional.empty(), of(1, 3)));
    }

    @Test
    void ofTwoChangesOfTheSameMembersOneIsAcknowledged() {
        AcknowledgedChanges changes = new AcknowledgedChanges();
        append(1, 1, of(1, 2));
        changes.changed(still.member(1), Optional.of(of(1, 2, 3)), of(1, 2));
        append(1, 1, of(1, 2, 4));
        changes.changed(still.member(1), Optional.empty(), of(1, 2, 4));
        assertViolated(() -> changes.changed(still.member(1), Optional.of(of(1, 2, 3)), of(1, 2, 4)));
    }

    @Test
    void aJointConfigurationOnTheWayIsNoOtherChange() {
        AcknowledgedChanges changes = new AcknowledgedChanges();
        append(1, 1, joint(ids(1, 4, 5), ids(1, 2, 3)));
        append(1, 1, of(1, 4, 5));
        changes.changed(still.member(1), Optional.of(of(1, 2, 3)), of(1, 4, 5));
        assertViolated(() -> changes.changed(still.member(1), Optional.of(of(1, 2)), of(1, 4, 5)));
    }

    @Test
    void whoeverIsPromotedHasTheLogDurably() {
        PromotedHoldTheLog invariant = new PromotedHoldTheLog(disks, committed);
        EntryId entry = still.append(1, 1, "a");
        step(committed, still.member(1), leads(1));
        commit(entry);
        invariant.promoting(id(3), 0);
        assertViolated(() -> invariant.promoting(id(3), 1));
        disks.written(id(3), this, 0, frame(1, 0, 0, entry));
        disks.synced(id(3), this, true);
        invariant.promoting(id(3), 1);
        invariant.promoting(id(3), 7);
    }

    @Test
    void aPriorityOfZeroKeepsFromLeadingOnceItCannotBeRolledBack() {
        LeadersMayLead invariant = new LeadersMayLead();
        step(invariant, still.member(1), leads(1));
        append(1, 1, of(1, 2, 3).withPriority(id(1), 0));
        step(invariant, still.member(1), leads(2));
        append(1, 1, of(1, 2, 3));
        step(invariant, still.member(1), leads(3));
    }

    @Test
    void whoHasThePriorityZeroForGoodDoesNotLead() {
        LeadersMayLead invariant = new LeadersMayLead();
        append(1, 1, of(1, 2, 3));
        EntryId barred = append(1, 1, of(1, 2, 3).withPriority(id(1), 0));
        step(invariant, still.member(1), leads(2));
        // What is compacted is committed.
        still.member(1).log().orElseThrow().compactTo(barred.index());
        assertViolated(() -> step(invariant, still.member(1), leads(3)));
        step(invariant, still.member(2), leads(4));
    }

    /** Corner case 8. */
    @Test
    void whatAMemberWritesOrVotesAfterItHasLostItsDiskCountsForNothing() {
        CommittedIsDurable durable = new CommittedIsDurable(disks, committed);
        ElectedByQuorum elected = new ElectedByQuorum();
        EntryId entry = still.append(1, 1, "a");
        for (long member : new long[] {1, 2}) {
            disks.written(id(member), this, 0, frame(1, 1, 0, entry));
            disks.synced(id(member), this, true);
        }
        disks.crashed(still.member(2), CrashKind.DISK_LOSS);
        elected.crashed(still.member(2), CrashKind.DISK_LOSS);
        durable.committed(still.member(1), 1, entry);

        EntryId next = still.append(1, 1, "b");
        for (long member : new long[] {1, 2}) {
            disks.written(id(member), this, 0, frame(1, 1, 0, entry, next));
            disks.synced(id(member), this, true);
        }
        assertViolated(() -> durable.committed(still.member(1), 1, next));

        Message granted = new Message.VoteResponse(4, true);
        elected.delivered(id(2), id(1), raft(granted));
        step(elected, still.member(1), leads(4));
        Message after = new Message.VoteResponse(5, true);
        elected.sent(id(2), id(1), raft(after));
        elected.delivered(id(2), id(1), raft(after));
        assertViolated(() -> step(elected, still.member(1), leads(5)));
    }
}
