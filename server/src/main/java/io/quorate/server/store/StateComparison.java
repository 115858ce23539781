package io.quorate.server.store;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.RaftNode;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Result;
import io.quorate.kv.Verdict;
import io.quorate.kv.Verification;
import io.quorate.kv.Verify;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Has the members' states compared for somebody who waits for it, beside the comparisons that {@link StateVerification} makes by
 * itself. Thread-safe.
 */
public final class StateComparison {

    private static final long POLL_MILLIS = 10;

    /** So long the round before is waited for at most; never longer than half of what members may take. */
    private static final Duration GUARD = Duration.ofSeconds(1);

    private final RaftNode<Result> node;
    private final MvccStore store;
    private final Duration patience;
    private final Executor executor;

    /**
     * What a comparison came to; members are told by their ids.
     *
     * @param index of the log, at which the states were compared
     * @param equal those whose states a majority of the voters agrees on
     * @param differing those whose states differ from that; everybody who has reported, if no majority agrees
     * @param silent those who have not reported in time
     */
    public record Compared(long index, List<Long> equal, List<Long> differing, List<Long> silent) {
        public Compared {
            equal = List.copyOf(equal);
            differing = List.copyOf(differing);
            silent = List.copyOf(silent);
        }
    }

    /**
     * @param patience how long members may take to report at most
     * @param executor looks for reports
     */
    public StateComparison(RaftNode<Result> node, MvccStore store, Duration patience, Executor executor) {
        this.node = node;
        this.store = store;
        this.patience = patience;
        this.executor = executor;
    }

    /**
     * Compares the states of all members as they are after what is committed by now.
     *
     * @param wait how long members may take to report once they are asked; at most as long as was said before. The round before is given half
     *     of that besides, to be complete, or a second if that is less
     * @return fails with {@link io.quorate.engine.RaftException} if nobody leads
     */
    public CompletableFuture<Compared> compare(Duration wait) {
        Duration bounded = shorter(wait, patience);
        long guardEndNanos =
                System.nanoTime() + shorter(GUARD, bounded.dividedBy(2)).toNanos();
        return node.readIndex()
                .thenCompose(index -> roundBefore(guardEndNanos))
                .thenCompose(over -> node.inspect())
                .thenCompose(status -> node.propose(mark(status.configuration())))
                .thenCompose(result -> {
                    if (!(result instanceof Result.VerifyResult marked)) {
                        throw new IllegalStateException("a mark came to " + result.getClass());
                    }
                    // Nobody can report before there is a mark.
                    return reported(marked.digest().appliedIndex(), System.nanoTime() + bounded.toNanos());
                });
    }

    /** Another mark throws away what was reported at the one before, and takes for wrong who is only late: it is given some time. */
    private CompletableFuture<Void> roundBefore(long endNanos) {
        if (store.verification().isComplete() || System.nanoTime() - endNanos >= 0) {
            return CompletableFuture.completedFuture(null);
        }
        return later(() -> roundBefore(endNanos));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private <T> CompletableFuture<T> later(Supplier<CompletableFuture<T>> task) {
        Executor delayed = CompletableFuture.delayedExecutor(POLL_MILLIS, TimeUnit.MILLISECONDS, executor);
        return CompletableFuture.supplyAsync(() -> task, delayed).thenCompose(Supplier::get);
    }

    private static ByteBuffer mark(Configuration configuration) {
        return ByteBuffer.wrap(CommandCodec.encode(among(configuration)));
    }

    /** Whose states are compared: those of all that have one, and so of no witness. */
    static Verify among(Configuration configuration) {
        return new Verify(
                holders(configuration.allVoters(), configuration), holders(configuration.learners(), configuration));
    }

    /** The ids of those of some members that hold data. */
    static List<Long> holders(Collection<MemberId> members, Configuration configuration) {
        return members.stream()
                .filter(member -> !configuration.isWitness(member))
                .map(MemberId::value)
                .toList();
    }

    /** A later mark takes the place of an earlier one, and does as well. */
    private CompletableFuture<Compared> reported(long index, long deadlineNanos) {
        Verification verification = store.verification();
        boolean complete = verification.verifyIndex() >= index && verification.isComplete();
        if (complete || System.nanoTime() - deadlineNanos >= 0) {
            return CompletableFuture.completedFuture(compared(verification));
        }
        return later(() -> reported(index, deadlineNanos));
    }

    static Compared compared(Verification verification) {
        List<Long> silent = Stream.concat(
                        verification.round().voters().stream(), verification.round().learners().stream())
                .filter(member -> !verification.reports().containsKey(member))
                .toList();
        List<Long> reported = List.copyOf(verification.reports().keySet());
        return switch (verification.verdict()) {
            case Verdict.Agreed agreed ->
                new Compared(verification.verifyIndex(), agreed.equal(), agreed.differing(), silent);
            case Verdict.NoMajority none -> new Compared(verification.verifyIndex(), List.of(), reported, silent);
            case Verdict.Undecided tooFew -> new Compared(verification.verifyIndex(), List.of(), List.of(), silent);
        };
    }
}
