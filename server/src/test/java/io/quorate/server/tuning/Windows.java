package io.quorate.server.tuning;

import io.quorate.core.SendCounts;
import java.time.Duration;
import java.util.OptionalDouble;

/** Windows of ten seconds, by what a test wants of them. */
final class Windows {

    static final Duration LENGTH = Duration.ofSeconds(10);
    static final SendCounts FOUR_UNDER_WAY = new SendCounts(1_000, 0, 4_000, 0);

    private Windows() {}

    /** Clients of which so many always wait for an answer, each of which takes so long; most of it for others. */
    static Window ofClients(int clients, double meanMicros, SendCounts sent) {
        long writes = Math.round(clients * LENGTH.toMillis() * 1e3 / meanMicros);
        return new Window(
                LENGTH, writes, meanMicros, 3 * meanMicros, 0.9 * meanMicros, OptionalDouble.of(100), sent, 0);
    }

    /** Such a window, at the end of which a follower lacks so many entries. */
    static Window lagging(Window window, long entries) {
        return new Window(
                window.length(),
                window.writes(),
                window.meanMicros(),
                window.p99Micros(),
                window.replicateMicros(),
                window.floorMicros(),
                window.sent(),
                entries);
    }

    /** Such a window, in which this was sent. */
    static Window withSent(Window window, SendCounts sent) {
        return window.withSent(sent.messages(), sent.full(), sent.underWay(), sent.heldBack());
    }

    static Window ofClients(int clients, double meanMicros) {
        return ofClients(clients, meanMicros, FOUR_UNDER_WAY);
    }

    /** So many writes a second, however long they take. */
    static Window ofArrivals(int perSecond, double meanMicros, double p99Micros) {
        return new Window(
                LENGTH,
                perSecond * LENGTH.toSeconds(),
                meanMicros,
                p99Micros,
                0.9 * meanMicros,
                OptionalDouble.of(100),
                FOUR_UNDER_WAY,
                0);
    }
}
