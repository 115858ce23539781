package io.quorate.simulator.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a search has come to already, and need not look at again. For one thread.
 *
 * <p>Of two ways to the same state by the same required operations, the one that has used up less of what need not have
 * happened can go on in every way in which the other can. So a way is not new either where that one was tried.
 */
final class Tried {

    /** An entry with its place in the map, without the places of what is open. */
    private static final long ENTRY_BYTES = 200;

    /**
     * @param latest the greatest place of what has had its turn
     * @param open the places before it that have not: all of them under way at one moment, so no more than there are clients
     * @param inARow how much of what need not have happened was done right before
     * @param lastOptional what must not be overwritten right away; -1 if nothing
     */
    @SuppressWarnings("ArrayRecordComponent") // compared below, by content
    private record Entry(int latest, int[] open, KeyValues state, int inARow, int lastOptional, int hash) {

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Entry that
                    && hash == that.hash
                    && latest == that.latest
                    && inARow == that.inARow
                    && lastOptional == that.lastOptional
                    && Arrays.equals(open, that.open)
                    && state.equals(that.state);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    private final Map<Entry, List<OptionalOperations.Done>> entries = new HashMap<>();
    private final Budget budget;

    /** @param budget pays for the memory */
    Tried(Budget budget) {
        this.budget = budget;
    }

    /**
     * Whether this was not tried before; from now on it was.
     *
     * @param done what was done without having to be
     */
    boolean add(int latest, int[] open, KeyValues state, OptionalOperations.Done done, int inARow, int lastOptional) {
        int hash = Arrays.hashCode(open);
        hash = 31 * hash + latest;
        hash = 31 * hash + state.hashCode();
        hash = 31 * hash + inARow;
        hash = 31 * hash + lastOptional;
        List<OptionalOperations.Done> before = entries.computeIfAbsent(
                new Entry(latest, open, state, inARow, lastOptional, hash), entry -> new ArrayList<>(1));
        for (OptionalOperations.Done less : before) {
            if (less.isWithin(done)) {
                return false;
            }
        }
        before.removeIf(done::isWithin);
        before.add(done);
        budget.remember(ENTRY_BYTES + (long) Integer.BYTES * open.length + done.bytes());
        return true;
    }
}
