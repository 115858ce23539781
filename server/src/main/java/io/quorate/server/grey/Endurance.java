package io.quorate.server.grey;

/**
 * Whether a member ails: its score has been bad at so many looks in a row, and not been good at as many since. What lies between bad and
 * good changes nothing. For one thread.
 */
final class Endurance {

    /** From this score on a look is a bad one. */
    static final double BAD = 0.5;

    /** Below this a look is a good one. */
    static final double GOOD = 0.3;

    /** So many in a row count. */
    static final int LOOKS = 10;

    private boolean ailing;
    private int contrary;

    /** One look. */
    void look(double score) {
        boolean contradicts = ailing ? score < GOOD : score >= BAD;
        contrary = contradicts ? contrary + 1 : 0;
        if (contrary == LOOKS) {
            ailing = !ailing;
            contrary = 0;
        }
    }

    boolean ailing() {
        return ailing;
    }
}
