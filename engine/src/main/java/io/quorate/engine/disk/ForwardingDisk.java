package io.quorate.engine.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A disk that has another one do everything; whoever extends it does some things otherwise. As safe for threads as that one. */
public abstract class ForwardingDisk implements Disk {

    private final Disk real;

    protected ForwardingDisk(Disk real) {
        this.real = real;
    }

    @Override
    public void rename(String from, String to) throws IOException {
        real.rename(from, to);
    }

    @Override
    public void createDirectory(String name) throws IOException {
        real.createDirectory(name);
    }

    @Override
    public DiskFile create(String name) throws IOException {
        return real.create(name);
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return real.open(name);
    }

    @Override
    public boolean exists(String name) throws IOException {
        return real.exists(name);
    }

    @Override
    public void delete(String name) throws IOException {
        real.delete(name);
    }

    @Override
    public List<String> list(String directory) throws IOException {
        return real.list(directory);
    }

    @Override
    public boolean isDirectory(String name) throws IOException {
        return real.isDirectory(name);
    }

    @Override
    public void syncDirectory(String directory) throws IOException {
        real.syncDirectory(directory);
    }

    @Override
    public Closeable lock() throws IOException {
        return real.lock();
    }

    @Override
    public Optional<Path> path(String name) {
        return real.path(name);
    }

    @Override
    public String toString() {
        return real.toString();
    }

    /** A file that has another one do everything, likewise. */
    public abstract static class ForwardingFile implements DiskFile {

        private final DiskFile real;

        protected ForwardingFile(DiskFile real) {
            this.real = real;
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            return real.read(into, position);
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            real.write(from, position);
        }

        @Override
        public void sync() throws IOException {
            real.sync();
        }

        @Override
        public void preallocate(long size) throws IOException {
            real.preallocate(size);
        }

        @Override
        public long size() throws IOException {
            return real.size();
        }

        @Override
        public void close() throws IOException {
            real.close();
        }
    }
}
