package io.quorate.bench.load;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A closed loop: each client sends its next request when the one before has ended, on the thread that was told so.
 *
 * <p>A slow answer delays only its own client, so the percentiles say what so many clients see that wait for their answers, and
 * not what users would see who come whether or not those before them were served: that is {@link OpenPacing}'s.
 */
final class ClosedPacing implements Pacing {

    /** After a failure a client waits: one that is refused at once would send nothing but failures, as fast as it can. */
    private static final long PAUSE_MILLIS = 100;

    private final List<LoadClient> clients;
    private final Recording recording;
    private final AtomicInteger busy = new AtomicInteger();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().daemon().name("bench-pauses").unstarted(task));
    private volatile boolean stopped;

    ClosedPacing(List<LoadClient> clients, Recording recording) {
        this.clients = clients;
        this.recording = recording;
    }

    @Override
    public void start() {
        busy.set(clients.size());
        clients.forEach(this::next);
    }

    private void next(LoadClient client) {
        long now = System.nanoTime();
        if (stopped || now - recording.endNanos() >= 0) {
            busy.decrementAndGet();
            return;
        }
        client.begin((kind, failure) -> ended(client, kind, now, failure));
    }

    private void ended(LoadClient client, RequestKind kind, long beganNanos, Optional<Failure> failure) {
        recording.ended(kind, beganNanos, System.nanoTime() - beganNanos, failure);
        if (failure.isEmpty()) {
            next(client);
        } else {
            Future<?> unused = timer.schedule(() -> next(client), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void stop() {
        stopped = true;
    }

    @Override
    public boolean isOver() {
        return busy.get() == 0;
    }

    @Override
    public long dropUnsent() {
        stop();
        return 0;
    }

    @Override
    public void close() {
        stop();
        timer.shutdown();
    }
}
