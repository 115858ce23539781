package io.quorate.server.api;

import io.grpc.Status;
import io.quorate.kv.AccessCheck;
import io.quorate.kv.AuditEvent;
import io.quorate.kv.AuditLog;
import io.quorate.kv.AuditRule;
import io.quorate.kv.Audited;
import io.quorate.kv.Authorized;
import io.quorate.kv.Bytes;
import io.quorate.kv.Caller;
import io.quorate.kv.Command;
import io.quorate.kv.Compare;
import io.quorate.kv.DeleteRange;
import io.quorate.kv.KvError;
import io.quorate.kv.LeaseRevoke;
import io.quorate.kv.Operation;
import io.quorate.kv.Put;
import io.quorate.kv.Range;
import io.quorate.kv.Txn;
import io.quorate.server.audit.AuditTrail;
import io.quorate.server.wire.EtcdError;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is put on record of one call of a client. Thread-safe. */
final class AuditedClient {

    /** Whoever changes the cluster waits so long at most until that is on record, and is refused then. */
    private static final long RECORD_LIMIT_MILLIS = 5_000;

    private static final int KEYS_TOLD = 3;

    /** One call may be told of very many keys: so many have a record of their own. */
    private static final int MAX_KEYS_OF_CALL = 20;

    private final AuditTrail trail;
    private final CallOrigin origin;

    AuditedClient(AuditTrail trail, CallOrigin origin) {
        this.trail = trail;
        this.origin = origin;
    }

    /** Whether a command is proposed with its origin: what always is on record, and writes if there are rules for any. */
    boolean isOnRecord(Command judged) {
        Command bare = judged instanceof Authorized authorized ? authorized.command() : judged;
        return switch (bare) {
            case Put put -> hasRules();
            case DeleteRange delete -> hasRules();
            case Txn txn -> hasRules();
            case LeaseRevoke revoke -> hasRules();
            case io.quorate.kv.AuthChange change -> true;
            case io.quorate.kv.NoteOperation note -> true;
            case io.quorate.kv.AlarmChange change -> true;
            case io.quorate.kv.Compact compact -> true;
            case io.quorate.kv.ChangeAuditSettings change -> true;
            case io.quorate.kv.PublishMember publish -> false;
            case io.quorate.kv.LeaseGrant grant -> false;
            case io.quorate.kv.LeaseExpiry expiry -> false;
            case io.quorate.kv.LeaseTakeover takeover -> false;
            case io.quorate.kv.LeaseCheckpoint checkpoint -> false;
            case io.quorate.kv.Verify verify -> false;
            case io.quorate.kv.DigestReport report -> false;
            case io.quorate.kv.Login login -> false;
            case io.quorate.kv.AuditEvents events -> false;
            case Audited nested -> false;
            case Authorized nested -> false;
        };
    }

    private boolean hasRules() {
        return !trail.log().settings().rules().isEmpty();
    }

    /** The command with its origin; without, if some member has a release that could not read it. */
    CompletableFuture<Command> withOrigin(Command judged) {
        return trail.begun().thenApply(begun -> begun ? new Audited(trail.origin(origin.address()), judged) : judged);
    }

    /** The token that was shown is none. */
    void unknownToken() {
        trail.tell(event("", AuditEvent.Kind.AUTHENTICATION, "token", origin.method(), "invalid auth token"));
    }

    /** Throws what the client is told unless it may do what it asks for; that is on record then. */
    void pass(Caller caller, ClientStore.Demand demand, AccessCheck access) {
        Optional<KvError> error = demand.judge(access);
        if (error.isPresent()) {
            refused(caller, error.get(), demand.object());
            throw Failures.of(error.get());
        }
    }

    /** What the caller has asked for was refused; only if that concerns who it is and what it may do, it is on record. */
    void refused(Caller caller, KvError error, String object) {
        switch (error) {
            case PERMISSION_DENIED, USER_EMPTY ->
                trail.tell(event(caller.user(), AuditEvent.Kind.AUTHORIZATION, origin.method(), object, word(error)));
            case INVALID_AUTH_TOKEN ->
                trail.tell(event(caller.user(), AuditEvent.Kind.AUTHENTICATION, "token", origin.method(), word(error)));
            default -> {
                // It is looked up anew, or has asked for something that makes no sense.
            }
        }
    }

    private AuditEvent event(String user, AuditEvent.Kind kind, String action, String object, String result) {
        return trail.event(user, origin.address(), kind, action, object, result);
    }

