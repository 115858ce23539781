package io.quorate.simulator.history;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a search has come to already, and need not look at again. For one thread. */
final class Tried {

    /** An entry with its place in the set, without the places of what is open. */
    private static final long ENTRY_BYTES = 160;

    /**
     * @param latest the greatest place of what has had its turn
     * @param open the places before it that have not: all of them under way at one moment, so no more than there are clients
     * @param done what was done without having to be
     * @param lastOptional what must not be overwritten right away; -1 if nothing
     */
    @SuppressWarnings({"ArrayRecordComponent", "ReferenceEquality"}) // compared below, by content and by identity
    private record Entry(
            int latest, int[] open, KeyValues state, OptionalOperations.Done done, int lastOptional, int hash) {

        @Override
        public boolean equals(@Nullable Object other) {
            // What was done without having to be is kept once: the same is the same object.
            return other instanceof Entry that
                    && hash == that.hash
                    && latest == that.latest
                    && lastOptional == that.lastOptional
                    && done == that.done
                    && Arrays.equals(open, that.open)
                    && state.equals(that.state);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    private final Set<Entry> entries = new HashSet<>();
    private final Budget budget;

    /** @param budget pays for the memory */
    Tried(Budget budget) {
        this.budget = budget;
    }

    /** Whether this was not tried before; from now on it was. */
    boolean add(int latest, int[] open, KeyValues state, OptionalOperations.Done done, int lastOptional) {
        int hash = Arrays.hashCode(open);
        hash = 31 * hash + latest;
        hash = 31 * hash + state.hashCode();
        hash = 31 * hash + System.identityHashCode(done);
        hash = 31 * hash + lastOptional;
        boolean isNew = entries.add(new Entry(latest, open, state, done, lastOptional, hash));
        if (isNew) {
            budget.remember(ENTRY_BYTES + (long) Integer.BYTES * open.length);
        }
        return isNew;
    }
}
