package io.quorate.engine;

import io.quorate.core.CoreStatus;
import io.quorate.core.Effect;
import io.quorate.core.Event;
import io.quorate.core.Message;
import io.quorate.core.SnapshotMeta;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.log.RaftLog;
import io.quorate.engine.snapshot.SnapshotStore;
import io.quorate.engine.snapshot.SnapshotStore.OpenSnapshot;
import io.quorate.engine.snapshot.SnapshotStore.ReceiveResult;
import io.quorate.engine.snapshot.WitnessSnapshot;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.PeerFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
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
    private final Disk disk;
    private final Consumer<Runnable> onLoop;
    private final Consumer<Event> core;
    private final LongConsumer onApplied;

    private final List<CompletableFuture<SnapshotMeta>> asked = new ArrayList<>();
    private final Set<SnapshotMeta> sent = new HashSet<>();
    private long lastSnapshotIndex;

    /** A snapshot that lies on disk, and that the core does not know yet: it knows none ahead of the state machine. */
    private Optional<SnapshotMeta> unannounced = Optional.empty();

    private boolean taking;

    /** Or there is no state yet, and one is waited for. */
    private boolean installing;

    /** Between InstallSnapshot and SnapshotInstalled. */
    private boolean replacingLog;

    /** The state was dropped, and is complete again only with the snapshot that is waited for. */
    private boolean repairing;

    /**
     * @param onLoop runs something on the node's loop, from any thread
     * @param core steps the core with an event and executes what comes of it
     * @param onApplied told on the loop which index the state machine has reached by an installation
     */
    SnapshotDuty(
            NodeParts<R> parts,
            Applier<R> applier,
            CommittedEntries<R> committed,
            Consumer<Runnable> onLoop,
            Consumer<Event> core,
            LongConsumer onApplied) {
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
        this.onApplied = onApplied;
        this.lastSnapshotIndex = log.firstIndex() - 1;
        this.installing = parts.stateMissing();
        this.repairing = parts.stateMissing();
        this.disk = parts.ports().disk();
    }

    /** Tells the core which snapshot lies on disk, so that it can be sent and the log be compacted. */
    void announceStored() {
        store.latest().ifPresent(this::announce);
    }

    private void announce(SnapshotMeta meta) {
        if (isOfTheLog(meta)) {
            lastSnapshotIndex = Math.max(lastSnapshotIndex, meta.last().index());
            unannounced = Optional.of(meta);
            announceIfApplied();
        }
    }

    /** A state machine may stand behind a snapshot: after a restart, or one that arrived and was not needed any more. */
    private void announceIfApplied() {
        if (unannounced.isEmpty() || unannounced.get().last().index() > committed.appliedIndex()) {
            return;
        }
        SnapshotMeta meta = unannounced.get();
        unannounced = Optional.empty();
        if (isOfTheLog(meta)) {
            core.accept(new Event.SnapshotTaken(meta, compactIndex(meta.last().index())));
        }
    }

    /** The last entry that a snapshot makes dispensable: what stays behind it is bounded by number and by size. */
    private long compactIndex(long snapshotIndex) {
        long low =
                Math.max(log.firstIndex() - 1, snapshotIndex - options.storage().keptEntries());
        long high = snapshotIndex;
        while (low < high) {
            long middle = low + (high - low) / 2;
            if (log.bytes(middle + 1, snapshotIndex) <= options.storage().keptBytes()) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** Not of the log is one that a later one has replaced, or that arrived when it could not be installed. */
    private boolean isOfTheLog(SnapshotMeta meta) {
        long index = meta.last().index();
        return index >= log.firstIndex() - 1
                && index <= log.lastId().index()
                && log.idAt(index).equals(meta.last());
    }

    /** The state machine has reached this index: perhaps it is time. */
    void applied(long index) {
        announceIfApplied();
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
            try {
                StateMachine.Capture capture = stateMachine.capture();
                background.execute(() -> write(meta, chainHash, capture, begin));
            } catch (IOException e) {
                // A full disk, say. The state itself is as it was.
                failed(meta, e);
            }
        });
    }

    private void write(SnapshotMeta meta, OptionalLong chainHash, StateMachine.Capture capture, long beginNanos) {
        try (capture) {
            SnapshotMeta newest = store.writeLocal(meta, chainHash, capture);
            metrics.snapshotTaken(meta.last().index(), clock.nanoTime() - beginNanos);
            onLoop.accept(() -> taken(newest));
        } catch (IOException | RuntimeException e) {
            failed(meta, e);
        }
    }

    private void failed(SnapshotMeta meta, Exception why) {
        LOG.warn("taking a snapshot at {} failed; it is tried again later", meta.last(), why);
        onLoop.accept(() -> notTaken(meta, why));
    }

    /** The newest is the one that was asked for, or a received one that is ahead of it. */
    private void taken(SnapshotMeta newest) {
        taking = false;
        asked.forEach(done -> done.complete(newest));
        asked.clear();
        announce(newest);
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
        sent.add(snapshot);
        background.execute(() -> {
            try {
                if (send.offset() == 0) {
                    store.beginsAnew(snapshot);
                    stateMachine
                            .neededToRestore()
                            .ifPresent(needed -> LOG.info(
                                    "snapshot {} is sent to {}, which needs {}", snapshot.last(), send.to(), needed));
                }
                OptionalLong total = store.streamLength(snapshot);
                if (total.isEmpty()) {
                    LOG.warn(
                            "snapshot {} is not there to be sent to {}: another one is taken",
                            snapshot.last(),
                            send.to());
                    onLoop.accept(this::takeAnother);
                    return;
                }
                ByteBuffer content =
                        store.readChunk(snapshot, send.offset(), options.flow().snapshotChunkBytes());
                Message.SnapshotChunk chunk = new Message.SnapshotChunk(
                        send.term(), snapshot, send.offset(), content.remaining(), total.getAsLong());
                network.send(send.to(), new PeerFrame.Snapshot(options.group(), chunk, content));
                network.flush();
                metrics.snapshotPieceSent(
                        send.to(), snapshot.last().index(), send.offset() + chunk.length(), total.getAsLong());
            } catch (IOException | RuntimeException e) {
                LOG.warn("sending a piece of snapshot {} to {} failed", snapshot.last(), send.to(), e);
            }
        });
    }

    /** In place of the snapshot, where it stands: a witness has no use for more. */
    void sendToWitness(Effect.SendSnapshotChunk send, Network network) {
        SnapshotMeta snapshot = send.snapshot();
        ByteBuffer stream = WitnessSnapshot.stream(
                snapshot, LogReads.chainHashAt(log, snapshot.last().index()));
        int offset = (int) Math.min(send.offset(), stream.limit());
        ByteBuffer content = stream.slice(
                offset, Math.min(stream.limit() - offset, options.flow().snapshotChunkBytes()));
        Message.SnapshotChunk chunk =
                new Message.SnapshotChunk(send.term(), snapshot, offset, content.remaining(), stream.limit());
        network.send(send.to(), new PeerFrame.Snapshot(options.group(), chunk, content));
        metrics.snapshotPieceSent(send.to(), snapshot.last().index(), offset + chunk.length(), stream.limit());
    }

    /** Another one is needed, since the one that was there is not good. */
    void takeAnother() {
        if (!taking && !installing) {
            take();
        }
    }

    /** Snapshots that are not being sent any more need not be kept for it. */
    void releaseUnsent(CoreStatus status) {
        if (sent.isEmpty()) {
            return;
        }
        boolean sending = status.followers().stream()
                .anyMatch(follower -> follower.state().equals(CoreStatus.FollowerStatus.SNAPSHOT));
        if (sending) {
            return;
        }
        List<SnapshotMeta> unsent = List.copyOf(sent);
        sent.clear();
        background.execute(() -> {
            try {
                for (SnapshotMeta snapshot : unsent) {
                    store.releaseSending(snapshot);
                }
            } catch (IOException | RuntimeException e) {
                LOG.warn("a snapshot that was sent could not be deleted; that is tried again with the next one", e);
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
                    case ReceiveResult.Refused refused -> {
                        onLoop.accept(() -> stopFor(refused.why()));
                        yield new Event.SnapshotChunkStored(piece.snapshot(), 0, false);
                    }
                    case ReceiveResult.Damaged damaged -> {
                        LOG.warn("snapshot {} begins anew: {}", piece.snapshot().last(), damaged.reason());
                        yield new Event.SnapshotChunkStored(piece.snapshot(), 0, false);
                    }
                };
                onLoop.accept(() -> stored(stored));
            } catch (IOException | RuntimeException e) {
                LOG.warn(
                        "storing a piece of snapshot {} failed; the leader sends it again",
                        piece.snapshot().last(),
                        e);
                onLoop.accept(() -> stored(new Event.SnapshotChunkStored(piece.snapshot(), piece.offset(), false)));
            }
        });
    }

    /** The leader would send the same again and again: people are to see to it. */
    private void stopFor(IOException why) {
        applier.between(() -> {
            throw why;
        });
    }

    private void stored(Event.SnapshotChunkStored stored) {
        core.accept(stored);
        if (stored.complete() && !installing) {
            // The log got there by itself meanwhile. The snapshot has replaced the one before it all the same.
            announceStored();
        }
    }

    /** The chain hash of the log at the end of an installed snapshot, by which the entries behind it are checked. */
    OptionalLong chainHash(SnapshotMeta snapshot) {
        return store.chainHash(snapshot);
    }

    /** The log is being reset: what the state machine still reports belongs to what was before. */
    void installationBegins() {
        installing = true;
        replacingLog = true;
    }

    /** Whether a snapshot is being installed: the core takes no entries before that is done. */
    boolean isReplacingLog() {
        return replacingLog;
    }

    /** The log has been reset, durably: the state follows. A failed restore stops the node (corner case 22). */
    void restore(SnapshotMeta snapshot) {
        applier.between(() -> {
            try (OpenSnapshot reader = open(snapshot)) {
                stateMachine.restore(reader);
            } catch (IOException | RuntimeException e) {
                noteRefusal(snapshot, e);
                throw e;
            }
            if (repairing) {
                StateRepair.finish(disk);
            }
            onLoop.accept(() -> restored(snapshot));
        });
    }

    /** The next start, which needs a snapshot still, does not ask for the same one at once. */
    private void noteRefusal(SnapshotMeta snapshot, Exception why) {
        if (!repairing) {
            return;
        }
        LOG.warn("the snapshot {} of the leader cannot be installed", snapshot.last(), why);
        try {
            StateRepair.refused(disk, snapshot.last().index());
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    private OpenSnapshot open(SnapshotMeta snapshot) throws IOException {
        return store.open(snapshot)
                .orElseThrow(
                        () -> new IOException("the snapshot " + snapshot.last() + " was damaged after it arrived"));
    }

    private void restored(SnapshotMeta snapshot) {
        installing = false;
        replacingLog = false;
        repairing = false;
        lastSnapshotIndex = Math.max(lastSnapshotIndex, snapshot.last().index());
        metrics.snapshotInstalled(snapshot.last().index());
        LOG.info("installed the snapshot {} of the leader", snapshot.last());
        core.accept(new Event.SnapshotInstalled(snapshot));
        onApplied.accept(snapshot.last().index());
    }

    void stop(Throwable cause) {
        asked.forEach(done -> done.completeExceptionally(new RaftException.Stopped(cause)));
        asked.clear();
    }
}
