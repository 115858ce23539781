package io.quorate.server.auth;

import java.util.Optional;

/** Is told what came of each attempt to log in. Thread-safe. */
@FunctionalInterface
public interface LoginListener {

    /** What came of it. */
    enum Outcome {
        /** The password was right. */
        RIGHT,
        /** It was wrong, or there is no such user, or none that has a password. */
        WRONG,
        /** Too many were wrong before; it was not looked at. */
        LIMITED
    }

    /** Somebody has tried. */
    void tried(Outcome outcome);

    /**
     * Somebody has tried, of whom this is known.
     *
     * @param user empty if the name is no user's, and may be a password that was typed in the wrong place
     */
    default void tried(Outcome outcome, ClientAddress from, Optional<String> user) {
        tried(outcome);
    }
}
