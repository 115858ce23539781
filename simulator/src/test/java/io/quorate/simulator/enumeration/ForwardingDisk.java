package io.quorate.simulator.enumeration;

import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A disk that has another one do everything; whoever extends it does some things otherwise. */
abstract class ForwardingDisk implements Disk {

    private final Disk real;

    ForwardingDisk(Disk real) {
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
}
