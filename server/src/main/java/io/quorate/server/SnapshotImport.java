package io.quorate.server;

import io.quorate.encryption.MasterKeys;
import io.quorate.engine.Founding;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.FileDisk;
import io.quorate.engine.disk.Identity;
import io.quorate.engine.transport.StorageIds;
import io.quorate.kv.MvccStore;
import io.quorate.kv.OrderedStore;
import io.quorate.kv.RocksMemory;
import io.quorate.kv.StoreException;
import io.quorate.kv.StoreImport;
import io.quorate.server.bolt.BoltReader;
import io.quorate.server.snapshot.BackupFile;
import io.quorate.server.snapshot.InvalidSnapshotException;
import io.quorate.server.snapshot.SnapshotChecksum;
import io.quorate.server.snapshot.SnapshotFile;
import io.quorate.server.snapshot.SnapshotFile.Content;
import io.quorate.server.store.KvStateMachine;
import io.quorate.server.store.ScratchFolder;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Makes a member's data directory of a snapshot of etcd. Each member of a new cluster does so with the same file, and then they
 * all begin with the same state.
 *
 * <p>Everything is made in a folder inside the directory, and moved to its place at the end; while that folder is there no member
 * starts with the directory.
 */
public final class SnapshotImport {
    private static final String UNFINISHED = "import-unfinished";
    private static final String LOCK = "lock";

    /** In the order in which they are moved: whose data it is comes last. */
    private static final List<String> PARTS =
            List.of(DroppedState.STATE, "snapshots", "log", "storage-ids", FoundingNote.NAME, "identity");

    private SnapshotImport() {}

    /**
     * What was made.
     *
     * @param memberId the member's, unsigned
     * @param digest of the state; the same at all members, or they have not imported the same
     */
    public record Imported(Content content, long memberId, long clusterId, String digest) {}

    /**
     * How to take a file.
     *
     * @param skipHashCheck takes a file whose checksum is missing or wrong
     * @param revisionBump how far the new cluster's revision is ahead of the file's; if it is at all, all that was before is
     *     compacted, so that nobody can go on watching from a revision that meant something else in a cluster that went on
     */
    public record Options(boolean skipHashCheck, long revisionBump) {

        /** The file as it is, and only if its checksum holds. */
        public static final Options USUAL = new Options(false, 0);
    }

    /** As {@link #run(Path, ServerConfig, Options, String, ByteProgress)}, with the revision that the file has. */
    public static Imported run(Path file, ServerConfig config, boolean skipHashCheck) throws IOException {
        return run(file, config, new Options(skipHashCheck, 0), "", ByteProgress.NONE);
    }

    /**
     * Imports a file, which the member's master keys open if it is sealed; the directory is sealed with them in any case. If that fails, the directory is as before; if it is broken off, no member starts with it.
     *
     * @param config the member's: its name, data directory, and those that found the cluster
     * @param askedBy who asked for it, and on which machine: that is put on record in the new cluster
     * @param progress is told how much of the file was taken
     * @throws io.quorate.server.snapshot.InvalidSnapshotException if the file is no snapshot
     * @throws io.quorate.server.bolt.BoltException if the file is damaged
     * @throws DataDirectoryException if the data directory cannot be used, or there is not enough room for it
     */
    @SuppressWarnings("try") // The lock is named to be closed.
    public static Imported run(Path file, ServerConfig config, Options options, String askedBy, ByteProgress progress)
            throws IOException {
        FoundingDescription description = new FoundingDescription("snapshot restore " + file, askedBy);
        InitialMembership membership = InitialMembership.of(config);
        Optional<MasterKeys> keys = config.atRest().keys();
        long length = SnapshotChecksum.verify(file, options.skipHashCheck(), keys);
        description.hasRoom(FoundingRoom.ofRestore(config.dataDir(), length).require());
        try (BoltReader reader = BoltReader.open(BackupFile.open(file, keys), length);
                Closeable lock = new FileDisk(config.dataDir()).lock()) {
            requireEmpty(config.dataDir());
            Path folder = config.dataDir().resolve(UNFINISHED);
            Imported imported = makeOrLeaveNothing(
                    reader, folder, config.name(), membership, options.revisionBump(), keys, progress);
            try {
                FoundingNote.write(new FileDisk(folder), description.ofRestore(file, imported, options, config.name()));
            } catch (IOException e) {
                ScratchFolder.delete(folder);
                throw e;
            }
            move(folder, config.dataDir());
            return imported;
        }
    }

