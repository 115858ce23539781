package io.quorate.engine;

import io.quorate.core.Effect;
import io.quorate.core.Event;
import io.quorate.core.Message;
import io.quorate.core.SnapshotMeta;
import io.quorate.engine.log.RaftLog;
import io.quorate.engine.snapshot.SnapshotReader;
import io.quorate.engine.snapshot.SnapshotStore;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.PeerFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
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
        store.latest().ifPresent(meta -> {
            lastSnapshotIndex = Math.max(lastSnapshotIndex, meta.last().index());
            core.accept(new Event.SnapshotTaken(meta, log.firstIndex() - 1));
        });
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
        SnapshotMeta meta = committed.handedOver();
        long begin = clock.nanoTime();
        applier.between(() -> {
            StateMachine.Capture capture = stateMachine.capture();
            background.execute(() -> write(meta, capture, begin));
        });
    }

    private void write(SnapshotMeta meta, StateMachine.Capture capture, long beginNanos) {
        try (capture) {
            store.writeLocal(meta, capture);
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
                log.firstIndex() - 1,
                meta.last().index() - options.storage().keptEntries());
        core.accept(new Event.SnapshotTaken(meta, compactIndex));
    }

    /** Waits for as many entries again as between two snapshots before the next try. */
    private void notTaken(SnapshotMeta meta, Exception why) {
        taking = false;
        lastSnapshotIndex = Math.max(lastSnapshotIndex, meta.last().index());
        asked.forEach(done -> done.completeExceptionally(why));
        asked.clear();
    }

    void compact(long upToIndex) {
        log.compactTo(committed.startAt(log.idAt(upToIndex)));
    }

    void send(Effect.SendSnapshotChunk send, Network network) {
        background.execute(() -> {
            try {
                ByteBuffer content = store.readChunk(
                        send.snapshot(), send.offset(), options.flow().snapshotChunkBytes());
                Message.SnapshotChunk chunk = new Message.SnapshotChunk(
                        send.term(),
                        send.snapshot(),
                        send.offset(),
                        content.remaining(),
                        store.streamLength(send.snapshot()));
                network.send(send.to(), new PeerFrame.Snapshot(options.group(), chunk, content));
                network.flush();
            } catch (IOException | RuntimeException e) {
                LOG.warn("sending a piece of snapshot {} to {} failed", send.snapshot().last(), send.to(), e);
            }
        });
    }

    void store(Effect.StoreSnapshotChunk effect, ByteBuffer content) {
        background.execute(() -> {
            try {
                SnapshotStore.Received received =
                        store.storeChunk(effect.snapshot(), effect.offset(), effect.total(), content);
                onLoop.accept(() -> core.accept(new Event.SnapshotChunkStored(
                        effect.snapshot(), received.nextOffset(), received.complete())));
            } catch (IOException | RuntimeException e) {
                LOG.warn("storing a piece of snapshot {} failed", effect.snapshot().last(), e);
            }
        });
    }

    /** The log has been reset, durably: the state follows. A failed restore stops the node (corner case 22). */
    void restore(SnapshotMeta snapshot) {
        installing = true;
        applier.between(() -> {
            try (SnapshotReader reader = store.open(snapshot)) {
                stateMachine.restore(reader);
            }
            onLoop.accept(() -> restored(snapshot));
        });
    }

    private void restored(SnapshotMeta snapshot) {
        installing = false;
        lastSnapshotIndex = Math.max(lastSnapshotIndex, snapshot.last().index());
        metrics.snapshotInstalled(snapshot.last().index());
        core.accept(new Event.SnapshotInstalled(snapshot));
    }

    void stop(Throwable cause) {
        asked.forEach(done -> done.completeExceptionally(new RaftException.Stopped(cause)));
        asked.clear();
    }
}
