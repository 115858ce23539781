package io.quorate.simulator.network;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.log.CorruptFrameException;
import io.quorate.engine.transport.FrameCodec;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.engine.transport.StorageIds;
import io.quorate.simulator.Agenda;
import io.quorate.simulator.RunObserver;
import io.quorate.simulator.network.LinkFaults.Cut;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Carries frames between the members of a run, in their binary form, so that the codec is part of what is tested and no
 * member ever holds what another may change.
 *
 * <p>As with a connection, frames arrive in order unless a fault says otherwise, and those under way to a process that
 * dies are lost.
 */
public final class SimulatedNetwork {

    private static final int MAX_FRAME_BYTES = 64 << 20;
    static final long LEAST_DELAY_NANOS = 150_000;
    private static final long DELAY_SPREAD_NANOS = 350_000;

    private static final long LONGEST_BACKLOG_NANOS = 5_000_000_000L;

    /** Frames of the past that a link can replay. */
    private static final int REPLAYABLE_FRAMES = 16;

    private static final long REPLAY_DELAY_NANOS = 2_000_000_000;

    /** How long it takes until a lost connection stands again: the production transport's first steps of waiting. */
    private static final long LEAST_RECONNECT_NANOS = 20_000_000;

    private static final long RECONNECT_SPREAD_NANOS = 100_000_000;

    /** For so long the production transport takes no connection from a peer that was cut off. */
    private static final long CUT_OFF_NANOS = 5_000_000_000L;

    /** How often a cut is noticed by the sender, as one that resets connections is; another swallows silently. */
    private static final double NOTICED = 0.5;

    private final Agenda agenda;
    private final SplittableRandom random;
    private final RunObserver observer;
    private final FrameCodec codec = new FrameCodec(MAX_FRAME_BYTES);
    private final Map<MemberId, Map<MemberId, Link>> links = new HashMap<>();
    private final Map<MemberId, Endpoint> endpoints = new HashMap<>();
    private Optional<Armed> interruption = Optional.empty();
    private final Map<MemberId, Lie> lies = new HashMap<>();

    /** What a traitor sends in the place of a frame. */
    @FunctionalInterface
    public interface Lie {
        PeerFrame instead(MemberId to, PeerFrame honest);
    }

    /** @param observer told of frames that are sent, delivered, and lost */
    public SimulatedNetwork(Agenda agenda, SplittableRandom random, RunObserver observer) {
        this.agenda = agenda;
        this.random = random;
        this.observer = observer;
    }

    /**
     * Connects one life of a member, in place of the one before.
     *
     * @param alive whether that life still goes on
     */
    public Network open(MemberId self, BooleanSupplier alive, Network.Listener listener) {
        return open(self, alive, listener, Optional.empty());
    }

    /**
     * The same.
     *
     * @param storages what it knows of the others' storages, if those that are not known again by theirs are not let in; of all members
     *     or of none
     */
    public Network open(
            MemberId self, BooleanSupplier alive, Network.Listener listener, Optional<StorageIds> storages) {
        Endpoint endpoint = new Endpoint(self, alive, listener, storages);
        endpoints.put(self, endpoint);
        return endpoint;
    }

    /** From now on a member lies: what it has to say leaves it as something else. Whoever watches it being sent sees what it had to say. */
    public void betray(MemberId traitor, Lie lie) {
        lies.put(traitor, lie);
    }

    /** Whether a question and its answer pass between two members. */
    public boolean areConnected(MemberId one, MemberId other) {
        return passes(link(one, other)) && passes(link(other, one));
    }

    private boolean passes(Link way) {
        return way.faults.cut() == Cut.NONE && !way.faults.clogged() && way.isConnected(agenda.now());
    }

    /** What is wrong with a link from now on. */
    public void setFaults(MemberId from, MemberId to, LinkFaults faults) {
        Link link = link(from, to);
        link.faults = faults;
        if (!faults.clogged() && !link.held.isEmpty()) {
            // All at once, in order, but not before what is on its way already.
            long arrival = Math.max(agenda.now() + LEAST_DELAY_NANOS, link.lastArrival);
            link.lastArrival = arrival;
            int connection = link.connection();
            for (Link.Held frame : link.release()) {
                agenda.at(arrival, () -> frame.receiver().receive(from, link, connection, frame.bytes()));
            }
        }
    }

    /** What was sent over a slow way and would still take long goes with its connection: nothing else ends that. */
    public void endBacklogs() {
        for (Map.Entry<MemberId, Endpoint> sender : endpoints.entrySet()) {
            for (Link link : linksFrom(sender.getKey()).values()) {
                if (link.backlogNanos(agenda.now()) > LONGEST_BACKLOG_NANOS) {
                    sender.getValue().disconnect(link);
                    link.lastArrival = agenda.now();
                }
            }
        }
    }

