package io.quorate.server.store;

import io.grpc.StatusRuntimeException;
import io.quorate.core.CoreStatus;
import io.quorate.engine.RaftNode;
import io.quorate.kv.AlarmChange;
import io.quorate.kv.Command;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Put;
import io.quorate.kv.Result;
import io.quorate.kv.StoreException;
import io.quorate.kv.Txn;
import io.quorate.server.wire.EtcdError;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The store as this member's clients use it: writes go through the log, reads wait until they are linearizable unless they
 * are content with less. Thread-safe, and never blocks its callers.
 *
 * <p>Futures fail with {@link io.quorate.engine.RaftException}, or with a {@link StatusRuntimeException} that is already what
 * the client shall see.
 */
public final class ReplicatedStore {

    /** How far applying may lag behind committing before writes are refused; the figure is etcd's. */
    private static final long MAX_APPLY_BACKLOG = 5000;

    private final RaftNode<Result> node;
    private final MvccStore store;
    private final Executor readers;
    private final Supplier<Optional<Executor>> connections;
    private final int maxRequestBytes;
    private final Quota quota;
    private final SpaceAlarm spaceAlarm;
    private final Fence fence;
    private final Consumer<StoreException> onDamage;

    /**
     * @param fence keeps clients from a state that is not to be trusted
     * @param readers runs reads, and measures the store; refuses with {@link java.util.concurrent.RejectedExecutionException} when there are too many
     * @param connections runs on the thread of a client's connection; empty if asked on another thread
     * @param maxRequestBytes the largest command in the log
     * @param quotaBytes the size of the store from which on puts are refused; less than 0: none
     * @param onDamage told if a read meets files of the store that are not what was written
     */
    public ReplicatedStore(
            RaftNode<Result> node,
            MvccStore store,
            Fence fence,
            Executor readers,
            Supplier<Optional<Executor>> connections,
            int maxRequestBytes,
            long quotaBytes,
            Consumer<StoreException> onDamage) {
        this.onDamage = onDamage;
        this.node = node;
        this.fence = fence;
        this.store = store;
        this.readers = readers;
        this.connections = connections;
        this.maxRequestBytes = maxRequestBytes;
        this.quota = new Quota(quotaBytes, store::sizeBytes, System::nanoTime, readers);
        this.spaceAlarm = new SpaceAlarm(node, store, quota);
    }

    /** Takes this member's NOSPACE alarm back if its store has room again; to be called now and then. */
    public void clearAlarmIfRoom() {
        spaceAlarm.clearIfRoom();
    }

    /** The size of the store from which on puts are refused; less than 0: none. */
    public long quotaBytes() {
        return quota.limitBytes();
    }

    /** What this member has, as of now. */
    public MvccStore local() {
        return store;
    }

    /** The node below. */
    public RaftNode<Result> node() {
        return node;
    }

    /**
     * Replicates a command that has passed its checks, and applies it.
     *
     * @throws StatusRuntimeException if it is refused at once
     */
    public CompletableFuture<Result> write(Command command) {
        fence.requireDown();
        CoreStatus status = node.status();
        if (status.commitIndex() - status.appliedIndex() > MAX_APPLY_BACKLOG) {
            throw EtcdError.TOO_MANY_REQUESTS.exception();
        }
        byte[] encoded = CommandCodec.encode(command);
        if (encoded.length > maxRequestBytes) {
            throw EtcdError.REQUEST_TOO_LARGE.exception();
        }
        if (mayPut(command) && !quota.admits(encoded.length)) {
            return refuseForSpace();
        }
        CompletableFuture<Result> applied = node.propose(ByteBuffer.wrap(encoded));
        return connections
                .get()
                .map(loop -> applied.thenApplyAsync(this::trusted, loop))
                .orElseGet(() -> applied.thenApply(this::trusted));
    }

    /** A result comes from this member's state, which may have been found to differ meanwhile. */
    private Result trusted(Result result) {
        fence.requireDown();
        return result;
    }

