package io.quorate.engine.detection;

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
 * What was detected since the process began: how much of each kind, and the latest of each kind and source. Each is told in the log, at most
 * one of a kind in a while. Bounded, whatever sources are made up. Thread-safe.
 */
public final class Detections implements DetectionListener {

    private static final Duration INTERVAL = Duration.ofSeconds(10);

    /** Of each kind: who makes sources up of one kind does not have those of another forgotten. */
    static final int SOURCES_OF_A_KIND = 32;

    /**
     * Everything of one kind that one source has done.
     *
     * @param count since the source is remembered
     * @param what it was the last time
     * @param firstMillis since 1970
     * @param lastMillis since 1970
     */
    public record Entry(
            DetectionKind kind, String source, long count, String what, long firstMillis, long lastMillis) {}

    private final Map<DetectionKind, RateLimitedLog> logs = new EnumMap<>(DetectionKind.class);
    private final Map<DetectionKind, LongAdder> counts = new EnumMap<>(DetectionKind.class);
    private final Map<DetectionKind, Map<String, Entry>> latest = new EnumMap<>(DetectionKind.class);
    private final InstantSource clock;

    /** @param warn where detections are logged */
    public Detections(Consumer<String> warn) {
        this(warn, System::nanoTime, InstantSource.system());
    }

    Detections(Consumer<String> warn, LongSupplier nanoTime, InstantSource clock) {
        this.clock = clock;
        for (DetectionKind kind : DetectionKind.values()) {
            logs.put(kind, new RateLimitedLog(warn, INTERVAL, nanoTime));
            counts.put(kind, new LongAdder());
            latest.put(kind, new LinkedHashMap<>());
        }
    }

    @Override
    public void detected(Detection detection) {
        of(counts, detection.kind()).increment();
        remember(detection);
        of(logs, detection.kind())
                .line("Detected (" + detection.kind().label() + "): "
                        + detection.source().text() + " " + detection.what());
    }

    private synchronized void remember(Detection detection) {
        Map<String, Entry> sources = of(latest, detection.kind());
        String source = detection.source().text();
        long now = clock.millis();
        Entry before = sources.remove(source);
        sources.put(
                source,
                new Entry(
                        detection.kind(),
                        source,
                        before == null ? 1 : before.count + 1,
                        detection.what(),
                        before == null ? now : before.firstMillis,
                        now));
        if (sources.size() > SOURCES_OF_A_KIND) {
            sources.remove(sources.keySet().iterator().next());
        }
    }

    /** The latest, of each kind and source one; those of one kind oldest first. */
    public synchronized List<Entry> latest() {
        return latest.values().stream()
                .flatMap(sources -> sources.values().stream())
                .toList();
    }

    /** How much there was of a kind, of all sources, also of those that are not remembered any more. */
    public long count(DetectionKind kind) {
        return of(counts, kind).sum();
    }

    private static <T> T of(Map<DetectionKind, T> each, DetectionKind kind) {
        return Objects.requireNonNull(each.get(kind), "every kind has one");
    }
}
