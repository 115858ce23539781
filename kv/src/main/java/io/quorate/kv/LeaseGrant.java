package io.quorate.kv;

/**
 * Begins a lease.
 *
 * @param id chosen by whoever proposes it, never 0; refused if there is a lease of this id
 * @param ttlSeconds how long it lasts after each renewal; one of less than a second lasts a second
 */
public record LeaseGrant(long id, long ttlSeconds) implements Command {
    /** etcd's limit. */
    public static final long MAX_TTL_SECONDS = 9_000_000_000L;
}
