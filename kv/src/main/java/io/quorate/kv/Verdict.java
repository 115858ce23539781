package io.quorate.kv;

import java.util.List;

/** What the members' reports of one place in the log tell so far. */
public sealed interface Verdict {

    /** A majority may still come about: too few have reported. */
    record Undecided() implements Verdict {}

    /**
     * A majority of the voters agrees.
     *
     * @param total what its states come to
     * @param equal the members that agree with it, learners included, in ascending order
     * @param differing those that do not
     */
    record Agreed(DigestSum total, List<Long> equal, List<Long> differing) implements Verdict {
        public Agreed {
            equal = List.copyOf(equal);
            differing = List.copyOf(differing);
        }
    }

    /** No majority agrees, nor will: nothing tells who is right. */
    record NoMajority() implements Verdict {}
}
