package io.quorate.engine.snapshot;

import io.quorate.core.SnapshotMeta;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.log.CorruptFrameException;
import io.quorate.engine.snapshot.SnapshotStore.Acceptance;
import io.quorate.engine.snapshot.SnapshotStore.ReceiveResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Receives one snapshot at a time, piece by piece, and puts it on the shelf when it is whole. Safe for use by many threads. */
final class SnapshotReceiving implements AutoCloseable {

    private final Disk disk;
    private final SnapshotShelf shelf;
    private final long maxSnapshotBytes;
    private final Acceptance acceptance;
    private Optional<IncomingSnapshot> incoming;

    /** Goes on with what a run before had received. */
    SnapshotReceiving(Disk disk, SnapshotShelf shelf, long maxSnapshotBytes, Acceptance acceptance) throws IOException {
        this.disk = disk;
        this.shelf = shelf;
        this.maxSnapshotBytes = maxSnapshotBytes;
        this.acceptance = acceptance;
        this.incoming = IncomingSnapshot.resume(disk);
    }

    /** See {@link SnapshotStore#storeChunk}. */
    ReceiveResult storeChunk(SnapshotMeta meta, long offset, long total, ByteBuffer piece) throws IOException {
        if (total <= 0 || total > maxSnapshotBytes) {
            return new ReceiveResult.Damaged(
                    "a snapshot of " + total + " bytes was offered, at most " + maxSnapshotBytes + " are taken");
        }
        if (offset < 0 || piece.remaining() > total - offset) {
            return new ReceiveResult.Damaged("a piece does not lie within the stream");
        }
        synchronized (this) {
            if (shelf.find(meta).isPresent()) {
                return new ReceiveResult.Complete();
            }
            if (incoming.isEmpty() || !incoming.get().isOf(meta, total)) {
                if (offset != 0) {
                    return new ReceiveResult.Partial(0);
                }
                drop();
                incoming = Optional.of(IncomingSnapshot.begin(disk, meta, total));
            }
            return store(incoming.get(), meta, offset, piece);
        }
    }

    private ReceiveResult store(IncomingSnapshot current, SnapshotMeta meta, long offset, ByteBuffer piece)
            throws IOException {
        try {
            if (offset == current.received()) {
                current.store(piece);
            }
            if (!current.isComplete()) {
                return new ReceiveResult.Partial(current.received());
            }
            SnapshotFolder folder =
                    current.finish(SnapshotStore.UNFINISHED + "received", SnapshotStore.pathOf(meta), acceptance);
            incoming = Optional.empty();
            shelf.add(folder, meta);
            return new ReceiveResult.Complete();
        } catch (RefusedSnapshotException e) {
            drop();
            return new ReceiveResult.Refused(e);
        } catch (CorruptFrameException e) {
            drop();
            return new ReceiveResult.Damaged(
                    "the received snapshot of " + meta.last() + " is not usable, " + e.getMessage());
        }
    }

    /** Forgets what was received. */
    synchronized void drop() throws IOException {
        if (incoming.isPresent()) {
            incoming.get().discard();
            incoming = Optional.empty();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (incoming.isPresent()) {
            incoming.get().close();
        }
    }
}
