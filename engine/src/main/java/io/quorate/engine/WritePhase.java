package io.quorate.engine;

/**
 * A stretch of the way of one write, from its proposal to its answer. Told by the member where it was proposed, of writes that were
 * applied and answered there; all stretches of a write are told together, when it is answered.
 *
 * <p>The moments between which they lie, all on the node's clock:
 *
 * <ul>
 *   <li><b>proposed</b>: {@link RaftNode#propose} was called
 *   <li><b>taken</b>: the loop takes it, to append it to its log where the member leads, or to hand it to the leader; the last
 *       time, if that had to be tried again
 *   <li><b>synced</b>: the loop has heard that the leader's own log is durable up to it
 *   <li><b>replicated</b>: so many others have acknowledged it that nothing but the leader's own disk can be waited for
 *   <li><b>committed</b>: the member knows that it is committed, and has it durably itself: it may be applied
 *   <li><b>applied</b>: the state machine has come back from the call in which it was applied
 *   <li><b>answered</b>: whoever waited for the result has been told, and has come back. In the server its answer is with gRPC then
 * </ul>
 *
 * <p>{@link #QUEUE}, {@link #COMMIT} or {@link #FORWARD}, {@link #APPLY} and {@link #ANSWER} follow one another and make up the whole.
 * {@link #SYNC} and {@link #REPLICATE} lie beside each other within {@link #COMMIT}, which ends with the later of them.
 */
public enum WritePhase {
    /** Proposed to taken: it waits for the loop, or for a leader to be known. */
    QUEUE("queue"),

    /** Taken to synced, at a member that leads: encoding, waiting for the sync before, and the own write and sync. */
    SYNC("sync"),

    /** Taken to replicated, at a member that leads: the network, and the disks of the others. */
    REPLICATE("replicate"),

    /** Taken to committed, at a member that leads. */
    COMMIT("commit"),

    /** Taken to committed, at a member that hands it to the leader: the way there and back, and all that the leader does. */
    FORWARD("forward"),

    /** Committed to applied: waiting for what is being applied, and being applied with what is applied together. */
    APPLY("apply"),

    /** Applied to answered: those of the same batch are answered one after the other. */
    ANSWER("answer");

    private final String text;

    WritePhase(String text) {
        this.text = text;
    }

    /** Its name in metrics. */
    public String text() {
        return text;
    }
}
