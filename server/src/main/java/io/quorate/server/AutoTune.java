package io.quorate.server;

import io.quorate.core.CoreStatus;
import io.quorate.core.RoleName;
import io.quorate.core.SendBounds;
import io.quorate.core.SendCounts;
import io.quorate.server.metrics.MemberMetrics;
import io.quorate.server.metrics.WriteTotals;
import io.quorate.server.tuning.Step;
import io.quorate.server.tuning.Tuner;
import io.quorate.server.tuning.Window;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member's tuning of itself, with the thread that it has: it measures windows while the member leads, has the {@link Tuner} say what to
 * try, does it, and logs each step with its reason.
 */
final class AutoTune implements AutoCloseable {

    /** Long enough that a few pauses for garbage weigh alike in all of them. */
    static final Duration WINDOW = Duration.ofSeconds(15);

    /** What a follower still lacks after so long is not just on its way to it, nor held up by a short pause. */
    private static final Duration LOOK = Duration.ofSeconds(3);

    private static final long LOOKS_IN_A_WINDOW = WINDOW.dividedBy(LOOK);

    private static final Logger LOG = LoggerFactory.getLogger(AutoTune.class);
    private static final long REST_SECONDS = 10;

    /** What a member is asked at the end of each window. */
    interface Leader {
        CoreStatus status();

        WriteTotals writes();

        SendCounts sent();

        /** What replicating a write takes at least, in microseconds. */
        OptionalDouble floorMicros();

        void sendWithin(SendBounds bounds);
    }

    private record Moment(long nanos, CoreStatus status, WriteTotals writes, SendCounts sent) {

        boolean leads() {
            return status.role() == RoleName.LEADER;
        }
    }

    private final String name;
    private final Leader leader;
    private final Tuner tuner;
    private final ScheduledThreadPoolExecutor thread;
    private Optional<Moment> last = Optional.empty();
    private long looks;

    /** Where the log ended at the last look; empty if there was none since the window began. */
    private OptionalLong earlierEnd = OptionalLong.empty();

    /** Looks when it is told to, by one thread. */
    AutoTune(String name, Leader leader, SendBounds most) {
        this.name = name;
        this.leader = leader;
        this.tuner = new Tuner(most);
        this.thread = new ScheduledThreadPoolExecutor(
                1, task -> Thread.ofPlatform().daemon().name(name + "-tuning").unstarted(task));
    }

    /** Begins to look by itself, if the member is to. */
    static AutoTune start(ServerConfig config, MemberNode parts, MemberMetrics metrics) {
        AutoTune tune = new AutoTune(
                config.name(),
                new TunedLeader(parts, metrics),
                parts.node().sending().bounds());
        if (config.sending().autoTune() && !config.isWitness()) {
            Future<?> unused = tune.thread.scheduleWithFixedDelay(tune::tick, 0, LOOK.toNanos(), TimeUnit.NANOSECONDS);
        }
        return tune;
    }

    private void tick() {
        try {
            if (looks++ % LOOKS_IN_A_WINDOW == 0) {
                step(System.nanoTime());
            } else {
                look();
            }
        } catch (RuntimeException e) {
            LOG.warn("The tuning failed this time, and goes on: {}", e.toString(), e);
        }
    }

    /** A window goes on. */
    void look() {
        earlierEnd = OptionalLong.of(leader.status().last().index());
    }

    /** A window is over. */
    void step(long nowNanos) {
        Moment now = new Moment(nowNanos, leader.status(), leader.writes(), leader.sent());
        Optional<Window> measured = last.flatMap(before -> window(before, now));
        boolean first = last.isEmpty();
        last = Optional.of(now);
        earlierEnd = OptionalLong.empty();
        if (!first) {
            act(tuner.next(nowNanos, measured));
        }
    }

    private Optional<Window> window(Moment before, Moment now) {
        boolean led = before.leads() && now.leads() && before.status.term() == now.status.term();
        boolean sameMembers = before.status.configuration().equals(now.status.configuration());
        if (!led || !sameMembers) {
            return Optional.empty();
        }
        WriteTotals writes = now.writes.since(before.writes);
        return Optional.of(new Window(
                Duration.ofNanos(now.nanos - before.nanos),
                writes.count(),
                writes.meanMicros(),
                writes.p99Micros(),
                writes.replicateMeanMicros(),
                leader.floorMicros(),
                now.sent.since(before.sent),
                lagEntries(now.status, earlierEnd.orElse(now.status.last().index()))));
    }

    /** One that is not heard takes no part: it lags whatever the setting is. */
    private static long lagEntries(CoreStatus status, long end) {
        return status.followers().stream()
                .filter(CoreStatus.FollowerStatus::recentlyActive)
                .mapToLong(follower -> Math.max(0, end - follower.matchIndex()))
                .max()
                .orElse(0);
    }

    private void act(Step step) {
        switch (step) {
            case Step.Rest rest -> LOG.debug("{}: nothing is tuned now: {}", name, rest.why());
            case Step.Try begun -> {
                leader.sendWithin(tuner.bounds());
                LOG.info(
                        "{}: tries {} in the place of {}: {}. It can save {}",
                        name,
                        begun.trial().flag(),
                        begun.trial().now(),
                        begun.trial().reason(),
                        begun.trial().gainText());
            }
            case Step.Keep kept ->
                LOG.info(
                        "{}: keeps {}: {}",
                        name,
                        kept.trial().flag(),
                        kept.verdict().reason());
            case Step.TakeBack back -> {
                leader.sendWithin(tuner.bounds());
                LOG.info(
                        "{}: takes {} back, {} holds again: {}",
                        name,
                        back.trial().flag(),
                        back.trial().now(),
                        back.verdict().reason());
            }
            case Step.BeginAnew anew -> {
                leader.sendWithin(tuner.bounds());
                LOG.info("{}: begins anew with its flags: {}", name, anew.why());
            }
        }
    }

    /** Tries nothing more; what holds at present holds until the node is closed. */
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(REST_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("A step of the tuning did not end within {} s", REST_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