    private static boolean mayPut(Command command) {
        return switch (command) {
            case Put put -> true;
            case Txn txn -> txn.hasPut();
            case io.quorate.kv.DeleteRange delete -> false;
            case io.quorate.kv.Compact compact -> false;
            case AlarmChange change -> false;
            case io.quorate.kv.PublishMember publish -> false;
            case io.quorate.kv.LeaseGrant grant -> true;
            case io.quorate.kv.LeaseRevoke revoke -> false;
            case io.quorate.kv.LeaseExpiry expiry -> false;
            case io.quorate.kv.LeaseTakeover takeover -> false;
            case io.quorate.kv.LeaseCheckpoint checkpoint -> false;
            case io.quorate.kv.Verify verify -> false;
            case io.quorate.kv.DigestReport report -> false;
            case io.quorate.kv.NoteOperation note -> false;
            case io.quorate.kv.AuthChange change -> false;
            case io.quorate.kv.Login login -> false;
            case io.quorate.kv.Authorized authorized -> mayPut(authorized.command());
            case io.quorate.kv.Audited audited -> mayPut(audited.command());
            case io.quorate.kv.AuditEvents events -> false;
            case io.quorate.kv.ChangeAuditSettings change -> false;
        };
    }

    private CompletableFuture<Result> refuseForSpace() {
        if (spaceAlarm.isRaised()) {
            throw EtcdError.NO_SPACE.exception();
        }
        return spaceAlarm.raise().handle((raised, failure) -> {
            throw EtcdError.NO_SPACE.exception();
        });
    }

    /**
     * Asks the store, on behalf of a client.
     *
     * @param serializable whether what this member has is good enough, even if others have more
     * @param question is answered on the thread of the client's connection if that can be done at once, and on a thread for reads otherwise
     */
    public <T> CompletableFuture<T> read(boolean serializable, Question<T> question) {
        return inspect(serializable, new Fenced<>(question));
    }

    /** As {@link #read}, also while this member must not serve: for questions about the member, not about the content. */
    public <T> CompletableFuture<T> inspect(boolean serializable, Question<T> question) {
        Optional<Executor> loop = question.mayBeToldAtOnce() ? connections.get() : Optional.empty();
        if (loop.isEmpty()) {
            return serializable
                    ? answerOnReader(question)
                    : node.readIndex().thenApplyAsync(index -> answer(question), readers);
        }
        return serializable
                ? answerHere(question)
                : node.readIndex().thenComposeAsync(index -> answerHere(question), loop.get());
    }

    /** Answers on the calling thread if that need not wait: a hop to another one costs more than most reads. */
    private <T> CompletableFuture<T> answerHere(Question<T> question) {
        Optional<T> atOnce;
        try {
            atOnce = told(question::answerAtOnce);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
        return atOnce.map(CompletableFuture::completedFuture).orElseGet(() -> answerOnReader(question));
    }

    private <T> CompletableFuture<T> answerOnReader(Question<T> question) {
        return CompletableFuture.supplyAsync(() -> answer(question), readers);
    }

    /**
     * Asks what this member has, on the calling thread, which may have to wait for a disk.
     *
     * @throws StatusRuntimeException if this member must not serve
     */
    public <T> T ask(Question<T> question) {
        return answer(new Fenced<>(question));
    }

    private <T> T answer(Question<T> question) {
        return told(question::answer);
    }

    private <T> T told(Function<MvccStore, T> answer) {
        try {
            return answer.apply(store);
        } catch (StoreException e) {
            if (!e.isDamage()) {
                throw e;
            }
            onDamage.accept(e);
            throw Fence.elsewhere("this member's state is damaged");
        }
    }

    /** What is answered only while this member may serve. */
    private final class Fenced<T> implements Question<T> {
        private final Question<T> question;

        Fenced(Question<T> question) {
            this.question = question;
        }

        @Override
        public T answer(MvccStore kv) {
            fence.requireDown();
            return question.answer(kv);
        }

        @Override
        public boolean mayBeToldAtOnce() {
            return question.mayBeToldAtOnce();
        }

        @Override
        public Optional<T> answerAtOnce(MvccStore kv) {
            fence.requireDown();
            return question.answerAtOnce(kv);
        }
    }
}
