package io.quorate.server.metrics;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** How long the syncs of the log's files took lately, and for how long one has been waited for that does not end. Thread-safe. */
public final class LogSyncs {

    private final LongSupplier nanoTime;
    private final RecentDurations recent;
    private final Map<String, Long> begunNanos = new ConcurrentHashMap<>();
    private final List<LongConsumer> listeners = new CopyOnWriteArrayList<>();

    /** @param nanoTime a monotonic clock */
    public LogSyncs(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.recent = new RecentDurations(nanoTime);
    }

    void begins(String file) {
        begunNanos.put(file, nanoTime.getAsLong());
    }

    void ended(String file, long nanos) {
        begunNanos.remove(file);
        recent.add(nanos);
        listeners.forEach(listener -> listener.accept(nanos));
    }

    /** Has a listener told how many nanoseconds each sync takes, on the thread that syncs. */
    public void tell(LongConsumer listener) {
        listeners.add(listener);
    }

    /** Tells a listener no more. */
    public void tellNoMore(LongConsumer listener) {
        listeners.remove(listener);
    }

    void failed(String file) {
        begunNanos.remove(file);
    }

    /** Those of the last minute. */
    public Optional<RecentDurations.Summary> recent() {
        return recent.summary();
    }

    /** How long the sync has taken until now that has been under way longest; 0 if none is. */
    public long pendingMillis() {
        long now = nanoTime.getAsLong();
        long longest = begunNanos.values().stream()
                .mapToLong(begun -> now - begun)
                .max()
                .orElse(0);
        return TimeUnit.NANOSECONDS.toMillis(longest);
    }
}
