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

    private static ClientListenerOptions with(
            Duration preface, Duration httpRequest, Duration stall, long maxUnfinishedBytes) {
        return new ClientListenerOptions(
                DEFAULTS.maxRequestBytes(),
                DEFAULTS.maxConcurrentStreams(),
                preface,
                httpRequest,
                stall,
                maxUnfinishedBytes);
    }
}
