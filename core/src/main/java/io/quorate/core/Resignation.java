package io.quorate.core;

import io.quorate.core.quorum.Configuration;
import java.util.Comparator;
import java.util.Optional;

/**
 * How a leader goes that is not to lead any more: it names a successor, which campaigns at once, and steps down without
 * waiting for what becomes of that. If the message is lost, the others campaign when they miss the heartbeats.
 */
final class Resignation {

    /** So many election timeouts are waited for a disk that hangs where nobody is known to do without it. */
    private static final int HOPELESS_TIMEOUTS = 4;

    private final NodeState node;
    private final Effects effects;
    private final RoleTransitions transitions;

    Resignation(NodeState node, Effects effects, RoleTransitions transitions) {
        this.node = node;
        this.effects = effects;
        this.transitions = transitions;
    }

    /** A member that is not to lead may have won an election that had begun before. */
    void resignIfBarred() {
        if (node.leadershipBarred() && node.role() instanceof Leader leader) {
            handOver(leader);
        }
    }

    /**
     * Leadership depends on durable progress (corner case 9): a leader whose disk hangs would keep the others from campaigning
     * by its heartbeats, and apply nothing itself.
     *
     * <p>If entries that it lacks durably are committed all the same, the others are a quorum without it, and it goes after an
     * election timeout. Else they may not be able to elect anyone: its own vote would be needed, or their disks are as slow as
     * its own, and to go at once would leave a cluster on slow disks without any leader for good. So it waits longer then. A
     * lone voter has nobody to give way to.
     */
    void resignIfDiskHangs(Leader leader) {
        int timeoutTicks = node.options().electionTimeoutTicks();
        boolean othersDoWithout = node.commitIndex() > node.log().syncedIndex();
        int patienceTicks = othersDoWithout ? timeoutTicks : HOPELESS_TIMEOUTS * timeoutTicks;
        if (node.diskSilentTicks() >= patienceTicks && !node.isLoneVoter()) {
            handOver(leader);
        }
    }

    /**
     * To the voter that has most of the log durably, of those that are there. Once anything of this term is committed, that
     * is all that is committed, or the quorum that has it is not there.
     */
    void handOver(Leader leader) {
        Configuration current = node.configuration();
        Optional<FollowerProgress> successor = leader.followers().stream()
                .filter(follower -> current.isVoter(follower.member()) && current.priority(follower.member()) > 0)
                .filter(follower -> follower.heardWithin(node.options().electionTimeoutTicks()))
                .filter(follower -> follower.requestedSnapshot().isEmpty())
                .max(Comparator.comparingLong(FollowerProgress::matchIndex)
                        .thenComparingInt(follower -> current.priority(follower.member())));
        successor.ifPresent(follower -> effects.send(follower.member(), new Message.TimeoutNow(node.term())));
        transitions.stepDown();
    }
}