    /** @throws IOException also if the store fails */
    static Imported makeOrLeaveNothing(
            BoltReader reader,
            Path folder,
            String name,
            InitialMembership membership,
            long revisionBump,
            Optional<MasterKeys> keys,
            ByteProgress progress)
            throws IOException {
        try {
            return make(reader, folder, name, membership, revisionBump, keys, progress);
        } catch (Throwable e) {
            // Whatever it is, a lack of memory too: what is left would keep the next import from beginning.
            try {
                ScratchFolder.delete(folder);
            } catch (IOException onCleaning) {
                e.addSuppressed(onCleaning);
            }
            if (e instanceof StoreException) {
                throw new IOException(e.getMessage(), e);
            }
            throw e;
        }
    }

    /** @throws DataDirectoryException if an import into the directory was not finished */
    static void requireFinished(Path dataDir) throws DataDirectoryException {
        if (Files.exists(dataDir.resolve(UNFINISHED))) {
            throw new DataDirectoryException("Restoring a snapshot into data directory " + dataDir
                    + " was not finished: empty the directory, and restore it again.");
        }
    }

    private static void requireEmpty(Path dataDir) throws IOException {
        requireFinished(dataDir);
        try (Stream<Path> files = Files.list(dataDir)) {
            if (files.anyMatch(file -> !file.getFileName().toString().equals(LOCK))) {
                throw new DataDirectoryException("Data directory " + dataDir
                        + " is not empty: a snapshot only begins a new one; choose another, or move away what"
                        + " is there.");
            }
        }
    }

    private static Imported make(
            BoltReader reader,
            Path folder,
            String name,
            InitialMembership membership,
            long revisionBump,
            Optional<MasterKeys> keys,
            ByteProgress progress)
            throws IOException {
        FileDisk disk = new FileDisk(folder);
        Path state = folder.resolve(DroppedState.STATE);
        Content content;
        String digest;
        long chainHash;
        OrderedStore ordered =
                KvStateMachine.openStore(state.resolve(KvStateMachine.STORE), RocksMemory.standard(), keys);
        try {
            StoreImport target = new StoreImport(ordered, Founding.FIRST.index());
            long totalBytes = reader.pages() * reader.pageBytes();
            content = bumped(
                    SnapshotFile.read(
                            reader, target, () -> progress.done(reader.readPages() * reader.pageBytes(), totalBytes)),
                    revisionBump);
            MvccStore store = target.finish(content.revision(), content.compactedRevision());
            digest = store.digest().total().toString();
            chainHash = store.digest().total().shortened() ^ store.hash() << Integer.SIZE;
        } finally {
            ordered.close();
        }
        KvStateMachine machine = KvStateMachine.open(state, RocksMemory.standard(), keys, Runnable::run);
        try {
            StorageIds.begin(disk);
            Identity identity = new Identity(membership.clusterId(), membership.self(), name);
            Founding.begin(disk, identity, membership.configuration(), chainHash, machine.capture(), keys);
        } finally {
            machine.close();
        }
        return new Imported(content, membership.self().value(), membership.clusterId(), digest);
    }

    private static Content bumped(Content content, long revisionBump) throws InvalidSnapshotException {
        if (revisionBump == 0) {
            return content;
        }
        if (revisionBump > StoreImport.MAX_REVISION - content.revision()) {
            throw new InvalidSnapshotException("its revision " + content.revision() + " and " + revisionBump
                    + " more would be beyond the greatest there can be, 2^62");
        }
        long revision = content.revision() + revisionBump;
        return content.at(revision, revision);
    }

    private static void move(Path folder, Path dataDir) throws IOException {
        FileDisk disk = new FileDisk(dataDir);
        for (String part : PARTS) {
            disk.rename(UNFINISHED + "/" + part, part);
        }
        disk.syncDirectory("");
        ScratchFolder.delete(folder);
        disk.syncDirectory("");
    }
}
