package io.quorate.server.api;

import io.quorate.kv.Result;
import io.quorate.server.wire.EtcdError;
import io.quorate.server.wire.Limit;
import io.quorate.server.wire.LimitListener;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the leases of all clients together, as this member knows them: each costs memory at every member, and the leader's time. Thread-safe.
 *
 * <p>To count them all takes long, so what was counted last is kept, and what this member was asked to grant since is added. They are counted
 * anew when a tenth of the room that was left then is used up, and when there is none. What other members grant meanwhile is not seen, so
 * there may be somewhat more than the bound, and not many times more.
 */
final class LeaseCount {

    private static final long NANOS_BETWEEN_COUNTS = 1_000_000_000L;

    /** What part of the room that is left may be used up without counting anew. */
    private static final int PARTS_OF_ROOM = 10;

    private final int most;
    private final Supplier<CompletableFuture<Integer>> counting;
    private final LimitListener limits;
    private final LongSupplier nanoTime;

    // ---- Guarded by this.
    private int counted;
    private boolean known;
    /** Asked for before the last count began, and not in one that has succeeded. */
    private int grantedBefore;
    /** Asked for since then. */
    private int grantedSince;

    private long countsBegun;
    private long countThatSucceeded;
    private boolean underWay;
    private long nextCountAtNanos;

    /**
     * Room for one lease.
     *
     * @param countsBegun how many counts had begun before
     */
    record Room(long countsBegun) {}

    /** @param counting counts all leases that there are, elsewhere */
    LeaseCount(int most, Supplier<CompletableFuture<Integer>> counting, LimitListener limits, LongSupplier nanoTime) {
        this.most = most;
        this.counting = counting;
        this.limits = limits;
        this.nanoTime = nanoTime;
        this.nextCountAtNanos = nanoTime.getAsLong();
    }

    /**
     * Has a lease granted, if there is room for it. One that is not granted, such as one whose id is taken, counts no longer; of one whose
     * granting fails nobody knows, and it counts until all are counted anew.
     */
    CompletableFuture<Result> grant(Supplier<CompletableFuture<Result>> writing) {
        Optional<Room> room = take();
        if (room.isEmpty()) {
            return CompletableFuture.failedFuture(EtcdError.TOO_MANY_LEASES.exception());
        }
        CompletableFuture<Result> outcome;
        try {
            outcome = writing.get();
        } catch (RuntimeException e) {
            giveBack(room.get());
            throw e;
        }
        return outcome.whenComplete((result, failure) -> {
            if (result instanceof Result.Rejected) {
                giveBack(room.get());
            }
        });
    }

    /** What a count has replaced since is in no number any more, and must not be taken off from what others have got. */
    private synchronized void giveBack(Room room) {
        if (room.countsBegun() == countsBegun) {
            grantedSince--;
        } else if (room.countsBegun() >= countThatSucceeded) {
            grantedBefore--;
        }
    }

    /** Counts one more that is to be granted, unless there are as many as there may be. */
    Optional<Room> take() {
        Optional<Room> room = Optional.empty();
        boolean countsAnew;
        synchronized (this) {
            int granted = grantedBefore + grantedSince;
            if (counted + granted < most) {
                grantedSince++;
                granted++;
                room = Optional.of(new Room(countsBegun));
            }
            countsAnew = !underWay
                    && (!known || room.isEmpty() || granted >= (most - counted) / PARTS_OF_ROOM)
                    && nanoTime.getAsLong() - nextCountAtNanos >= 0;
            if (countsAnew) {
                beginCount();
            }
        }
        if (countsAnew) {
            countAnew();
        }
        if (room.isEmpty()) {
            limits.exceeded(Limit.LEASES, "refused a lease: there are " + most + ", as many as there may be");
        }
        return room;
    }

    /** What was asked for before may not be applied yet when it is counted, which makes for a few too many. */
    private void beginCount() {
        underWay = true;
        countsBegun++;
        grantedBefore += grantedSince;
        grantedSince = 0;
    }

    private void countAnew() {
        CompletableFuture<Integer> count;
        try {
            count = counting.get();
        } catch (RuntimeException e) {
            // This member must not tell at present, nor grant.
            counted(null);
            return;
        }
        var unused = count.whenComplete((number, failure) -> counted(number));
    }

    private synchronized void counted(@Nullable Integer count) {
        underWay = false;
        nextCountAtNanos = nanoTime.getAsLong() + NANOS_BETWEEN_COUNTS;
        if (count != null) {
            known = true;
            counted = count;
            grantedBefore = 0;
            countThatSucceeded = countsBegun;
        }
    }
}
