package io.quorate.server.wire;

import java.time.Duration;

/**
 * The limits that a client port holds its clients to.
 *
 * @param maxRequestBytes the largest request that the member takes; the port itself lets {@link #ENVELOPE_BYTES} more through, so that a
 *     request a little too large gets an answer that says so
 * @param connections how many there may be, and what is allowed on one
 * @param prefaceTimeout the time within which a new connection must show which protocol it speaks
 * @param httpRequestTimeout the time within which the next HTTP/1.1 request must have arrived whole; an idle connection is closed after it
 * @param stallTimeout how long a client may take nothing of an answer that waits for it, and one of gRPC not go on with a frame or with headers
 *     that it has begun; it is cut off before twice that
 * @param maxUnfinishedBytes how much the port keeps of requests that are not whole yet, of all clients together
 * @param maxUntakenBytes how much may wait to be taken of answers to calls of gRPC, of all clients together
 */
public record ClientListenerOptions(
        int maxRequestBytes,
        ConnectionLimits connections,
        Duration prefaceTimeout,
        Duration httpRequestTimeout,
        Duration stallTimeout,
        long maxUnfinishedBytes,
        long maxUntakenBytes) {

    /** What a message may add to the request in it, as in etcd. */
    public static final int ENVELOPE_BYTES = 512 * 1024;

    /** etcd's limit on requests, 1.5 MiB. */
    public static final int DEFAULT_MAX_REQUEST_BYTES = 1536 * 1024;

    /** Even in the smallest heap so many of the largest requests may arrive at once. */
    private static final int LEAST_UNFINISHED_REQUESTS = 8;

    public ClientListenerOptions {
        if (maxRequestBytes < 1 || maxRequestBytes > Integer.MAX_VALUE - ENVELOPE_BYTES) {
            throw new IllegalArgumentException("The largest request cannot be " + maxRequestBytes
                    + " bytes; give a number from 1 to " + (Integer.MAX_VALUE - ENVELOPE_BYTES) + ".");
        }
    }

    /** etcd's limits; where etcd sets none, ones that no honest client meets. */
    public static ClientListenerOptions defaults() {
        return new ClientListenerOptions(
                        DEFAULT_MAX_REQUEST_BYTES,
                        ConnectionLimits.DEFAULT,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(75),
                        Duration.ofSeconds(75),
                        Runtime.getRuntime().maxMemory() / 8,
                        // Answers are kept outside of the heap, in as much as that may be.
                        Runtime.getRuntime().maxMemory() / 2)
                .withMaxRequestBytes(DEFAULT_MAX_REQUEST_BYTES);
    }

    /** These options with another limit on requests, and room for at least eight of that size to arrive at once, as JSON. */
    public ClientListenerOptions withMaxRequestBytes(int bytes) {
        ClientListenerOptions changed = with(bytes, connections, maxUnfinishedBytes);
        long least = (long) LEAST_UNFINISHED_REQUESTS * changed.maxHttpBodyBytes();
        return changed.with(bytes, connections, Math.max(least, maxUnfinishedBytes));
    }

    /** These options with other limits on connections. */
    public ClientListenerOptions withConnections(ConnectionLimits limits) {
        return with(maxRequestBytes, limits, maxUnfinishedBytes);
    }

    private ClientListenerOptions with(int requestBytes, ConnectionLimits limits, long unfinishedBytes) {
        return new ClientListenerOptions(
                requestBytes,
                limits,
                prefaceTimeout,
                httpRequestTimeout,
                stallTimeout,
                unfinishedBytes,
                maxUntakenBytes);
    }

    /** The largest message that a client may send, in protobuf's encoding. */
    public int maxMessageBytes() {
        return maxRequestBytes + ENVELOPE_BYTES;
    }

    /** In JSON the same message is larger: base64 alone makes four bytes of three. */
    int maxHttpBodyBytes() {
        return Math.clamp(2L * maxMessageBytes(), 1, Integer.MAX_VALUE);
    }
}
