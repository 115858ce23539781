package io.quorate.engine.transport;

import io.quorate.core.quorum.MemberId;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts, delays, thins out and heals the links between members of a cluster under test, while it runs.
 *
 * <p>One firewall is shared by all members. Each member's network is wrapped twice:
 *
 * <pre>{@code
 * NettyNetwork inner = NettyNetwork.open(options, group, firewall.guard(self, listener));
 * Network network = new FirewalledNetwork(self, inner, listener, firewall);
 * }</pre>
 *
 * The outer wrapping judges frames when they are sent, the guard stops what was under way when a link was cut: a frame
 * that arrives after {@link #cut} has returned is not handed on until the link is healed.
 *
 * <p>A link has a direction. Safe for use by many threads.
 */
public final class Firewall {

    private static final Logger LOG = LoggerFactory.getLogger(Firewall.class);

    private record Link(MemberId from, MemberId to) {}

    private final long seed;
    private final ScheduledExecutorService timer;
    private final Set<Link> cut = new HashSet<>();
    private final Set<MemberId> isolated = new HashSet<>();
    private final Map<Link, Duration> delays = new HashMap<>();
    private final Map<Link, Double> lossProbabilities = new HashMap<>();
    private final Map<Link, SplittableRandom> dice = new HashMap<>();

    /**
     * Starts with all links whole.
     *
     * @param seed the n-th frame that meets a given loss probability on a given link always has the same fate
     * @param timer delivers delayed frames, and tells of lost ones; an event loop of the network will do
     */
    public Firewall(long seed, ScheduledExecutorService timer) {
        this.seed = seed;
        this.timer = timer;
    }

    /** Loses everything on the way from one member to another; the way back stays as it is. */
    public synchronized void cut(MemberId from, MemberId to) {
        cut.add(new Link(from, to));
    }

    public synchronized void cutBothWays(MemberId a, MemberId b) {
        cut(a, b);
        cut(b, a);
    }

    /** Cuts a member off from all others, both ways. */
    public synchronized void isolate(MemberId member) {
        isolated.add(member);
    }

    /** Takes back {@link #isolate}; links that were cut one by one stay cut. */
    public synchronized void rejoin(MemberId member) {
        isolated.remove(member);
    }

    /** Holds each frame back for this long, in order; zero ends it. */
    public synchronized void delay(MemberId from, MemberId to, Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("a delay must not be negative: " + delay);
        }
        delays.put(new Link(from, to), delay);
    }

    /** Loses each frame with this probability, from 0 to 1. */
    public synchronized void lose(MemberId from, MemberId to, double probability) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("a probability must be between 0 and 1: " + probability);
        }
        lossProbabilities.put(new Link(from, to), probability);
    }

    /** Makes both directions between two members whole again. An isolated member stays isolated. */
    public synchronized void heal(MemberId a, MemberId b) {
        for (Link link : new Link[] {new Link(a, b), new Link(b, a)}) {
            cut.remove(link);
            delays.remove(link);
            lossProbabilities.remove(link);
        }
    }

    /** Makes all links whole again. */
    public synchronized void healAll() {
        cut.clear();
        isolated.clear();
        delays.clear();
        lossProbabilities.clear();
    }

    public synchronized boolean isCut(MemberId from, MemberId to) {
        return isolated.contains(from) || isolated.contains(to) || cut.contains(new Link(from, to));
    }

    /** What a member's network must call instead of the member's own listener, so that cuts take hold at once. */
    public Network.Listener guard(MemberId self, Network.Listener listener) {
        return new Network.Listener() {
            @Override
            public void received(MemberId from, PeerFrame frame) {
                if (!isCut(from, self)) {
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
        };
    }

    /** Decides over the next frame on a link. */
    synchronized boolean loses(MemberId from, MemberId to) {
        if (isCut(from, to)) {
            return true;
        }
        Link link = new Link(from, to);
        double probability = lossProbabilities.getOrDefault(link, 0.0);
        return probability > 0 && dice.computeIfAbsent(link, this::die).nextDouble() < probability;
    }

    /** A generator for each link, so that the fate of its frames does not depend on the timing of others. */
    private SplittableRandom die(Link link) {
        long ways = link.from().value() * 0x9e3779b97f4a7c15L + link.to().value();
        return new SplittableRandom(seed ^ ways);
    }

    synchronized Duration delay(MemberId from, MemberId to) {
        return delays.getOrDefault(new Link(from, to), Duration.ZERO);
    }

    void after(Duration delay, Runnable task) {
        ScheduledFuture<?> unused = timer.schedule(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException e) {
                        LOG.error("a frame could not be delivered after its delay", e);
                    }
                },
                delay.toNanos(),
                TimeUnit.NANOSECONDS);
    }
}
