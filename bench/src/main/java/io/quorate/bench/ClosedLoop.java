package io.quorate.bench;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * A fixed number of proposals under way: the completion of each starts the next, on the thread that completed it. So
 * there is no thread for each of them, and no hand-over that would be measured along.
 *
 * <p>Latency is from propose to completion. Since a slow proposal delays only its own successor, the percentiles say what
 * these clients saw, not what arrivals at a fixed rate would see.
 */
final class ClosedLoop implements AutoCloseable {

    private static final int SIGNIFICANT_DIGITS = 3;
    private static final long PATIENCE_SECONDS = 30;

    private final Contender contender;
    private final int inflight;
    private final int commandBytes;
    private final Recorder latencies = new Recorder(SIGNIFICANT_DIGITS);
    private final CompletableFuture<Boolean> failed = new CompletableFuture<>();
    private final CountDownLatch ended;
    private long completed;
    private volatile boolean running = true;

    /** Starts the load. */
    ClosedLoop(Contender contender, int inflight, int commandBytes) {
        this.contender = contender;
        this.inflight = inflight;
        this.commandBytes = commandBytes;
        this.ended = new CountDownLatch(inflight);
        for (int client = 0; client < inflight; client++) {
            new Client(client).propose();
        }
    }

    /** One proposal after the other. */
    private final class Client implements Contender.Completion {

        private final long id;
        private long sequence;
        private long beginNanos;

        Client(long id) {
            this.id = id;
        }

        void propose() {
            ByteBuffer command = ByteBuffer.allocate(commandBytes);
            command.putLong(0, id).putLong(Long.BYTES, sequence++);
            beginNanos = System.nanoTime();
            contender.propose(command, this);
        }

        @Override
        public void completed(Optional<Throwable> failure) {
            if (failure.isPresent()) {
                failed.completeExceptionally(failure.get());
                ended.countDown();
                return;
            }
            latencies.recordValue(System.nanoTime() - beginNanos);
            if (running) {
                propose();
            } else {
                ended.countDown();
            }
        }
    }

    /** Lets the load run for a while without looking. */
    void warmUp(Duration time) {
        await(time);
    }

    /** Measures for a while. */
    LevelResult measure(Duration time) {
        ProcessCosts before = ProcessCosts.now();
        long begin = System.nanoTime();
        Histogram histogram = await(time);
        double seconds = (System.nanoTime() - begin) / 1e9;
        ProcessCosts costs = ProcessCosts.now().since(before);
        long ops = histogram.getTotalCount();
        if (ops == 0) {
            throw new IllegalStateException("no proposal completed within " + time.toSeconds() + " s");
        }
        return new LevelResult(
                inflight,
                ops / seconds,
                micros(histogram.getValueAtPercentile(50)),
                micros(histogram.getValueAtPercentile(99)),
                micros(histogram.getValueAtPercentile(99.9)),
                micros(histogram.getMaxValue()),
                micros(costs.cpuNanos()) / ops,
                (double) costs.allocatedBytes() / ops);
    }

    private static double micros(long nanos) {
        return nanos / 1e3;
    }

    private Histogram await(Duration time) {
        try {
            failed.get(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException expected) {
            return take();
        } catch (ExecutionException e) {
            throw new CompletionException("a proposal failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the measurement was interrupted", e);
        }
        throw new IllegalStateException("nothing completes this future but a failure");
    }

    private Histogram take() {
        Histogram histogram = latencies.getIntervalHistogram();
        completed += histogram.getTotalCount();
        return histogram;
    }

    /**
     * Starts no more proposals, and waits for those under way.
     *
     * @return how many have completed since the beginning
     */
    long stop() throws TimeoutException {
        running = false;
        try {
            if (!ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new TimeoutException(
                        ended.getCount() + " proposals have not ended after " + PATIENCE_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the measurement was interrupted", e);
        }
        take();
        return completed;
    }

    @Override
    public void close() {
        running = false;
    }
}
