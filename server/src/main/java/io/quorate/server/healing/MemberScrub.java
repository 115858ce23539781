package io.quorate.server.healing;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads everything that a member has on its disk, at intervals and when asked, on a thread of its own and at a bounded
 * rate; one scrub at a time. Thread-safe.
 */
public final class MemberScrub implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MemberScrub.class);

    /** What is read, as it is when the scrub begins. */
    public interface Target {

        /** How many bytes there are to be read, more or less. */
        long bytes();

        /**
         * Reads them.
         *
         * @param onRead to be told how many bytes were read, again and again; it takes its time, and throws {@link
         *     CancellationException} if the reading is to end
         */
        ScrubReport read(LongConsumer onRead) throws IOException;

        /** Is told what was found in it, if anything was; must not wait for the scrub to end. */
        void found(ScrubReport report);
    }

    private static final ScrubReport NOTHING = new ScrubReport(List.of(), List.of(), List.of(), List.of());

    /** A scrub that was asked for, or runs. */
    private record Underway(RateLimit limit, CompletableFuture<Void> ended) {}

    private final Supplier<Target> targets;
    private final long bytesPerSecond;
    private final ScheduledExecutorService executor;

    /** Guarded by this object, as is every change of the status. */
    private Optional<Underway> underway = Optional.empty();

    private boolean closed;
    private volatile ScrubStatus status = ScrubStatus.NONE;

    /**
     * @param name the member's, for the thread
     * @param targets gives what there is to be read at present; another one if the data were opened anew
     * @param interval between two scrubs; 0: only when asked
     */
    public MemberScrub(String name, Supplier<? extends Target> targets, Duration interval, long bytesPerSecond) {
        this.targets = targets::get;
        this.bytesPerSecond = bytesPerSecond;
        ScheduledThreadPoolExecutor single = new ScheduledThreadPoolExecutor(
                1, task -> Thread.ofPlatform().daemon().name(name + "-scrub").unstarted(task));
        single.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
        this.executor = single;
        if (!interval.isZero()) {
            Future<?> unused = executor.scheduleWithFixedDelay(
                    this::request, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** The latest scrub, as far as it is. */
    public ScrubStatus status() {
        return status;
    }

    /** Begins a scrub, unless one runs. Returns the one that runs then; once this is closed, one that has failed. */
    public synchronized ScrubStatus request() {
        if (closed) {
            // What was found before tells nothing of the data now.
            return new ScrubStatus(
                    status.number(),
                    false,
                    0,
                    0,
                    List.of(),
                    "nothing was read: the member takes no part any more, or stops");
        }
        if (underway.isEmpty()) {
            Underway begun = new Underway(new RateLimit(bytesPerSecond), new CompletableFuture<>());
            underway = Optional.of(begun);
            status = new ScrubStatus(status.number() + 1, true, 0, 0, List.of(), "");
            executor.execute(() -> run(begun));
        }
        return status;
    }

    private void run(Underway scrub) {
        Target target = targets.get();
        try {
            long total = target.bytes();
            progressed(0, total);
            ScrubReport report = target.read(bytes -> {
                progressed(bytes, total);
                scrub.limit.accept(bytes);
            });
            if (!target.equals(targets.get())) {
                // Files that were taken away while they were read look damaged.
                throw new CancellationException("what was read is not in use any more");
            }
            if (report.all().isEmpty()) {
                LOG.info("The data were read through, {} bytes: all is well.", status.doneBytes());
            } else {
                report.all().forEach(finding -> LOG.error("The scrub found damage: {}", finding));
                // Before anybody is told of it: by then nothing that is known to be wrong is served any more.
                target.found(report);
            }
            ended(scrub, report, "");
        } catch (CancellationException e) {
            ended(scrub, NOTHING, "the scrub was interrupted: the member mends its data, or stops");
        } catch (IOException | RuntimeException e) {
            LOG.warn("The scrub ended early: {}", e.getMessage(), e);
            ended(scrub, NOTHING, String.valueOf(e.getMessage()));
        }
    }

    private synchronized void progressed(long bytes, long totalBytes) {
        long done = status.doneBytes() + bytes;
        status = new ScrubStatus(status.number(), true, done, Math.max(totalBytes, done), List.of(), "");
    }

    private synchronized void ended(Underway scrub, ScrubReport report, String failure) {
        status =
                new ScrubStatus(status.number(), false, status.doneBytes(), status.totalBytes(), report.all(), failure);
        underway = Optional.empty();
        scrub.ended.complete(null);
    }

    /** Ends the scrub that runs, if one does, and waits for that. Not to be called by whoever is told what was found. */
    public void interrupt() {
        Optional<Underway> running;
        synchronized (this) {
            running = underway;
        }
        running.ifPresent(scrub -> {
            scrub.limit.cancel();
            scrub.ended.join();
        });
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        interrupt();
        executor.shutdownNow();
    }
}
