package io.quorate.cli;

import io.quorate.encryption.MasterKeys;
import io.quorate.engine.disk.OwnersAlone;
import io.quorate.server.bolt.RandomOutput;
import io.quorate.server.snapshot.SealedOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file that gets its name only once it is complete: until then it has another one, and is gone when this is closed. Where
 * modes exist, nobody but its owner may read it, since a snapshot holds the hashes of passwords. For one thread.
 */
final class PartialFile implements AutoCloseable {

    private final Path path;
    private final FileChannel channel;
    private final Optional<MasterKeys> keys;
    private RandomOutput out;
    private long written;
    private boolean moved;

    private PartialFile(Path path, FileChannel channel, Optional<MasterKeys> keys) {
        this.path = path;
        this.channel = channel;
        this.keys = keys;
        this.out = RandomOutput.of(channel);
    }

    /**
     * Begins a file, empty; what a process that was killed has left under this name is written over.
     *
     * @param path the name that it has until it is complete, in the file system where it is to stay
     * @throws CommandFailed if another process is writing it
     */
    static PartialFile create(Path path) throws IOException {
        return create(path, Optional.empty());
    }

    /** As {@link #create(Path)}; what is written is sealed, if there are keys. */
    static PartialFile create(Path path, Optional<MasterKeys> keys) throws IOException {
        Set<OpenOption> options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);
        FileChannel channel = FileChannel.open(path, options, OwnersAlone.file(path));
        @Nullable FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            throw new CommandFailed(ExitCode.FAILED, path + " is being written already; wait until that is done", e);
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
        if (lock == null) {
            throw new CommandFailed(
                    ExitCode.FAILED, path + " is being written by another process; wait until that is done");
        }
        PartialFile file = new PartialFile(path, channel, keys);
        try {
            file.clear();
        } catch (IOException e) {
            file.close();
            throw e;
        }
        return file;
    }

    /** As {@link #create(Path, Optional)}, under a name that goes with the one that it is to have. */
    static PartialFile beside(Path target, Optional<MasterKeys> keys) throws IOException {
        return create(target.resolveSibling(fileName(target) + ".part"), keys);
    }

    /** The name that it has by now. */
    Path path() {
        return path;
    }

    /** Begins anew. */
    void clear() throws IOException {
        channel.truncate(0);
        written = 0;
        RandomOutput raw = RandomOutput.of(channel);
        out = keys.isPresent() ? SealedOutput.to(raw, keys.get()) : raw;
    }

    void write(ByteBuffer bytes) throws IOException {
        int count = bytes.remaining();
        out.write(bytes, written);
        written += count;
    }

    /** Nothing more is written; returns once what was survives a crash. */
    void sync() throws IOException {
        out.finish();
        channel.force(true);
    }

    /** Gives it the name that it is to have, for good; replaces what is there. It must be synced. */
    void moveTo(Path target) throws IOException {
        Files.move(path, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        moved = true;
        syncFolder(folderOf(target));
    }

    /** Makes the names in a folder survive a crash. */
    static void syncFolder(Path folder) throws IOException {
        try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    /** The folder that a file lies in. */
    static Path folderOf(Path file) {
        return Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file lies in a folder");
    }

    private static String fileName(Path file) {
        return Objects.requireNonNull(file.getFileName(), "a file has a name").toString();
    }

    @Override
    public void close() throws IOException {
        // First the name, while the lock keeps others from it.
        if (!moved) {
            Files.deleteIfExists(path);
        }
        channel.close();
    }
}
