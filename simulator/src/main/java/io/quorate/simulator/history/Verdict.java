package io.quorate.simulator.history;

import java.util.List;

/** What a history was found to be. */
public sealed interface Verdict {

    /** There is an order of all operations, one after the other, that explains all answers. */
    record Linearizable(int operations) implements Verdict {}

    /**
     * There is none.
     *
     * @param keys of the part of the history that has no order
     * @param window the shortest stretch of that part that shows it: from the last moment at which nothing was under way to
     *     the first answer that cannot be explained
     * @param before what the keys may have held when the window began, each possibility in words
     * @param unexplained the operation whose answer cannot be explained any more
     */
    record NotLinearizable(List<String> keys, List<Operation> window, List<String> before, Operation unexplained)
            implements Verdict {
        public NotLinearizable {
            keys = List.copyOf(keys);
            window = List.copyOf(window);
            before = List.copyOf(before);
        }
    }

    /** The search was given up after so many steps; it says nothing about the history. */
    record Undecided(List<String> keys, long steps) implements Verdict {
        public Undecided {
            keys = List.copyOf(keys);
        }
    }
}
