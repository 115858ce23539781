package io.quorate.server.store;

import io.quorate.core.CoreStatus;
import io.quorate.core.RoleName;
import io.quorate.engine.LeaderAnswers;
import io.quorate.engine.RaftException;
import io.quorate.engine.RaftNode;
import io.quorate.kv.AuditLog;
import io.quorate.kv.AuditOrigin;
import io.quorate.kv.Audited;
import io.quorate.kv.Command;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.LeaseExpiry;
import io.quorate.kv.LeaseKeeper;
import io.quorate.kv.LeaseKeeper.Answer;
import io.quorate.kv.LeaseOptions;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Result;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time of leases as this member's clients use them: the member that leads keeps it, and any other asks that one.
 * Thread-safe.
 *
 * <p>Futures fail with {@link RaftException}. A renewal that failed may have been made all the same, which does no harm.
 */
public final class ReplicatedLeases implements LeaderAnswers, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedLeases.class);

    private static final long TICK_MILLIS = 100;
    private static final long RETRY_MILLIS = 50;
    private static final long REST_SECONDS = 10;

    private final MvccStore store;
    private final LeaseKeeper keeper;
    private final Duration patience;
    private final ScheduledThreadPoolExecutor timer;
    private volatile Optional<RaftNode<Result>> node = Optional.empty();

    /**
     * Leases that nobody keeps before {@link #begin}.
     *
     * @param name the member's, for the thread
     * @param patience how long a request goes on asking for a leader that answers
     */
    public ReplicatedLeases(String name, MvccStore store, Duration patience) {
        this.store = store;
        this.keeper = new LeaseKeeper(LeaseOptions.DEFAULT, () -> store, new Member(), System::nanoTime);
        this.patience = patience;
        this.timer = new ScheduledThreadPoolExecutor(
                1, task -> Thread.ofPlatform().daemon().name(name + "-leases").unstarted(task));
        // Whoever waits to ask again does so all the same, and is told that the node has stopped.
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(true);
        timer.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
    }

    /** The node has started. What other members ask about leases is to be handed to {@link #answer}. */
    public void begin(RaftNode<Result> started) {
        node = Optional.of(started);
        Future<?> unused = timer.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void tick() {
        try {
            keeper.tick();
        } catch (RuntimeException e) {
            LOG.warn("Leases were not looked after this time: {}", e.toString(), e);
        }
    }

    /** A batch was applied; called by whoever applies. */
    void applied(List<Result> results) {
        keeper.applied(results);
    }

    /** Renews a lease: {@link Answer.Kept}, or {@link Answer.Unknown}. */
    public CompletableFuture<Answer> keepAlive(long id) {
        return ask(new LeaseQuestion(LeaseQuestion.Kind.KEEP_ALIVE, id));
    }

    /** How long a lease lasts yet: {@link Answer.Left}, or {@link Answer.Unknown}. */
    public CompletableFuture<Answer> timeToLive(long id) {
        return ask(new LeaseQuestion(LeaseQuestion.Kind.TIME_TO_LIVE, id));
    }

    private CompletableFuture<Answer> ask(LeaseQuestion question) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        ask(question, answer, System.nanoTime() + patience.toNanos());
        return answer;
    }

    private void ask(LeaseQuestion question, CompletableFuture<Answer> answer, long deadlineNanos) {
        var unused = running()
                .askLeader(question.encoded())
                .thenApply(given -> given.map(LeaseQuestion::answer))
                .whenComplete((given, failure) -> {
                    if (failure == null && given.isPresent()) {
                        answer.complete(given.get());
                    } else if (failure instanceof CompletionException e
                            && e.getCause() instanceof RaftException.Stopped stopped) {
                        answer.completeExceptionally(stopped);
                    } else {
                        askAgain(question, answer, deadlineNanos);
                    }
                });
    }

    /** Whoever was asked did not lead, or not yet, or did not answer: there will be a leader before long. */
    private void askAgain(LeaseQuestion question, CompletableFuture<Answer> answer, long deadlineNanos) {
        if (System.nanoTime() - deadlineNanos >= 0) {
            answer.completeExceptionally(new RaftException.OutcomeUnknown(false));
            return;
        }
        try {
            Future<?> unused =
                    timer.schedule(() -> ask(question, answer, deadlineNanos), RETRY_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(new RaftException.OutcomeUnknown(false));
        }
    }

    @Override
    public CompletableFuture<Optional<ByteBuffer>> answer(ByteBuffer encoded) {
        LeaseQuestion question = LeaseQuestion.of(encoded);
        CompletableFuture<Answer> answer = switch (question.kind()) {
            case KEEP_ALIVE -> keeper.keepAlive(question.id());
            case TIME_TO_LIVE -> keeper.timeToLive(question.id());
        };
        return answer.thenApply(LeaseQuestion::encoded);
    }

    private RaftNode<Result> running() {
        return node.orElseThrow(() -> new IllegalStateException("leases are asked for before the node has started"));
    }

    @Override
    public void close() {
        timer.shutdown();
        try {
            if (!timer.awaitTermination(REST_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("leases were still looked after {} s after they should have been left alone", REST_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static OptionalLong led(CoreStatus status) {
        return status.role() == RoleName.LEADER ? OptionalLong.of(status.term()) : OptionalLong.empty();
    }

    /** The member, as the keeper of leases sees it. */
    private final class Member implements LeaseKeeper.Member {

        @Override
        public OptionalLong leadingTerm() {
            return led(running().status());
        }

        @Override
        public CompletableFuture<Result> propose(Command command) {
            return running().propose(ByteBuffer.wrap(CommandCodec.encode(withOrigin(command))));
        }

        /** A lease takes its keys along when its time is over, which is on record with who saw that and when, if a rule names them. */
        private Command withOrigin(Command command) {
            AuditLog log = store.auditLog();
            return command instanceof LeaseExpiry
                            && log.hasBegun()
                            && !log.settings().rules().isEmpty()
                    ? new Audited(
                            new AuditOrigin(
                                    System.currentTimeMillis(), running().self().value(), ""),
                            command)
                    : command;
        }

        /** Whoever leads when the read index is confirmed was elected by a quorum that no later leader had yet. */
        @Override
        public CompletableFuture<OptionalLong> confirmLeadership() {
            RaftNode<Result> running = running();
            return running.readIndex()
                    .thenCompose(index -> running.inspect())
                    .thenApplyAsync(ReplicatedLeases::led, timer);
        }
    }
}
