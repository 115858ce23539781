package io.quorate.core;

/**
 * Whether this member's disk does what it is asked: how long it has been silent while a write was outstanding.
 *
 * <p>What counts is the time since the disk completed anything at all, not the age of the oldest write: behind a long queue
 * a write is old, and the disk works. What is counted are entries of the log, and term and vote; so a disk that hangs while
 * nothing is written is noticed with the next write.
 */
final class DurableProgress {

    private int silentTicks;
    private long hardStatesAsked;
    private long hardStatesSynced;

    void hardStateAsked() {
        hardStatesAsked++;
    }

    /** Hard states become durable in the order in which they were asked to be written. */
    void hardStateSynced() {
        BrokenInvariantException.require(
                hardStatesSynced < hardStatesAsked, () -> "a hard state is durable that was never to be written");
        hardStatesSynced++;
        silentTicks = 0;
    }

    /** The disk has answered: it has completed something, or has said that there is no room for it. */
    void answered() {
        silentTicks = 0;
    }

    void tick(LogTerms log) {
        boolean outstanding = log.lastIndex() > log.syncedIndex() || hardStatesAsked > hardStatesSynced;
        silentTicks = outstanding ? silentTicks + 1 : 0;
    }

    /** Ticks for which something was to be written and the disk has completed nothing; 0 if nothing is outstanding. */
    int silentTicks() {
        return silentTicks;
    }
}
