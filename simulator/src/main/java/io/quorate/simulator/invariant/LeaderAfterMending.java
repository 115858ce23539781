package io.quorate.simulator.invariant;

import io.quorate.core.CoreStatus;
import io.quorate.engine.RaftNode;
import io.quorate.simulator.Cluster;
import io.quorate.simulator.SimulatedMember;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Once everything is mended, somebody leads within ten election timeouts, in a term that nobody who runs is ahead of
 * (invariant 20). Whether the members converge after that is judged by itself.
 */
final class LeaderAfterMending implements Invariant {

    private final Cluster cluster;
    private final LongSupplier clock;
    private final long allowedNanos;
    private boolean waiting;
    private long deadline;

    /** @param clock the virtual time, in nanoseconds */
    LeaderAfterMending(Cluster cluster, LongSupplier clock) {
        this.cluster = cluster;
        this.clock = clock;
        this.allowedNanos = 10 * cluster.electionTimeoutNanos();
    }

    @Override
    public void mended() {
        waiting = true;
        deadline = clock.getAsLong() + allowedNanos;
    }

    @Override
    public void settled(SimulatedMember member) {
        if (!waiting) {
            return;
        }
        waiting = !somebodyLeads();
        if (waiting && clock.getAsLong() > deadline) {
            throw violated("nobody leads " + allowedNanos / 1_000_000 + " ms after everything was mended");
        }
    }

    private boolean somebodyLeads() {
        Optional<CoreStatus> leader =
                cluster.leader().flatMap(SimulatedMember::node).map(RaftNode::status);
        if (leader.isEmpty()) {
            return false;
        }
        for (SimulatedMember member : cluster.members()) {
            Optional<CoreStatus> status = member.node().map(RaftNode::status);
            if (status.isPresent() && status.get().term() > leader.get().term()) {
                return false;
            }
        }
        return true;
    }
}
