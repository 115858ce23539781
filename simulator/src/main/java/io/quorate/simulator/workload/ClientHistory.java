package io.quorate.simulator.workload;

import io.quorate.kv.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the clients asked for and were answered, with the times of both. */
final class ClientHistory {

    /** One request. */
    static final class Entry {
        private final int client;
        private final Request request;
        private final long invokedNanos;
        private Optional<Result> result = Optional.empty();
        private boolean failed;
        private long endedNanos = Long.MAX_VALUE;

        private Entry(int client, Request request, long invokedNanos) {
            this.client = client;
            this.request = request;
            this.invokedNanos = invokedNanos;
        }
    }

    private final List<Entry> entries = new ArrayList<>();

    Entry invoke(int client, Request request, long now) {
        Entry entry = new Entry(client, request, now);
        entries.add(entry);
        return entry;
    }

    void succeeded(Entry entry, Result result, long now) {
        entry.result = Optional.of(result);
        entry.endedNanos = now;
    }

    /** It did not happen, and never will. */
    void failed(Entry entry, long now) {
        entry.failed = true;
        entry.endedNanos = now;
    }

    /** It may have happened, or may yet. */
    void unknown(Entry entry) {
        entry.endedNanos = Long.MAX_VALUE;
    }

    void judge() {
        // Filled in with the checker of histories.
    }
}
