package io.quorate.simulator.enumeration;

/**
 * What became of a case.
 *
 * @param how in general
 * @param detail what was seen, for people
 */
public record MatrixOutcome(MatrixCase of, How how, String detail) {

    /** What became of a case, in general. */
    public enum How {
        /** All members have all entries as they were, and a new write is applied everywhere. */
        RECOVERED,
        /** Nobody leads, no write succeeds, and each member says that it cannot vote, and for want of which entries. */
        WAITS,
        /** A member went on with something wrong, or stands still without saying so. */
        WRONG
    }

    /** Whether it is what must become of such a case. */
    public boolean isRight() {
        return how == (of.canRecover() ? How.RECOVERED : How.WAITS);
    }

    @Override
    public String toString() {
        return of + " " + how + ": " + detail;
    }
}
