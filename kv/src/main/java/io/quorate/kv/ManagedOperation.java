package io.quorate.kv;

/**
 * An operation of the manager, as it is on record: what somebody does to the cluster as a whole, as against what clients do with
 * keys.
 *
 * @param id the log index of the entry by which it began
 * @param beganMillis when it began, since 1970 and by the clock of the member that was told
 * @param toldMillis when it was last heard of, likewise; not before that it began, whatever clocks say
 * @param state how far it is
 * @param report what was checked, done and verified, in a form that the manager knows
 * @param aside whether it changed nothing in the cluster, as a backup does, and others could be under way beside it
 */
public record ManagedOperation(long id, long beganMillis, long toldMillis, State state, Bytes report, boolean aside) {

    /** So many are kept on record; the oldest makes room. */
    public static final int MAX_ON_RECORD = OperationRecords.MAX_KEPT;

    /** One that was silent for longer than so many milliseconds has died. */
    public static final long MAX_SILENCE_MILLIS = OperationRecords.MAX_SILENCE_MILLIS;

    /** One that had a place of its own. */
    public ManagedOperation(long id, long beganMillis, long toldMillis, State state, Bytes report) {
        this(id, beganMillis, toldMillis, state, report, false);
    }

    /** How far an operation is. */
    public enum State implements Numbered {
        RUNNING(0),
        /** All was done, and found as promised. */
        DONE(1),
        /** Something was not done, or not found as promised; the report says where it stands. */
        FAILED(2),
        /** Whoever did it was not heard of any more, and another operation has begun. */
        BROKEN_OFF(3);

        private final int number;

        State(int number) {
            this.number = number;
        }

        @Override
        public int number() {
            return number;
        }
    }

    /**
     * Whether it is under way. Whoever does something says so again within a fraction of a minute; one that was silent for longer has
     * died, and leaves its place to others.
     *
     * @param nowMillis the time since 1970, by the clock of whoever asks
     */
    public boolean isUnderWay(long nowMillis) {
        return state == State.RUNNING && nowMillis - toldMillis <= OperationRecords.MAX_SILENCE_MILLIS;
    }

    ManagedOperation brokenOff() {
        return new ManagedOperation(id, beganMillis, toldMillis, State.BROKEN_OFF, report);
    }

    ManagedOperation told(NoteOperation note) {
        return new ManagedOperation(
                id, beganMillis, Math.max(toldMillis, note.nowMillis()), note.state(), note.report());
    }
}
