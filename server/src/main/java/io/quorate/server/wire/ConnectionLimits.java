package io.quorate.server.wire;

import java.time.Duration;

/**
 * What a client port allows of connections, and on one of them; an instance that exists is valid.
 *
 * @param maxConnections how many there may be, of all clients together
 * @param maxPerAddress how many of them one address may have; of IPv6, one /64
 * @param maxStreams calls at once on one connection, streams of watches among them
 * @param maxIdle after which a connection without a call is closed; zero for never
 * @param keepAlive how connections are found out whose other end is gone
 */
public record ConnectionLimits(
        int maxConnections, int maxPerAddress, int maxStreams, Duration maxIdle, KeepAlive keepAlive) {

    /** etcd's times, and far more connections and calls than an honest client has. */
    public static final ConnectionLimits DEFAULT =
            new ConnectionLimits(20_000, 10_000, 1 << 16, Duration.ofHours(1), KeepAlive.DEFAULT);

    /**
     * Pings on connections of gRPC; names and defaults are etcd's.
     *
     * @param minTime the shortest time between two pings of a client; who pings more often is cut off
     * @param interval after which a silent client is pinged; zero for never
     * @param timeout within which it must answer that
     */
    public record KeepAlive(Duration minTime, Duration interval, Duration timeout) {

        public static final KeepAlive DEFAULT =
                new KeepAlive(Duration.ofSeconds(5), Duration.ofHours(2), Duration.ofSeconds(20));

        public KeepAlive {
            requireNotNegative("--grpc-keepalive-min-time", minTime);
            requireNotNegative("--grpc-keepalive-interval", interval);
            if (timeout.toMillis() <= 0) {
                throw new IllegalArgumentException(
                        "--grpc-keepalive-timeout is less than a millisecond; give a time such as 20s");
            }
        }
    }

    public ConnectionLimits {
        requirePositive("--max-connections", maxConnections);
        requirePositive("--max-connections-per-address", maxPerAddress);
        requirePositive("--max-concurrent-streams", maxStreams);
        requireNotNegative("--max-connection-idle", maxIdle);
    }

    private static void requirePositive(String flag, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException(flag + " is " + value + "; it must be at least 1");
        }
    }

    private static void requireNotNegative(String flag, Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException(flag + " is less than 0; give a time such as 10s, or 0");
        }
    }
}
