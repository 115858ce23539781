package io.quorate.simulator.invariant;

/** Something that must always hold does not. An error, so that no node takes it for its own failure and goes on. */
public final class InvariantViolation extends Error {

    private static final long serialVersionUID = 1;

    private final String invariant;

    /** @param invariant the name of what is violated */
    public InvariantViolation(String invariant, String how) {
        super(invariant + ": " + how);
        this.invariant = invariant;
    }

    /** The name of what is violated. */
    public String invariant() {
        return invariant;
    }
}
