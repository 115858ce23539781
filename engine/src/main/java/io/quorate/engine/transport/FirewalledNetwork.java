package io.quorate.engine.transport;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** One member's network as a {@link Firewall} lets it be. Closing it closes the network within. */
public final class FirewalledNetwork implements Network {

    private final MemberId self;
    private final Network inner;
    private final Listener listener;
    private final Firewall firewall;
    private final Map<MemberId, DelayLine> delayLines = new ConcurrentHashMap<>();
    private final Set<MemberId> interrupted = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * Wraps a member's network.
     *
     * @param inner was opened with {@link Firewall#guard} around the same listener
     * @param listener is told, on the firewall's timer, of members that became unreachable by the firewall's doing
     */
    public FirewalledNetwork(MemberId self, Network inner, Listener listener, Firewall firewall) {
        this.self = self;
        this.inner = inner;
        this.listener = listener;
        this.firewall = firewall;
    }

    @Override
    public void send(MemberId to, PeerFrame frame) {
        if (firewall.loses(self, to)) {
            tellLoss(to);
            return;
        }
        interrupted.remove(to);
        delayLines.computeIfAbsent(to, DelayLine::new).send(frame);
    }

    private void tellLoss(MemberId to) {
        if (interrupted.add(to)) {
            firewall.after(Duration.ZERO, () -> {
                if (!closed) {
                    listener.unreachable(to);
                }
            });
        }
    }

    @Override
    public void membersChanged(Configuration current, Configuration committed) {
        inner.membersChanged(current, committed);
    }

    @Override
    public void cutOff(MemberId peer) {
        inner.cutOff(peer);
    }

    @Override
    public void flush() {
        inner.flush();
    }

    @Override
    public void close() {
        closed = true;
        inner.close();
    }

    /** Frames to one peer that wait for their time. They keep their order also when the delay is changed meanwhile. */
    private final class DelayLine {

        private final MemberId to;
        private final Deque<PeerFrame> waiting = new ArrayDeque<>();

        DelayLine(MemberId to) {
            this.to = to;
        }

        synchronized void send(PeerFrame frame) {
            Duration delay = firewall.delay(self, to);
            if (delay.isZero() && waiting.isEmpty()) {
                inner.send(to, frame);
            } else {
                waiting.add(frame);
                firewall.after(delay, this::deliverFirst);
            }
        }

        /** Runs once for each waiting frame; whichever timer fires first delivers the frame that was sent first. */
        private synchronized void deliverFirst() {
            Optional<PeerFrame> first = Optional.ofNullable(waiting.poll());
            if (closed || first.isEmpty()) {
                return;
            }
            if (firewall.isCut(self, to)) {
                tellLoss(to);
            } else {
                inner.send(to, first.get());
                inner.flush();
            }
        }
    }
}
