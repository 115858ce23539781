package io.quorate.server.store;

import io.quorate.core.CoreStatus;
import io.quorate.core.RoleName;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.RaftException;
import io.quorate.engine.RaftNode;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.DigestReport;
import io.quorate.kv.Divergence;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Result;
import io.quorate.kv.StateDigest;
import io.quorate.kv.Verification;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the members' states compared, again and again: if this member leads, it proposes a mark; whoever leads, it reports
 * through the log what its own state came to at each mark, and acts on the verdict. Thread-safe.
 *
 * <p>Nothing waits for it. Reports that come too late, because the member lags behind or has restarted, are left out: the
 * next mark is soon there.
 */
public final class StateVerification implements VerificationListener, AutoCloseable {

    /** After so many entries states are compared, even if the interval is not over. */
    static final long MAX_ENTRIES = 100_000;

    private static final Logger LOG = LoggerFactory.getLogger(StateVerification.class);
    private static final long RETRY_DELAY_MILLIS = 100;

    private final long self;
    private final MvccStore store;
    private final Duration interval;
    private final DivergenceListener listener;
    private final ScheduledExecutorService executor;

    /** What this member has last captured; not kept over a restart. */
    private volatile Optional<StateDigest> captured = Optional.empty();

    private volatile Optional<RaftNode<Result>> node = Optional.empty();

    /** Of the last mark that was applied, or asked for since so many entries had come. */
    private volatile long markedIndex;

    /** Of the divergences, those that were told. Belongs to the executor. */
    private Map<Long, Divergence> told = Map.of();

    /** When the last mark was applied here, by the monotonic clock. */
    private volatile long lastMarkNanos;

    /** Whether a mark, or a report, is on its way. They belong to the executor. */
    private boolean marking;

    private boolean reporting;

    /**
     * @param name the member's, for the thread
     * @param interval the time between two marks; 0: this member proposes none, but reports at those of others
     */
    public StateVerification(
            String name, MemberId self, MvccStore store, Duration interval, DivergenceListener listener) {
        this.self = self.value();
        this.store = store;
        this.interval = interval;
        this.listener = listener;
        this.markedIndex = store.appliedIndex();
        ScheduledThreadPoolExecutor single = new ScheduledThreadPoolExecutor(
                1, task -> Thread.ofPlatform().daemon().name(name + "-verify").unstarted(task));
        single.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        single.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
        this.executor = single;
    }

