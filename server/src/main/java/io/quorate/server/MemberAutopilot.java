package io.quorate.server;

import io.quorate.engine.NodeOptions;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.MvccStore;
import io.quorate.kv.NoteOperation;
import io.quorate.kv.Result;
import io.quorate.server.autopilot.Autopilot;
import io.quorate.server.autopilot.AutopilotCluster;
import io.quorate.server.autopilot.AutopilotReport;
import io.quorate.server.autopilot.Sighting;
import io.quorate.server.members.ChangeText;
import io.quorate.server.members.MemberChange;
import io.quorate.server.members.MemberChanges;
import io.quorate.server.members.ServerTiming;
import io.quorate.server.store.StateComparison;
import io.quorate.server.store.StateComparison.Compared;
import io.quorate.server.wire.HttpPages;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member's autopilot, with the thread that it looks and acts on, and its page. It outlives the incarnations of the member: it always
 * sees the one that serves. Thread-safe.
 */
final class MemberAutopilot implements HttpPages.JsonPage, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MemberAutopilot.class);

    private static final long PAUSE_MILLIS = 20;
    private static final long REST_SECONDS = 10;

    private final ServerConfig config;
    private final Supplier<Incarnation> member;
    private final Autopilot autopilot;

    /** The one waits where the other has to tell it that it has waited enough. */
    private final ScheduledThreadPoolExecutor pilot;

    private final ScheduledThreadPoolExecutor timer;

    private MemberAutopilot(ServerConfig config, Supplier<Incarnation> member) {
        this.config = config;
        this.member = member;
        this.autopilot = new Autopilot(config.autopilot(), config.electionTimeout(), System::nanoTime, new Cluster());
        this.pilot = executor(config.name() + "-autopilot");
        this.timer = executor(config.name() + "-autopilot-timer");
    }

    /**
     * Begins to look, if there is a policy.
     *
     * @param member what serves now
     */
    static MemberAutopilot start(ServerConfig config, Supplier<Incarnation> member) {
        MemberAutopilot started = new MemberAutopilot(config, member);
        if (!config.autopilot().isOff()) {
            long intervalNanos = started.autopilot.interval().toNanos();
            Future<?> unused = started.pilot.scheduleWithFixedDelay(
                    started::tick, intervalNanos, intervalNanos, TimeUnit.NANOSECONDS);
        }
        return started;
    }

    /** Threads are made when there is something to do on them. */
    private static ScheduledThreadPoolExecutor executor(String name) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(
                1, task -> Thread.ofPlatform().daemon().name(name).unstarted(task));
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }

    private void tick() {
        if (member.get().node().stopCause().isPresent()) {
            // What it knew last, that it leads for example, is true no more.
            return;
        }
        try {
            autopilot.tick();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("The autopilot failed this time, and looks again: {}", e.toString(), e);
        }
    }

    @Override
    public CompletableFuture<String> get(Optional<String> token) {
        // The records of operations are read for it, which is no work for an event loop.
        return member.get()
                .clients()
                .requireOperator(token)
                .thenApplyAsync(
                        allowed -> report().toJson(),
                        task -> Thread.ofVirtual().name("quorate-page").start(task));
    }

    private AutopilotReport report() {
        return config.autopilot().isOff()
                ? Autopilot.off(config.name(), new Cluster().look())
                : autopilot.report(config.name());
    }

    /** Ends what it does; an operation that is under way is broken off after its silence. */
    @Override
    public void close() {
        pilot.shutdownNow();
        timer.shutdownNow();
        try {
            if (!pilot.awaitTermination(REST_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("The autopilot did not end within {} s", REST_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The cluster, by way of what serves now. */
    private final class Cluster implements AutopilotCluster {

        @Override
        public Sighting look() {
            Incarnation present = member.get();
            return Sighting.of(present.node().status(), store(present), System.currentTimeMillis());
        }

        @Override
        public CompletableFuture<Result> note(NoteOperation note) {
            Incarnation present = member.get();
            return present.deeds()
                    .withOrigin(note)
                    .thenCompose(command -> present.node().propose(ByteBuffer.wrap(CommandCodec.encode(command))));
        }

        @Override
        public CompletableFuture<?> change(long operation, MemberChange.Together change) {
            Incarnation present = member.get();
            ServerTiming timing = new ServerTiming(
                    NodeOptions.Timing.of(config.heartbeatInterval(), config.electionTimeout())
                            .tick(),
                    config.electionTimeout(),
                    config.requestTimeout());
            MemberChange.Step step = new MemberChange.Step(operation, change);
            return present.deeds()
                    .change(
                            ChangeText.of(step),
                            () -> new MemberChanges(present.node(), store(present), timing, timer).makeHere(step));
        }

        @Override
        public CompletableFuture<Compared> compare(Duration wait) {
            Incarnation present = member.get();
            return new StateComparison(present.node(), store(present), config.requestTimeout(), timer).compare(wait);
        }

        @Override
        public void pause() throws InterruptedException {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }

        private static MvccStore store(Incarnation present) {
            return present.memberNode().machine().store();
        }
    }
}
