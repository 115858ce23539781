package io.quorate.engine.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** A disk that tells how long each sync of a file took. As safe for threads as the disk that it measures. */
public final class MeasuredDisk implements Disk {

    /** What is told of syncs, by whatever thread has synced; must not block. */
    @FunctionalInterface
    public interface SyncListener {

        /**
         * A file was synced, without a failure.
         *
         * @param file its name when it was opened
         */
        void synced(String file, long nanos);
    }

    private final Disk disk;
    private final LongSupplier nanoTime;
    private final SyncListener listener;

    /** @param nanoTime a monotonic clock */
    public MeasuredDisk(Disk disk, LongSupplier nanoTime, SyncListener listener) {
        this.disk = disk;
        this.nanoTime = nanoTime;
        this.listener = listener;
    }

    @Override
    public DiskFile create(String name) throws IOException {
        return new MeasuredFile(name, disk.create(name));
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return new MeasuredFile(name, disk.open(name));
    }

    @Override
    public void createDirectory(String name) throws IOException {
        disk.createDirectory(name);
    }

    @Override
    public boolean exists(String name) throws IOException {
        return disk.exists(name);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        disk.rename(from, to);
    }

    @Override
    public void delete(String name) throws IOException {
        disk.delete(name);
    }

    @Override
    public List<String> list(String directory) throws IOException {
        return disk.list(directory);
    }

    @Override
    public boolean isDirectory(String name) throws IOException {
        return disk.isDirectory(name);
    }

    @Override
    public void syncDirectory(String directory) throws IOException {
        disk.syncDirectory(directory);
    }

    @Override
    public Closeable lock() throws IOException {
        return disk.lock();
    }

    @Override
    public Optional<Path> path(String name) {
        return disk.path(name);
    }

    @Override
    public String toString() {
        return disk.toString();
    }

    private final class MeasuredFile implements DiskFile {

        private final String name;
        private final DiskFile file;

        MeasuredFile(String name, DiskFile file) {
            this.name = name;
            this.file = file;
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            return file.read(into, position);
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            file.write(from, position);
        }

        @Override
        public void sync() throws IOException {
            long begin = nanoTime.getAsLong();
            file.sync();
            listener.synced(name, nanoTime.getAsLong() - begin);
        }

        @Override
        public void preallocate(long size) throws IOException {
            file.preallocate(size);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
