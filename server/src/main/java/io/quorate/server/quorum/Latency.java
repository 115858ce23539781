package io.quorate.server.quorum;

import java.util.Locale;
import java.util.OptionalLong;

/** A predicted time, as far as it can be told. */
public sealed interface Latency {

    record Known(long micros) implements Latency {}

    /** Not more than this: something that is not measured may make it less. */
    record AtMost(long micros) implements Latency {}

    /** What it depends on is not measured. */
    record Unknown() implements Latency {}

    /** It does not come to an end: there is no quorum. */
    record Never() implements Latency {}

    /** Of two things that both have to happen. */
    static Latency later(Latency one, Latency other) {
        if (one instanceof Never || other instanceof Never) {
            return new Never();
        }
        OptionalLong first = one.bound();
        OptionalLong second = other.bound();
        if (first.isEmpty() || second.isEmpty()) {
            return new Unknown();
        }
        return first.getAsLong() >= second.getAsLong() ? one.unlessLess(other) : other.unlessLess(one);
    }

    /** This, which is the greater one, is certain only if it is certain by itself or cannot fall below the other. */
    private Latency unlessLess(Latency lesser) {
        boolean sameBound = bound().equals(lesser.bound());
        return this instanceof AtMost && sameBound && lesser instanceof Known ? lesser : this;
    }

    /** What it does not exceed, if anything is known. */
    default OptionalLong bound() {
        return switch (this) {
            case Known known -> OptionalLong.of(known.micros());
            case AtMost most -> OptionalLong.of(most.micros());
            case Unknown unknown -> OptionalLong.empty();
            case Never never -> OptionalLong.empty();
        };
    }

    /** For people. */
    default String text() {
        return switch (this) {
            case Known known -> millis(known.micros());
            case AtMost most -> "at most " + millis(most.micros());
            case Unknown unknown -> "unknown";
            case Never never -> "never: there is no quorum";
        };
    }

    /** Microseconds as milliseconds, with three digits. */
    static String millis(long micros) {
        double millis = micros / 1000.0;
        String digits = millis < 10 ? "%.2f ms" : millis < 100 ? "%.1f ms" : "%.0f ms";
        return String.format(Locale.ROOT, digits, millis);
    }
}
