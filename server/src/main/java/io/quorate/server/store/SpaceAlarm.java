package io.quorate.server.store;

import io.quorate.engine.RaftNode;
import io.quorate.kv.Alarm;
import io.quorate.kv.AlarmChange;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Result;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member's own NOSPACE alarm: raised when its store has reached the quota, and taken back once there is room again. All
 * members refuse puts meanwhile. Thread-safe.
 *
 * <p>It looks at the alarm that bears its member's id alone: only that member knows how full its store is. What a client has
 * raised for it can't be told from what it has raised itself, and is taken back alike.
 */
final class SpaceAlarm {

    private static final Logger LOG = LoggerFactory.getLogger(SpaceAlarm.class);

    private final RaftNode<Result> node;
    private final MvccStore store;
    private final Quota quota;
    private final Alarm alarm;
    private final AtomicBoolean clearing = new AtomicBoolean();

    /** The raising that is under way; guarded by this. */
    private Optional<CompletableFuture<Result>> raising = Optional.empty();

    SpaceAlarm(RaftNode<Result> node, MvccStore store, Quota quota) {
        this.node = node;
        this.store = store;
        this.quota = quota;
        this.alarm = new Alarm(node.self().value(), Alarm.Type.NOSPACE);
    }

    boolean isRaised() {
        return store.raisedAlarms().contains(alarm);
    }

    /**
     * All members are told that this one is full: then they all refuse puts, and not just it. Who asks while that is on its way
     * waits for the same: of all the writes that met a full store at once, a late one would otherwise raise the alarm again
     * after it was taken back.
     */
    CompletableFuture<Result> raise() {
        CompletableFuture<Result> raised = new CompletableFuture<>();
        synchronized (this) {
            if (raising.isPresent()) {
                return raising.get();
            }
            raising = Optional.of(raised);
        }
        LOG.warn("the store has reached its quota: puts are refused until there is room again");
        var unused = propose(AlarmChange.Action.ACTIVATE).whenComplete((result, failure) -> {
            synchronized (this) {
                raising = Optional.empty();
            }
            if (failure == null) {
                raised.complete(result);
            } else {
                raised.completeExceptionally(failure);
            }
        });
        return raised;
    }

    /** Takes the alarm back if there is room again; to be called now and then. */
    void clearIfRoom() {
        if (!isRaised() || !quota.hasRoomAgain() || !clearing.compareAndSet(false, true)) {
            return;
        }
        var unused = propose(AlarmChange.Action.DEACTIVATE).whenComplete((cleared, failure) -> {
            clearing.set(false);
            if (failure == null) {
                LOG.info("the store has room again: puts are taken");
            }
        });
    }

    private CompletableFuture<Result> propose(AlarmChange.Action action) {
        return node.propose(ByteBuffer.wrap(CommandCodec.encode(new AlarmChange(action, alarm))));
    }
}
