package io.quorate.core;

import io.quorate.core.quorum.MemberId;
import java.util.Optional;

/**
 * What a member must never forget (paper figure 2, "persistent state"): its term and its vote; the commit index beside
 * them spares work after a restart, and is allowed to be old.
 *
 * @param term the latest term that this member has seen
 * @param votedFor the candidate that got this member's vote in {@code term}
 * @param commitIndex the highest index known to be committed when this was written
 */
public record HardState(long term, Optional<MemberId> votedFor, long commitIndex) {

    /** The state of a member that has never run. */
    public static final HardState INITIAL = new HardState(0, Optional.empty(), 0);
}
