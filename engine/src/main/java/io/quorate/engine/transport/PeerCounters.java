package io.quorate.engine.transport;

import java.util.concurrent.atomic.LongAdder;

/**
 * What went to and came from one peer since the network was opened. Bytes are those of whole frames. Safe for use by
 * many threads; read with {@link LongAdder#sum}.
 */
public final class PeerCounters {

    private final LongAdder framesSent = new LongAdder();
    private final LongAdder bytesSent = new LongAdder();
    private final LongAdder framesReceived = new LongAdder();
    private final LongAdder bytesReceived = new LongAdder();
    private final LongAdder framesDropped = new LongAdder();
    private final LongAdder bytesDropped = new LongAdder();

    /** Frames handed to an established connection. They may be lost with it. */
    public LongAdder framesSent() {
        return framesSent;
    }

    public LongAdder bytesSent() {
        return bytesSent;
    }

    /** Frames that arrived undamaged. */
    public LongAdder framesReceived() {
        return framesReceived;
    }

    public LongAdder bytesReceived() {
        return bytesReceived;
    }

    /** Frames that were not sent: no connection, or too much queued. */
    public LongAdder framesDropped() {
        return framesDropped;
    }

    public LongAdder bytesDropped() {
        return bytesDropped;
    }
}
