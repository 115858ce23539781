package io.quorate.core;

/**
 * Brings a state back to a member that had to drop its own, because it was damaged or differed from the others'.
 *
 * <p>Such a member still has its log, its term and its vote, and Raft asks for no more: it votes, takes entries and
 * acknowledges them. It applies nothing, and does not campaign: a leader without a state could serve nobody. As its log
 * needs no snapshot, the leader would not send one by itself, so it asks.
 */
final class StateRepair {

    private final NodeState node;
    private final Effects effects;
    private int ticks;

    StateRepair(NodeState node, Effects effects) {
        this.node = node;
        this.effects = effects;
    }

    /** Asks again and again: the request may be lost, the leader be another one, or have no snapshot yet. */
    void tick() {
        if (!node.stateMissing() || node.installingSnapshot() || node.leader().isEmpty()) {
            return;
        }
        ticks++;
        if (ticks >= node.options().heartbeatTicks()) {
            ticks = 0;
            effects.send(
                    node.leader().get(),
                    new Message.SnapshotRequest(node.term(), node.log().start().index()));
        }
    }

    /** The leader's half. A transfer that is under way goes on. */
    void handle(FollowerProgress follower, Message.SnapshotRequest request) {
        if (follower.snapshotTransfer().isPresent()) {
            return;
        }
        long newest = node.snapshot().last().index();
        if (newest > 0 && newest >= request.fromIndex()) {
            follower.sendRequestedSnapshot(node.snapshot());
        } else {
            effects.add(new Effect.TakeSnapshot());
        }
    }
}
