package io.quorate.engine.snapshot;

import io.quorate.core.SnapshotMeta;
import io.quorate.engine.StateMachine;
import io.quorate.engine.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The snapshots of one member, under {@code snapshots/}: the newest one, those that are being read or sent, and one that
 * is being received. Safe for use by many threads.
 */
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class SnapshotStore implements AutoCloseable {

    /** What became of a received piece. */
    public sealed interface ReceiveResult {

        /** Stored; {@code nextOffset} is wanted next, also where the piece itself was not the one wanted. */
        record Partial(long nextOffset) implements ReceiveResult {}

        /** All is stored, verified and durable; the snapshot is the {@link #latest}. */
        record Complete() implements ReceiveResult {}

        /** The stream is damaged or makes no sense: dropped, to begin anew at offset 0. */
        record Damaged(String reason) implements ReceiveResult {}
    }

    private SnapshotStore() {}

    /**
     * Finds the snapshots, by their manifests alone; sets damaged ones aside and clears up what a crash left.
     *
     * @param maxSnapshotBytes received snapshots that claim more are refused
     */
    public static SnapshotStore open(Disk disk, long maxSnapshotBytes) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** One sentence for each thing that the opening found worth telling. */
    public List<String> report() {
        throw new UnsupportedOperationException();
    }

    /** The newest complete snapshot. */
    public Optional<SnapshotMeta> latest() {
        throw new UnsupportedOperationException();
    }

    /** The chain hash of the log at the snapshot's last entry, if the snapshot is there and says so. */
    public OptionalLong chainHash(SnapshotMeta meta) {
        throw new UnsupportedOperationException();
    }

    /**
     * Writes a snapshot and makes it the {@link #latest}, durably; the capture is closed. Blocks; for a thread of its own.
     * One that is not newer than the latest is not written.
     *
     * @param chainHash of the log at the snapshot's last entry
     */
    public void writeLocal(SnapshotMeta meta, OptionalLong chainHash, StateMachine.Capture capture) throws IOException {
        throw new UnsupportedOperationException();
    }

    /**
     * Opens a snapshot, verified in full. Its files stay until {@link OpenSnapshot#close}.
     *
     * @return empty if it is not there, or is damaged: it is set aside then, and {@link #latest} is not it any more
     */
    public Optional<OpenSnapshot> open(SnapshotMeta meta) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** A snapshot that is held for reading. */
    public interface OpenSnapshot extends SnapshotReader, AutoCloseable {

        @Override
        void close() throws IOException;
    }

    /**
     * The length of the stream in which the snapshot is sent: manifest, then files. The first call verifies it in full and
     * holds its files until {@link #releaseSending}.
     *
     * @return empty if it is not there or is damaged; the latest one should be sent instead
     */
    public OptionalLong streamLength(SnapshotMeta meta) throws IOException {
        throw new UnsupportedOperationException();
    }

    /**
     * A piece of that stream, shorter than {@code maxLength} only at its end.
     *
     * @throws IOException if the snapshot is not there, or cannot be read
     */
    public ByteBuffer readChunk(SnapshotMeta meta, long offset, int maxLength) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Nobody is being sent this snapshot any more. */
    public void releaseSending(SnapshotMeta meta) throws IOException {
        throw new UnsupportedOperationException();
    }

    /**
     * Stores a received piece. A piece of a newer snapshot than the one being received replaces that; what was stored
     * survives a lost connection and a restart.
     *
     * @param total bytes in the whole stream
     */
    public ReceiveResult storeChunk(SnapshotMeta meta, long offset, long total, ByteBuffer piece) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() throws IOException {
        throw new UnsupportedOperationException();
    }
}
