package io.quorate.bench;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** What the members of a contender have applied: so little that it costs nothing, yet enough to tell if they differ. */
public final class Replicas {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long FACTOR = 0x9e3779b97f4a7c15L;

    /** One member's state: how many commands it has applied, and a digest of them in their order. One thread writes it. */
    public static final class Replica {

        private volatile long applied;
        private long digest;

        private Replica() {}

        /** Applies a command; its position may change. Returns the number of commands applied so far. */
        public long apply(ByteBuffer command) {
            int at = command.position();
            digest = (digest * FACTOR + command.getLong(at)) * FACTOR + command.getLong(at + Long.BYTES);
            long now = applied + 1;
            applied = now;
            return now;
        }

        /** The digest; call it on the thread that applies, or after {@link #applied} has shown what it belongs to. */
        public long digest() {
            return digest;
        }

        public long applied() {
            return applied;
        }

        /** Takes over a state that was written down. */
        public void restore(long newApplied, long newDigest) {
            digest = newDigest;
            applied = newApplied;
        }
    }

    private final List<Replica> members = new CopyOnWriteArrayList<>();

    /** One more member. */
    public Replica add() {
        Replica replica = new Replica();
        members.add(replica);
        return replica;
    }

    /**
     * Waits until all members have applied that many commands, and compares what they have applied.
     *
     * @throws IllegalStateException if they differ
     */
    public void verify(long completed) throws TimeoutException {
        long begin = System.nanoTime();
        for (Replica member : members) {
            while (member.applied() < completed) {
                if (System.nanoTime() - begin > PATIENCE_NANOS) {
                    throw new TimeoutException(
                            "a member has applied " + member.applied() + " of " + completed + " commands after 30 s");
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        }
        for (Replica member : members) {
            if (member.applied() != completed
                    || member.digest() != members.getFirst().digest()) {
                throw new IllegalStateException("the members have applied different commands, or others than "
                        + completed + " that were completed");
            }
        }
    }
}
