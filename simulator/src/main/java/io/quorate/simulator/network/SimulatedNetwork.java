package io.quorate.simulator.network;

import io.quorate.core.quorum.MemberId;
import io.quorate.engine.log.CorruptFrameException;
import io.quorate.engine.transport.FrameCodec;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.simulator.Agenda;
import io.quorate.simulator.RunObserver;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * Carries frames between the members of a run, in their binary form, so that the codec is part of what is tested and no
 * member ever holds what another may change.
 *
 * <p>As with a connection, frames arrive in order unless a fault says otherwise, and those under way to a process that
 * dies are lost.
 */
public final class SimulatedNetwork {

    private static final int MAX_FRAME_BYTES = 64 << 20;
    private static final long LEAST_DELAY_NANOS = 150_000;
    private static final long DELAY_SPREAD_NANOS = 350_000;

    /** Frames of the past that a link can replay. */
    private static final int REPLAYABLE_FRAMES = 16;

    private static final long REPLAY_DELAY_NANOS = 2_000_000_000;

    /** How often a cut is noticed by the sender, as one that resets connections is; another swallows silently. */
    private static final double NOTICED = 0.5;

    private final Agenda agenda;
    private final SplittableRandom random;
    private final RunObserver observer;
    private final FrameCodec codec = new FrameCodec(MAX_FRAME_BYTES);
    private final Map<MemberId, Map<MemberId, Link>> links = new TreeMap<>();
    private final Map<MemberId, Endpoint> endpoints = new TreeMap<>();

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
        Endpoint endpoint = new Endpoint(self, alive, listener);
        endpoints.put(self, endpoint);
        return endpoint;
    }

    /** What is wrong with a link from now on. */
    public void setFaults(MemberId from, MemberId to, LinkFaults faults) {
        link(from, to).faults = faults;
    }

    private Link link(MemberId from, MemberId to) {
        return links.computeIfAbsent(from, sender -> new TreeMap<>()).computeIfAbsent(to, Link::new);
    }

    /** The way from one member to another. */
    private static final class Link {
        private final MemberId to;
        private LinkFaults faults = LinkFaults.NONE;
        private long lastArrival;
        private boolean interruptionTold;
        private final List<byte[]> past = new ArrayList<>();

        Link(MemberId to) {
            this.to = to;
        }
    }

    /** One life of a member, at its end of all links. */
    private final class Endpoint implements Network {
        private final MemberId self;
        private final BooleanSupplier alive;
        private final Listener listener;

        Endpoint(MemberId self, BooleanSupplier alive, Listener listener) {
            this.self = self;
            this.alive = alive;
            this.listener = listener;
        }

        @Override
        public void send(MemberId to, PeerFrame frame) {
            if (!alive.getAsBoolean()) {
                return;
            }
            Link link = link(self, to);
            Optional<Endpoint> receiver =
                    Optional.ofNullable(endpoints.get(to)).filter(endpoint -> endpoint.alive.getAsBoolean());
            LinkFaults faults = link.faults;
            observer.sent(self, to, frame);
            if (faults.cut() || receiver.isEmpty()) {
                lose(link, frame, true);
                return;
            }
            link.interruptionTold = false;
            boolean lost =
                    happens(faults.loss()) || (frame instanceof PeerFrame.Snapshot && happens(faults.snapshotLoss()));
            if (lost) {
                lose(link, frame, false);
                return;
            }
            byte[] bytes = encode(frame);
            deliver(link, bytes, receiver.get());
            if (happens(faults.duplication())) {
                deliver(link, bytes, receiver.get());
            }
            replay(link, bytes);
        }

        private void lose(Link link, PeerFrame frame, boolean interrupted) {
            observer.lost(self, link.to, frame);
            if (interrupted && !link.interruptionTold) {
                link.interruptionTold = true;
                if (happens(NOTICED)) {
                    agenda.after(LEAST_DELAY_NANOS, () -> {
                        if (alive.getAsBoolean()) {
                            listener.unreachable(link.to);
                        }
                    });
                }
            }
        }

        private void deliver(Link link, byte[] bytes, Endpoint receiver) {
            LinkFaults faults = link.faults;
            long arrival = agenda.now() + LEAST_DELAY_NANOS + random.nextLong(DELAY_SPREAD_NANOS);
            if (faults.extraDelayNanos() > 0) {
                arrival += random.nextLong(faults.extraDelayNanos());
            }
            if (!happens(faults.reordering())) {
                // What is behind another frame on a connection cannot overtake it.
                arrival = Math.max(arrival, link.lastArrival);
                link.lastArrival = arrival;
            }
            byte[] carried = happens(faults.corruption()) ? withFlippedBit(bytes) : bytes;
            agenda.at(arrival, () -> receiver.receive(self, carried));
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
                                .ifPresent(endpoint -> endpoint.receive(self, old)));
            }
        }

        private void receive(MemberId from, byte[] bytes) {
            if (!alive.getAsBoolean()) {
                return;
            }
            try {
                PeerFrame frame = codec.decode(ByteBuffer.wrap(bytes));
                observer.delivered(from, self, frame);
                listener.received(from, frame);
            } catch (CorruptFrameException e) {
                // A real connection is closed then; what was under way on it is lost like this frame.
                observer.damaged(from, self);
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
