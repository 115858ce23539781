package io.quorate.kv;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The leader's view of the leases: when each runs out by the leader's clock. It proposes nothing itself, it says what is to
 * be proposed. Not thread-safe; it has no clock but the one it is told.
 *
 * <p>It begins when the leader's {@link LeaseTakeover} is applied, and then gives every lease all the time that the members
 * know to be left of it, from that moment. So a change of leader makes leases longer, never shorter; and a lease that is
 * renewed while its replicated remaining time is short needs that put right before the renewal may be acknowledged.
 *
 * <p>Every operation takes at most the logarithm of the number of leases; a tick in which nothing is due takes nothing.
 */
public final class Lessor {
    private static final int MAX_CHECKPOINTED_TOGETHER = 1000;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final LeaseOptions options;
    private final long term;
    private final LeaseClock clock;
    private final Map<Long, LeaseTimer> timers = new HashMap<>();
    private final LeaseQueue queue = new LeaseQueue();
    private long now;
    private long sequence;

    /** What comes of an attempt to renew a lease. */
    public sealed interface Renewal {

        /**
         * It lasts its whole time from now on.
         *
         * @param first what must be applied before anybody is told so: without it, the next leader would end it earlier
         */
        record Renewed(Lease lease, Optional<LeaseCheckpoint> first) implements Renewal {}

        /** Its time is over, and its end is proposed: it cannot be renewed any more. */
        record Expiring(Lease lease) implements Renewal {}

        /** There is none. */
        record Unknown() implements Renewal {}
    }

    /**
     * What is to be proposed.
     *
     * @param expiries one for each lease whose time is over
     */
    public record Due(List<LeaseExpiry> expiries, Optional<LeaseCheckpoint> checkpoint) {
        public Due {
            expiries = List.copyOf(expiries);
        }
    }

    /**
     * Begins.
     *
     * @param term that the leader leads
     * @param leases all that there are when its takeover is applied
     * @param nanoTime what its clock shows
     */
    public Lessor(LeaseOptions options, long term, List<Lease> leases, long nanoTime) {
        this.options = options;
        this.term = term;
        this.clock = new LeaseClock(nanoTime);
        leases.forEach(this::granted);
    }

    public long term() {
        return term;
    }

    /** How many leases there are. */
    public int size() {
        return timers.size();
    }

    /** Learns what a command about leases has done; to be told all results after the takeover's, in order. */
    public void applied(Result result, long nanoTime) {
        if (result instanceof Result.LeaseGrantResult grant) {
            now = clock.advance(nanoTime);
            granted(grant.lease());
        } else if (result instanceof Result.LeaseRevokeResult revoked) {
            ended(revoked.lease());
        }
    }

    private void granted(Lease lease) {
        LeaseTimer known = timers.get(lease.id());
        if (known != null && known.lease().grantIndex() == lease.grantIndex()) {
            return;
        }
        if (known != null) {
            queue.remove(known);
        }
        LeaseTimer timer = new LeaseTimer(lease, 1 + options.clockDriftBound(), now);
        timers.put(lease.id(), timer);
        queue.add(timer, nextDue(timer));
    }

    private void ended(Lease lease) {
        LeaseTimer timer = timers.get(lease.id());
        if (timer != null && timer.lease().grantIndex() == lease.grantIndex()) {
            timers.remove(lease.id());
            queue.remove(timer);
        }
    }

    /** Renews a lease, from now on. */
    public Renewal renew(long id, long nanoTime) {
        now = clock.advance(nanoTime);
        LeaseTimer timer = timers.get(id);
        if (timer == null) {
            return new Renewal.Unknown();
        }
        if (timer.isExpiring()) {
            return new Renewal.Expiring(timer.lease());
        }
        timer.renew(now);
        queue.reschedule(timer, nextDue(timer));
        return new Renewal.Renewed(
                timer.lease(), timer.isCheckpointed() ? Optional.of(restore(timer)) : Optional.empty());
    }

    private LeaseCheckpoint restore(LeaseTimer timer) {
        LeaseCheckpoint checkpoint = checkpoint(List.of(wholeTime(timer.lease())));
        timer.restoring(checkpoint.sequence());
        return checkpoint;
    }

    /**
     * What a renewal had to wait for was applied. Until this is told, every further renewal asks for it anew: nobody knows
     * what became of the first.
     */
    public void restored(LeaseCheckpoint checkpoint) {
        for (LeaseCheckpoint.Remaining remaining : checkpoint.leases()) {
            LeaseTimer timer = timers.get(remaining.id());
            if (timer != null && timer.lease().grantIndex() == remaining.grantIndex()) {
                timer.restored(checkpoint.sequence());
            }
        }
    }

    private static LeaseCheckpoint.Remaining wholeTime(Lease lease) {
        return new LeaseCheckpoint.Remaining(lease.id(), lease.grantIndex(), lease.ttlSeconds());
    }

    /** How much is left of a lease; 0 if its time is over, empty if there is none. */
    public Optional<Duration> remaining(long id, long nanoTime) {
        now = clock.advance(nanoTime);
        return Optional.ofNullable(timers.get(id)).map(timer -> Duration.ofNanos(timer.remainingNanos(now)));
    }

    /** Time passes; answers what has become due by it. */
    public Due tick(long nanoTime) {
        now = clock.advance(nanoTime);
        List<LeaseExpiry> expiries = new ArrayList<>();
        List<LeaseTimer> unrenewed = new ArrayList<>();
        Optional<LeaseTimer> first = queue.first();
        while (first.isPresent()
                && first.get().due() <= now
                && expiries.size() < options.maxExpiriesPerTick()
                && unrenewed.size() < MAX_CHECKPOINTED_TOGETHER) {
            LeaseTimer timer = first.get();
            if (timer.isOver(now)) {
                timer.expire();
                expiries.add(new LeaseExpiry(timer.lease().id(), timer.lease().grantIndex(), term));
                queue.reschedule(timer, now + options.retryInterval().toNanos());
            } else {
                unrenewed.add(timer);
                queue.reschedule(timer, nextDue(timer));
            }
            first = queue.first();
        }
        return new Due(expiries, unrenewed.isEmpty() ? Optional.empty() : Optional.of(checkpointOf(unrenewed)));
    }

    private LeaseCheckpoint checkpointOf(List<LeaseTimer> unrenewed) {
        List<LeaseCheckpoint.Remaining> left = new ArrayList<>();
        for (LeaseTimer timer : unrenewed) {
            Lease lease = timer.lease();
            left.add(new LeaseCheckpoint.Remaining(lease.id(), lease.grantIndex(), timer.remainingSeconds(now)));
        }
        LeaseCheckpoint checkpoint = checkpoint(left);
        for (int i = 0; i < left.size(); i++) {
            unrenewed.get(i).checkpoint(left.get(i).seconds(), checkpoint.sequence());
        }
        return checkpoint;
    }

    private LeaseCheckpoint checkpoint(List<LeaseCheckpoint.Remaining> leases) {
        return new LeaseCheckpoint(term, ++sequence, leases);
    }

    /** Its end, or the next checkpoint if that comes earlier. */
    private long nextDue(LeaseTimer timer) {
        long checkpoint = now + options.checkpointInterval().toSeconds() * SECOND;
        return Math.min(timer.deadline(), checkpoint);
    }
}
