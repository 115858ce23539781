package io.quorate.core;

/**
 * How a leader cuts its log into messages, and how many it sends ahead. Nothing but speed depends on it, so it may change at any time.
 *
 * @param maxMessageBytes entries in one AppendRequest, in bytes (one entry may exceed it)
 * @param maxInflightMessages AppendRequests sent to one follower and not yet answered
 */
public record SendBounds(long maxMessageBytes, int maxInflightMessages) {

    public SendBounds {
        if (maxMessageBytes < 1 || maxInflightMessages < 1) {
            throw new IllegalArgumentException("bounds of messages and of messages in flight must be at least 1");
        }
    }

    /** These, but no more than others allow. */
    public SendBounds atMost(SendBounds most) {
        return new SendBounds(
                Math.min(maxMessageBytes, most.maxMessageBytes),
                Math.min(maxInflightMessages, most.maxInflightMessages));
    }
}
