package io.quorate.kv;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Keeps the leases alive and ends them, at the member that leads; the others stand by. Safe for use by many threads; it
 * starts none.
 *
 * <p>What is promised: a lease is not ended before its time to live has passed since the leader got the last renewal that
 * it acknowledged, by a clock that runs no faster than the declared bound. Three things hold that up:
 *
 * <ol>
 *   <li>A leader keeps leases only after its {@link LeaseTakeover} was applied. From there on in the log, what an earlier
 *       leader says of the leases' time is refused; and the new one gives every lease all the time that is known to be left.
 *   <li>A renewal is acknowledged only after the leader has made sure that it still led when it got it. So a later leader
 *       was elected after the renewal, and the time that it gives begins after it.
 *   <li>If it is on record that less than the whole time is left of a lease, the record is put right before the renewal is
 *       acknowledged.
 * </ol>
 */
public final class LeaseKeeper {

    /** What the keeper needs of the member that it belongs to. */
    public interface Member {

        /** The term that the member leads, as far as it knows; may be a little late. */
        OptionalLong leadingTerm();

        /** Replicates a command and applies it here. May fail, with what is done unknown. */
        CompletableFuture<Result> propose(Command command);

        /**
         * Makes sure, by asking a quorum, that this member leads: completes with the term that it led without a break from
         * before this call until after everything was applied here that had been committed before it. Empty if it did not
         * lead; may fail.
         */
        CompletableFuture<OptionalLong> confirmLeadership();
    }

    /** The answer to a request about a lease's time. */
    public sealed interface Answer {

        /** The lease was renewed, and lasts its whole time from when the request came. */
        record Kept(Lease lease) implements Answer {}

        /** What is left of a lease, by the leader's clock. */
        record Left(Lease lease, Duration remaining) implements Answer {}

        /** There is no such lease, or no more. */
        record Unknown() implements Answer {}

        /** This member does not keep the leases, or not yet, or could not make sure of it: nothing is promised. */
        record NotLeading() implements Answer {}
    }

    private final LeaseOptions options;
    private final Supplier<MvccStore> store;
    private final Member member;
    private final LongSupplier nanoTime;

    /** The last term whose leases this member has proposed to take over. */
    private long takeoverTerm;

    private boolean takeoverUnderWay;
    private Optional<Lessor> lessor = Optional.empty();

    /** Who waits for a lease to end that cannot be renewed any more. */
    private final Map<Long, CompletableFuture<Answer>> ends = new HashMap<>();

    /**
     * A keeper that stands by.
     *
     * @param store where the commands are applied
     * @param nanoTime a clock that is not set: what it shows counts only as far as ticks come along with it
     */
    public LeaseKeeper(LeaseOptions options, Supplier<MvccStore> store, Member member, LongSupplier nanoTime) {
        this.options = options;
        this.store = store;
        this.member = member;
        this.nanoTime = nanoTime;
    }

    /** To be called several times a second: notices a change of leader, and ends what has run out. */
    public void tick() {
        OptionalLong term = member.leadingTerm();
        if (term.isEmpty()) {
            standBy();
            return;
        }
        for (Command command : due(term.getAsLong())) {
            CompletableFuture<Result> unused = member.propose(command);
        }
    }

    private synchronized List<Command> due(long term) {
        if (lessor.isPresent() && lessor.get().term() == term) {
            Lessor.Due due = lessor.get().tick(nanoTime.getAsLong());
            List<Command> commands = new ArrayList<>(due.expiries());
            due.checkpoint().ifPresent(commands::add);
            return commands;
        }
        if (!takeoverUnderWay || takeoverTerm != term) {
            takeOver(term);
        }
        return List.of();
    }

    private void takeOver(long term) {
        takeoverTerm = term;
        takeoverUnderWay = true;
        // Whatever comes of it is seen when it is applied; if it never is, the next tick proposes it again.
        CompletableFuture<Result> unused = member.propose(new LeaseTakeover(term))
                .whenComplete((result, failure) -> {
                    synchronized (this) {
                        takeoverUnderWay = takeoverUnderWay && takeoverTerm != term;
                    }
                });
    }

