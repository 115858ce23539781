package io.quorate.server.api;

import io.quorate.kv.AccessCheck;
import io.quorate.kv.AuthState;
import io.quorate.kv.Authorized;
import io.quorate.kv.Caller;
import io.quorate.kv.Command;
import io.quorate.kv.KvError;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Range;
import io.quorate.kv.Result;
import io.quorate.kv.Txn;
import io.quorate.server.auth.Tokens;
import io.quorate.server.store.Question;
import io.quorate.server.store.ReplicatedStore;
import io.quorate.server.wire.EtcdError;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

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

    /** What a client has to be allowed. */
    interface Demand {
        /** What is wrong with it, if anything is. */
        Optional<KvError> judge(AccessCheck access);
    }

    /**
     * @param changes has what the client holds open judged anew
     * @param token that the client has shown
     * @param certified the user that its certificate names, if it is believed
     */
    ClientStore(
            ReplicatedStore store,
            Tokens tokens,
            AccessChanges changes,
            Optional<String> token,
            Optional<String> certified) {
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
                .thenApply(caller -> caller.orElseThrow(EtcdError.INVALID_AUTH_TOKEN::exception));
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
            return store.write(command);
        }
        return caller().thenCompose(caller -> refusal(caller, command).isEmpty()
                ? store.write(new Authorized(caller, command))
                : writeUnlessRefused(command));
    }

    /**
     * What is refused takes no place in the log, nor of the space that is left for writes. As this member may be behind the
     * log, it catches up and judges again before it refuses.
     */
    private CompletableFuture<Result> writeUnlessRefused(Command command) {
        return store.read(false, MvccStore::auth)
                .thenCompose(caughtUp -> caller())
                .thenCompose(caller -> refusal(caller, command)
                        .<CompletableFuture<Result>>map(
                                error -> CompletableFuture.completedFuture(new Result.Rejected(error)))
                        .orElseGet(() -> store.write(new Authorized(caller, command))));
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
        return read(range.serializable(), access -> access.operation(range), new RangeQuestion(range));
    }

    /** Does a transaction that only reads. */
    CompletableFuture<Result> read(Txn txn) {
        return read(txn.isSerializable(), access -> access.operation(txn), kv -> kv.read(txn));
    }

    /** Asks the store; {@code serializable} and {@code question} are as in {@link ReplicatedStore#read}. */
    <T> CompletableFuture<T> read(boolean serializable, Demand demand, Question<T> question) {
        if (isNobody()) {
            return read(Caller.NOBODY, serializable, demand, question);
        }
        return caller().thenCompose(caller -> read(caller, serializable, demand, question));
    }

    private <T> CompletableFuture<T> read(Caller caller, boolean serializable, Demand demand, Question<T> question) {
        return store.read(serializable, new Judged<>(caller, demand, question));
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
    private record Judged<T>(Caller caller, Demand demand, Question<T> question) implements Question<T> {
        @Override
        public T answer(MvccStore kv) {
            pass(demand.judge(kv.access(caller)));
            T answer = question.answer(kv);
            pass(demand.judge(kv.access(caller)));
            return answer;
        }

        @Override
        public boolean mayBeToldAtOnce() {
            return question.mayBeToldAtOnce();
        }

        @Override
        public Optional<T> answerAtOnce(MvccStore kv) {
            pass(demand.judge(kv.access(caller)));
            Optional<T> answer = question.answerAtOnce(kv);
            pass(demand.judge(kv.access(caller)));
            return answer;
        }
    }

    /** Asks on the calling thread, on behalf of a caller that is known by now. */
    <T> T ask(Caller caller, Demand demand, Question<T> question) {
        return store.ask(new Judged<>(caller, demand, question));
    }

    /** The users and roles as this member knows them by now: for what is told to nobody. */
    AuthState authNow() {
        return store.local().auth();
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
            return then -> pass(demand.judge(new AccessCheck(then, caller, lease -> List.of())));
        });
    }

    /** Throws what the client is told unless a caller that is known by now may do something. */
    void judgeNow(Caller caller, Demand demand) {
        pass(demand.judge(store.local().access(caller)));
    }

    private static void pass(Optional<KvError> error) {
        if (error.isPresent()) {
            throw Failures.of(error.get());
        }
    }
}
