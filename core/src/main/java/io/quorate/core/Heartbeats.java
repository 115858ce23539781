package io.quorate.core;

import io.quorate.core.quorum.MemberId;

/** Keeps followers from campaigning, and collects their confirmations (paper section 5.2). */
final class Heartbeats {

    private final NodeState node;
    private final Effects effects;
    private final LinearizableReads reads;

    Heartbeats(NodeState node, Effects effects, LinearizableReads reads) {
        this.node = node;
        this.effects = effects;
        this.reads = reads;
    }

    /** What matched up to here may be committed there: no more than that is known to be the same (corner case 11). */
    static Message.Heartbeat heartbeat(NodeState node, Leader leader, FollowerProgress follower) {
        long commitIndex = Math.min(node.commitIndex(), follower.matchIndex());
        return new Message.Heartbeat(node.term(), commitIndex, leader.lastReadRound());
    }

    /** Sends heartbeats when they are due; and whatever was sent and not answered by now may be sent again. */
    void tick(Leader leader) {
        int retryTicks = node.options().electionTimeoutTicks();
        boolean due = leader.tick(node.options().heartbeatTicks());
        for (FollowerProgress follower : leader.followers()) {
            if (due && leader.termDurable()) {
                effects.send(follower.member(), heartbeat(node, leader, follower));
            }
            switch (follower.state()) {
                case ProgressState.Probe probe -> {
                    if (due) {
                        probe.resume();
                    }
                }
                case ProgressState.Replicate replicate -> {
                    if (due) {
                        replicate.heartbeat();
                    }
                }
                case ProgressState.Snapshot snapshot -> snapshot.tick(retryTicks);
            }
            follower.requestedSnapshot().ifPresent(snapshot -> snapshot.tick(retryTicks));
        }
    }

    /** The sender is followed already. */
    void handle(MemberId from, Message.Heartbeat heartbeat) {
        noticeLoss(heartbeat);
        // The leader tells what matches as far as this member has acknowledged it. One that repairs a damaged log
        // has lost some of that, and may have in its place what was truncated long ago: for it an append alone
        // proves anything.
        if (!node.installingSnapshot() && !node.votingSuspended()) {
            node.commitTo(heartbeat.commitIndex());
        }
        // A member that may not vote cannot vouch either that nobody else was elected meanwhile.
        long readRound = node.votingSuspended() ? 0 : heartbeat.readRound();
        effects.send(from, new Message.HeartbeatResponse(node.term(), readRound));
    }

    /**
     * The commit index of a heartbeat is at most what this member has acknowledged in this term, so a shorter log has lost
     * something that no checksum has shown: a last write that never reached its place, for example.
     */
    private void noticeLoss(Message.Heartbeat heartbeat) {
        boolean lost = heartbeat.commitIndex() > node.log().lastIndex();
        if (lost && !node.installingSnapshot() && !node.votingSuspended()) {
            node.suspendVoting();
            effects.add(new Effect.SuspendVoting());
        }
    }

    void handle(Leader leader, FollowerProgress follower, Message.HeartbeatResponse response) {
        if (response.readRound() > follower.confirmedReadRound()) {
            follower.confirmed(response.readRound());
            reads.confirm(leader);
        }
    }
}
