package io.quorate.server.wire;

import java.time.Duration;

/** The limits of a client port as they are by default, but for one that a test is about. */
final class PortLimits {

    private static final ClientListenerOptions DEFAULTS = ClientListenerOptions.defaults();

    private PortLimits() {}

    static ClientListenerOptions withTimeouts(Duration preface, Duration httpRequest) {
        return with(preface, httpRequest, DEFAULTS.stallTimeout(), DEFAULTS.maxUnfinishedBytes());
    }

    static ClientListenerOptions withStallTimeout(Duration stall) {
        return with(DEFAULTS.prefaceTimeout(), DEFAULTS.httpRequestTimeout(), stall, DEFAULTS.maxUnfinishedBytes());
    }

    static ClientListenerOptions withMaxUnfinishedBytes(long bytes) {
        return with(DEFAULTS.prefaceTimeout(), DEFAULTS.httpRequestTimeout(), DEFAULTS.stallTimeout(), bytes);
    }

    static ClientListenerOptions withMaxUntakenBytes(long bytes) {
        return new ClientListenerOptions(
                DEFAULTS.maxRequestBytes(),
                DEFAULTS.connections(),
                DEFAULTS.prefaceTimeout(),
                DEFAULTS.httpRequestTimeout(),
                DEFAULTS.stallTimeout(),
                DEFAULTS.maxUnfinishedBytes(),
                bytes);
    }

    static ClientListenerOptions withConnections(int most, int mostOfOneAddress) {
        ConnectionLimits limits = ConnectionLimits.DEFAULT;
        return DEFAULTS.withConnections(new ConnectionLimits(
                most, mostOfOneAddress, limits.maxStreams(), limits.maxIdle(), limits.keepAlive()));
    }

    static ClientListenerOptions withMaxIdle(Duration idle) {
        ConnectionLimits limits = ConnectionLimits.DEFAULT;
        return DEFAULTS.withConnections(new ConnectionLimits(
                limits.maxConnections(), limits.maxPerAddress(), limits.maxStreams(), idle, limits.keepAlive()));
    }

    private static ClientListenerOptions with(
            Duration preface, Duration httpRequest, Duration stall, long maxUnfinishedBytes) {
        return new ClientListenerOptions(
                DEFAULTS.maxRequestBytes(),
                DEFAULTS.connections(),
                preface,
                httpRequest,
                stall,
                maxUnfinishedBytes,
                DEFAULTS.maxUntakenBytes());
    }
}
