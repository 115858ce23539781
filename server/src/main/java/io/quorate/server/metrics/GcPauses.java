package io.quorate.server.metrics;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.management.ListenerNotFoundException;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;

/**
 * How long the garbage collector stopped this process lately, as the JVM tells of each collection, in milliseconds. Thread-safe.
 *
 * <p>Cycles that run beside the program are left out, by the name that ZGC and Shenandoah give them.
 */
public final class GcPauses implements AutoCloseable {

    private final RecentDurations recent;
    private final List<NotificationEmitter> sources = new ArrayList<>();
    private final NotificationListener listener = (notification, none) -> {
        if (notification.getType().equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)) {
            GarbageCollectionNotificationInfo collection =
                    GarbageCollectionNotificationInfo.from((CompositeData) notification.getUserData());
            ended(collection.getGcInfo().getDuration());
        }
    };

    /** Listens from now on. */
    public GcPauses(LongSupplier nanoTime) {
        this.recent = new RecentDurations(nanoTime);
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            if (collector instanceof NotificationEmitter source
                    && !collector.getName().endsWith("Cycles")) {
                source.addNotificationListener(listener, null, null);
                sources.add(source);
            }
        }
    }

    private void ended(long millis) {
        recent.add(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    /** Those of the last minute. */
    public Optional<RecentDurations.Summary> recent() {
        return recent.summary();
    }

    @Override
    public void close() {
        for (NotificationEmitter source : sources) {
            try {
                source.removeNotificationListener(listener);
            } catch (ListenerNotFoundException e) {
                throw new IllegalStateException("a listener was removed twice", e);
            }
        }
    }
}
