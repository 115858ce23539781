package io.quorate.server.api;

import io.quorate.kv.AccessCheck;
import io.quorate.kv.AuditEvent;
import io.quorate.kv.AuditRule;
import io.quorate.kv.AuthState;
import io.quorate.kv.Authorized;
import io.quorate.kv.Bytes;
import io.quorate.kv.Caller;
import io.quorate.kv.ChangeAuditSettings;
import io.quorate.kv.Command;
import io.quorate.kv.KvError;
import io.quorate.kv.LeaseGrant;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Operation;
import io.quorate.kv.Range;
import io.quorate.kv.Result;
import io.quorate.kv.Txn;
import io.quorate.kv.WatchRequest;
import io.quorate.server.audit.AuditTrail;
import io.quorate.server.auth.Tokens;
import io.quorate.server.store.Question;
import io.quorate.server.store.ReplicatedStore;
import io.quorate.server.wire.EtcdError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The store as one client may use it: nothing that goes this way is done or told unless the client's roles allow it.
 * Thread-safe.
 *
 * <p>Writes are judged where they stand in the log, and do not get there if they would be refused already. Reads are judged
 * before they are done, and again afterwards: then nothing is told that was written after the permission had gone.
 */
final class ClientStore {

    private final ReplicatedStore store;
    private final Tokens tokens;
    private final AccessChanges changes;
    private final Optional<String> token;
    private final Optional<String> certified;
    private final AuditedClient audit;
    private final LeaseCount leases;

    /** What a client has to be allowed. */
    interface Demand {
        /** What is wrong with it, if anything is. */
        Optional<KvError> judge(AccessCheck access);

        /** With what it would be done, for the record of a refusal. */
        default String object() {
            return "";
        }

        /** To do this with keys. */
        static Demand on(Operation operation) {
            return new Demand() {
                @Override
                public Optional<KvError> judge(AccessCheck access) {
                    return access.operation(operation);
                }

                @Override
                public String object() {
                    return AuditedClient.object(operation);
                }
            };
        }

        /** To see the changes of these keys. */
        static Demand toWatch(WatchRequest request) {
            return new Demand() {
                @Override
                public Optional<KvError> judge(AccessCheck access) {
                    return access.watch(request);
                }

                @Override
                public String object() {
                    return AuditRule.keys(request.key(), request.rangeEnd());
                }
            };
        }
    }

    /**
     * @param changes has what the client holds open judged anew
     * @param token that the client has shown
     * @param certified the user that its certificate names, if it is believed
     * @param trail puts on record what it does, and may not do
     * @param leases bounds those of all clients
     * @param origin of the call that is under way
     */
    ClientStore(
            ReplicatedStore store,
            Tokens tokens,
            AccessChanges changes,
            Optional<String> token,
            Optional<String> certified,
            AuditTrail trail,
            LeaseCount leases,
            CallOrigin origin) {
        this.audit = new AuditedClient(trail, origin);
        this.leases = leases;
        this.changes = changes;
        this.certified = certified;
        this.store = store;
        this.tokens = tokens;
        this.token = token;
    }

    /** Who the client is. Fails if its token is none, or not any more. */
    CompletableFuture<Caller> caller() {
        if (isNobody() || !store.local().auth().isEnabled()) {
            return CompletableFuture.completedFuture(Caller.NOBODY);
        }
        if (token.isEmpty()) {
            // It proves who it is on every connection anew, so that its login is of now.
            return CompletableFuture.completedFuture(
                    new Caller(certified.orElseThrow(), store.local().auth().revision()));
        }
        return tokens.caller(token.get())
                .thenApply(caller -> caller.orElseThrow(() -> {
                    audit.unknownToken();
                    return EtcdError.INVALID_AUTH_TOKEN.exception();
                }));
    }

    /** As {@link AccessChanges#hold}, for what the client holds open. */
    AccessChanges.Held hold(Runnable judge) {
        return changes.hold(judge);
    }

    private boolean isNobody() {
        return token.isEmpty() && certified.isEmpty();
    }

    /** Replicates a command that has passed its checks, and applies it if the client may do that. */
    CompletableFuture<Result> write(Command command) {
        if (!store.local().auth().isEnabled()) {
            return propose(command, command);
        }
        return caller().thenCompose(caller ->
                refusal(caller, command).isEmpty() ? propose(caller, command) : writeUnlessRefused(command));
    }

