package io.quorate.core;

import io.quorate.core.quorum.Configuration;
import java.util.List;

/**
 * The names of consecutive entries, without their content: which terms they are of, and which of them are
 * configurations.
 *
 * @param firstIndex index of the first entry; for an empty batch, where the next entry would stand
 * @param terms the terms as runs, in order, terms strictly increasing; empty for an empty batch
 * @param configurations the configuration entries among them, by increasing index
 */
public record EntryBatch(long firstIndex, List<TermRun> terms, List<ConfigurationEntry> configurations) {

    /** Consecutive entries of one term. {@code lastIndex} is inclusive. */
    public record TermRun(long term, long lastIndex) {}

    /** An entry that holds a configuration, which takes effect when it is appended (thesis 4.1). */
    public record ConfigurationEntry(long index, Configuration configuration) {}

    public EntryBatch {
        terms = List.copyOf(terms);
        configurations = List.copyOf(configurations);
    }

    /** A batch without entries. */
    public static EntryBatch empty(long firstIndex) {
        return new EntryBatch(firstIndex, List.of(), List.of());
    }

    public boolean isEmpty() {
        return terms.isEmpty();
    }

    /** Index of the last entry; {@code firstIndex - 1} for an empty batch. */
    public long lastIndex() {
        return terms.isEmpty() ? firstIndex - 1 : terms.getLast().lastIndex();
    }
}
