package io.quorate.core;

/**
 * What a member has sent to its followers as a leader since it started: what {@link SendBounds} did to it.
 *
 * @param messages AppendRequests with entries, to followers whose logs are known to match
 * @param full those of them that were as large as they may be, while there was more to send
 * @param underWay for each of them: how many were under way to that follower then, itself included; all added up
 * @param heldBack how often entries had to wait since as much was under way to a follower as may be
 */
public record SendCounts(long messages, long full, long underWay, long heldBack) {

    /** Nothing was sent. */
    public static final SendCounts NONE = new SendCounts(0, 0, 0, 0);

    /** What has been added since then. */
    public SendCounts since(SendCounts earlier) {
        return new SendCounts(
                messages - earlier.messages,
                full - earlier.full,
                underWay - earlier.underWay,
                heldBack - earlier.heldBack);
    }
}
