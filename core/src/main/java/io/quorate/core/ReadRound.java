package io.quorate.core;

import io.quorate.core.quorum.MemberId;
import java.util.List;

/** Reads that share one confirmation of leadership (thesis 6.4). */
final class ReadRound {

    /** Who wants to read: someone here, or another member on behalf of its own. */
    sealed interface Reader {
        record Local(long requestId) implements Reader {}

        record Remote(MemberId member, long requestId) implements Reader {}
    }

    private final long number;
    private final long readIndex;
    private final List<Reader> readers;
    private int ageTicks;

    ReadRound(long number, long readIndex, List<Reader> readers) {
        this.number = number;
        this.readIndex = readIndex;
        this.readers = readers;
    }

    long number() {
        return number;
    }

    /** The commit index when the round began. */
    long readIndex() {
        return readIndex;
    }

    List<Reader> readers() {
        return readers;
    }

    int tick() {
        ageTicks++;
        return ageTicks;
    }
}
