package io.quorate.engine;

import io.quorate.core.Effect;
import io.quorate.core.Event;
import io.quorate.core.Message;
import io.quorate.core.SnapshotMeta;
import io.quorate.engine.log.RaftLog;
import io.quorate.engine.snapshot.SnapshotStore;
import io.quorate.engine.snapshot.SnapshotStore.OpenSnapshot;
import io.quorate.engine.snapshot.SnapshotStore.ReceiveResult;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.PeerFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's snapshots: when one is taken, how pieces of it are sent and received, and how a received one takes the
 * place of log and state. Called on the loop; files are touched by the background executor alone.
 */
final class SnapshotDuty<R> {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotDuty.class);

    private final NodeOptions options;
    private final Clock clock;
    private final Executor background;
    private final SnapshotStore store;
    private final StateMachine<R> stateMachine;
    private final Applier<R> applier;
    private final CommittedEntries<R> committed;
    private final RaftLog log;
    private final EngineMetrics metrics;
    private final Consumer<Runnable> onLoop;
    private final Consumer<Event> core;

    private final List<CompletableFuture<SnapshotMeta>> asked = new ArrayList<>();
    private long lastSnapshotIndex;
    private boolean taking;
    private boolean installing;

    /**
     * @param onLoop runs something on the node's loop, from any thread
     * @param core steps the core with an event and executes what comes of it
     */
    SnapshotDuty(
            NodeParts<R> parts,
            Applier<R> applier,
            CommittedEntries<R> committed,
            Consumer<Runnable> onLoop,
            Consumer<Event> core) {
        this.options = parts.options();
        this.clock = parts.ports().clock();
        this.background = parts.ports().background();
        this.store = parts.snapshots();
        this.stateMachine = parts.stateMachine();
        this.applier = applier;
        this.committed = committed;
        this.log = parts.log();
        this.metrics = parts.metrics();
        this.onLoop = onLoop;
        this.core = core;
        this.lastSnapshotIndex = log.firstIndex() - 1;
    }

    /** Tells the core which snapshot lies on disk, so that it can be sent. */
    void announceStored() {
        store.latest().filter(this::isOfTheLog).ifPresent(meta -> {
            lastSnapshotIndex = Math.max(lastSnapshotIndex, meta.last().index());
            core.accept(new Event.SnapshotTaken(meta, log.firstIndex() - 1));
        });
    }

    /** Not of the log is one that had arrived when a crash prevented its being installed: the leader sends it again. */
    private boolean isOfTheLog(SnapshotMeta meta) {
        return meta.last().index() >= log.firstIndex() - 1
                && meta.last().index() <= log.lastId().index();
    }

    /** The state machine has reached this index: perhaps it is time. */
    void applied(long index) {
        long entries = index - lastSnapshotIndex;
        if (taking || installing || entries <= 0) {
            return;
        }
        long first = Math.max(lastSnapshotIndex + 1, log.firstIndex());
        boolean due = entries >= options.storage().snapshotEntries()
                || log.bytes(first, index) >= options.storage().snapshotLogBytes();
        if (due) {
            take();
        }
    }

    /** Takes one now, whatever the bounds say. */
    void take(CompletableFuture<SnapshotMeta> done) {
        asked.add(done);
        if (!taking && !installing) {
            take();
        }
    }

    private void take() {
        taking = true;
        SnapshotMeta meta = log.snapshotMetaAt(committed.handedIndex());
        OptionalLong chainHash = LogReads.chainHashAt(log, meta.last().index());
        long begin = clock.nanoTime();
        applier.between(() -> {
            StateMachine.Capture capture = stateMachine.capture();
            background.execute(() -> write(meta, chainHash, capture, begin));
        });
    }

    private void write(SnapshotMeta meta, OptionalLong chainHash, StateMachine.Capture capture, long beginNanos) {
        try (capture) {
            store.writeLocal(meta, chainHash, capture);
            metrics.snapshotTaken(meta.last().index(), clock.nanoTime() - beginNanos);
            onLoop.accept(() -> taken(meta));
        } catch (IOException | RuntimeException e) {
            LOG.warn("taking a snapshot at {} failed; it is tried again later", meta.last(), e);
            onLoop.accept(() -> notTaken(meta, e));
        }
    }

    private void taken(SnapshotMeta meta) {
        taking = false;
        asked.forEach(done -> done.complete(meta));
        asked.clear();
        if (meta.last().index() < log.firstIndex() - 1) {
            return; // A later one was installed meanwhile.
        }
        lastSnapshotIndex = Math.max(lastSnapshotIndex, meta.last().index());
        long compactIndex = Math.max(
                log.firstIndex() - 1, meta.last().index() - options.storage().keptEntries());
        core.accept(new Event.SnapshotTaken(meta, compactIndex));
    }

    /** Waits for as many entries again as between two snapshots before the next try. */
    private void notTaken(SnapshotMeta meta, Exception why) {
        taking = false;
        lastSnapshotIndex = Math.max(lastSnapshotIndex, meta.last().index());
        asked.forEach(done -> done.completeExceptionally(why));
        asked.clear();
    }

    void send(Effect.SendSnapshotChunk send, Network network) {
        SnapshotMeta snapshot = send.snapshot();
        background.execute(() -> {
            try {
                OptionalLong total = store.streamLength(snapshot);
                if (total.isEmpty()) {
                    LOG.warn("snapshot {} is not there to be sent to {}", snapshot.last(), send.to());
                    return;
                }
                ByteBuffer content =
                        store.readChunk(snapshot, send.offset(), options.flow().snapshotChunkBytes());
                Message.SnapshotChunk chunk = new Message.SnapshotChunk(
                        send.term(), snapshot, send.offset(), content.remaining(), total.getAsLong());
                network.send(send.to(), new PeerFrame.Snapshot(options.group(), chunk, content));
                network.flush();
            } catch (IOException | RuntimeException e) {
                LOG.warn("sending a piece of snapshot {} to {} failed", snapshot.last(), send.to(), e);
            }
        });
    }

    void store(Effect.StoreSnapshotChunk piece, ByteBuffer content) {
        background.execute(() -> {
            try {
                Event.SnapshotChunkStored stored = switch (store.storeChunk(
                        piece.snapshot(), piece.offset(), piece.total(), content)) {
                    case ReceiveResult.Partial partial ->
                        new Event.SnapshotChunkStored(piece.snapshot(), partial.nextOffset(), false);
                    case ReceiveResult.Complete ignored ->
                        new Event.SnapshotChunkStored(piece.snapshot(), piece.total(), true);
                    case ReceiveResult.Damaged damaged -> {
                        LOG.warn("snapshot {} begins anew: {}", piece.snapshot().last(), damaged.reason());
                        yield new Event.SnapshotChunkStored(piece.snapshot(), 0, false);
                    }
                };
                onLoop.accept(() -> core.accept(stored));
            } catch (IOException | RuntimeException e) {
                LOG.warn(
                        "storing a piece of snapshot {} failed; the leader sends it again",
                        piece.snapshot().last(),
                        e);
            }
        });
    }

    /** The chain hash of the log at the end of an installed snapshot, by which the entries behind it are checked. */
    OptionalLong chainHash(SnapshotMeta snapshot) {
        return store.chainHash(snapshot);
    }

    /** The log has been reset, durably: the state follows. A failed restore stops the node (corner case 22). */
    void restore(SnapshotMeta snapshot) {
        installing = true;
        applier.between(() -> {
            try (OpenSnapshot reader = open(snapshot)) {
                stateMachine.restore(reader);
            }
            onLoop.accept(() -> restored(snapshot));
        });
    }

    private OpenSnapshot open(SnapshotMeta snapshot) throws IOException {
        return store.open(snapshot)
                .orElseThrow(
                        () -> new IOException("the snapshot " + snapshot.last() + " was damaged after it arrived"));
    }

    private void restored(SnapshotMeta snapshot) {
        installing = false;
        lastSnapshotIndex = Math.max(lastSnapshotIndex, snapshot.last().index());
        metrics.snapshotInstalled(snapshot.last().index());
        LOG.info("installed the snapshot {} of the leader", snapshot.last());
        core.accept(new Event.SnapshotInstalled(snapshot));
    }

    void stop(Throwable cause) {
        asked.forEach(done -> done.completeExceptionally(new RaftException.Stopped(cause)));
        asked.clear();
    }
}
