package io.quorate.server.autopilot;

import java.time.Duration;

/** Times, as people are told them. */
public final class Elapsed {

    private static final long MINUTES_FROM_SECONDS = 120;
    private static final long HOURS_FROM_MINUTES = 120;

    private Elapsed() {}

    /** For example {@code 250 ms}, {@code 90 s}, {@code 40 min} or {@code 3 h}. */
    public static String text(Duration time) {
        if (time.toMillis() % 1000 != 0 && time.toSeconds() < 10) {
            return time.toMillis() + " ms";
        }
        if (time.toSeconds() < MINUTES_FROM_SECONDS) {
            return time.toSeconds() + " s";
        }
        return time.toMinutes() < HOURS_FROM_MINUTES ? time.toMinutes() + " min" : time.toHours() + " h";
    }
}
