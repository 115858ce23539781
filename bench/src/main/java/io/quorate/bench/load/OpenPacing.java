package io.quorate.bench.load;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * An open loop: requests arrive at a fixed rate, whether or not those before them have been answered. One that finds no client
 * free waits for the first that will be, and its latency runs from its arrival. So a pause of the cluster is seen by all that would
 * have come during it, and not by one request of each client alone, which is what is called coordinated omission.
 */
final class OpenPacing implements Pacing {

    private static final double NANOS_PER_SECOND = 1e9;

    private final Recording recording;
    private final double ratePerSecond;
    private final int clients;
    private final Thread arrivals;

    /** Where a client goes on whose request failed: not where it was told so, since the next one may fail there at once, too. */
    private final ExecutorService afterFailures = Executors.newSingleThreadExecutor(
            task -> Thread.ofPlatform().daemon().name("bench-failures").unstarted(task));

    private final Object lock = new Object();
    private final Deque<LoadClient> free;
    private final Deque<Long> waiting = new ArrayDeque<>();
    private volatile boolean stopped;

    OpenPacing(List<LoadClient> clients, Recording recording, double ratePerSecond) {
        this.recording = recording;
        this.ratePerSecond = ratePerSecond;
        this.clients = clients.size();
        this.free = new ArrayDeque<>(clients);
        this.arrivals = Thread.ofPlatform().daemon().name("bench-arrivals").unstarted(this::arrive);
    }

    @Override
    public void start() {
        arrivals.start();
    }

    private void arrive() {
        long begin = System.nanoTime();
        for (long number = 0; ; number++) {
            long due = begin + (long) (number / ratePerSecond * NANOS_PER_SECOND);
            if (due - recording.endNanos() >= 0) {
                return;
            }
            for (long now = System.nanoTime(); now - due < 0; now = System.nanoTime()) {
                if (stopped) {
                    return;
                }
                LockSupport.parkNanos(due - now);
            }
            if (stopped) {
                return;
            }
            begin(due);
        }
    }

    private void begin(long due) {
        LoadClient client;
        synchronized (lock) {
            client = free.poll();
            if (client == null) {
                waiting.add(due);
                return;
            }
        }
        send(client, due);
    }

    private void send(LoadClient client, long due) {
        client.begin((kind, failure) -> {
            recording.ended(kind, due, System.nanoTime() - due, failure);
            if (failure.isEmpty()) {
                next(client);
            } else {
                afterFailures.execute(() -> next(client));
            }
        });
    }

    private void next(LoadClient client) {
        @Nullable Long due;
        synchronized (lock) {
            due = waiting.poll();
            if (due == null) {
                free.add(client);
                return;
            }
        }
        send(client, due);
    }

    @Override
    public void stop() {
        stopped = true;
    }

    @Override
    public boolean isOver() {
        synchronized (lock) {
            return !arrivals.isAlive() && waiting.isEmpty() && free.size() == clients;
        }
    }

    @Override
    public long dropUnsent() {
        synchronized (lock) {
            long dropped = waiting.stream()
                    .filter(due -> due - recording.beginNanos() >= 0)
                    .count();
            waiting.clear();
            return dropped;
        }
    }

    @Override
    public void close() {
        stop();
        LockSupport.unpark(arrivals);
        afterFailures.shutdown();
    }
}
