package io.quorate.kv;

/**
 * A promise to keep keys for a time after the last renewal, as all members have it.
 *
 * <p>When it ends is only known to the leader, by its clock: nothing here depends on time.
 *
 * @param id never 0
 * @param ttlSeconds how long it lasts after a renewal; at least 1
 * @param remainingSeconds how long it lasts at least after a change of leader: the whole time, or what the last checkpoint
 *     said was left of it if it was not renewed since
 * @param grantIndex the log index of its grant, which tells it from an earlier lease of the same id
 */
public record Lease(long id, long ttlSeconds, long remainingSeconds, long grantIndex) {

    Lease withRemaining(long seconds) {
        return new Lease(id, ttlSeconds, Math.clamp(seconds, 1, ttlSeconds), grantIndex);
    }
}
