package io.quorate.kv;

import java.util.List;

/**
 * What is left of leases by the clock of a leader, so that the next one need not begin them anew.
 *
 * @param term of the leader; refused if a later leader has taken the leases over
 * @param sequence rises with each checkpoint of a term; refused if a later one was applied before, whose renewals it does
 *     not know
 */
public record LeaseCheckpoint(long term, long sequence, List<Remaining> leases) implements Command {

    /**
     * What is left of one lease.
     *
     * @param grantIndex of the lease that is meant
     * @param seconds rounded up; the lease's whole time if it was renewed
     */
    public record Remaining(long id, long grantIndex, long seconds) {}

    public LeaseCheckpoint {
        leases = List.copyOf(leases);
    }
}
