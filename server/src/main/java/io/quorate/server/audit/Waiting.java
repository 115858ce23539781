package io.quorate.server.audit;

import io.quorate.kv.AuditEvent;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;

/**
 * An event that waits to be put on record.
 *
 * @param onRecord completes once it is, or fails
 * @param isNumber whether it tells how many events came to something else, as which they were counted then
 */
record Waiting(AuditEvent event, CompletableFuture<Void> onRecord, boolean isNumber) {

    /** For how many events they stand. */
    static long events(Collection<Waiting> all) {
        return all.stream().mapToLong(one -> one.event().count()).sum();
    }

    /** How many events are on record once these are: each comes to one thing. */
    static long recorded(Collection<Waiting> all) {
        return events(all.stream().filter(one -> !one.isNumber()).toList());
    }
}
