package io.quorate.simulator.history;

/**
 * One request of a client, from its invocation to its answer.
 *
 * @param client who asked
 * @param action what it asked, and was answered
 * @param invokedNanos when it asked, on a clock that all clients share
 * @param returnedNanos when it was answered; {@link #NEVER} if the outcome is unknown: it may take effect at any time from
 *     then on, or never
 */
public record Operation(int client, Action action, long invokedNanos, long returnedNanos) {

    /** Later than everything. */
    public static final long NEVER = Long.MAX_VALUE;

    public Operation {
        if (returnedNanos < invokedNanos) {
            throw new IllegalArgumentException(
                    "an operation returned at " + returnedNanos + ", before it was invoked at " + invokedNanos);
        }
    }

    /** Whether the client learned what came of it. */
    public boolean isKnown() {
        return returnedNanos != NEVER;
    }

    /** The same, of which nobody has learned what came of it. */
    Operation withUnknownOutcome() {
        return new Operation(client, action, invokedNanos, NEVER);
    }
}
