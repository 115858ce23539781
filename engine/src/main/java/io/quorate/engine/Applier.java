package io.quorate.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Runs the state machine beside the node loop: committed commands, and whatever else must happen between two of them,
 * one after the other. Commands that have queued are applied in one call.
 *
 * @param <R> what applying a command results in
 */
final class Applier<R> {

    /** What the state machine is asked to do. */
    sealed interface Work<R> {}

    /**
     * Committed commands.
     *
     * @param waiters who waits for each command's result, aligned with {@code commands}
     * @param lastIndex the last index covered; at least the last command's
     */
    record Chunk<R>(List<StateMachine.Command> commands, List<Optional<Proposal<R>>> waiters, long lastIndex)
            implements Work<R> {}

    private record Job<R>(Task task) implements Work<R> {}

    /** Something to do between two commands. */
    @FunctionalInterface
    interface Task {
        void run() throws IOException;

        /** The state machine has stopped; {@link #run} will not be called. */
        default void abandoned(Throwable cause) {}
    }

    private final StateMachine<R> stateMachine;
    private final LongConsumer onApplied;
    private final Consumer<Throwable> onFailure;
    private final EngineMetrics metrics;
    private final Clock clock;
    private final Mailbox<Work<R>> mailbox;
    private Optional<Throwable> stopped = Optional.empty();

    /**
     * @param onApplied told the index that the state machine has reached, on the applier's thread
     * @param onFailure told once that the state machine failed; nothing is applied after that
     */
    Applier(
            StateMachine<R> stateMachine,
            Executor executor,
            LongConsumer onApplied,
            Consumer<Throwable> onFailure,
            EngineMetrics metrics,
            Clock clock) {
        this.stateMachine = stateMachine;
        this.onApplied = onApplied;
        this.onFailure = onFailure;
        this.metrics = metrics;
        this.clock = clock;
        this.mailbox = new Mailbox<>(executor, this::work);
        mailbox.open();
    }

    void apply(Chunk<R> chunk) {
        mailbox.add(chunk);
    }

    /** Runs the task after everything that was handed in before, and before everything after. */
    void between(Task task) {
        mailbox.add(new Job<>(task));
    }

    private void work(List<Work<R>> queued) {
        if (stopped.isPresent()) {
            endWaiters(queued);
            return;
        }
        try {
            if (queued.size() == 1 && queued.getFirst() instanceof Chunk<R> alone) {
                applyNow(alone);
                return;
            }
            List<Chunk<R>> chunks = new ArrayList<>();
            for (Work<R> work : queued) {
                switch (work) {
                    case Chunk<R> chunk -> chunks.add(chunk);
                    case Job<R> job -> {
                        applyAll(chunks);
                        chunks.clear();
                        job.task.run();
                    }
                }
            }
            applyAll(chunks);
        } catch (IOException | RuntimeException | Error e) {
            stopped = Optional.of(e);
            endWaiters(queued);
            onFailure.accept(e);
        }
    }

    /** What was handed in and not applied is committed, yet nobody here will see its result. */
    private void endWaiters(List<Work<R>> queued) {
        Throwable cause = stopped.orElseThrow();
        for (Work<R> work : queued) {
            switch (work) {
                case Chunk<R> chunk ->
                    chunk.waiters.forEach(waiter -> waiter.ifPresent(p -> p.fail(new RaftException.Stopped(cause))));
                case Job<R> job -> job.task.abandoned(cause);
            }
        }
    }

    /** Applies nothing that is handed in from now on. */
    void stop(Throwable cause) {
        between(() -> stopped = Optional.of(cause));
    }

    private void applyAll(List<Chunk<R>> chunks) throws IOException {
        if (!chunks.isEmpty()) {
            applyNow(chunks.size() == 1 ? chunks.getFirst() : merge(chunks));
        }
    }

    private void applyNow(Chunk<R> all) throws IOException {
        long begin = clock.nanoTime();
        List<R> results = stateMachine.apply(all.commands, all.lastIndex);
        if (results.size() != all.commands.size()) {
            throw new IllegalStateException(
                    "the state machine gave " + results.size() + " results for " + all.commands.size() + " commands");
        }
        long end = clock.nanoTime();
        metrics.applied(all.commands.size(), end - begin);
        onApplied.accept(all.lastIndex);
        for (int i = 0; i < results.size(); i++) {
            Optional<Proposal<R>> waiter = all.waiters.get(i);
            if (waiter.isPresent()) {
                waiter.get().answer(results.get(i), end, clock, metrics);
            }
        }
    }

    private Chunk<R> merge(List<Chunk<R>> chunks) {
        List<StateMachine.Command> commands = new ArrayList<>();
        List<Optional<Proposal<R>>> waiters = new ArrayList<>();
        for (Chunk<R> chunk : chunks) {
            commands.addAll(chunk.commands);
            waiters.addAll(chunk.waiters);
        }
        return new Chunk<>(commands, waiters, chunks.getLast().lastIndex);
    }
}