    private static String word(KvError error) {
        return error.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** The keys that a command would change or read; never a value. Empty if it is about none. */
    static String object(Command command) {
        return command instanceof Operation operation ? object(operation) : "";
    }

    /** As {@link #object(Command)}; of a transaction the first of them. */
    static String object(Operation operation) {
        return switch (operation) {
            case Put put -> put.key().toString();
            case Range range -> AuditRule.keys(range.key(), range.rangeEnd());
            case DeleteRange delete -> AuditRule.keys(delete.key(), delete.rangeEnd());
            case Txn txn -> object(txn);
        };
    }

    private static String object(Txn txn) {
        List<String> keys = new ArrayList<>();
        for (Compare compare : txn.compares()) {
            keys.add(AuditRule.keys(compare.key(), compare.rangeEnd()));
        }
        txn.success().forEach(operation -> keys.add(object(operation)));
        txn.failure().forEach(operation -> keys.add(object(operation)));
        List<String> told = keys.stream().distinct().toList();
        return String.join(", ", told.subList(0, Math.min(KEYS_TOLD, told.size())))
                + (told.size() > KEYS_TOLD ? " and others" : "");
    }

    /** Puts on record what was read, once it was, if a rule says so. */
    <T> CompletableFuture<T> noteReads(
            CompletableFuture<T> read, Operation operation, Supplier<CompletableFuture<Caller>> caller) {
        AuditLog log = trail.log();
        if (log.settings().rules().isEmpty()) {
            return read;
        }
        return read.thenCombine(caller.get(), (answer, who) -> {
            noteReads(who, operation);
            return answer;
        });
    }

    private void noteReads(Caller caller, Operation operation) {
        switch (operation) {
            case Range range -> noteRead(caller, range.key(), range.rangeEnd());
            case Txn txn -> {
                txn.compares().forEach(compare -> noteRead(caller, compare.key(), compare.rangeEnd()));
                txn.success().forEach(part -> noteReads(caller, part));
                txn.failure().forEach(part -> noteReads(caller, part));
            }
            case Put put -> {}
            case DeleteRange delete -> {}
        }
    }

    /** As {@link #noteReads}, of what is read without an operation. */
    void noteRead(Caller caller, Bytes key, Bytes rangeEnd) {
        if (trail.log().settings().isReadOnRecord(caller.user(), key, rangeEnd)) {
            note(caller, AuditEvent.Kind.KEY, AuditRule.keys(key, rangeEnd), AuditEvent.OK);
        }
    }

    /** As {@link #noteReads}, of single keys that the caller was told of. */
    void noteKeys(Caller caller, List<Bytes> keys) {
        if (!hasRules()) {
            return;
        }
        List<Bytes> onRecord = keys.stream()
                .filter(key -> trail.log().settings().isReadOnRecord(caller.user(), key, Bytes.empty()))
                .toList();
        onRecord.stream().limit(MAX_KEYS_OF_CALL).forEach(key -> noteRead(caller, key, Bytes.empty()));
        if (onRecord.size() > MAX_KEYS_OF_CALL) {
            trail.tell(event(caller.user(), AuditEvent.Kind.KEY, origin.method(), "more keys", AuditEvent.OK)
                    .times(onRecord.size() - MAX_KEYS_OF_CALL));
        }
    }

    void note(Caller caller, AuditEvent.Kind kind, String object, String result) {
        trail.tell(event(caller.user(), kind, origin.method(), object, result));
    }

    CompletableFuture<Void> noteLogin(String user) {
        return onRecord(event(user, AuditEvent.Kind.AUTHENTICATION, "login", user, AuditEvent.OK));
    }

    /** Fails with what the client is told if that cannot be put on record in time. */
    private CompletableFuture<Void> onRecord(AuditEvent event) {
        return trail.record(event)
                .orTimeout(RECORD_LIMIT_MILLIS, TimeUnit.MILLISECONDS)
                .exceptionally(failure -> {
                    throw EtcdError.TIMEOUT.exception();
                });
    }

    void noteFailedLogin(String object, String why) {
        trail.tell(event("", AuditEvent.Kind.AUTHENTICATION, "login", object, why));
    }

    /** Fails with what the client is told if records cannot be kept. */
    CompletableFuture<Void> requireBegun() {
        return trail.begun().thenAccept(begun -> {
            if (!begun) {
                throw Status.FAILED_PRECONDITION
                        .withDescription(
                                "etcdserver: no audit log can be kept yet: some member was not heard of, or has a"
                                        + " release that knows of none; bring all members to the same one")
                        .asRuntimeException();
            }
        });
    }

    /** Does something, and puts on record what came of it. */
    <T> CompletableFuture<T> noteAfter(Caller caller, String object, Supplier<CompletableFuture<T>> action) {
        CompletableFuture<T> done;
        try {
            done = action.get();
        } catch (RuntimeException e) {
            done = CompletableFuture.failedFuture(e);
        }
        return done.whenComplete(
                (result, failure) -> note(caller, AuditEvent.Kind.MAINTENANCE, object, outcome(failure)));
    }

    private static String outcome(@Nullable Throwable failure) {
        return failure == null
                ? AuditEvent.OK
                : String.valueOf(Failures.of(failure).getStatus().getDescription());
    }

    /** Does something that is on record before it is begun, and with what came of it. */
    <T> CompletableFuture<T> noteAround(
            Caller caller, AuditEvent.Kind kind, String object, Supplier<CompletableFuture<T>> action) {
        return onRecord(event(caller.user(), kind, origin.method(), object, "asked for"))
                .thenCompose(onRecord -> action.get())
                .whenComplete((done, failure) -> {
                    var unused = trail.record(event(caller.user(), kind, origin.method(), object, outcome(failure)));
                });
    }
}
