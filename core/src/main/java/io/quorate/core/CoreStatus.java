package io.quorate.core;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.util.List;
import java.util.Optional;

/**
 * A picture of a core at one moment, for people and for monitoring.
 *
 * @param abstention why this member does not campaign, if it does not
 */
public record CoreStatus(
        MemberId self,
        RoleName role,
        long term,
        Optional<MemberId> leader,
        EntryId last,
        long syncedIndex,
        long commitIndex,
        long appliedIndex,
        EntryId snapshot,
        Configuration configuration,
        boolean votingSuspended,
        boolean stateMissing,
        Optional<Abstention> abstention,
        List<FollowerStatus> followers) {

    /**
     * How the leader sees a follower; empty at members that do not lead.
     *
     * @param recentlyActive whether it was heard of within an election timeout
     * @param silentTicks the ticks since it was heard of last
     */
    public record FollowerStatus(
            MemberId member, String state, long matchIndex, long nextIndex, boolean recentlyActive, int silentTicks) {

        /** The {@code state} of a follower that is being sent a snapshot. */
        public static final String SNAPSHOT = "snapshot";
    }
}
