package io.quorate.server.store;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Proposes the compactions that nobody has to ask for, while its member leads. Thread-safe.
 *
 * <p>It has no thread and no clock of its own: it is to be called every {@link #interval}. Members that follow take note of
 * time and revisions, too, so that one that comes to lead goes on where the leader before it ended.
 */
public final class AutoCompactor {

    private static final Logger LOG = LoggerFactory.getLogger(AutoCompactor.class);

    /** etcd's figures: how often history is given up, at most, and into how many steps of looking that is divided. */
    private static final Duration LONGEST_PERIOD = Duration.ofHours(1);

    private static final int LOOKS_A_PERIOD = 10;

    /** etcd's figure. */
    private static final Duration REVISION_INTERVAL = Duration.ofMinutes(5);

    /** What is compacted. */
    public interface Member {

        boolean leads();

        /** The current revision, and the one that was compacted last. */
        long revision();

        long compactedRevision();

        /** Proposes a compaction; completes once it is applied, here or by whoever was faster. */
        CompletableFuture<Void> compact(long revision);
    }

    /** Tells which revision is to be compacted now, if any. */
    private interface Schedule {

        OptionalLong due(long nowNanos, long revision);

        /** What was due is done. */
        void compacted(long nowNanos);
    }

    private final LongSupplier nanoTime;
    private final Member member;
    private final Schedule schedule;
    private final Duration interval;
    private boolean proposed;

    /** @param nanoTime a monotonic clock */
    public AutoCompactor(AutoCompaction wanted, LongSupplier nanoTime, Member member) {
        this.nanoTime = nanoTime;
        this.member = member;
        switch (wanted) {
            case AutoCompaction.Off off -> throw new IllegalArgumentException("nothing is to be compacted");
            case AutoCompaction.Periodic periodic -> {
                Duration period =
                        periodic.retention().compareTo(LONGEST_PERIOD) < 0 ? periodic.retention() : LONGEST_PERIOD;
                this.interval = period.dividedBy(LOOKS_A_PERIOD).plusNanos(1);
                this.schedule = new ByAge(
                        periodic.retention().toNanos(), period.toNanos(), nanoTime.getAsLong(), member.revision());
            }
            case AutoCompaction.Revisions revisions -> {
                this.interval = REVISION_INTERVAL;
                this.schedule = new ByCount(revisions.retained());
            }
        }
    }

    /** How often {@link #tick} is to be called. */
    public Duration interval() {
        return interval;
    }

    /** Proposes what has become due. */
    public void tick() {
        OptionalLong due = due();
        if (due.isEmpty()) {
            return;
        }
        CompletableFuture<Void> done;
        try {
            done = member.compact(due.getAsLong());
        } catch (RuntimeException e) {
            done = CompletableFuture.failedFuture(e);
        }
        var unused = done.whenComplete((nothing, failure) -> ended(due.getAsLong(), failure));
    }

    private synchronized OptionalLong due() {
        OptionalLong due = schedule.due(nanoTime.getAsLong(), member.revision());
        if (proposed || due.isEmpty() || !member.leads()) {
            return OptionalLong.empty();
        }
        if (due.getAsLong() <= member.compactedRevision()) {
            schedule.compacted(nanoTime.getAsLong());
            return OptionalLong.empty();
        }
        proposed = true;
        return due;
    }

    private synchronized void ended(long revision, Throwable failure) {
        proposed = false;
        if (failure == null) {
            schedule.compacted(nanoTime.getAsLong());
            LOG.info("revisions before {} were compacted, as --auto-compaction-retention wants it", revision);
        } else {
            LOG.warn("revisions before {} were not compacted, next time perhaps: {}", revision, failure.toString());
        }
    }

    /** Keeps what was there within the retention: the revision that was current at its beginning, and all since then. */
    private static final class ByAge implements Schedule {

        private record Sample(long nanos, long revision) {}

        private final long retentionNanos;
        private final long periodNanos;

        /** In the order of time. All but the first are younger than the retention. */
        private final Deque<Sample> samples = new ArrayDeque<>();

        private long nextNanos;

        ByAge(long retentionNanos, long periodNanos, long nowNanos, long revision) {
            this.retentionNanos = retentionNanos;
            this.periodNanos = periodNanos;
            this.nextNanos = nowNanos + retentionNanos;
            samples.add(new Sample(nowNanos, revision));
        }

        @Override
        public OptionalLong due(long nowNanos, long revision) {
            samples.add(new Sample(nowNanos, revision));
            long begin = nowNanos - retentionNanos;
            Sample first = samples.remove();
            while (!samples.isEmpty() && samples.getFirst().nanos - begin <= 0) {
                first = samples.remove();
            }
            samples.addFirst(first);
            return nowNanos - nextNanos >= 0 && first.nanos - begin <= 0
                    ? OptionalLong.of(first.revision)
                    : OptionalLong.empty();
        }

        @Override
        public void compacted(long nowNanos) {
            nextNanos = nowNanos + periodNanos;
        }
    }

    /** Keeps the latest revisions. */
    private record ByCount(long retained) implements Schedule {

        @Override
        public OptionalLong due(long nowNanos, long revision) {
            return revision > retained ? OptionalLong.of(revision - retained) : OptionalLong.empty();
        }

        @Override
        public void compacted(long nowNanos) {}
    }
}
