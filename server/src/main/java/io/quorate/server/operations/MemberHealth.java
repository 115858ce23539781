package io.quorate.server.operations;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of one member's health.
 *
 * @param id unsigned
 * @param name empty if the member was never started
 * @param learner whether it does not vote
 * @param witness whether it holds no data, and never leads
 * @param told what it says of itself; empty if it does not answer
 */
public record MemberHealth(long id, String name, boolean learner, boolean witness, Optional<Told> told) {

    /** A member with data. */
    public MemberHealth(long id, String name, boolean learner, Optional<Told> told) {
        this(id, name, learner, false, told);
    }

    /**
     * What a member says of itself.
     *
     * @param leader the id of the leader that it follows, or is
     * @param term that it is in
     * @param lastIndex of its log
     * @param commitIndex up to which it knows entries to be committed
     * @param appliedIndex up to which its state has come
     * @param sound whether it may vote and serve: it has its state, and is not held to differ
     * @param unsound why not; empty if it is
     * @param alarms that are raised, of all members, by name
     * @param usableBytes that are free on the disk of its data
     * @param totalBytes of that disk; 0 if that is not known
     * @param release of the program; empty if it does not tell, or does not know
     * @param changing whether it sees a joint configuration: a change of members is under way
     * @param matches if it leads: up to which index the others have the same log, by id
     */
    public record Told(
            Optional<Long> leader,
            long term,
            long lastIndex,
            long commitIndex,
            long appliedIndex,
            boolean sound,
            String unsound,
            List<String> alarms,
            long usableBytes,
            long totalBytes,
            String release,
            boolean changing,
            Map<Long, Long> matches) {
        public Told {
            alarms = List.copyOf(alarms);
            matches = Map.copyOf(matches);
        }
    }

    public boolean answers() {
        return told.isPresent();
    }

    /** What people call it. */
    public String label() {
        return name.isEmpty() ? Long.toHexString(id) : name;
    }
}
