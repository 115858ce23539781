package io.quorate.engine.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A disk that keeps its files in memory, and of which nothing is slow: for those who open the same small directory millions of times. For one thread. */
public final class MemoryDisk implements Disk {

    private final Map<String, MemoryFile> files = new TreeMap<>();
    private final Map<String, Boolean> folders = new TreeMap<>(Map.of("", true));

    /** Puts a file there; its folder is made as well. */
    public MemoryDisk with(String name, byte[] content) throws IOException {
        createDirectory(folderOf(name));
        create(name).write(ByteBuffer.wrap(content), 0);
        return this;
    }

    private static String folderOf(String name) {
        int slash = name.lastIndexOf('/');
        return slash < 0 ? "" : name.substring(0, slash);
    }

    @Override
    public void createDirectory(String name) {
        for (String folder = name; !folder.isEmpty(); folder = folderOf(folder)) {
            folders.put(folder, true);
        }
    }

    @Override
    public DiskFile create(String name) {
        MemoryFile file = new MemoryFile();
        files.put(name, file);
        return file;
    }

    @Override
    public DiskFile open(String name) throws IOException {
        MemoryFile file = files.get(name);
        if (file == null) {
            throw new NoSuchFileException(name);
        }
        return file;
    }

    @Override
    public boolean exists(String name) {
        return files.containsKey(name) || folders.containsKey(name);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        if (!exists(from)) {
            throw new NoSuchFileException(from);
        }
        move(files, from, to);
        move(folders, from, to);
    }

    private static <V> void move(Map<String, V> names, String from, String to) {
        for (String name : List.copyOf(names.keySet())) {
            boolean concerned = name.equals(from) || name.startsWith(from + "/");
            V moved = concerned ? names.remove(name) : null;
            if (moved != null) {
                names.put(to + name.substring(from.length()), moved);
            }
        }
    }

    @Override
    public void delete(String name) throws IOException {
        if (files.remove(name) == null && folders.remove(name) == null) {
            throw new NoSuchFileException(name);
        }
    }

    @Override
    public List<String> list(String directory) {
        String prefix = directory.isEmpty() ? "" : directory + "/";
        return Stream.concat(files.keySet().stream(), folders.keySet().stream())
                .filter(name -> name.startsWith(prefix) && name.length() > prefix.length())
                .map(name -> name.substring(prefix.length()))
                .filter(name -> !name.contains("/"))
                .sorted()
                .toList();
    }

    @Override
    public boolean isDirectory(String name) {
        return folders.containsKey(name);
    }

    @Override
    public void syncDirectory(String directory) {}

    @Override
    public Closeable lock() {
        return () -> {};
    }

    @Override
    public Optional<Path> path(String name) {
        return Optional.empty();
    }

    @Override
    public String toString() {
        return "memory";
    }

    /** Grows as it is written to. */
    private static final class MemoryFile implements DiskFile {

        private byte[] content = {};
        private int size;

        @Override
        public int read(ByteBuffer into, long position) {
            int count = (int) Math.max(0, Math.min(into.remaining(), size - position));
            if (count > 0) {
                into.put(content, (int) position, count);
            }
            return count;
        }

        @Override
        public void write(ByteBuffer from, long position) {
            int start = Math.toIntExact(position);
            int end = Math.addExact(start, from.remaining());
            grow(end);
            from.get(content, start, end - start);
        }

        private void grow(int end) {
            if (end > content.length) {
                content = Arrays.copyOf(content, Math.max(end, 2 * content.length));
            }
            size = Math.max(size, end);
        }

        @Override
        public void sync() {}

        @Override
        public void preallocate(long bytes) {
            grow(Math.toIntExact(bytes));
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public void close() {}
    }
}