    /**
     * Interrupts the transfer of a snapshot once, wherever one is: after so many further pieces.
     *
     * @param action does what interrupts it; called outside of what any member does
     */
    public void interruptSnapshot(int afterPieces, SnapshotInterruption action) {
        interruption = Optional.of(new Armed(afterPieces, action));
    }

    /** No transfer is interrupted any more. */
    public void letSnapshotsPass() {
        interruption = Optional.empty();
    }

    /** An interruption that is to come. */
    private static final class Armed {
        private int piecesLeft;
        private final SnapshotInterruption action;

        Armed(int piecesLeft, SnapshotInterruption action) {
            this.piecesLeft = piecesLeft;
            this.action = action;
        }
    }

    private Link link(MemberId from, MemberId to) {
        return linksFrom(from).computeIfAbsent(to, Link::new);
    }

    private Map<MemberId, Link> linksFrom(MemberId from) {
        return links.computeIfAbsent(from, sender -> new HashMap<>());
    }

    /** One life of a member, at its end of all links. */
    final class Endpoint implements Network {
        private final MemberId self;
        private final BooleanSupplier alive;
        private final Listener listener;
        private final Optional<StorageIds> storages;
        private final Map<MemberId, Link> outgoing;

        /** Those that were removed for good, as far as this member knows. */
        private Set<MemberId> removed = Set.of();

        /** Until when nothing is heard of those that this member has cut off. */
        private final Map<MemberId, Long> barred = new HashMap<>();

        Endpoint(MemberId self, BooleanSupplier alive, Listener listener, Optional<StorageIds> storages) {
            this.self = self;
            this.alive = alive;
            this.listener = listener;
            this.storages = storages;
            this.outgoing = linksFrom(self);
        }

        boolean isAlive() {
            return alive.getAsBoolean();
        }

        MemberId self() {
            return self;
        }

        Listener listener() {
            return listener;
        }

        StorageIds storages() {
            return storages.orElseThrow();
        }

        boolean hasRemoved(MemberId member) {
            return removed.contains(member);
        }

        private boolean hasBarred(MemberId member) {
            return agenda.now() < barred.getOrDefault(member, 0L);
        }

        /** Its connection ends with what is under way on it, and the next ones are not taken for a while; what is sent to it goes on. */
        @Override
        public void cutOff(MemberId peer) {
            if (isAlive() && !hasBarred(peer)) {
                barred.put(peer, agenda.now() + CUT_OFF_NANOS);
                Optional.ofNullable(endpoints.get(peer)).ifPresent(sender -> sender.disconnect(link(peer, self)));
            }
        }

        /** Whether frames may leave: the two know each other by their storages. If not yet, they find out. */
        private boolean isLetIn(Link link, Endpoint receiver) {
            if (link.handshake.isEmpty() || !link.handshake.get().isOf(this, receiver, link.connection())) {
                link.handshake = Optional.of(Handshake.begin(agenda, this, receiver, link.connection()));
            }
            return link.handshake.get().isAccepted();
        }

        @Override
        public void send(MemberId to, PeerFrame frame) {
            if (!isAlive()) {
                return;
            }
            Link link = outgoing.computeIfAbsent(to, Link::new);
            Optional<Endpoint> receiver = Optional.ofNullable(endpoints.get(to)).filter(Endpoint::isAlive);
            LinkFaults faults = link.faults;
            observer.sent(self, to, frame);
            if (faults.cut() != Cut.NONE || receiver.isEmpty() || !link.isConnected(agenda.now())) {
                observer.lost(self, to, frame);
                if (faults.cut() != Cut.SILENT) {
                    interrupted(link, NOTICED);
                }
                return;
            }
            if (receiver.get().hasBarred(self) || (storages.isPresent() && !isLetIn(link, receiver.get()))) {
                observer.lost(self, to, frame);
                return;
            }
            if (faults.bytesPerSecond() == 0 && !faults.clogged()) {
                link.interruptionTold = false;
            } else if (!link.hasRoom(codec.size(frame), agenda.now())) {
                observer.lost(self, to, frame);
                interrupted(link, 1);
                return;
            }
            if (frame instanceof PeerFrame.Snapshot && (isInterrupted(link) || happens(faults.snapshotLoss()))) {
                observer.lost(self, to, frame);
                return;
            }
            if (happens(faults.loss())) {
                observer.lost(self, to, frame);
                return;
            }
            Lie lie = lies.get(self);
            byte[] bytes = encode(lie == null ? frame : lie.instead(to, frame));
            deliver(link, bytes, receiver.get());
            if (happens(faults.duplication())) {
                deliver(link, bytes, receiver.get());
            }
            replay(link, bytes);
        }

