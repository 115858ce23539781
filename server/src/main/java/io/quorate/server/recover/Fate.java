package io.quorate.server.recover;

/**
 * What becomes of a range of entries if the cluster goes on from one survivor.
 *
 * @param whose in whose log they are
 * @param first index of the first of them
 * @param last index of the last of them
 * @param why that is so, as a part of a sentence
 */
public record Fate(Kind kind, Survivor whose, long first, long last, String why) {

    /** Whether they are kept, and whether they were committed. */
    public enum Kind {
        /** They are kept, and were committed. */
        COMMITTED(true),
        /** They are kept, since they may have been committed, and will be. */
        KEPT(true),
        /** They are given up, and were never committed. */
        NEVER_COMMITTED(false),
        /** They are given up, and may have been committed. */
        AT_RISK(false),
        /** They are given up, although they were committed: there is nothing that has them and can be gone on from. */
        LOST(false);

        private final boolean kept;

        Kind(boolean kept) {
            this.kept = kept;
        }

        public boolean isKept() {
            return kept;
        }
    }
}
