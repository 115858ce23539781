package io.quorate.core;

import io.quorate.core.EntryBatch.ConfigurationEntry;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.util.Optional;
import java.util.SortedSet;

/**
 * Changes who the members are (paper section 6, thesis 4): in one step if the voters differ by one at most, else through a
 * joint configuration, which the leader leaves by itself as soon as it is committed.
 *
 * <p>A configuration is in force from the moment it is appended. There is never more than one that is not committed, and
 * none is begun before an entry of the leader's own term is committed (corner case 16): any two that can both be in force
 * have quorums that overlap.
 */
final class MembershipChange {

    private final NodeState node;
    private final Effects effects;
    private final LeadershipTransfer transfer;
    private final Resignation resignation;
    private final Replication replication;

    MembershipChange(
            NodeState node,
            Effects effects,
            LeadershipTransfer transfer,
            Resignation resignation,
            Replication replication) {
        this.node = node;
        this.effects = effects;
        this.transfer = transfer;
        this.resignation = resignation;
        this.replication = replication;
    }

    /** Begins a change to {@code target}, or refuses it. */
    void propose(Configuration target) {
        Optional<Rejection> rejection = rejection(target);
        if (rejection.isPresent()) {
            effects.add(new Effect.RejectConfiguration(rejection.get()));
        } else if (node.role() instanceof Leader leader) {
            Configuration current = node.configuration();
            append(leader, differByOneAtMost(current.voters(), target.voters()) ? target : target.jointFrom(current));
        }
    }

    private Optional<Rejection> rejection(Configuration target) {
        if (!(node.role() instanceof Leader leader)) {
            return Optional.of(node.leader().isPresent() ? Rejection.NOT_LEADER : Rejection.NO_LEADER);
        }
        if (transfer.inProgress()) {
            return Optional.of(Rejection.TRANSFER_IN_PROGRESS);
        }
        if (!target.canHaveLeader() || target.isJoint() || !target.keepsKindsOf(node.configuration())) {
            return Optional.of(Rejection.BAD_CONFIGURATION);
        }
        if (node.commitIndex() < leader.firstIndex()) {
            return Optional.of(Rejection.NOTHING_COMMITTED_YET);
        }
        boolean pending = node.configurations().currentIndex() > node.commitIndex()
                || node.configuration().isJoint();
        return pending ? Optional.of(Rejection.CHANGE_IN_PROGRESS) : Optional.empty();
    }

    private static boolean differByOneAtMost(SortedSet<MemberId> before, SortedSet<MemberId> after) {
        long added = after.stream().filter(member -> !before.contains(member)).count();
        long removed = before.stream().filter(member -> !after.contains(member)).count();
        return added + removed <= 1;
    }

    private void append(Leader leader, Configuration configuration) {
        EntryId id = new EntryId(node.term(), node.log().lastIndex() + 1);
        node.log().append(id.term(), id.index());
        node.append(new ConfigurationEntry(id.index(), configuration));
        effects.add(new Effect.AppendConfiguration(id, configuration));
        for (MemberId member : configuration.members()) {
            if (!member.equals(node.self()) && leader.follower(member).isEmpty()) {
                FollowerProgress follower = new FollowerProgress(
                        member, id.index() + 1, node.options().maxInflightMessages());
                leader.add(follower);
            }
        }
    }

    /**
     * Goes on with a change whose present configuration is committed: from a joint one to the new one; from a new one that
     * this leader is not a voter of to another leader (corner case 19).
     */
    void advance() {
        if (!(node.role() instanceof Leader leader)) {
            return;
        }
        Configuration current = node.configuration();
        // Nothing is left to do then: whoever leads on is a voter of a configuration that is committed and not joint.
        if (leader.isSettledIn(current)
                || node.configurations().currentIndex() > node.commitIndex()
                || node.commitIndex() < leader.firstIndex()) {
            return;
        }
        if (current.isJoint()) {
            // A learner that is dropped belongs to neither of the two: nothing would tell any more that it is a
            // witness.
            leader.settleIn(current).forEach(follower -> replication.takeLeave(leader, follower));
            append(leader, current.settled());
            return;
        }
        // Those removed were sent the entry that removes them until it was committed; they hear that it is, and are on
        // their own.
        long index = node.configurations().currentIndex();
        if (index >= leader.firstIndex()) {
            effects.add(new Effect.ConfigurationCommitted(index));
        }
        leader.settleIn(current).forEach(follower -> replication.takeLeave(leader, follower));
        if (!current.isVoter(node.self())) {
            resignation.handOver(leader);
        }
    }
}
