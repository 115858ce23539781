package io.quorate.simulator;

import io.quorate.core.CoreStatus;
import io.quorate.core.RoleName;
import io.quorate.engine.RaftNode;
import io.quorate.kv.Command;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.LeaseKeeper;
import io.quorate.kv.LeaseOptions;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Result;
import io.quorate.kv.RevisionEvents;
import io.quorate.kv.WatchHub;
import io.quorate.kv.WatchRequest;
import io.quorate.kv.Watcher;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;

/** What a member does for clients beside its store, in one life: it keeps leases while it leads, and serves watchers. */
public final class ClientServices {

    private static final Duration TICK = Duration.ofMillis(100);
    private static final long TASK_NANOS = 3_000;

    /** Little, so that watchers fall behind. */
    private static final WatchHub.Limits LIMITS = new WatchHub.Limits(16 << 10, 1 << 10, 4 << 10, 20);

    private final SimulatedProcess process;
    private final Executor delivery;
    private final LeaseKeeper leases;
    private final WatchHub watches;
    private final Function<byte[], CompletableFuture<Result>> proposing;
    private Optional<RaftNode<Result>> node = Optional.empty();
    private boolean delivering;

    /** @param proposing has the member propose a command, once it has started */
    ClientServices(
            SimulatedProcess process,
            LeaseOptions options,
            Supplier<MvccStore> store,
            Function<byte[], CompletableFuture<Result>> proposing) {
        this.process = process;
        this.proposing = proposing;
        this.delivery = process.executor(TASK_NANOS);
        this.leases = new LeaseKeeper(options, store, new Member(), process::nanoTime);
        this.watches = new WatchHub(store.get(), LIMITS);
    }

    /** The node has started. */
    void begin(RaftNode<Result> started) {
        node = Optional.of(started);
        process.every(TICK, leases::tick);
    }

    /** A batch was applied. */
    void applied(List<Result> results, List<RevisionEvents> changes) {
        leases.applied(results);
        if (!changes.isEmpty()) {
            watches.applied(changes);
            deliver();
        }
    }

    private void deliver() {
        if (watches.size() == 0) {
            watches.deliver();
        } else if (!delivering) {
            delivering = true;
            delivery.execute(() -> {
                delivering = false;
                watches.deliver();
            });
        }
    }

    /** A snapshot has replaced the store. */
    void restored(MvccStore store) {
        watches.restored(store);
    }

    public LeaseKeeper leases() {
        return leases;
    }

    /** Begins to watch; {@code onReady} is called when there is something to be seen. */
    public Watcher watch(WatchRequest request, Runnable onReady) {
        return watches.watch(request, onReady);
    }

    private static OptionalLong led(CoreStatus status) {
        return status.role() == RoleName.LEADER ? OptionalLong.of(status.term()) : OptionalLong.empty();
    }

    /** The member, as the keeper of leases sees it. */
    private final class Member implements LeaseKeeper.Member {
        @Override
        public OptionalLong leadingTerm() {
            return node.map(RaftNode::status).map(ClientServices::led).orElse(OptionalLong.empty());
        }

        @Override
        public CompletableFuture<Result> propose(Command command) {
            return proposing.apply(CommandCodec.encode(command));
        }

        /** Whoever leads when the read index is confirmed was elected by a quorum that no later leader had yet. */
        @Override
        public CompletableFuture<OptionalLong> confirmLeadership() {
            RaftNode<Result> running = node.orElseThrow();
            return running.readIndex().thenCompose(index -> running.inspect()).thenApply(ClientServices::led);
        }
    }
}
