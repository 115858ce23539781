package io.quorate.core;

/**
 * Something that a member has said and that no honest one says, as far as can be known here.
 *
 * @param what it was, as a part of a sentence whose subject is the member
 */
public record Suspicion(Kind kind, String what) {

    /** What it contradicts. */
    public enum Kind {
        /** Two members act as the leader of one term. */
        TWO_LEADERS,
        /** A member has given this one its vote and campaigns, or leads, itself in the same term. */
        DOUBLE_VOTE,
        /** A leader has another entry in the place of one that is committed here. */
        CONTRADICTED_ENTRY,
        /** A term that no cluster ever gets to, or one that is later than the sender's own. */
        IMPOSSIBLE_TERM,
        /** An index that no log ever gets to, or that the log which it speaks of does not have. */
        IMPOSSIBLE_INDEX,
        /** An answer to what was never asked. */
        UNASKED_ANSWER
    }
}
