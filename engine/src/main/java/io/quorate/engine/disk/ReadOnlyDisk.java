package io.quorate.engine.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder that is looked at and never changed: files are opened for reading alone, and everything that would write throws
 * {@link UnsupportedOperationException}.
 */
public final class ReadOnlyDisk implements Disk {

    private final Path root;

    /** @throws DataDirectoryException if there is no such folder */
    public ReadOnlyDisk(Path root) throws IOException {
        this.root = root.toAbsolutePath().normalize();
        if (!Files.isDirectory(this.root)) {
            throw new DataDirectoryException(this.root + " is not a folder: name a member's data directory.");
        }
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return new FileDisk.ChannelFile(FileChannel.open(resolve(name), StandardOpenOption.READ));
    }

    @Override
    public boolean exists(String name) {
        return Files.exists(resolve(name), LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public boolean isDirectory(String name) {
        return Files.isDirectory(resolve(name), LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public List<String> list(String directory) throws IOException {
        try (Stream<Path> names = Files.list(resolve(directory))) {
            return names.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    /**
     * Makes sure that no member runs here, and that none can begin to until the lock is closed. A shared lock on the
     * member's own lock file does that without writing to it; where that file is missing, no member ever ran.
     */
    @Override
    public Closeable lock() throws IOException {
        Path path = resolve(FileDisk.LOCK);
        if (!Files.exists(path)) {
            return () -> {};
        }
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        @Nullable FileLock lock = null;
        try {
            lock = channel.tryLock(0, Long.MAX_VALUE, true);
        } catch (OverlappingFileLockException e) {
            throw inUse(e);
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
        if (lock == null) {
            throw inUse(null);
        }
        return channel;
    }

    private DataDirectoryException inUse(@Nullable Throwable cause) {
        return new DataDirectoryException(
                "Data directory " + root
                        + " is in use by a running member: stop that member first, or let it look at its data while it runs.",
                cause);
    }

    @Override
    public Optional<Path> path(String name) {
        return Optional.of(resolve(name));
    }

    @Override
    public void createDirectory(String name) {
        throw refused();
    }

    @Override
    public DiskFile create(String name) {
        throw refused();
    }

    @Override
    public void rename(String from, String to) {
        throw refused();
    }

    @Override
    public void delete(String name) {
        throw refused();
    }

    @Override
    public void syncDirectory(String directory) {
        throw refused();
    }

    private UnsupportedOperationException refused() {
        return new UnsupportedOperationException("the folder " + root + " is only looked at");
    }

    private Path resolve(String name) {
        Path path = root.resolve(name).normalize();
        if (!path.startsWith(root)) {
            throw new IllegalArgumentException("the name " + name + " leads out of the folder " + root);
        }
        return path;
    }

    @Override
    public String toString() {
        return root.toString();
    }
}
