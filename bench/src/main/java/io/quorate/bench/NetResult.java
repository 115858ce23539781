package io.quorate.bench;

import java.util.Locale;

/**
 * What one connection over loopback gets out of this machine.
 *
 * @param inflight messages under way at a time
 * @param messageBytes there and back
 * @param roundTripsPerSecond of all of them together
 * @param p50Micros of one round trip
 */
public record NetResult(
        int inflight,
        int messageBytes,
        double roundTripsPerSecond,
        double p50Micros,
        double p99Micros,
        double maxMicros) {

    /** One line of text. */
    public String line() {
        return String.format(
                Locale.ROOT,
                "net: round trip of %d bytes over loopback, %d at a time: p50 %.0f us, p99 %.0f us, max %.0f us, %.0f a second",
                messageBytes,
                inflight,
                p50Micros,
                p99Micros,
                maxMicros,
                roundTripsPerSecond);
    }
}
