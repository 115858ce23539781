package io.quorate.server;

import io.quorate.server.store.AutoCompaction;
import java.time.Duration;

/**
 * How a member looks after its own data.
 *
 * @param scrubInterval the time between two readings of everything that lies on the disk; 0 means never by itself
 * @param scrubBytesPerSecond how fast that reads, at most
 * @param onDivergence what a member does whose state differs from the others' or from its own digest
 * @param autoCompaction which history is given up by itself
 * @param onGreyFailure what a leader does that fails slowly
 */
public record Upkeep(
        Duration scrubInterval,
        long scrubBytesPerSecond,
        OnDivergence onDivergence,
        AutoCompaction autoCompaction,
        OnGreyFailure onGreyFailure) {

    /** What a member does about a wrong state. */
    public enum OnDivergence {
        /** It drops the state and gets the one of a healthy majority. */
        REPAIR,
        /** It stops and says why. */
        STOP
    }

    /** What a leader does that is there, and slow, while another voter is clearly better. */
    public enum OnGreyFailure {
        /** It hands the leadership to that one. */
        GIVE_WAY,
        /** It leads on, and tells how it is. */
        STAY
    }

    public static final Upkeep DEFAULT = new Upkeep(Duration.ofDays(1), 8 << 20, OnDivergence.REPAIR);

    /** One that gives up no history by itself. */
    public Upkeep(Duration scrubInterval, long scrubBytesPerSecond, OnDivergence onDivergence) {
        this(scrubInterval, scrubBytesPerSecond, onDivergence, AutoCompaction.OFF);
    }

    /** One that gives way if it fails slowly. */
    public Upkeep(
            Duration scrubInterval,
            long scrubBytesPerSecond,
            OnDivergence onDivergence,
            AutoCompaction autoCompaction) {
        this(scrubInterval, scrubBytesPerSecond, onDivergence, autoCompaction, OnGreyFailure.GIVE_WAY);
    }

    /** The same, with a leader that does this when it fails slowly. */
    public Upkeep with(OnGreyFailure todo) {
        return new Upkeep(scrubInterval, scrubBytesPerSecond, onDivergence, autoCompaction, todo);
    }

    public Upkeep {
        if (scrubBytesPerSecond <= 0) {
            throw new IllegalArgumentException("--scrub-rate is " + scrubBytesPerSecond
                    + " bytes per second; give at least 1, or turn scrubbing off with --scrub-interval 0");
        }
    }
}
