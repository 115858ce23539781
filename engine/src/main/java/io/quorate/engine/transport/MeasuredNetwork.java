package io.quorate.engine.transport;

import io.quorate.core.Message.Heartbeat;
import io.quorate.core.Message.HeartbeatResponse;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.Ports.NetworkOpener;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * A network that tells how long heartbeats take to be answered: the way there and back, and the peer's own delay. So a leader
 * measures its followers, and other members measure nobody. Thread-safe.
 *
 * <p>One heartbeat to each peer is timed at once; others that are sent meanwhile are not. One that is not answered in time is given up.
 */
public final class MeasuredNetwork implements Network {

    /** What is told of round trips, by the network's threads; must not block. */
    @FunctionalInterface
    public interface RoundTripListener {
        void roundTrip(MemberId peer, long nanos);
    }

    private static final long MAX_NANOS = 10_000_000_000L;

    private record Timed(long term, long readRound, long beginNanos) {

        boolean isAnsweredBy(HeartbeatResponse response) {
            return response.term() == term && response.readRound() == readRound;
        }
    }

    private final LongSupplier nanoTime;
    private final RoundTripListener roundTrips;
    private final Map<MemberId, Timed> timed = new ConcurrentHashMap<>();
    private final Network network;

    /**
     * Opens a network that is measured.
     *
     * @param nanoTime a monotonic clock
     * @param listener gets what the network receives
     */
    public static Network open(
            NetworkOpener networks, Listener listener, LongSupplier nanoTime, RoundTripListener roundTrips)
            throws IOException {
        return new MeasuredNetwork(networks, listener, nanoTime, roundTrips);
    }

    private MeasuredNetwork(
            NetworkOpener networks, Listener listener, LongSupplier nanoTime, RoundTripListener roundTrips)
            throws IOException {
        this.nanoTime = nanoTime;
        this.roundTrips = roundTrips;
        this.network = networks.open(new Listener() {
            @Override
            public void received(MemberId from, PeerFrame frame) {
                if (frame instanceof PeerFrame.Raft raft && raft.message() instanceof HeartbeatResponse response) {
                    answered(from, response);
                }
                listener.received(from, frame);
            }

            @Override
            public void unreachable(MemberId peer) {
                timed.remove(peer);
                listener.unreachable(peer);
            }

            @Override
            public void removed(MemberId says) {
                listener.removed(says);
            }

            @Override
            public void disowned(MemberId says) {
                listener.disowned(says);
            }
        });
    }

    @Override
    public void send(MemberId to, PeerFrame frame) {
        if (frame instanceof PeerFrame.Raft raft && raft.message() instanceof Heartbeat heartbeat) {
            begin(to, heartbeat);
        }
        network.send(to, frame);
    }

    private void begin(MemberId to, Heartbeat heartbeat) {
        long now = nanoTime.getAsLong();
        Timed begun = new Timed(heartbeat.term(), heartbeat.readRound(), now);
        timed.merge(to, begun, (before, next) -> now - before.beginNanos > MAX_NANOS ? next : before);
    }

    private void answered(MemberId from, HeartbeatResponse response) {
        Timed begun = timed.get(from);
        if (begun != null && begun.isAnsweredBy(response) && timed.remove(from, begun)) {
            roundTrips.roundTrip(from, nanoTime.getAsLong() - begun.beginNanos);
        }
    }

    @Override
    public void membersChanged(Configuration current, Configuration committed) {
        network.membersChanged(current, committed);
    }

    @Override
    public void cutOff(MemberId peer) {
        network.cutOff(peer);
    }

    @Override
    public void flush() {
        network.flush();
    }

    @Override
    public void close() {
        network.close();
    }
}
