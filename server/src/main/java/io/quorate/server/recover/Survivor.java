package io.quorate.server.recover;

import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.Identity;
import io.quorate.server.inspect.InspectedState;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A member of whom there still is a data directory.
 *
 * @param directory as it was named
 * @param hardState its term and vote, and the commit index that it wrote down last
 * @param members who the members are as of the last entry of its log
 */
public record Survivor(
        String directory,
        Identity identity,
        HardState hardState,
        SurvivingLog log,
        Configuration members,
        Standing standing) {

    /**
     * What can be made of its data.
     *
     * @param committed up to where it knows entries to be committed; behind the end of its log if that has lost some
     * @param snapshot where its newest intact snapshot stands
     * @param state what its store holds, if that is intact
     * @param unreadable the last entry that its log has had and that its damage tells of; empty if it lacks nothing, or that is not known
     * @param whole whether its log is all that the member ever acknowledged: then it would vote if it were started
     * @param unfit why it is impossible to go on from it; empty if it is possible
     * @param doubt why one should not go on from it unless there is nothing better
     */
    public record Standing(
            long committed,
            Optional<EntryId> snapshot,
            Optional<InspectedState> state,
            OptionalLong unreadable,
            boolean whole,
            Optional<String> unfit,
            Optional<String> doubt) {}

    public MemberId id() {
        return identity.member();
    }

    /** How people know it. */
    public String name() {
        return identity.memberName().isEmpty() ? directory : identity.memberName();
    }

    /** Up to where its log, which is whole, holds what it knows to be committed. */
    long committedInLog() {
        return Math.min(standing.committed(), log.last().index());
    }
}
