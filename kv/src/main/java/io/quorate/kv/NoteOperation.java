package io.quorate.kv;

/**
 * Puts an operation of the manager on record: that it begins, how far it is, how it ended.
 *
 * @param id of an operation that has begun; 0: it begins
 * @param state {@link ManagedOperation.State#RUNNING} if it begins
 * @param nowMillis the time since 1970, by the clock of the member that was told
 * @param force begins although another one is under way
 * @param report at most {@value #MAX_REPORT_BYTES} bytes
 */
public record NoteOperation(long id, ManagedOperation.State state, long nowMillis, boolean force, Bytes report)
        implements Command {

    /** All members keep the reports of the latest operations in memory. */
    public static final int MAX_REPORT_BYTES = 32 * 1024;
}
