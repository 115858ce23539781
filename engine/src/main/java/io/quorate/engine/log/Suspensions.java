package io.quorate.engine.log;

import io.quorate.core.Suspension;

/** How the log's files say whether the member votes: 0, where it does, was all that could be told from anything else at first. */
final class Suspensions {

    private Suspensions() {}

    static byte code(Suspension suspension) {
        return switch (suspension) {
            case NONE -> 0;
            case ENTRIES_LOST -> 1;
            case PROMISES_LOST -> 2;
        };
    }

    /** What a code stands for that is covered by a checksum. Of what is not known the worst is assumed. */
    static Suspension of(int code) {
        return switch (code) {
            case 0 -> Suspension.NONE;
            case 1 -> Suspension.ENTRIES_LOST;
            default -> Suspension.PROMISES_LOST;
        };
    }
}
