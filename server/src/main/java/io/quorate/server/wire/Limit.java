package io.quorate.server.wire;

/** What a member holds its clients to, and whoever goes beyond it is cut off or refused for. */
public enum Limit {
    /** Connections of all clients together. */
    CONNECTIONS,

    /** Connections of one address. */
    CONNECTIONS_OF_ADDRESS,

    /** Frames of HTTP/2 that cost their sender nothing. */
    FRAMES,

    /** The time for a frame, or a request, that has begun. */
    SLOW_REQUEST,

    /** The time in which a client must take something of what waits for it. */
    STALLED_READER,

    /** What there may be of requests, unfinished or under way. */
    REQUEST_BYTES,

    /** What may wait to be taken by clients. */
    ANSWER_BYTES,

    /** Watches of one connection, or of all clients together. */
    WATCHES,

    /** Leases of all clients together. */
    LEASES
}
