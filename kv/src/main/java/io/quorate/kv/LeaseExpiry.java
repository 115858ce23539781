package io.quorate.kv;

/**
 * Ends a lease because its time is over by the clock of a leader, and deletes its keys in one revision.
 *
 * @param grantIndex of the lease that is meant: another may have got its id meanwhile
 * @param term of the leader; refused if a later leader has taken the leases over, and may have renewed this one
 */
public record LeaseExpiry(long id, long grantIndex, long term) implements Command {}
