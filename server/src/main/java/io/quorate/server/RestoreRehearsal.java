package io.quorate.server;

import io.quorate.core.quorum.MemberId;
import io.quorate.encryption.MasterKeys;
import io.quorate.kv.Bytes;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Range;
import io.quorate.kv.Result;
import io.quorate.kv.RocksMemory;
import io.quorate.kv.StoreException;
import io.quorate.server.SnapshotImport.Imported;
import io.quorate.server.bolt.BoltReader;
import io.quorate.server.snapshot.BackupFile;
import io.quorate.server.snapshot.SnapshotChecksum;
import io.quorate.server.store.KvStateMachine;
import io.quorate.server.store.ScratchFolder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Makes a member's data directory of a snapshot as {@link SnapshotImport} does, reads back what came of it, and throws it away:
 * what a file is worth as a backup is known only once it was restored.
 */
public final class RestoreRehearsal {
    private static final String NAME = "rehearsal";
    private static final Bytes ALL = Bytes.wrap(new byte[1]);

    private RestoreRehearsal() {}

    /**
     * What a member that begins with the snapshot has.
     *
     * @param keys that are live at the revision
     * @param hash what such a member answers to {@code HashKV} at its revision once it has compacted up to
     *     {@code compactedRevision}: 32 bits
     * @param digest of the whole state, as {@code quorate snapshot restore} prints it
     */
    public record Restored(long revision, long keys, long hash, long compactedRevision, String digest) {}

    /** As {@link #run(Path, Path, long, Optional, ByteProgress)}, of a file that is not sealed. */
    public static Restored run(Path file, Path scratch, long compactedRevision, ByteProgress progress)
            throws IOException {
        return run(file, scratch, compactedRevision, Optional.empty(), progress);
    }

    /**
     * Restores a file, of which the checksum must hold.
     *
     * @param scratch a folder that is not there yet, nor afterwards; it takes up what a member's data directory does
     * @param compactedRevision up to which the cluster has compacted that the result is to be compared with; -1 for none
     * @param keys open the file, if it is sealed, and what comes of it is sealed with them
     * @param progress is told how much of the file was taken
     * @throws io.quorate.server.snapshot.InvalidSnapshotException if it is no snapshot, or damaged
     * @throws io.quorate.server.bolt.BoltException if it is damaged
     * @throws IOException if it cannot be restored, or what came of it cannot be read
     */
    public static Restored run(
            Path file, Path scratch, long compactedRevision, Optional<MasterKeys> keys, ByteProgress progress)
            throws IOException {
        long length = SnapshotChecksum.verify(file, false, keys);
        try (BoltReader reader = BoltReader.open(BackupFile.open(file, keys), length)) {
            Imported imported = SnapshotImport.makeOrLeaveNothing(reader, scratch, NAME, alone(), 0, keys, progress);
            return readBack(scratch.resolve(DroppedState.STATE), compactedRevision, keys, imported.digest());
        } catch (StoreException e) {
            throw new IOException("what was restored cannot be read: " + e.getMessage(), e);
        } finally {
            ScratchFolder.delete(scratch);
        }
    }

    /** Who the members are does not matter to what they begin with. */
    private static InitialMembership alone() {
        MemberId self = new MemberId(1);
        return new InitialMembership(1, self, new TreeMap<>(Map.of(self, List.of(URI.create("http://127.0.0.1:1")))));
    }

    private static Restored readBack(Path state, long compactedRevision, Optional<MasterKeys> keys, String digest)
            throws IOException {
        KvStateMachine machine = KvStateMachine.open(state, RocksMemory.small(), keys, Runnable::run);
        try {
            MvccStore store = machine.store();
            String found = store.digest().total().toString();
            if (!found.equals(digest)) {
                throw new IOException("what was restored has the digest " + found + ", and was written with " + digest);
            }
            long revision = store.currentRevision();
            return switch (store.hashKv(revision, compactedRevision)) {
                case Result.HashResult hash ->
                    new Restored(revision, keys(store), hash.hash(), hash.compactedRevision(), digest);
                case Result other -> throw new IOException("what was restored tells no hash: " + other);
            };
        } finally {
            machine.close();
        }
    }

    private static long keys(MvccStore store) throws IOException {
        return switch (store.range(Range.counting(ALL, ALL))) {
            case Result.RangeResult range -> range.count();
            case Result other -> throw new IOException("the keys that were restored cannot be counted: " + other);
        };
    }
}
