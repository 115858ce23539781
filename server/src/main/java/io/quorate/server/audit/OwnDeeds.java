package io.quorate.server.audit;

import io.grpc.StatusRuntimeException;
import io.quorate.kv.AuditEvent;
import io.quorate.kv.Audited;
import io.quorate.kv.Command;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts on record as a member's own what it does to the cluster by itself: with the member, and with neither a user nor an address, which all
 * that clients ask for has. Thread-safe.
 */
public final class OwnDeeds {

    /** As long as a client would wait for that: then nothing is done. */
    private static final long RECORD_LIMIT_MILLIS = 5_000;

    private final AuditTrail trail;

    public OwnDeeds(AuditTrail trail) {
        this.trail = trail;
    }

    /** Whether what the member does by itself would be on record by now: what can wait for that waits. */
    public CompletableFuture<Boolean> areOnRecord() {
        return trail.canTake();
    }

    /** A command that the member proposes by itself, with its origin; without, if no records can be kept. */
    public CompletableFuture<Command> withOrigin(Command command) {
        return trail.begun().thenApply(begun -> begun ? new Audited(trail.origin(""), command) : command);
    }

    /**
     * Has the autopilot change the members: that it wants to is on record before it is begun, and what came of it afterwards.
     *
     * @param what it changes, for people
     * @return fails, and nothing is done, if that cannot be put on record
     */
    public <T> CompletableFuture<T> change(String what, Supplier<CompletableFuture<T>> change) {
        return trail.record(event(what, "wanted"))
                .orTimeout(RECORD_LIMIT_MILLIS, TimeUnit.MILLISECONDS)
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(new IllegalStateException(
                        "it could not be put on record in the audit log, and nothing was done: "
                                + (failure instanceof TimeoutException
                                        ? "the log takes nothing"
                                        : failure.getMessage()))))
                .thenCompose(onRecord -> change.get())
                .whenComplete((done, failure) -> {
                    var unused = trail.record(event(what, outcome(failure)));
                });
    }

    private AuditEvent event(String what, String result) {
        return trail.event("", "", AuditEvent.Kind.MEMBERSHIP, "autopilot", what, result);
    }

    private static String outcome(@Nullable Throwable failure) {
        if (failure == null) {
            return AuditEvent.OK;
        }
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof StatusRuntimeException refused
                ? Optional.ofNullable(refused.getStatus().getDescription())
                        .orElse(refused.getStatus().getCode().name())
                : String.valueOf(cause.getMessage());
    }
}