        /** Whether the transfer of a snapshot breaks here: with its connection, before this piece. */
        private boolean isInterrupted(Link link) {
            if (interruption.isEmpty() || --interruption.get().piecesLeft >= 0) {
                return false;
            }
            SnapshotInterruption action = interruption.get().action;
            interruption = Optional.empty();
            disconnect(link);
            agenda.at(agenda.now(), () -> action.between(self, link.to));
            return true;
        }

        /** The connection ends, and is made anew after a while. */
        private void disconnect(Link link) {
            link.disconnect(agenda.now() + LEAST_RECONNECT_NANOS + random.nextLong(RECONNECT_SPREAD_NANOS));
            interrupted(link, 1);
        }

        /** Frames are being lost: the sender is told once for each interruption, if it notices at all. */
        private void interrupted(Link link, double noticed) {
            if (link.interruptionTold) {
                return;
            }
            link.interruptionTold = true;
            if (noticed == 1 || happens(noticed)) {
                agenda.after(LEAST_DELAY_NANOS, () -> {
                    if (isAlive()) {
                        listener.unreachable(link.to);
                    }
                });
            }
        }

        private void deliver(Link link, byte[] bytes, Endpoint receiver) {
            LinkFaults faults = link.faults;
            if (faults.clogged()) {
                link.hold(new Link.Held(bytes, receiver));
                return;
            }
            long arrival = agenda.now() + LEAST_DELAY_NANOS + random.nextLong(DELAY_SPREAD_NANOS);
            if (faults.bytesPerSecond() > 0) {
                arrival += link.take(bytes.length, agenda.now()) - agenda.now();
            }
            if (faults.extraDelayNanos() > 0) {
                arrival += random.nextLong(faults.extraDelayNanos());
            }
            if (!happens(faults.reordering())) {
                // What is behind another frame on a connection cannot overtake it.
                arrival = Math.max(arrival, link.lastArrival);
                link.lastArrival = arrival;
            }
            byte[] carried = happens(faults.corruption()) ? withFlippedBit(bytes) : bytes;
            int connection = link.connection();
            agenda.at(arrival, () -> receiver.receive(self, link, connection, carried));
        }

        /** Whoever is there by then receives it: a restart of the receiver is no protection. */
        private void replay(Link link, byte[] bytes) {
            if (link.faults.replay() == 0) {
                return;
            }
            link.past.add(bytes);
            if (link.past.size() > REPLAYABLE_FRAMES) {
                link.past.removeFirst();
            }
            if (happens(link.faults.replay())) {
                byte[] old = link.past.get(random.nextInt(link.past.size()));
                agenda.after(
                        random.nextLong(REPLAY_DELAY_NANOS),
                        () -> Optional.ofNullable(endpoints.get(link.to))
                                .ifPresent(endpoint -> endpoint.receive(self, link, link.connection(), old)));
            }
        }

        private void receive(MemberId from, Link link, int connection, byte[] bytes) {
            if (!isAlive() || connection != link.connection() || hasBarred(from)) {
                return;
            }
            if (removed.contains(from)) {
                // The next hello is refused, and its sender told.
                link.handshake = Optional.empty();
                return;
            }
            try {
                PeerFrame frame = codec.decode(ByteBuffer.wrap(bytes));
                observer.delivered(from, self, frame);
                listener.received(from, frame);
            } catch (CorruptFrameException e) {
                // As the production transport does: nothing that comes on this connection can be trusted any more.
                observer.damaged(from, self);
                Optional.ofNullable(endpoints.get(from)).ifPresent(sender -> sender.disconnect(link));
            }
        }

        /** Here everybody is reached by the id. */
        @Override
        public void membersChanged(Configuration current, Configuration committed) {
            if (storages.isPresent()) {
                storages.get().membersChanged(self, current, committed);
                removed = committed.removed().stream()
                        .filter(committed::hasRemoved)
                        .collect(Collectors.toUnmodifiableSet());
            }
        }

        @Override
        public void flush() {
            // Frames leave one by one.
        }

        @Override
        public void close() {
            endpoints.remove(self, this);
        }
    }

    private byte[] encode(PeerFrame frame) {
        int size = codec.size(frame);
        byte[] bytes = new byte[size];
        codec.encode(frame, size, ByteBuffer.wrap(bytes));
        return bytes;
    }

    private byte[] withFlippedBit(byte[] bytes) {
        byte[] damaged = bytes.clone();
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
        return damaged;
    }

    private boolean happens(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }
}
