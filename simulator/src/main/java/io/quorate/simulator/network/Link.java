package io.quorate.simulator.network;

import io.quorate.core.quorum.MemberId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The way from one member to another: a connection at a time, and the queue in front of it, which is bounded as the
 * production transport's is.
 */
final class Link {

    /** What may wait for a receiver that is slow; what comes on top is dropped, and the sender told. */
    static final long QUEUE_BYTES = 128 << 10;

    private static final double NANOS_PER_SECOND = 1e9;

    /** A frame that waits for a clogged way to open. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Held(byte[] bytes, SimulatedNetwork.Endpoint receiver) {}

    final MemberId to;
    LinkFaults faults = LinkFaults.NONE;
    long lastArrival;

    /** Whether the sender was told that frames are being lost, and the loss has not ended since. */
    boolean interruptionTold;

    final List<byte[]> past = new ArrayList<>();
    final Deque<Held> held = new ArrayDeque<>();

    /** The latest; where members know each other again by their storages. */
    Optional<Handshake> handshake = Optional.empty();

    /** Counts connections: what was under way on one that has ended is lost. */
    private int connection;

    private long connectedFrom;
    private long heldBytes;

    /** When the receiver will have taken what was sent to it. */
    private long takenAt;

    Link(MemberId to) {
        this.to = to;
    }

    int connection() {
        return connection;
    }

    /** The connection ends with all that is under way on it; the next one stands from that time on. */
    void disconnect(long until) {
        connection++;
        connectedFrom = until;
        held.clear();
        heldBytes = 0;
        takenAt = 0;
    }

    boolean isConnected(long now) {
        return now >= connectedFrom;
    }

    /** Whether a frame finds room in the queue; only a slow or clogged way has one. A lone frame always does. */
    boolean hasRoom(int bytes, long now) {
        long queued = queuedBytes(now);
        if (2 * queued <= QUEUE_BYTES) {
            interruptionTold = false;
        }
        return queued == 0 || queued + bytes <= QUEUE_BYTES;
    }

    private long queuedBytes(long now) {
        long untaken = faults.bytesPerSecond() == 0
                ? 0
                : (long) (Math.max(0, takenAt - now) / NANOS_PER_SECOND * faults.bytesPerSecond());
        return heldBytes + untaken;
    }

    void hold(Held frame) {
        held.add(frame);
        heldBytes += frame.bytes.length;
    }

    /** What was held, in order; none of it is held any more. */
    List<Held> release() {
        List<Held> released = List.copyOf(held);
        held.clear();
        heldBytes = 0;
        return released;
    }

    /** For how long the receiver will yet take what was sent when the way was slow. */
    long backlogNanos(long now) {
        return Math.max(0, takenAt - now);
    }

    /** When the receiver will have taken a frame that is sent now, the slowness alone considered. */
    long take(int bytes, long now) {
        takenAt = Math.max(now, takenAt) + (long) (bytes * NANOS_PER_SECOND / faults.bytesPerSecond());
        return takenAt;
    }
}
