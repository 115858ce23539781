package io.quorate.server.audit;

import io.quorate.engine.RaftException;
import io.quorate.engine.transport.RateLimitedLog;
import io.quorate.kv.AuditEvent;
import io.quorate.kv.AuditEvents;
import io.quorate.kv.AuditLog;
import io.quorate.kv.AuditOrigin;
import io.quorate.kv.Result;
import io.quorate.server.audit.AuditListener.Outcome;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts on record what this member sees of its clients, by proposing it: one command at a time, with all that has come meanwhile. Thread-safe,
 * and never blocks its callers.
 *
 * <p>What cannot be proposed for now waits, in a bounded queue; of what has no room there it is put on record later how much it was. A command
 * whose outcome is not known is proposed again, so that an event may be on record twice, but not be missing.
 */
public final class AuditTrail implements AutoCloseable {

    /** Of some 300 bytes each. */
    private static final int MAX_WAITING = 2000;

    /** What clients can cause as often as they like leaves the rest to what must be on record one by one. */
    static final int MAX_WAITING_OF_TOLD = MAX_WAITING / 2;

    private static final int MAX_IN_COMMAND = 200;

    private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);

    /** How long a command waits at most to know whether it can be put on record. */
    private static final Duration BEGINNING_LIMIT = Duration.ofSeconds(5);

    private final Replication replication;
    private final long member;
    private final Time time;
    private final AuditListener listener;
    private final RateLimitedLog log;
    private final EventLimits limits = new EventLimits();
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private boolean underWay;
    private boolean closed;
    private long lost;

    /** The cluster, as records need it. */
    public interface Replication {
        /** Where the audit log stands, as far as this member knows. */
        AuditLog log();

        /** Whether all members have a release that knows of records; asked until the audit log has begun. */
        CompletableFuture<Boolean> mayBegin();

        CompletableFuture<Result> propose(AuditEvents events);
    }

    /** Time as the trail needs it. */
    public interface Time {
        /** Since 1970. */
        long millis();

        /** Monotonic. */
        long nanos();

        /** Runs something in about half a second, unless the member is closed before. */
        void later(Runnable task);
    }

    /**
     * @param member this one
     * @param lines where it is logged that events are lost
     */
    public AuditTrail(Replication replication, long member, Time time, AuditListener listener, Consumer<String> lines) {
        this.replication = replication;
        this.member = member;
        this.time = time;
        this.listener = listener;
        LongSupplier nanos = time::nanos;
        this.log = new RateLimitedLog(lines, LOG_INTERVAL, nanos);
    }

    /** Where the audit log stands, and what belongs on record. */
    public AuditLog log() {
        return replication.log();
    }

    /** Of a command that is proposed now. */
    public AuditOrigin origin(String address) {
        return new AuditOrigin(time.millis(), member, address);
    }

    /** Whether the audit log has begun or could; begins and counts nothing, so it may be asked as often as one likes. */
    CompletableFuture<Boolean> canTake() {
        return replication.log().hasBegun() ? CompletableFuture.completedFuture(true) : replication.mayBegin();
    }

    /** Whether commands can be proposed with their origin; begins the audit log if it can begin and has not. */
    public CompletableFuture<Boolean> begun() {
        if (replication.log().hasBegun()) {
            return CompletableFuture.completedFuture(true);
        }
        return record(event("", "", AuditEvent.Kind.AUDIT, "begin", "audit log", AuditEvent.OK))
                .orTimeout(BEGINNING_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .handle((onRecord, failure) -> replication.log().hasBegun());
    }

    /** An event that happens now, and is seen by this member. */
    public AuditEvent event(
            String user, String address, AuditEvent.Kind kind, String action, String object, String result) {
        return new AuditEvent(time.millis(), member, user, address, kind, action, object, result, 1);
    }

    /** Puts on record, or counts if there are too many, what clients can cause as often as they like. */
    public void tell(AuditEvent event) {
        boolean admitted;
        synchronized (this) {
            if (isCrowded()) {
                limits.count(event);
                admitted = false;
            } else {
                admitted = limits.admits(event, time.nanos());
            }
        }
        if (admitted) {
            var unused = record(event);
        } else {
            listener.became(Outcome.SUPPRESSED, event.count());
        }
    }

    /**
     * Puts an event on record.
     *
     * @return completes once it is, or if no records can be kept since a member's release knows of none; fails if it is lost
     */
    public CompletableFuture<Void> record(AuditEvent event) {
        return record(event, false);
    }

    private CompletableFuture<Void> record(AuditEvent event, boolean isNumber) {
        CompletableFuture<Void> onRecord = new CompletableFuture<>();
        boolean taken;
        synchronized (this) {
            taken = !closed && waiting.size() < MAX_WAITING;
            if (taken) {
                waiting.add(new Waiting(event, onRecord, isNumber));
            } else {
                lost += event.count();
            }
        }
        if (taken) {
            proposeNext();
        } else {
            tellLost(event.count(), "too many wait for the log to take them");
            onRecord.completeExceptionally(new IllegalStateException("the audit log takes nothing for now"));
        }
        return onRecord;
    }

    /** Puts the numbers of those on record that were not told one by one, once there is room for them; to be called each second. */
    public void tick() {
        List<AuditEvent> counted;
        synchronized (this) {
            if (isCrowded()) {
                return;
            }
            counted = limits.takeSuppressed(time.nanos(), time.millis(), member);
        }
        for (AuditEvent event : counted) {
            var unused = record(event, true);
        }
    }

    /** To be asked while this is held. */
    private boolean isCrowded() {
        return waiting.size() >= MAX_WAITING_OF_TOLD;
    }

    private void proposeNext() {
        List<Waiting> next = new ArrayList<>();
        synchronized (this) {
            if (underWay || closed) {
                return;
            }
            while (!waiting.isEmpty() && next.size() < MAX_IN_COMMAND) {
                next.add(waiting.remove());
            }
            underWay = !next.isEmpty();
        }
        if (!next.isEmpty()) {
            propose(next);
        }
    }

    private void propose(List<Waiting> events) {
        AuditEvents command =
                new AuditEvents(events.stream().map(Waiting::event).toList());
        CompletableFuture<Result> proposed;
        try {
            proposed = replication.log().hasBegun()
                    ? replication.propose(command)
                    : replication.mayBegin().thenCompose(may -> {
                        if (!may) {
                            throw NeverOnRecord.begun();
                        }
                        return replication.propose(command);
                    });
        } catch (RuntimeException e) {
            proposed = CompletableFuture.failedFuture(e);
        }
        var unused = proposed.whenComplete((result, failure) ->
                ended(events, result instanceof Result.Rejected rejected ? NeverOnRecord.refused(rejected) : failure));
    }

    private void ended(List<Waiting> events, @Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : failure;
        if (cause == null) {
            listener.became(Outcome.RECORDED, Waiting.recorded(events));
            events.forEach(event -> event.onRecord().complete(null));
            tellHowManyWereLost();
            goOn();
        } else if (cause instanceof NeverOnRecord never) {
            synchronized (this) {
                lost += Waiting.events(events);
            }
            tellLost(Waiting.events(events), String.valueOf(never.getMessage()));
            events.forEach(event -> never.tell(event.onRecord()));
            goOn();
        } else if (cause instanceof RaftException.Stopped || isClosed()) {
            tellLost(Waiting.events(events), "the member stops");
            events.forEach(event -> event.onRecord().completeExceptionally(cause));
        } else {
            log.line("The audit log takes nothing for now, and " + waitingNow(events.size()) + " events wait for it: "
                    + cause.getMessage());
            time.later(() -> propose(events));
        }
    }

    private void goOn() {
        synchronized (this) {
            underWay = false;
        }
        proposeNext();
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized int waitingNow(int more) {
        return waiting.size() + more;
    }

    private void tellLost(long events, String why) {
        listener.became(Outcome.LOST, events);
        log.line(events + (events == 1 ? " event is" : " events are") + " not put on record in the audit log: " + why);
    }

    /** It comes before all that waits, and has room there in any case. */
    private synchronized void tellHowManyWereLost() {
        if (lost > 0) {
            AuditEvent told = new AuditEvent(
                    time.millis(),
                    member,
                    "",
                    "",
                    AuditEvent.Kind.AUDIT,
                    "lose events",
                    "events that this member has seen",
                    "they could not be put on record",
                    lost);
            waiting.addFirst(new Waiting(told, new CompletableFuture<>(), true));
            lost = 0;
        }
    }

    /** What waits is not put on record any more. */
    @Override
    public void close() {
        List<Waiting> left;
        synchronized (this) {
            closed = true;
            left = List.copyOf(waiting);
            waiting.clear();
        }
        if (!left.isEmpty()) {
            tellLost(Waiting.events(left), "the member stops");
            IllegalStateException stopped = new IllegalStateException("the member stops");
            left.forEach(event -> event.onRecord().completeExceptionally(stopped));
        }
    }
}
