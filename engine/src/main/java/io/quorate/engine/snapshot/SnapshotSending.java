package io.quorate.engine.snapshot;

import io.quorate.core.SnapshotMeta;
import io.quorate.engine.snapshot.SnapshotShelf.Held;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The snapshots that are being sent, which stay on disk for as long as they are. Safe for use by many threads. */
final class SnapshotSending {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotSending.class);

    /** Snapshots that are held for sending at a time: the newest, and the one before, whose sending may go on. */
    private static final int LIMIT = 2;

    private final SnapshotShelf shelf;
    private final NavigableMap<Long, Held> sending = new TreeMap<>();

    SnapshotSending(SnapshotShelf shelf) {
        this.shelf = shelf;
    }

    /** See {@link SnapshotStore#streamLength}. */
    OptionalLong streamLength(SnapshotMeta meta) throws IOException {
        Optional<SnapshotFolder> sent = beingSent(meta).map(Held::folder);
        if (sent.isEmpty()) {
            Optional<Held> held = shelf.holdVerified(meta);
            if (held.isEmpty()) {
                return OptionalLong.empty();
            }
            begin(meta, held.get());
            sent = Optional.of(held.get().folder());
        }
        return OptionalLong.of(sent.get().streamLength());
    }

    private synchronized Optional<Held> beingSent(SnapshotMeta meta) {
        // One that was found damaged meanwhile is not on the shelf any more.
        return Optional.ofNullable(sending.get(meta.last().index()))
                .filter(held -> held.meta().equals(meta) && shelf.has(held));
    }

    private synchronized void begin(SnapshotMeta meta, Held held) throws IOException {
        sending.values().removeIf(sent -> !shelf.has(sent));
        Held before = sending.put(meta.last().index(), held);
        if (before != null) {
            shelf.release(before);
        }
        while (sending.size() > LIMIT) {
            shelf.release(sending.pollFirstEntry().getValue());
        }
    }

    /** See {@link SnapshotStore#readChunk}. */
    ByteBuffer readChunk(SnapshotMeta meta, long offset, int maxLength) throws IOException {
        Held held = beingSent(meta)
                .orElseThrow(() -> new IOException("the snapshot of " + meta.last() + " is not being sent"));
        if (offset > 0) {
            shelf.sentFurther(meta);
        }
        return held.folder().readStream(offset, maxLength);
    }

    /** See {@link SnapshotStore#beginsAnew}. */
    void beginsAnew(SnapshotMeta meta) throws IOException {
        if (shelf.doubtIfSentFurther(meta)) {
            LOG.warn("the snapshot {} is wanted from its beginning again, and is verified anew", meta.last());
            release(meta);
        }
    }

    /** See {@link SnapshotStore#releaseSending}. */
    synchronized void release(SnapshotMeta meta) throws IOException {
        Optional<Held> sent = beingSent(meta);
        if (sent.isPresent()) {
            sending.remove(meta.last().index());
            shelf.release(sent.get());
        }
    }

    synchronized void clear() {
        sending.clear();
    }
}
