package io.quorate.simulator.enumeration;

import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A disk that notes from what kind of name to what kind of name something is renamed. */
final class WatchedDisk implements Disk {

    private final Disk real;
    private final Set<String> renames;

    WatchedDisk(Disk real, Set<String> renames) {
        this.real = real;
        this.renames = renames;
    }

    private static String kind(String name) {
        return name.replaceAll("-[^/]*", "");
    }

    @Override
    public void rename(String from, String to) throws IOException {
        renames.add(kind(from) + " > " + kind(to));
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