    /** A right that is there now may have gone where the command stands in the log. */
    private CompletableFuture<Result> propose(Caller caller, Command command) {
        return propose(command, new Authorized(caller, command)).thenApply(result -> {
            if (result instanceof Result.Rejected rejected) {
                audit.refused(caller, rejected.error(), AuditedClient.object(command));
            }
            return result;
        });
    }

    /**
     * What is refused takes no place in the log, nor of the space that is left for writes. As this member may be behind the
     * log, it catches up and judges again before it refuses.
     */
    private CompletableFuture<Result> writeUnlessRefused(Command command) {
        return store.read(false, MvccStore::auth)
                .thenCompose(caughtUp -> caller())
                .thenCompose(caller -> refusal(caller, command)
                        .<CompletableFuture<Result>>map(error -> {
                            audit.refused(caller, error, AuditedClient.object(command));
                            return CompletableFuture.completedFuture(new Result.Rejected(error));
                        })
                        .orElseGet(() -> propose(caller, command)));
    }

    /** Whoever may have it done. A lease counts from here on: who has no right to one takes no room from others. */
    private CompletableFuture<Result> propose(Command command, Command judged) {
        return command instanceof LeaseGrant ? leases.grant(() -> replicate(judged)) : replicate(judged);
    }

    /** With its origin, if it belongs on record and may be put there. */
    private CompletableFuture<Result> replicate(Command judged) {
        return audit.isOnRecord(judged) ? audit.withOrigin(judged).thenCompose(store::write) : store.write(judged);
    }

    private Optional<KvError> refusal(Caller caller, Command command) {
        return store.local().access(caller).command(command);
    }

    /**
     * As {@link #write}, for a command without keys, which the log would take without a caller: this member first makes sure that
     * it has heard of it if authentication is enabled.
     */
    CompletableFuture<Result> administer(Demand demand, Command command) {
        return require(false, demand).thenCompose(allowed -> write(command));
    }

    /** Reads keys. */
    CompletableFuture<Result> range(Range range) {
        return audit.noteReads(
                read(range.serializable(), Demand.on(range), new RangeQuestion(range)), range, this::caller);
    }

    /** Does a transaction that only reads. */
    CompletableFuture<Result> read(Txn txn) {
        return audit.noteReads(read(txn.isSerializable(), Demand.on(txn), kv -> kv.read(txn)), txn, this::caller);
    }

    /** Asks the store; {@code serializable} and {@code question} are as in {@link ReplicatedStore#read}. */
    <T> CompletableFuture<T> read(boolean serializable, Demand demand, Question<T> question) {
        if (isNobody()) {
            return read(Caller.NOBODY, serializable, demand, question);
        }
        return caller().thenCompose(caller -> read(caller, serializable, demand, question));
    }

    private <T> CompletableFuture<T> read(Caller caller, boolean serializable, Demand demand, Question<T> question) {
        return store.read(serializable, new Judged<>(audit, caller, demand, question));
    }

    private record RangeQuestion(Range range) implements Question<Result> {
        @Override
        public Result answer(MvccStore kv) {
            return kv.range(range);
        }

        @Override
        public boolean mayBeToldAtOnce() {
            return range.isPlainRead();
        }

        @Override
        public Optional<Result> answerAtOnce(MvccStore kv) {
            return kv.rangeAtOnce(range);
        }
    }

    /** What is answered only if the caller may know it, before and after. */
    private record Judged<T>(AuditedClient audit, Caller caller, Demand demand, Question<T> question)
            implements Question<T> {
        @Override
        public T answer(MvccStore kv) {
            audit.pass(caller, demand, kv.access(caller));
            T answer = question.answer(kv);
            audit.pass(caller, demand, kv.access(caller));
            return answer;
        }

        @Override
        public boolean mayBeToldAtOnce() {
            return question.mayBeToldAtOnce();
        }

        @Override
        public Optional<T> answerAtOnce(MvccStore kv) {
            audit.pass(caller, demand, kv.access(caller));
            Optional<T> answer = question.answerAtOnce(kv);
            audit.pass(caller, demand, kv.access(caller));
            return answer;
        }
    }

    /** Asks on the calling thread, on behalf of a caller that is known by now. */
    <T> T ask(Caller caller, Demand demand, Question<T> question) {
        return store.ask(new Judged<>(audit, caller, demand, question));
    }

