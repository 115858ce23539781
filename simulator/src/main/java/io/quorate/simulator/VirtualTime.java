package io.quorate.simulator;

/** The time of a run: nanoseconds since its beginning, the same for every participant unless a fault bends its clock. */
public final class VirtualTime {

    private long nanos;

    /** Nanoseconds since the run began. */
    public long nanos() {
        return nanos;
    }

    /** Goes on to a later time. */
    void advanceTo(long later) {
        if (later < nanos) {
            throw new IllegalArgumentException("time does not go back: " + later + " comes before " + nanos);
        }
        nanos = later;
    }
}
