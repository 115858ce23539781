package io.quorate.core;

/**
 * Brings a state back to a member that had to drop its own, because it was damaged or differed from the others'.
 *
 * <p>Such a member still has its log, its term and its vote, and Raft asks for no more: it votes, takes entries and
 * acknowledges them. It applies nothing, and does not campaign: a leader without a state could serve nobody. As its log
 * needs no snapshot, the leader would not send one by itself, so it asks.
 *
 * <p>A snapshot that has come may be as bad as what was dropped. Then it is not asked for again at once: each refusal doubles
 * the time before the next request, and the leader is told, and takes another one if it has applied more since.
 */
final class StateRepair {

    /** The time between two snapshots that are refused is at most so many times the first. */
    private static final int MAX_DOUBLINGS = 6;

    private final NodeState node;
    private final Effects effects;
    private int ticks;
    private int ticksToWait;

    StateRepair(NodeState node, Effects effects) {
        this.node = node;
        this.effects = effects;
        int refusals = node.refusedSnapshots().count();
        this.ticksToWait =
                refusals == 0 ? 0 : node.options().electionTimeoutTicks() << Math.min(refusals - 1, MAX_DOUBLINGS);
    }

    /** Whether no snapshot is taken yet, because others could not be installed. */
    boolean isWaiting() {
        return node.stateMissing() && ticksToWait > 0;
    }

    /** Asks again and again: the request may be lost, the leader be another one, or have no snapshot yet. */
    void tick() {
        if (isWaiting()) {
            ticksToWait--;
            return;
        }
        if (!node.stateMissing() || node.installingSnapshot() || node.leader().isEmpty()) {
            return;
        }
        ticks++;
        if (ticks >= node.options().heartbeatTicks()) {
            ticks = 0;
            effects.send(
                    node.leader().get(),
                    new Message.SnapshotRequest(
                            node.term(),
                            node.log().start().index(),
                            node.refusedSnapshots().lastIndex()));
        }
    }

    /** The leader's half. A transfer that is under way goes on, unless it is of what was refused. */
    void handle(FollowerProgress follower, Message.SnapshotRequest request) {
        long newest = node.snapshot().last().index();
        boolean refused = request.refusedIndex() > 0 && request.refusedIndex() == newest;
        if (refused && follower.snapshotRefused(newest)) {
            effects.add(new Effect.SnapshotRefused(
                    follower.member(), node.snapshot().last()));
        }
        // One that is refused is sent again only where another would be the same.
        boolean another = refused && node.appliedIndex() > newest;
        boolean leadsThere = newest > 0 && newest >= request.fromIndex();
        if (another || (!leadsThere && follower.snapshotTransfer().isEmpty())) {
            effects.add(new Effect.TakeSnapshot());
        } else if (follower.snapshotTransfer().isEmpty()) {
            follower.sendRequestedSnapshot(node.snapshot());
        }
    }
}
