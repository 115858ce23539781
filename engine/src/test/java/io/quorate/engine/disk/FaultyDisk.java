package io.quorate.engine.disk;

import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * A {@link Disk} in memory that forgets what was not synced when its process dies: any sectors of 512 bytes of unsynced
 * writes may survive, and any prefix of unsynced changes of names, as in a journaling file system.
 */
public final class FaultyDisk implements Disk {

    private static final int SECTOR_BYTES = 512;

    /** The process has died: thrown by the operation after which it does, and by all later ones. */
    public static final class ProcessDied extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private static final class Node {
        private final boolean directory;
        private byte[] durable = new byte[0];
        private byte[] current = new byte[0];

        Node(boolean directory) {
            this.directory = directory;
        }
    }

    /** A change of names that is not durable yet. */
    private record Change(List<String> directories, NameChange change) {}

    @FunctionalInterface
    private interface NameChange {
        void apply(Map<String, Node> names);
    }

    private final TreeMap<String, Node> durableNames = new TreeMap<>();
    private static final int MISREAD_EVERY = 64;

    private final TreeMap<String, Node> names = new TreeMap<>();
    private final List<Change> changes = new ArrayList<>();
    private boolean locked;
    private long operations;
    private long deathAt = Long.MAX_VALUE;
    private boolean syncFails;
    private boolean writeFails;
    private long readsUntilMisread = -1;
    private long readsBetweenMisreads = -1;
    private long roomBytes = Long.MAX_VALUE;
    private long written;
    private int syncs;
    private int writes;

    /** Operations that changed something, so far. */
    public long operations() {
        return operations;
    }

    public int syncs() {
        return syncs;
    }

    public int writes() {
        return writes;
    }

    /** The process dies after this many further operations. */
    public void dieAfter(long furtherOperations) {
        deathAt = operations + furtherOperations;
    }

    public void failSyncs(boolean fails) {
        syncFails = fails;
    }

    /** The read that comes after so many others gives other bytes than are there; those after it are right again. Less than 0: none. */
    public void misreadAfter(long furtherReads) {
        readsUntilMisread = furtherReads;
    }

    /** As {@link #misreadAfter(long)}, and once more after so many reads that are right. */
    public void misreadTwiceAfter(long furtherReads, long between) {
        readsUntilMisread = furtherReads;
        readsBetweenMisreads = between;
    }

    /** Whether the read that was to go wrong has come. */
    public boolean hasMisread() {
        return readsUntilMisread < 0;
    }

    public void failWrites(boolean fails) {
        writeFails = fails;
    }

    /** Preallocation fails beyond this many further bytes. */
    public void limitRoom(long furtherBytes) {
        roomBytes = furtherBytes;
    }

    /** Bytes written to files, preallocation apart. */
    public long written() {
        return written;
    }

    /** What another process finds after this one died and the machine lost power. */
    public FaultyDisk afterPowerLoss(RandomGenerator random) {
        FaultyDisk next = new FaultyDisk();
        int survivors = random.nextInt(changes.size() + 1);
        changes.subList(0, survivors).forEach(change -> change.change.apply(durableNames));
        durableNames.forEach((name, node) -> next.put(name, node.directory, survivingBytes(node, random)));
        return next;
    }

    /** What another process finds after this one ended, the machine going on. */
    public FaultyDisk afterRestart() {
        FaultyDisk next = new FaultyDisk();
        names.forEach((name, node) -> next.put(name, node.directory, node.current.clone()));
        return next;
    }

    private void put(String name, boolean directory, byte[] content) {
        Node node = new Node(directory);
        node.current = content;
        node.durable = content.clone();
        names.put(name, node);
        durableNames.put(name, node);
    }

    private static byte[] survivingBytes(Node node, RandomGenerator random) {
        boolean longer = random.nextBoolean();
        byte[] survivor = Arrays.copyOf(node.durable, longer ? node.current.length : node.durable.length);
        int mode = random.nextInt(4);
        for (int start = 0; start < survivor.length; start += SECTOR_BYTES) {
            int end = Math.min(start + SECTOR_BYTES, survivor.length);
            boolean kept = mode == 0 || (mode > 1 && random.nextBoolean());
            if (kept && end <= node.current.length) {
                System.arraycopy(node.current, start, survivor, start, end - start);
            }
        }
        return survivor;
    }

    /** The bytes of a file as they are, to be damaged. */
    public byte[] bytes(String name) {
        return node(name).current;
    }

    public void replace(String name, byte[] content) {
        Node node = node(name);
        node.current = content;
        node.durable = content.clone();
    }

    private Node node(String name) {
        return Optional.ofNullable(names.get(name)).orElseThrow();
    }

    private void changed() {
        operations++;
        if (operations >= deathAt) {
            throw new ProcessDied();
        }
    }

    private void checkAlive() {
        if (operations >= deathAt) {
            throw new ProcessDied();
        }
    }

