package io.quorate.cli;

import io.quorate.cli.BackupManifest.Listed;
import io.quorate.encryption.MasterKeys;
import io.quorate.engine.disk.OwnersAlone;
import io.quorate.server.store.ScratchFolder;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory that backups lie in, each with its manifest beside it. What is under way lies in a directory of its own in
 * there, whose lock keeps other processes away. For one thread.
 *
 * <p>A backup is there once its file has its name; its manifest is there before that, and longer. So whatever has the name of
 * a backup and a manifest that fits was made here, and nothing else is ever deleted.
 */
final class BackupFolder implements AutoCloseable {

    private static final String WORK = ".quorate-backup";
    private static final String LOCK = "lock";

    private final Path folder;
    private final Path work;
    private final FileChannel lock;

    private BackupFolder(Path folder, FileChannel lock) {
        this.folder = folder;
        this.work = folder.resolve(WORK);
        this.lock = lock;
    }

    /**
     * Opens the directory, which is made if it is not there, and cleans up what a process that was killed has left.
     *
     * @throws CommandFailed if another process makes backups there
     */
    static BackupFolder open(Path folder) throws IOException {
        Path work = OwnersAlone.makeFolders(folder.resolve(WORK));
        Set<OpenOption> options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileChannel channel = FileChannel.open(work.resolve(LOCK), options, OwnersAlone.file(work));
        @Nullable FileLock locked = null;
        try {
            locked = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            throw inUse(folder);
        } finally {
            if (locked == null) {
                channel.close();
            }
        }
        if (locked == null) {
            throw inUse(folder);
        }
        BackupFolder opened = new BackupFolder(folder, channel);
        opened.cleanUp();
        return opened;
    }

    private static CommandFailed inUse(Path folder) {
        return new CommandFailed(
                ExitCode.FAILED,
                "another 'quorate backup' makes backups in " + folder + "; stop that one, or name another directory");
    }

    private void cleanUp() throws IOException {
        for (Path leftover : files(work)) {
            if (!leftover.getFileName().toString().equals(LOCK)) {
                ScratchFolder.delete(leftover);
            }
        }
        for (Path file : files(folder)) {
            Optional<BackupName> name = BackupName.ofManifest(file.getFileName().toString());
            boolean abandoned = name.isPresent()
                    && listed(name.get()).isPresent()
                    && !Files.exists(folder.resolve(name.get().file()), LinkOption.NOFOLLOW_LINKS);
            if (abandoned) {
                Files.delete(file);
            }
        }
    }

    Path path() {
        return folder;
    }

    /** A file for the next snapshot, which is sealed if there are keys. */
    PartialFile begin(Optional<MasterKeys> keys) throws IOException {
        return PartialFile.create(work.resolve("snapshot.db"), keys);
    }

    /** A place for a directory that is needed for a moment. */
    Path scratch() {
        return work.resolve("restored");
    }

    /** Makes a backup of a snapshot that was begun here, and synced. */
    void keep(PartialFile snapshot, BackupManifest manifest) throws IOException {
        BackupName name = manifest.name();
        Path file = folder.resolve(name.file());
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new CommandFailed(ExitCode.FAILED, file + " is there already; is the clock of this machine right?");
        }
        try (PartialFile text = PartialFile.create(work.resolve("manifest.json"))) {
            text.write(StandardCharsets.UTF_8.encode(manifest.json() + "\n"));
            text.sync();
            text.moveTo(folder.resolve(name.manifest()));
        }
        snapshot.moveTo(file);
    }

    /**
     * Deletes the oldest backups of a cluster: the newest few stay, of those that were verified and of the others each. What was
     * changed since it was written stays as well, and counts for nothing.
     *
     * @param keep how many stay, at least 1
     * @param newest stays whatever the clock says
     * @return the names of what was deleted
     */
    List<String> prune(int keep, BackupName newest, long clusterId) throws IOException {
        List<Listed> backups = backups(clusterId);
        List<String> deleted = new ArrayList<>();
        Comparator<BackupName> order = Comparator.<BackupName, Boolean>comparing(name -> !name.equals(newest))
                .thenComparing(BackupName.NEWEST_FIRST);
        for (boolean verified : new boolean[] {true, false}) {
            List<BackupName> tooMany = backups.stream()
                    .map(Listed::name)
                    .filter(name -> name.verified() == verified)
                    .sorted(order)
                    .skip(keep)
                    .toList();
            for (BackupName name : tooMany) {
                Files.delete(folder.resolve(name.file()));
                Files.delete(folder.resolve(name.manifest()));
                deleted.add(name.file());
            }
        }
        PartialFile.syncFolder(folder);
        return deleted;
    }

    private List<Listed> backups(long clusterId) throws IOException {
        List<Listed> found = new ArrayList<>();
        for (Path file : files(folder)) {
            Optional<BackupName> name = BackupName.ofFile(file.getFileName().toString());
            if (name.isPresent() && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                long bytes = Files.size(file);
                listed(name.get())
                        .filter(backup -> backup.clusterId().equals(JsonOutput.id(clusterId)))
                        .filter(backup -> backup.bytes() == bytes)
                        .ifPresent(found::add);
            }
        }
        return found;
    }

    private Optional<Listed> listed(BackupName name) throws IOException {
        Path manifest = folder.resolve(name.manifest());
        return Files.isRegularFile(manifest, LinkOption.NOFOLLOW_LINKS)
                ? BackupManifest.parse(name, new String(Files.readAllBytes(manifest), StandardCharsets.UTF_8))
                : Optional.empty();
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
