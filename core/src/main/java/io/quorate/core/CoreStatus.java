package io.quorate.core;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.util.List;
import java.util.Optional;

/** A picture of a core at one moment, for people and for monitoring. */
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
        List<FollowerStatus> followers) {

    /** How the leader sees a follower; empty at members that do not lead. */
    public record FollowerStatus(
            MemberId member, String state, long matchIndex, long nextIndex, boolean recentlyActive) {

        /** The {@code state} of a follower that is being sent a snapshot. */
        public static final String SNAPSHOT = "snapshot";
    }
}
