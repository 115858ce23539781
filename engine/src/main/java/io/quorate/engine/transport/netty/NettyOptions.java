package io.quorate.engine.transport.netty;

import io.quorate.core.quorum.MemberId;
import io.quorate.engine.detection.DetectionListener;
import io.quorate.engine.transport.FrameCodec;
import io.quorate.engine.transport.StorageIds;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The settings of a {@link NettyNetwork}.
 *
 * @param self this member
 * @param clusterId members of another cluster are refused
 * @param listenAddresses where peers may connect; port 0 takes a free one
 * @param peers where each other member listens; several addresses of one are tried in turn. An address that is not
 *     resolved ({@link InetSocketAddress#createUnresolved}) is looked up anew at each dial. An entry for {@code self}
 *     is ignored
 * @param limits bounds of sizes and times
 * @param storages this member's storage, and what it remembers of the others'; until it is admitted it dials nobody, lets nobody in, and
 *     answers inquiries alone
 * @param clientUrls where this member serves clients, as it tells whoever asks
 * @param tls how connections are encrypted, and members known by their certificates; empty for plain text
 * @param detections is told what peers and strangers do that no honest member does
 */
public record NettyOptions(
        MemberId self,
        long clusterId,
        List<InetSocketAddress> listenAddresses,
        Map<MemberId, List<InetSocketAddress>> peers,
        Limits limits,
        StorageIds storages,
        List<String> clientUrls,
        Optional<PeerTls> tls,
        DetectionListener detections) {

    public NettyOptions {
        listenAddresses = List.copyOf(listenAddresses);
        peers = copy(peers);
        clientUrls = List.copyOf(clientUrls);
    }

    /** Of a member that tells nobody of detections. */
    public NettyOptions(
            MemberId self,
            long clusterId,
            List<InetSocketAddress> listenAddresses,
            Map<MemberId, List<InetSocketAddress>> peers,
            Limits limits,
            StorageIds storages,
            List<String> clientUrls,
            Optional<PeerTls> tls) {
        this(self, clusterId, listenAddresses, peers, limits, storages, clientUrls, tls, DetectionListener.NONE);
    }

    /** Of a member that serves no clients, in plain text. */
    public NettyOptions(
            MemberId self,
            long clusterId,
            List<InetSocketAddress> listenAddresses,
            Map<MemberId, List<InetSocketAddress>> peers,
            Limits limits,
            StorageIds storages) {
        this(self, clusterId, listenAddresses, peers, limits, storages, List.of(), Optional.empty());
    }

    /** The same with TLS. */
    public NettyOptions withTls(PeerTls how) {
        return new NettyOptions(
                self, clusterId, listenAddresses, peers, limits, storages, clientUrls, Optional.of(how), detections);
    }

    /** The same with somebody who is told of detections. */
    public NettyOptions withDetections(DetectionListener listener) {
        return new NettyOptions(self, clusterId, listenAddresses, peers, limits, storages, clientUrls, tls, listener);
    }

    static Map<MemberId, List<InetSocketAddress>> copy(Map<MemberId, List<InetSocketAddress>> peers) {
        peers.forEach((member, addresses) -> {
            if (addresses.isEmpty()) {
                throw new IllegalArgumentException("member " + member + " has no peer address; give it at least one");
            }
        });
        return peers.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, peer -> List.copyOf(peer.getValue())));
    }

    /**
     * Bounds of sizes and times.
     *
     * @param maxFrameBytes one frame; a peer that sends a longer one is disconnected
     * @param maxQueuedBytes frames for one peer that the operating system has not yet taken; what comes on top is
     *     dropped. A frame is never dropped while nothing else is queued
     * @param connectTimeout to open a connection
     * @param handshakeTimeout to introduce oneself, or to answer that
     * @param minReconnectDelay the wait after a first failure to connect; doubles with each further one
     * @param maxReconnectDelay where the doubling ends
     * @param refusedRetryDelay the wait after the other side refused this member
     * @param unacknowledgedTimeout a connection on which sent data stays unacknowledged for this long is given up,
     *     where the system supports it (TCP_USER_TIMEOUT): a link that heals after a long cut is used again at once,
     *     and not at TCP's next retransmission, which may be minutes away
     */
    public record Limits(
            int maxFrameBytes,
            long maxQueuedBytes,
            Duration connectTimeout,
            Duration handshakeTimeout,
            Duration minReconnectDelay,
            Duration maxReconnectDelay,
            Duration refusedRetryDelay,
            Duration unacknowledgedTimeout) {

        public Limits {
            if (maxFrameBytes < FrameCodec.HEADER_BYTES || maxQueuedBytes < 1) {
                throw new IllegalArgumentException("frames of " + maxFrameBytes + " bytes and queues of "
                        + maxQueuedBytes + " bytes leave no room for any message");
            }
            for (Duration time : List.of(
                    connectTimeout,
                    handshakeTimeout,
                    minReconnectDelay,
                    maxReconnectDelay,
                    refusedRetryDelay,
                    unacknowledgedTimeout)) {
                if (time.toMillis() < 1 || time.toMillis() > Integer.MAX_VALUE) {
                    throw new IllegalArgumentException(
                            "a timeout or delay of the network must be from 1 ms to 24 days: " + time);
                }
            }
            if (minReconnectDelay.compareTo(maxReconnectDelay) > 0) {
                throw new IllegalArgumentException("the wait before reconnecting cannot grow from " + minReconnectDelay
                        + " to " + maxReconnectDelay);
            }
        }

        /** Frames of 32 MiB, as much queued for each peer, reconnects between 20 ms and 1 s, all else a few seconds. */
        public static Limits defaults() {
            return new Limits(
                    32 << 20,
                    32 << 20,
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(3),
                    Duration.ofMillis(20),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(5));
        }
    }
}