    /** Begins, once the member has applied what was committed before its start: no report is then proposed a second time. */
    public void begin(RaftNode<Result> raftNode) {
        run(() -> {
            // What was judged before, while the log was replayed, is taken up as what is on record, and not as news.
            takeUp();
            node = Optional.of(raftNode);
            report();
        });
        if (!interval.isZero()) {
            Future<?> unused = executor.scheduleWithFixedDelay(
                    guarded(this::mark), interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void captured(StateDigest digest) {
        lastMarkNanos = System.nanoTime();
        captured = Optional.of(digest);
        markedIndex = digest.appliedIndex();
        run(this::report);
    }

    @Override
    public void judged(Verification verification) {
        run(() -> judge(verification));
    }

    @Override
    public void applied(long index) {
        if (index - markedIndex >= MAX_ENTRIES && !interval.isZero()) {
            markedIndex = index;
            run(this::mark);
        }
    }

    private void mark() {
        if (node.isEmpty() || marking) {
            return;
        }
        if (isWaitedFor()) {
            return;
        }
        CoreStatus status = node.get().status();
        Configuration configuration = status.configuration();
        if (status.role() != RoleName.LEADER
                || StateComparison.holders(configuration.members(), configuration)
                                .size()
                        == 1) {
            return;
        }
        marking = true;
        byte[] mark = CommandCodec.encode(StateComparison.among(configuration));
        var unused = node.get()
                .propose(ByteBuffer.wrap(mark))
                .whenComplete((result, failure) -> run(() -> {
                    marking = false;
                    if (failure != null) {
                        LOG.debug("states are not compared this time: {}", failure.getMessage());
                    }
                }));
    }

    /** Whether reports of the last mark may yet come: another mark too soon would take for wrong who is only late. */
    private boolean isWaitedFor() {
        return !store.verification().isComplete() && System.nanoTime() - lastMarkNanos < interval.toNanos() * 9 / 10;
    }

    /** Reports what was captured, unless there is a newer mark, or the report is on record. */
    private void report() {
        Verification verification = store.verification();
        if (node.isEmpty() || reporting || captured.isEmpty()) {
            return;
        }
        DigestReport report = DigestReport.of(self, captured.get());
        if (report.verifyIndex() != verification.verifyIndex()
                || report.equals(verification.reports().get(self))) {
            return;
        }
        reporting = true;
        byte[] encoded = CommandCodec.encode(report);
        var unused = node.get()
                .propose(ByteBuffer.wrap(encoded))
                .whenComplete((result, failure) -> run(() -> {
                    reporting = false;
                    reported(failure);
                }));
    }

    /** Another mark may have come meanwhile. */
    private void reported(@Nullable Throwable failure) {
        if (failure == null) {
            report();
        } else if (!(failure instanceof RaftException.Stopped)) {
            LOG.debug("the digest is not reported yet: {}", failure.getMessage());
            Future<?> unused = executor.schedule(guarded(this::report), RETRY_DELAY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void judge(Verification verification) {
        if (node.isEmpty()) {
            return;
        }
        Map<Long, Divergence> before = told;
        told = Map.copyOf(verification.divergences());
        told.forEach((memberId, divergence) -> {
            if (!divergence.equals(before.get(memberId))) {
                diverged(divergence);
            }
        });
        before.keySet().stream().filter(memberId -> !told.containsKey(memberId)).forEach(this::cleared);
    }

    /**
     * What is on record at the start was found of the state as it was then. It may have been replaced since, by a snapshot that
     * has the record in it: only the next mark tells what is to be done. If no majority agreed, this is on record of all who
     * might lead, and somebody must, or there would be no next mark.
     */
    private void takeUp() {
        told = Map.copyOf(store.verification().divergences());
        Optional<Divergence> own = Optional.ofNullable(told.get(self));
        if (own.isPresent()) {
            LOG.warn("This member's state was found to differ: it serves no client until it is found equal.");
        }
        if (own.isPresent() && own.get().healthyMajority()) {
            listener.heldToDiffer();
        }
    }

    private void diverged(Divergence divergence) {
        String member = new MemberId(divergence.memberId()).toString();
        String where = "at log index " + divergence.verifyIndex() + ", in the buckets " + divergence.buckets();
        if (!divergence.healthyMajority()) {
            LOG.error(
                    "The states of the members differ {}, and no majority agrees: member {} serves no client. Nothing is"
                            + " repaired, since nothing tells which state is right; restore the cluster from a backup.",
                    where,
                    member);
        } else if (divergence.memberId() == self) {
            LOG.error(
                    "This member's state differs from the majority's {}: it serves no client until it is repaired and"
                            + " found equal.",
                    where);
        } else {
            LOG.warn("The state of member {} differs from the majority's {}: it serves no client.", member, where);
        }
        if (divergence.memberId() == self) {
            listener.diverged(divergence);
        }
    }

    private void cleared(long memberId) {
        LOG.info("The state of member {} is no longer held to differ.", new MemberId(memberId));
        if (memberId == self) {
            listener.equalAgain();
        }
    }

    /** All that changes this object runs on one thread; what is asked for after the end is not done. */
    private void run(Runnable task) {
        try {
            executor.execute(guarded(task));
        } catch (RejectedExecutionException e) {
            LOG.debug("the member stops: {}", e.getMessage());
        }
    }

    /** What fails once is tried again with the next mark. */
    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("comparing states failed: {}", e.getMessage(), e);
            }
        };
    }

    /** Ends what runs; waits for no report. */
    @Override
    public void close() {
        executor.shutdownNow();
    }
}
