package io.quorate.kv;

/**
 * Puts an operation of the manager on record: that it begins, how far it is, how it ended; or, all at once, one that is over already
 * and took no place.
 *
 * @param id of an operation that has begun; 0: it begins, or is over
 * @param state {@link ManagedOperation.State#RUNNING} if it begins; another one without an id: it is over already
 * @param nowMillis the time since 1970, by the clock of the member that was told
 * @param force begins although another one is under way
 * @param report at most {@value #MAX_REPORT_BYTES} bytes
 * @param tookMillis of one that is over already: how long it took; else 0
 * @param aside of one that is over already: whether it was a matter of course that changed nothing, such as a backup; few of these are
 *     kept, so that they do not displace what has changed the cluster
 */
public record NoteOperation(
        long id,
        ManagedOperation.State state,
        long nowMillis,
        boolean force,
        Bytes report,
        long tookMillis,
        boolean aside)
        implements Command {

    /** All members keep the reports of the latest operations in memory. */
    public static final int MAX_REPORT_BYTES = 32 * 1024;

    /** One of an operation that begins, goes on or ends. */
    public NoteOperation(long id, ManagedOperation.State state, long nowMillis, boolean force, Bytes report) {
        this(id, state, nowMillis, force, report, 0, false);
    }

    /** One of an operation that is over already, of which nothing is on record yet. */
    public static NoteOperation past(
            ManagedOperation.State state, long nowMillis, long tookMillis, boolean aside, Bytes report) {
        return new NoteOperation(0, state, nowMillis, false, report, tookMillis, aside);
    }

    /** Whether it is about one that is over already, and never had a place. */
    boolean isPast() {
        return id == 0 && state != ManagedOperation.State.RUNNING;
    }
}
