package io.quorate.simulator.disk;

import io.quorate.engine.disk.DiskFile;
import io.quorate.simulator.disk.DiskFaults.Full;
import io.quorate.simulator.disk.SimulatedDisk.MisdirectedWrite;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A file of a {@link SimulatedDisk} that a process has open: it reads, writes and syncs as well as the disk's faults let it. */
final class SimulatedFile implements DiskFile {

    private static final long SYNC_SPREAD_NANOS = 500_000;
    private static final long NANOS_PER_KIB = 2_000;

    private final SimulatedDisk disk;

    /** Its name when it was opened. */
    private final String name;

    private final FileContent content;

    SimulatedFile(SimulatedDisk disk, String name, FileContent content) {
        this.disk = disk;
        this.name = name;
        this.content = content;
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
        if (!disk.isLookedAt() && disk.happens(disk.faults().readError())) {
            throw new DiskFaultException("Input/output error");
        }
        int length = into.remaining();
        if (!disk.isLookedAt()) {
            disk.spend(SimulatedDisk.WRITE_NANOS + (length >> 10) * NANOS_PER_KIB);
        }
        boolean misled = !disk.isLookedAt() && disk.happens(disk.faults().misdirectedRead());
        if (into.hasArray() && !misled) {
            int count =
                    content.read(Math.toIntExact(position), into.array(), into.arrayOffset() + into.position(), length);
            into.position(into.position() + count);
            return count;
        }
        byte[] copy = new byte[length];
        int count = content.read(Math.toIntExact(position), copy, 0, length);
        if (misled && count > 0) {
            misread(Math.toIntExact(position), copy, count);
        }
        into.put(copy, 0, count);
        return count;
    }

    /** One of the sectors that were read is another one, of this file or of any. */
    private void misread(int position, byte[] read, int count) {
        int hit = position + disk.random().nextInt(count);
        int begin = Math.max(position, hit - hit % FileContent.SECTOR_BYTES);
        int end = Math.min(position + count, hit - hit % FileContent.SECTOR_BYTES + FileContent.SECTOR_BYTES);
        FileContent source = disk.random().nextBoolean()
                ? content
                : otherFile().flatMap(disk.files()::content).orElse(content);
        byte[] other = new byte[end - begin];
        source.read(elsewhere(source, begin), other, 0, other.length);
        System.arraycopy(other, 0, read, begin - position, other.length);
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
        disk.changing();
        int length = from.remaining();
        disk.spend((length >> 10) * NANOS_PER_KIB);
        if (position + length > content.size()) {
            disk.requireRoom(Full.WRITES);
        }
        byte[] bytes = new byte[length];
        from.get(bytes);
        if (disk.happens(disk.faults().writeError())) {
            writeSome(position, bytes, disk.random().nextInt(length + 1));
            throw new DiskFaultException("Input/output error");
        }
        for (int torn : disk.hook().tearsOf(position, length)) {
            content.write(Math.toIntExact(position), bytes, 0, torn);
            disk.hook().torn();
        }
        int written = 0;
        if (disk.happens(disk.faults().shortWrite()) && length > 1) {
            written = 1 + disk.random().nextInt(length - 1);
            writeSome(position, bytes, written);
            disk.changing();
        }
        disk.observer().written(content, position, bytes);
        Optional<MisdirectedWrite> misdirected = disk.takeMisdirected(name);
        if (misdirected.isPresent()) {
            misdirect(misdirected.get(), Math.toIntExact(position) + written, bytes, written);
        } else {
            content.write(Math.toIntExact(position) + written, bytes, written, length - written);
        }
    }

    /** The rest may never follow, and yet be of no importance: padding, perhaps. */
    private void writeSome(long position, byte[] bytes, int length) {
        content.write(Math.toIntExact(position), bytes, 0, length);
        disk.observer().written(content, position, Arrays.copyOf(bytes, length));
    }

    private void misdirect(MisdirectedWrite write, int position, byte[] bytes, int from) {
        String victim = write.sameFile() ? name : otherFile().orElse(name);
        FileContent target = disk.files().content(victim).orElse(content);
        int place = elsewhere(target, position);
        int length = Math.min(bytes.length - from, Math.max(0, target.size() - place));
        target.write(place, bytes, from, length);
        write.told().accept("the write to " + name + " at " + position + " went to " + victim + " at " + place);
        disk.observer().damaged(Damage.ANY);
    }

    @Override
    public void sync() throws IOException {
        disk.changing();
        disk.spend(SimulatedDisk.SYNC_NANOS + disk.random().nextLong(SYNC_SPREAD_NANOS));
        boolean slow = disk.happens(disk.faults().slowSync());
        if (slow) {
            disk.hang(disk.faults().slowNanos());
        }
        if (disk.happens(disk.faults().syncError())) {
            content.failSync();
            disk.observer().synced(content, false);
            throw new DiskFaultException("Input/output error");
        }
        content.sync();
        disk.observer().synced(content, true);
    }

    @Override
    public void preallocate(long size) throws IOException {
        if (size > content.size()) {
            disk.requireRoom(Full.PREALLOCATION);
        }
        disk.changing();
        content.grow(Math.toIntExact(size));
    }

    @Override
    public long size() {
        return content.size();
    }

    @Override
    public void close() {
        // What is closed is not synced by that.
    }

    /** A position as far within its sector as this one, in another sector if the file has one. */
    private int elsewhere(FileContent file, int position) {
        int sectors = (file.size() + FileContent.SECTOR_BYTES - 1) / FileContent.SECTOR_BYTES;
        return disk.random().nextInt(Math.max(1, sectors)) * FileContent.SECTOR_BYTES
                + position % FileContent.SECTOR_BYTES;
    }

    /** Another file that has sectors, if there is one. */
    private Optional<String> otherFile() {
        List<String> others = disk.files().all().stream()
                .filter(other -> !other.equals(name) && !disk.files().isDirectory(other))
                .filter(other -> disk.files().content(other).orElseThrow().size() > 0)
                .toList();
        return others.isEmpty()
                ? Optional.empty()
                : Optional.of(others.get(disk.random().nextInt(others.size())));
    }
}
