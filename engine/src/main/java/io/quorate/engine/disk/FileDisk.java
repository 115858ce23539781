package io.quorate.engine.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A {@link Disk} in a real file system. What it creates is its owner's alone ({@link OwnersAlone}). */
public final class FileDisk implements Disk {

    /** The file that a member locks as long as it runs; where there is none, no member ever ran. */
    public static final String LOCK = "lock";

    private static final int ZERO_BYTES = 1 << 18;

    private final Path root;

    /** Creates the folder unless it is there. */
    public FileDisk(Path root) throws IOException {
        this.root = root.toAbsolutePath().normalize();
        makeFolder(this.root);
    }

    @Override
    public void createDirectory(String name) throws IOException {
        makeFolder(resolve(name));
    }

    private static void makeFolder(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Path parent = folder.getParent();
        if (parent == null) {
            throw new IOException("the root of the file system is not a folder");
        }
        makeFolder(parent);
        Files.createDirectory(folder, OwnersAlone.folder(folder));
        syncFolder(parent);
    }

    @Override
    public DiskFile create(String name) throws IOException {
        Set<OpenOption> options =
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        return new ChannelFile(FileChannel.open(resolve(name), options, OwnersAlone.file(root)));
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return new ChannelFile(FileChannel.open(resolve(name), StandardOpenOption.READ, StandardOpenOption.WRITE));
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
    public void rename(String from, String to) throws IOException {
        Files.move(resolve(from), resolve(to), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(String name) throws IOException {
        Files.delete(resolve(name));
    }

    @Override
    public List<String> list(String directory) throws IOException {
        try (Stream<Path> names = Files.list(resolve(directory))) {
            return names.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Override
    public void syncDirectory(String directory) throws IOException {
        syncFolder(resolve(directory));
    }

    private static void syncFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public Closeable lock() throws IOException {
        Path path = resolve(LOCK);
        FileChannel channel = FileChannel.open(
                path, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), OwnersAlone.file(root));
        @Nullable FileLock lock = null;
        try {
            lock = channel.tryLock();
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
                        + " is in use by another member: stop that one, or start this one with a directory of its own.",
                cause);
    }

    @Override
    public Optional<Path> path(String name) {
        return Optional.of(resolve(name));
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

    record ChannelFile(FileChannel channel) implements DiskFile {

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            int start = into.position();
            while (into.hasRemaining()) {
                if (channel.read(into, position + into.position() - start) < 0) {
                    break;
                }
            }
            return into.position() - start;
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            long next = position;
            while (from.hasRemaining()) {
                next += channel.write(from, next);
            }
        }

        @Override
        public void sync() throws IOException {
            channel.force(false);
        }

        @Override
        public void preallocate(long size) throws IOException {
            ByteBuffer zeros = ByteBuffer.allocateDirect(ZERO_BYTES);
            for (long position = channel.size(); position < size; position += zeros.limit()) {
                zeros.clear().limit((int) Math.min(ZERO_BYTES, size - position));
                write(zeros, position);
            }
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