    private void standBy() {
        List<CompletableFuture<Answer>> waiting;
        synchronized (this) {
            lessor = Optional.empty();
            waiting = List.copyOf(ends.values());
            ends.clear();
        }
        waiting.forEach(end -> end.complete(new Answer.NotLeading()));
    }

    /** To be told what each batch of commands resulted in, in order, by whoever applies them, once the store has them. */
    public void applied(List<Result> results) {
        List<CompletableFuture<Answer>> ended = new ArrayList<>();
        synchronized (this) {
            for (Result result : results) {
                switch (result) {
                    case Result.LeaseTakeoverResult takeover -> takenOver(takeover.term());
                    case Result.LeaseGrantResult grant -> tell(grant);
                    case Result.LeaseRevokeResult revoked -> {
                        tell(revoked);
                        Optional.ofNullable(ends.remove(revoked.lease().id())).ifPresent(ended::add);
                    }
                    default -> {}
                }
            }
        }
        ended.forEach(end -> end.complete(new Answer.Unknown()));
    }

    private void tell(Result result) {
        lessor.ifPresent(keeping -> keeping.applied(result, nanoTime.getAsLong()));
    }

    /** The store may be ahead of the takeover by the rest of the batch; being told of that again does no harm. */
    private void takenOver(long term) {
        lessor = term == takeoverTerm
                ? Optional.of(new Lessor(options, term, store.get().leases(), nanoTime.getAsLong()))
                : Optional.empty();
    }

    /** Renews a lease. May fail, with nothing promised. */
    public CompletableFuture<Answer> keepAlive(long id) {
        return member.confirmLeadership().thenCompose(term -> renew(id, term));
    }

    /** How long a lease lasts yet. May fail. */
    public CompletableFuture<Answer> timeToLive(long id) {
        return member.confirmLeadership().thenApply(term -> left(id, term));
    }

    private synchronized CompletableFuture<Answer> renew(long id, OptionalLong term) {
        Optional<Lessor> keeping = keeping(term);
        if (keeping.isEmpty()) {
            return CompletableFuture.completedFuture(new Answer.NotLeading());
        }
        return switch (keeping.get().renew(id, nanoTime.getAsLong())) {
            case Lessor.Renewal.Unknown unknown -> CompletableFuture.completedFuture(new Answer.Unknown());
            case Lessor.Renewal.Expiring expiring ->
                ends.computeIfAbsent(id, none -> new CompletableFuture<>()).copy();
            case Lessor.Renewal.Renewed renewed ->
                renewed.first()
                        .map(first -> restore(keeping.get(), renewed.lease(), first))
                        .orElseGet(() -> CompletableFuture.completedFuture(new Answer.Kept(renewed.lease())));
        };
    }

    private CompletableFuture<Answer> restore(Lessor keeping, Lease lease, LeaseCheckpoint first) {
        return member.propose(first).thenApply(result -> {
            if (!(result instanceof Result.LeaseCheckpointResult)) {
                return new Answer.NotLeading();
            }
            synchronized (this) {
                keeping.restored(first);
            }
            return new Answer.Kept(lease);
        });
    }

    private synchronized Answer left(long id, OptionalLong term) {
        Optional<Lessor> keeping = keeping(term);
        if (keeping.isEmpty()) {
            return new Answer.NotLeading();
        }
        Optional<Lease> lease = store.get().lease(id);
        Optional<Duration> remaining = keeping.get().remaining(id, nanoTime.getAsLong());
        return lease.isPresent() && remaining.isPresent()
                ? new Answer.Left(lease.get(), remaining.get())
                : new Answer.Unknown();
    }

    private Optional<Lessor> keeping(OptionalLong term) {
        return lessor.filter(keeping -> term.isPresent() && term.getAsLong() == keeping.term());
    }
}
