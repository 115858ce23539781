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
     * @param snapshot where its newest snapshot stands, if that is known to hold what was written
     * @param state what its store holds, if that is intact and can be compared with what was written, or nothing else leads on
     * @param unreadable the last entry that its log has had and that its damage tells of; empty if it lacks nothing, or that is not known
     * @param whole whether its log is all that the member ever acknowledged: then it would vote if it were started
     * @param alone the state that can be gone on from in place of the log, if that has lost something
     * @param unfit why it is impossible to go on from its log; empty if it is possible
     * @param doubt why one should not go on from it unless there is nothing better
     */
    public record Standing(
            long committed,
            Optional<EntryId> snapshot,
            Optional<InspectedState> state,
            OptionalLong unreadable,
            boolean whole,
            Optional<InspectedState> alone,
            Optional<String> unfit,
            Optional<String> doubt) {}

    public MemberId id() {
        return identity.member();
    }

    /** How people know it. */
    public String name() {
        return identity.memberName().isEmpty() ? directory : identity.memberName();
    }

    /**
     * As one of whom there is nothing but the state: what stood behind that in the log is given up.
     *
     * @param term for the entry that stands for the state, whose own term nobody knows
     */
    Optional<Survivor> byStateAlone(long term) {
        return standing.alone()
                .map(state -> new Survivor(
                        directory,
                        identity,
                        hardState,
                        SurvivingLog.ofState(new EntryId(term, state.appliedIndex())),
                        members,
                        new Standing(
                                state.appliedIndex(),
                                standing.snapshot(),
                                Optional.of(state),
                                lastKnown(state),
                                false,
                                Optional.of(state),
                                Optional.empty(),
                                standing.doubt())));
    }

    /** The last entry that its log has, or has had as far as is known, if it is behind the state. */
    private OptionalLong lastKnown(InspectedState state) {
        long last = Math.max(log.last().index(), standing.unreadable().orElse(0));
        return last > state.appliedIndex() ? OptionalLong.of(last) : OptionalLong.empty();
    }

    /** Up to where its log, which is whole, holds what it knows to be committed. */
    long committedInLog() {
        return Math.min(standing.committed(), log.last().index());
    }
}
