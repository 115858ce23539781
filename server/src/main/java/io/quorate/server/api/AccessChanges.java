package io.quorate.server.api;

import io.quorate.kv.AuthState;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has whatever a client holds open judged anew once users or roles have changed: a stream on which nothing happens would else stay open after
 * its user has lost the right to it. Thread-safe.
 */
final class AccessChanges {

    private static final Logger LOG = LoggerFactory.getLogger(AccessChanges.class);

    /** How long what a client holds open may outlast its right to it, once this member has heard of that. */
    static final Duration BOUND = Duration.ofSeconds(1);

    /** What is judged, and a thread that comes late, have the rest of that time. */
    private static final Duration INTERVAL = BOUND.dividedBy(2);

    private final Supplier<AuthState> present;
    private final Map<Object, Runnable> judges = new ConcurrentHashMap<>();
    private AuthState judged;

    /** @param present users and roles as this member knows them by now */
    AccessChanges(Supplier<AuthState> present) {
        this.present = present;
        this.judged = present.get();
    }

    /** Something that is judged anew, until it is closed. */
    interface Held extends AutoCloseable {
        @Override
        void close();
    }

    /** @param judge is run after each change, and must not block */
    Held hold(Runnable judge) {
        // The same judge may be held twice: each time is one of its own.
        Object holding = new Object();
        judges.put(holding, judge);
        return () -> judges.remove(holding);
    }

    /** Looks again and again, often enough. */
    void follow(Clients.Repetition repetition) {
        repetition.each(INTERVAL, this::look);
    }

    /** Looks whether anything has changed since the last look. */
    synchronized void look() {
        AuthState now = present.get();
        if (now.isEnabled() != judged.isEnabled() || now.revision() != judged.revision()) {
            judged = now;
            judges.values().forEach(AccessChanges::judge);
        }
    }

    /** What goes wrong with one must not keep the others from being judged. */
    private static void judge(Runnable judge) {
        try {
            judge.run();
        } catch (RuntimeException e) {
            LOG.warn("What a client holds open could not be judged anew", e);
        }
    }

    /** How much is open. */
    int size() {
        return judges.size();
    }
}
