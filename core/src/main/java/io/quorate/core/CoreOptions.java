package io.quorate.core;

import io.quorate.core.quorum.MemberId;

/**
 * The settings of a core.
 *
 * @param self this member
 * @param electionTimeoutTicks the least time without a leader after which a follower campaigns; the actual one is drawn
 *     between this and twice this. A follower may be less patient ({@link Event.ElectionTimeoutEstimated}); whatever else a
 *     member does after an election timeout, it does after this one, which is to be the same at all members
 * @param heartbeatTicks time between two heartbeats of a leader
 * @param initialElapsedTicks by how much the first election timeout after the start is shortened; less than
 *     {@code electionTimeoutTicks}
 * @param maxMessageBytes entries in one AppendRequest, in bytes (one entry may exceed it)
 * @param maxInflightMessages AppendRequests sent to one follower and not yet answered
 * @param maxInflightBytes entries sent to one follower and not yet answered, in bytes
 * @param maxUncommittedBytes entries appended by a leader and not yet committed, in bytes; proposals over it are refused
 */
public record CoreOptions(
        MemberId self,
        int electionTimeoutTicks,
        int heartbeatTicks,
        int initialElapsedTicks,
        long maxMessageBytes,
        int maxInflightMessages,
        long maxInflightBytes,
        long maxUncommittedBytes) {

    public CoreOptions {
        require(heartbeatTicks >= 1, "heartbeatTicks must be at least 1");
        require(electionTimeoutTicks > heartbeatTicks, "electionTimeoutTicks must be greater than heartbeatTicks");
        require(
                initialElapsedTicks >= 0 && initialElapsedTicks < electionTimeoutTicks,
                "initialElapsedTicks must be at least 0 and less than electionTimeoutTicks");
        require(
                maxMessageBytes >= 1 && maxInflightMessages >= 1 && maxInflightBytes >= 1 && maxUncommittedBytes >= 1,
                "bounds of messages, bytes in flight and uncommitted bytes must be at least 1");
    }

    /** The bounds that a member begins with, and does not exceed. */
    public SendBounds sendBounds() {
        return new SendBounds(maxMessageBytes, maxInflightMessages);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
