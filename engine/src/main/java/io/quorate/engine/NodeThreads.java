package io.quorate.engine;

import io.quorate.engine.disk.Disk;
import io.quorate.engine.log.LogOptions;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of one node in production: one for the loop, one that writes the log, one that runs the state machine, one
 * for snapshots, and the ticks.
 */
public final class NodeThreads implements AutoCloseable {

    private final ExecutorService loop;
    private final ExecutorService logWriter;
    private final ExecutorService applier;
    private final ExecutorService background;
    private final ScheduledExecutorService ticks;

    /** @param name of the member; the threads bear it */
    public NodeThreads(String name) {
        loop = single(name + "-loop");
        logWriter = single(name + "-log");
        applier = single(name + "-apply");
        background = single(name + "-snapshot");
        ticks = Executors.newSingleThreadScheduledExecutor(
                task -> Thread.ofPlatform().daemon().name(name + "-tick").unstarted(task));
    }

    /**
     * What comes after the end runs where it came from: all that is left then is to be told that the node has stopped,
     * and somebody may be waiting for that.
     */
    private static ExecutorService single(String name) {
        return new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> Thread.ofPlatform().daemon().name(name).unstarted(task),
                (task, executor) -> task.run());
    }

    /** Ports on these threads, the system's clock, and the given disk and network. */
    public Ports ports(Disk disk, Ports.NetworkOpener networks) {
        Scheduler scheduler = (interval, task) -> {
            Future<?> repetition =
                    ticks.scheduleWithFixedDelay(task, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
            return () -> repetition.cancel(false);
        };
        return new Ports(
                System::nanoTime,
                scheduler,
                disk,
                networks,
                loop,
                logWriter,
                applier,
                background,
                LogOptions.secureSecrets());
    }

    /** Ends the threads; to be called after the node was closed. */
    @Override
    public void close() {
        for (ExecutorService executor : List.of(ticks, loop, logWriter, applier, background)) {
            executor.shutdown();
        }
    }
}
