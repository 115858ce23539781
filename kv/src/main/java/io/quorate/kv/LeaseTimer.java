package io.quorate.kv;

import java.util.concurrent.TimeUnit;

/** One lease on the leader's clock; belongs to its {@link Lessor}. Times are those of the {@link LeaseClock}. */
final class LeaseTimer {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Lease lease;
    private final double stretch;

    /** When its time is over. */
    private long deadline;

    /** What the members think a new leader would have to grant, or will once what is proposed is applied. */
    private long replicatedSeconds;

    /** When something is to be done about it next. */
    private long due;

    /** The last checkpoint that was proposed of it; 0: none was. */
    private long sequence;

    private boolean expiring;

    /** Where it stands in the {@link LeaseQueue}. */
    int place;

    /**
     * A timer that begins now with what the members know to be left.
     *
     * @param stretch the clock's nanoseconds for each nanosecond promised
     */
    LeaseTimer(Lease lease, double stretch, long now) {
        this.lease = lease;
        this.stretch = stretch;
        this.replicatedSeconds = lease.remainingSeconds();
        this.deadline = after(now, lease.remainingSeconds());
    }

    Lease lease() {
        return lease;
    }

    long due() {
        return due;
    }

    void setDue(long time) {
        due = time;
    }

    long deadline() {
        return deadline;
    }

    void renew(long now) {
        deadline = after(now, lease.ttlSeconds());
    }

    /** Its end is proposed, and it cannot be renewed any more. */
    void expire() {
        expiring = true;
    }

    boolean isExpiring() {
        return expiring;
    }

    boolean isOver(long now) {
        return deadline <= now;
    }

    /** What is left, in nanoseconds; at least 0. */
    long remainingNanos(long now) {
        return (long) (Math.max(0, deadline - now) / stretch);
    }

    /** The same in whole seconds, the last begun one included: what is replicated is never less than what is left. */
    long remainingSeconds(long now) {
        return Math.min(lease.ttlSeconds(), (remainingNanos(now) + SECOND - 1) / SECOND);
    }

    /** Whether a new leader would grant less than the whole time. */
    boolean isCheckpointed() {
        return replicatedSeconds < lease.ttlSeconds();
    }

    /** What is left, less than the whole time, has been proposed to be replicated. */
    void checkpoint(long seconds, long checkpointSequence) {
        replicatedSeconds = seconds;
        sequence = checkpointSequence;
    }

    /** The whole time has been proposed to be replicated; that counts when it is applied. */
    void restoring(long checkpointSequence) {
        sequence = checkpointSequence;
    }

    /** A checkpoint with the whole time was applied; it tells nothing if a later one was proposed meanwhile. */
    void restored(long checkpointSequence) {
        if (sequence == checkpointSequence) {
            replicatedSeconds = lease.ttlSeconds();
        }
    }

    private long after(long now, long seconds) {
        double nanos = (double) seconds * SECOND * stretch;
        return nanos >= Long.MAX_VALUE - now ? Long.MAX_VALUE : now + (long) nanos;
    }
}
