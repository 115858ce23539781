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
     * @param window the shortest stretch of that part that shows it, by invocation: all that was under way from a moment to
     *     the first answer that cannot be explained. What was not answered by then has an unknown outcome in it, and is left out where nobody in it can have
     *     seen it
     * @param before what the keys may have held when the window began, in words: whatever of it they held, the window has
     *     no order
     * @param unexplained the operation whose answer cannot be explained any more
     * @param writers who wrote, before the window, what that operation saw; the last first, and not all if they are many
     * @param otherParts how many other parts of the history, with other keys, have no order either
     */
    record NotLinearizable(
            List<String> keys,
            List<Operation> window,
            List<String> before,
            Operation unexplained,
            List<Operation> writers,
            int otherParts)
            implements Verdict {
        public NotLinearizable {
            keys = List.copyOf(keys);
            window = List.copyOf(window);
            before = List.copyOf(before);
            writers = List.copyOf(writers);
        }
    }

    /** The search was given up after so many steps; it says nothing about the history. */
    record Undecided(List<String> keys, long steps) implements Verdict {
        public Undecided {
            keys = List.copyOf(keys);
        }
    }
}