    private void change(List<String> touched, NameChange change) {
        checkAlive();
        change.apply(names);
        changes.add(new Change(touched, change));
        changed();
    }

    private static String parent(String name) {
        int slash = name.lastIndexOf('/');
        return slash < 0 ? "" : name.substring(0, slash);
    }

    @Override
    public void createDirectory(String name) {
        if (!names.containsKey(name)) {
            Node directory = new Node(true);
            change(List.of(parent(name)), target -> target.put(name, directory));
            syncDirectory(parent(name));
        }
    }

    @Override
    public DiskFile create(String name) throws IOException {
        if (names.containsKey(name) || !isDirectoryOrRoot(parent(name))) {
            throw new IOException("cannot create " + name);
        }
        Node node = new Node(false);
        change(List.of(parent(name)), target -> target.put(name, node));
        return new File(node);
    }

    private boolean isDirectoryOrRoot(String name) {
        return name.isEmpty() || isDirectory(name);
    }

    @Override
    public DiskFile open(String name) throws IOException {
        Node node = names.get(name);
        if (node == null || node.directory) {
            throw new FileNotFoundException(name);
        }
        return new File(node);
    }

    @Override
    public boolean exists(String name) {
        return names.containsKey(name);
    }

    @Override
    public boolean isDirectory(String name) {
        return exists(name) && node(name).directory;
    }

    @Override
    public void rename(String from, String to) throws IOException {
        if (!exists(from)) {
            throw new FileNotFoundException(from);
        }
        change(List.of(parent(from), parent(to)), target -> {
            for (String name : List.copyOf(target.keySet())) {
                if (name.equals(from) || name.startsWith(from + "/")) {
                    Optional.ofNullable(target.remove(name))
                            .ifPresent(node -> target.put(to + name.substring(from.length()), node));
                }
            }
        });
    }

    @Override
    public void delete(String name) throws IOException {
        if (!exists(name)) {
            throw new FileNotFoundException(name);
        }
        if (isDirectory(name) && !list(name).isEmpty()) {
            throw new IOException(name + " is not empty");
        }
        change(List.of(parent(name)), target -> target.remove(name));
    }

    @Override
    public List<String> list(String directory) {
        String prefix = directory.isEmpty() ? "" : directory + "/";
        return names.keySet().stream()
                .filter(name -> name.startsWith(prefix) && parent(name).equals(directory))
                .map(name -> name.substring(prefix.length()))
                .toList();
    }

    @Override
    public void syncDirectory(String directory) {
        checkAlive();
        int last = -1;
        for (int i = 0; i < changes.size(); i++) {
            if (changes.get(i).directories.contains(directory)) {
                last = i;
            }
        }
        List<Change> durable = changes.subList(0, last + 1);
        durable.forEach(change -> change.change.apply(durableNames));
        durable.clear();
        changed();
    }

    @Override
    public Closeable lock() throws IOException {
        if (locked) {
            throw new DataDirectoryException("Data directory " + this + " is in use by another member.");
        }
        locked = true;
        return () -> locked = false;
    }

    @Override
    public Optional<Path> path(String name) {
        return Optional.empty();
    }

    @Override
    public String toString() {
        return "memory";
    }

    private final class File implements DiskFile {

        private final Node node;

        File(Node node) {
            this.node = node;
        }

        @Override
        public int read(ByteBuffer into, long position) {
            int count = (int) Math.max(0, Math.min(into.remaining(), node.current.length - position));
            int begin = into.position();
            into.put(node.current, (int) Math.min(position, node.current.length), count);
            if (readsUntilMisread-- == 0) {
                for (int at = begin; at < into.position(); at += MISREAD_EVERY) {
                    into.put(at, (byte) ~into.get(at));
                }
                readsUntilMisread = readsBetweenMisreads;
                readsBetweenMisreads = -1;
            }
            return count;
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            checkAlive();
            if (writeFails) {
                throw new IOException("the write failed");
            }
            int count = from.remaining();
            if (node.current.length < position + count) {
                node.current = Arrays.copyOf(node.current, (int) position + count);
            }
            from.get(node.current, (int) position, count);
            written += count;
            writes++;
            changed();
        }

        @Override
        public void sync() throws IOException {
            checkAlive();
            syncs++;
            if (syncFails) {
                throw new IOException("the sync failed");
            }
            node.durable = node.current.clone();
            changed();
        }

        @Override
        public void preallocate(long size) throws IOException {
            checkAlive();
            long more = Math.max(0, size - node.current.length);
            if (more > roomBytes) {
                throw new IOException("No space left on device");
            }
            if (roomBytes != Long.MAX_VALUE) {
                roomBytes -= more;
            }
            node.current = Arrays.copyOf(node.current, (int) Math.max(size, node.current.length));
            changed();
        }

        @Override
        public long size() {
            return node.current.length;
        }

        @Override
        public void close() {}
    }
}
