package io.quorate.engine.tls;

import io.quorate.engine.transport.RateLimitedLog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The TLS connections that were refused: each is told in the log with its reason, at most one of a reason in a while, and the latest are
 * remembered for whoever asks. Thread-safe.
 */
public final class TlsRefusals {

    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final int REMEMBERED = 32;

    /**
     * A refused connection.
     *
     * @param other the other side, as far as it is known: a member, or an address
     * @param by which side of ours has met it
     * @param timeMillis since 1970
     */
    public record Refusal(String other, String by, RefusalReason reason, String sentence, long timeMillis) {}

    private final Map<RefusalReason, RateLimitedLog> logs = new EnumMap<>(RefusalReason.class);
    private final Consumer<String> quiet;
    private final Consumer<String> each;
    private final InstantSource clock;
    private final LongAdder count = new LongAdder();
    private final Map<String, Refusal> latest = new LinkedHashMap<>();

    /**
     * @param warn where refusals are logged
     * @param quiet where it is logged that somebody went away, as port scanners and health checks do
     */
    public TlsRefusals(Consumer<String> warn, Consumer<String> quiet) {
        this(warn, quiet, line -> {});
    }

    /**
     * As {@link #TlsRefusals(Consumer, Consumer)}.
     *
     * @param each gets the line of every refusal, on any thread
     */
    public TlsRefusals(Consumer<String> warn, Consumer<String> quiet, Consumer<String> each) {
        this(warn, quiet, each, System::nanoTime, InstantSource.system());
    }

    TlsRefusals(
            Consumer<String> warn,
            Consumer<String> quiet,
            Consumer<String> each,
            LongSupplier nanoTime,
            InstantSource clock) {
        this.quiet = quiet;
        this.each = each;
        this.clock = clock;
        for (RefusalReason reason : RefusalReason.values()) {
            logs.put(reason, new RateLimitedLog(warn, INTERVAL, nanoTime));
        }
    }

    /**
     * A connection was refused, by this side or by the other.
     *
     * @param other the other side
     * @param by which side of ours has met it, such as "the client port"
     */
    public void refused(String other, String by, TlsFailure failure) {
        String line = "TLS with " + other + " failed at " + by + ": " + failure.sentence();
        if (failure.reason() == RefusalReason.BROKEN_OFF) {
            quiet.accept(line);
            return;
        }
        count.increment();
        each.accept(line);
        Objects.requireNonNull(logs.get(failure.reason()), "every reason has a log")
                .line(line);
        remember(new Refusal(other, by, failure.reason(), failure.sentence(), clock.millis()));
    }

    /** Of whoever is refused again and again, the latest is kept alone; ports of the other side, which change each time, do not count. */
    private synchronized void remember(Refusal refusal) {
        String key =
                refusal.reason() + " " + refusal.by() + " " + refusal.other().replaceFirst(":\\d+$", "");
        latest.remove(key);
        latest.put(key, refusal);
        if (latest.size() > REMEMBERED) {
            latest.remove(latest.keySet().iterator().next());
        }
    }

    /** The latest ones, oldest first. */
    public synchronized List<Refusal> latest() {
        return List.copyOf(latest.values());
    }

    /** How many there were. */
    public long count() {
        return count.sum();
    }
}