    /** The users and roles as this member knows them by now: for what is told to nobody. */
    AuthState authNow() {
        return store.local().auth();
    }

    /** As {@link #read}, of which keys are attached to a lease: whoever is told of them has read them. */
    <T> CompletableFuture<T> leaseKeys(long lease, BiFunction<MvccStore, List<Bytes>, T> answer) {
        return caller().thenCompose(caller -> read(caller, false, access -> access.attachedKeys(lease), kv -> {
                    List<Bytes> keys = kv.leaseKeys(lease);
                    return Map.entry(keys, answer.apply(kv, keys));
                })
                .thenApply(told -> {
                    audit.noteKeys(caller, told.getKey());
                    return told.getValue();
                }));
    }

    /** Asks what everybody may know, or has to in order to prove who it is. */
    <T> CompletableFuture<T> anybodys(Question<T> question) {
        return store.read(false, question);
    }

    /** Fails unless the client may do something that is not done with the store. */
    CompletableFuture<Void> require(boolean serializable, Demand demand) {
        return this.<Optional<Void>>read(serializable, demand, kv -> Optional.empty())
                .thenAccept(allowed -> {});
    }

    /** As {@link #require}, of what this member knows by now, and also while it must not serve. */
    CompletableFuture<Void> requireNow(Demand demand) {
        return caller().thenAccept(caller -> judgeNow(caller, demand));
    }

    /**
     * As {@link #requireNow}, for what is told of another moment too.
     *
     * @return throws what the client is told unless the users and roles of that moment allow it as well
     */
    CompletableFuture<Consumer<AuthState>> requireThen(Demand demand) {
        return caller().thenApply(caller -> {
            judgeNow(caller, demand);
            return then -> audit.pass(caller, demand, new AccessCheck(then, caller, lease -> List.of()));
        });
    }

    /** As {@link #requireThen}, for a copy of everything, which is on record. */
    CompletableFuture<Consumer<AuthState>> requireForCopy(Demand demand) {
        return requireThen(demand).thenCombine(caller(), (judge, caller) -> {
            note(caller, AuditEvent.Kind.MAINTENANCE, "all keys", AuditEvent.OK);
            return judge;
        });
    }

    /** Throws what the client is told unless a caller that is known by now may do something. */
    void judgeNow(Caller caller, Demand demand) {
        audit.pass(caller, demand, store.local().access(caller));
    }

    /**
     * Does something to the cluster as a whole that does not go through the store, for whoever may: that it was asked for is on record before it is
     * begun, and what came of it afterwards.
     *
     * @param object to what
     */
    <T> CompletableFuture<T> administer(
            AuditEvent.Kind kind, String object, Demand demand, Supplier<CompletableFuture<T>> action) {
        return caller().thenCompose(caller -> read(caller, false, demand, kv -> caller))
                .thenCompose(caller -> audit.noteAround(caller, kind, object, action));
    }

    /** As {@link #administer}, by what this member knows by now, and done whether or not it can be put on record just then. */
    <T> CompletableFuture<T> administerNow(String object, Demand demand, Supplier<CompletableFuture<T>> action) {
        return caller().thenCompose(caller -> {
            judgeNow(caller, demand);
            return audit.noteAfter(caller, object, action);
        });
    }

    /** Sets what is on record; refused as long as there are no records. */
    CompletableFuture<Result> changeAudit(ChangeAuditSettings change) {
        return audit.requireBegun().thenCompose(begun -> write(change));
    }

    /** Puts on record that somebody has proved who it is; completes once it is. */
    CompletableFuture<Void> noteLogin(String user) {
        return audit.noteLogin(user);
    }

    /** Puts on record that somebody was not let in. */
    void noteFailedLogin(String user, String why) {
        boolean known = store.local().auth().user(user).isPresent();
        // Such a name may be a password that was typed in the wrong place.
        audit.noteFailedLogin(known ? user : "a name that is no user's", why);
    }

    /** Puts on record that the client does something, as far as events of this kind are told one by one. */
    void note(Caller caller, AuditEvent.Kind kind, String object, String result) {
        audit.note(caller, kind, object, result);
    }

    /** As {@link #note}, if a rule says that seeing the changes of these keys is on record. */
    void noteWatch(Caller caller, WatchRequest request) {
        audit.noteRead(caller, request.key(), request.rangeEnd());
    }
}
