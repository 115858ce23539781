package io.quorate.bench.load;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * An open loop: requests arrive at a fixed rate, whether or not those before them have been answered. One that finds no client
 * free waits for the first that will be, and its latency runs from its arrival. So a pause of the cluster is seen by all that would
 * have come during it, and not by one request of each client alone, which is what is called coordinated omission.
 *
 * <p>When a request arrives follows from its number. So those that wait need no room, however many they are.
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

    private final long beginNanos = System.nanoTime();

    /** How many requests arrive until the recording's end. */
    private final long all;

    private final Object lock = new Object();

    /** Clients without a request; none while requests wait. */
    private final Deque<LoadClient> free;

    /** How many requests have arrived. */
    private long arrived;

    /** How many of these were sent, or dropped; the others wait. */
    private long taken;

    private volatile boolean stopped;

    OpenPacing(List<LoadClient> clients, Recording recording, double ratePerSecond) {
        this.recording = recording;
        this.ratePerSecond = ratePerSecond;
        this.clients = clients.size();
        this.free = new ArrayDeque<>(clients);
        this.all = arrivalsBefore(recording.endNanos());
        this.arrivals = Thread.ofPlatform().daemon().name("bench-arrivals").unstarted(this::arrive);
    }

    /** When the request of this number arrives, from 0. */
    private long due(long number) {
        return beginNanos + (long) (number / ratePerSecond * NANOS_PER_SECOND);
    }

    private long arrivalsBefore(long nanos) {
        long number = Math.max(0, (long) ((nanos - beginNanos) / NANOS_PER_SECOND * ratePerSecond));
        while (number > 0 && due(number - 1) - nanos >= 0) {
            number--;
        }
        while (due(number) - nanos < 0) {
            number++;
        }
        return number;
    }

    @Override
    public void start() {
        arrivals.start();
    }

    private void arrive() {
        for (long number = 0; number < all && !stopped; number++) {
            long due = due(number);
            for (long now = System.nanoTime(); now - due < 0; now = System.nanoTime()) {
                if (stopped) {
                    return;
                }
                LockSupport.parkNanos(due - now);
            }
            begin(number);
        }
    }

    private void begin(long number) {
        LoadClient client;
        synchronized (lock) {
            if (stopped) {
                return;
            }
            arrived++;
            client = free.poll();
            if (client == null) {
                return;
            }
            // Nothing waited, or this client would not have been free.
            taken++;
        }
        send(client, due(number));
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
        long number;
        synchronized (lock) {
            if (taken == arrived || stopped) {
                free.add(client);
                return;
            }
            number = taken++;
        }
        send(client, due(number));
    }

    @Override
    public void stop() {
        stopped = true;
    }

    @Override
    public boolean isOver() {
        synchronized (lock) {
            return (stopped || taken == all) && free.size() == clients;
        }
    }

    @Override
    public long dropUnsent() {
        stop();
        synchronized (lock) {
            long unsent = all - Math.max(taken, Math.min(all, arrivalsBefore(recording.beginNanos())));
            arrived = all;
            taken = all;
            return unsent;
        }
    }

    @Override
    public void close() {
        stop();
        LockSupport.unpark(arrivals);
        afterFailures.shutdown();
    }
}
