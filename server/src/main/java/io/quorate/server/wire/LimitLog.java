package io.quorate.server.wire;

import io.quorate.engine.transport.RateLimitedLog;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Counts clients that go beyond limits, and logs them: one line in a while for each limit, whatever they do. Thread-safe. */
public final class LimitLog implements LimitListener {

    private static final Duration INTERVAL = Duration.ofSeconds(10);

    private final Map<Limit, RateLimitedLog> logs = new EnumMap<>(Limit.class);
    private final Consumer<Limit> counter;

    /**
     * @param counter is told each time
     * @param lines gets what is to be logged
     * @param nanoTime a clock that only goes forward
     */
    public LimitLog(Consumer<Limit> counter, Consumer<String> lines, LongSupplier nanoTime) {
        this.counter = counter;
        for (Limit limit : Limit.values()) {
            logs.put(limit, new RateLimitedLog(lines, INTERVAL, nanoTime));
        }
    }

    @Override
    public void exceeded(Limit limit, String what) {
        counter.accept(limit);
        Objects.requireNonNull(logs.get(limit), "every limit has a log").line("limit reached: " + what);
    }
}
