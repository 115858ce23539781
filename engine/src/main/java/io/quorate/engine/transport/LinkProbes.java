package io.quorate.engine.transport;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.Ports.NetworkOpener;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Measures the links between this member and all others, whoever leads: sends each of them a {@link PeerFrame.Ping} in intervals,
 * and answers theirs. Thread-safe.
 *
 * <p>A ping is answered by the thread that receives it, before the node hears of anything, so what is measured is the network, what
 * is queued in front of it, and no queue of the node. Nothing that the node decides depends on it.
 */
public final class LinkProbes {

    /** How often {@link #probe} is to be called. */
    public static final Duration INTERVAL = Duration.ofSeconds(1);

    /** Pings belong to the link, which all groups share. */
    private static final int NO_GROUP = 0;

    private final MemberId self;
    private final LongSupplier nanoTime;
    private final Map<MemberId, ProbedLink> links = new ConcurrentHashMap<>();
    private volatile Optional<Network> network = Optional.empty();

    /** @param nanoTime a monotonic clock */
    public LinkProbes(MemberId self, LongSupplier nanoTime) {
        this.self = self;
        this.nanoTime = nanoTime;
    }

    /**
     * Opens a network whose links are measured. To be called once.
     *
     * @param listener gets what the network receives, but for pings and their answers
     */
    public Network open(NetworkOpener networks, Network.Listener listener) throws IOException {
        Network opened = networks.open(new Answering(listener));
        network = Optional.of(opened);
        return new Probed(opened);
    }

    /** Sends a ping to each other member; to be called once in each {@link #INTERVAL}. Does nothing before there is a network. */
    public void probe() {
        network.ifPresent(present -> {
            links.forEach((member, link) ->
                    present.send(member, new PeerFrame.Ping(NO_GROUP, link.begin(nanoTime.getAsLong()))));
            present.flush();
        });
    }

    /** What the links to the other members were like in the last minute, by member. */
    public List<LinkQuality> links() {
        long now = nanoTime.getAsLong();
        return links.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(link -> link.getValue().quality(link.getKey(), now))
                .toList();
    }

    private void membersChanged(Configuration current) {
        Set<MemberId> others = new HashSet<>(current.members());
        others.remove(self);
        links.keySet().retainAll(others);
        // An answer to somebody who had this id, and this address, before a restart is none to this one.
        others.forEach(member -> links.computeIfAbsent(member, added -> new ProbedLink(nanoTime.getAsLong())));
    }

    /** Keeps pings and their answers from the node. */
    private final class Answering implements Network.Listener {

        private final Network.Listener listener;

        Answering(Network.Listener listener) {
            this.listener = listener;
        }

        @Override
        public void received(MemberId from, PeerFrame frame) {
            if (frame instanceof PeerFrame.Ping ping) {
                network.ifPresent(present -> {
                    present.send(from, new PeerFrame.Pong(ping.group(), ping.sequence()));
                    present.flush();
                });
            } else if (frame instanceof PeerFrame.Pong pong) {
                Optional.ofNullable(links.get(from))
                        .ifPresent(link -> link.answered(pong.sequence(), nanoTime.getAsLong()));
            } else {
                listener.received(from, frame);
            }
        }

        @Override
        public void unreachable(MemberId peer) {
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
    }

    /** Learns from what the node tells it whom to measure. */
    private final class Probed implements Network {

        private final Network within;

        Probed(Network within) {
            this.within = within;
        }

        @Override
        public void send(MemberId to, PeerFrame frame) {
            within.send(to, frame);
        }

        @Override
        public void cutOff(MemberId peer) {
            within.cutOff(peer);
        }

        @Override
        public void flush() {
            within.flush();
        }

        @Override
        public void membersChanged(Configuration current, Configuration committed) {
            within.membersChanged(current, committed);
            LinkProbes.this.membersChanged(current);
        }

        @Override
        public void close() {
            network = Optional.empty();
            within.close();
        }
    }
}
