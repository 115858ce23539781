package io.quorate.simulator.invariant;

import io.quorate.engine.StateMachine;
import io.quorate.kv.Bytes;
import io.quorate.kv.Command;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.DecodeException;
import io.quorate.kv.Lease;
import io.quorate.kv.LeaseExpiry;
import io.quorate.kv.Result;
import io.quorate.simulator.ClientNews;
import io.quorate.simulator.SimulatedMember;
import io.quorate.simulator.fault.Fault;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A lease does not expire before its time since the last renewal that was acknowledged, whoever leads meanwhile; and once it
 * is over it is never heard of again (invariant 16). That it ends through the log alone, and with all its keys, follows from
 * the members' being as the model is.
 *
 * <p>What clocks do is allowed for as far as it is declared: no clock runs faster than {@link #FASTEST_CLOCK}, and leases
 * are stretched by the bound that they are kept with. So with a bound of a tenth they last their full time, and without
 * one they may be shorter by what the clock is too fast. A clock that is to be monotonic and leaps forward all the same takes
 * at most one step of the lease clock away, each time.
 */
final class LeasesLastTheirTime implements Invariant {

    /** The most that the faults of a run make of a clock's rate. */
    static final double FASTEST_CLOCK = 1.1;

    private static final double SECOND = TimeUnit.SECONDS.toNanos(1);

    /** What rounding may take away. */
    private static final long ROUNDING_NANOS = 1_000;

    /** What a leap of a clock may take away: the longest step of the lease clock. */
    private static final long LEAP_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final class Life {
        /** Before this it must not expire. */
        private long promisedUntil;

        /** How many clocks had leapt when that was promised. */
        private long leaps;

        /** When it was over, at the first member to apply that; or the end of time. */
        private long over = Long.MAX_VALUE;

        private boolean expired;
    }

    private final LongSupplier clock;
    private final double kept;

    /** Clocks that have leapt so far. */
    private long leaps;

    /** By the index of its grant. */
    private final Map<Long, Life> lives = new HashMap<>();

    /**
     * Nothing is promised yet.
     *
     * @param clock the virtual time, in nanoseconds
     * @param clockDriftBound what leases are kept with
     */
    LeasesLastTheirTime(LongSupplier clock, double clockDriftBound) {
        this.clock = clock;
        this.kept = (1 + clockDriftBound) / FASTEST_CLOCK;
    }

    @Override
    public void told(ClientNews news) {
        switch (news) {
            case ClientNews.LeasePromised promised -> promise(promised.lease(), promised.fromNanos());
            case ClientNews.LeaseGone gone -> requireOver(gone.lease());
            case ClientNews.WatchBegun ignored -> {}
            case ClientNews.WatchAnswered ignored -> {}
            case ClientNews.WatchProgressed ignored -> {}
            case ClientNews.WatchEnded ignored -> {}
            case ClientNews.ReadJudged ignored -> {}
        }
    }

    @Override
    public void fault(String description) {
        leaps += description.startsWith(Fault.ClockJump.class.getSimpleName()) ? 1 : 0;
    }

    private Life life(Lease lease) {
        return lives.computeIfAbsent(lease.grantIndex(), none -> new Life());
    }

    private void promise(Lease lease, long from) {
        Life life = life(lease);
        if (life.over < from) {
            throw violated(lease + " was over at " + life.over + ", and is promised from " + from + " on");
        }
        long until = from + (long) (lease.ttlSeconds() * SECOND * Math.min(1, kept)) - ROUNDING_NANOS;
        if (until > life.promisedUntil) {
            life.promisedUntil = until;
            life.leaps = leaps;
        }
        requireTime(lease, life);
    }

    private void requireTime(Lease lease, Life life) {
        long allowed = (leaps - life.leaps) * LEAP_NANOS;
        if (life.expired && life.over < life.promisedUntil - allowed) {
            throw violated(lease + " expired at " + life.over + ", and was promised until " + life.promisedUntil);
        }
    }

    private void requireOver(Lease lease) {
        if (life(lease).over == Long.MAX_VALUE) {
            throw violated(lease + " is said to be gone, and no member has ended it");
        }
    }

    @Override
    public void applied(
            SimulatedMember member, List<StateMachine.Command> commands, List<Result> results, long lastIndex) {
        for (int i = 0; i < commands.size(); i++) {
            if (results.get(i) instanceof Result.LeaseRevokeResult ended) {
                over(ended.lease(), isExpiry(commands.get(i).payload()));
            }
        }
    }

    /** A member has ended a lease; only the first to do so counts. */
    void over(Lease lease, boolean expired) {
        Life life = life(lease);
        if (life.over == Long.MAX_VALUE) {
            life.over = clock.getAsLong();
            life.expired = expired;
            requireTime(lease, life);
        }
    }

    private static boolean isExpiry(ByteBuffer payload) {
        try {
            Command command = CommandCodec.decode(Bytes.copyOf(payload));
            return command instanceof LeaseExpiry;
        } catch (DecodeException e) {
            throw new IllegalArgumentException("what has ended a lease cannot be read", e);
        }
    }
}
