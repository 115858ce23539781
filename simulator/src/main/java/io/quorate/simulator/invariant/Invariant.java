package io.quorate.simulator.invariant;

import io.quorate.simulator.RunObserver;

/** Something that must always hold. It watches a run, and throws an {@link InvariantViolation} as soon as it does not. */
public interface Invariant extends RunObserver {

    /** Its name, in a few words: what must hold. */
    default String name() {
        return getClass().getSimpleName().replaceAll("(?<=.)(?=[A-Z])", " ").toLowerCase(java.util.Locale.ROOT);
    }

    /** Everything was mended and has had time to settle: what must hold then. */
    default void ended() {}

    /** Reports that it does not hold. */
    default InvariantViolation violated(String how) {
        return new InvariantViolation(name(), how);
    }
}
