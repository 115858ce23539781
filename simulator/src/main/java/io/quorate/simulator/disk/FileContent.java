package io.quorate.simulator.disk;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * The bytes of a file, or the fact of a folder. Of what is written and not yet synced, it remembers for each sector what
 * was durable before, so that a power failure can bring that back.
 */
final class FileContent {

    static final int SECTOR_BYTES = 512;
    private static final int PAGE_BYTES = 4096;
    private static final int STAYING_SECTORS = 2;

    /** What a sector holds that was never written; nobody changes it. */
    private static final byte[] UNTOUCHED = new byte[SECTOR_BYTES];

    final boolean directory;
    private byte[] bytes = new byte[0];
    private int size;
    private int durableSize;

    /** Whatever is behind this place is zero: preallocated, and never written. */
    private int touched;

    /** Where the latest write ended. */
    private int writtenTo;

    /** By the number of the sector: what is durable of those that have been written since. */
    private TreeMap<Integer, byte[]> unsynced = new TreeMap<>();

    /** As {@link #unsynced}, of those that a failed sync has given up: no later sync makes them durable. */
    private final TreeMap<Integer, byte[]> givenUp = new TreeMap<>();

    FileContent(boolean directory) {
        this.directory = directory;
    }

    int size() {
        return size;
    }

    int read(int position, byte[] into, int offset, int length) {
        int count = Math.max(0, Math.min(length, size - position));
        if (count > 0) {
            System.arraycopy(bytes, position, into, offset, count);
        }
        return count;
    }

    void write(int position, byte[] from, int offset, int length) {
        if (length == 0) {
            return;
        }
        grow(position + length);
        int last = (position + length - 1) / SECTOR_BYTES;
        for (int sector = position / SECTOR_BYTES; sector <= last; sector++) {
            remember(sector);
        }
        System.arraycopy(from, offset, bytes, position, length);
        touched = Math.max(touched, position + length);
        writtenTo = position + length;
    }

    private void remember(int sector) {
        if (!givenUp.isEmpty()) {
            byte[] lost = givenUp.remove(sector);
            if (lost != null) {
                unsynced.putIfAbsent(sector, lost);
                return;
            }
        }
        unsynced.computeIfAbsent(sector, this::present);
    }

    private byte[] present(int sector) {
        int start = sector * SECTOR_BYTES;
        if (start >= touched) {
            return UNTOUCHED;
        }
        return Arrays.copyOfRange(bytes, start, start + SECTOR_BYTES);
    }

    void grow(int newSize) {
        if (newSize > size) {
            int whole = (newSize + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES;
            if (whole > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(whole, Math.min(2 * bytes.length, whole + (1 << 16))));
            }
            size = newSize;
        }
    }

    void sync() {
        unsynced.clear();
        durableSize = size;
    }

    /** The sync fails, and the system forgets that these pages are dirty (the "fsyncgate" of 2018). */
    void failSync() {
        unsynced.forEach(givenUp::putIfAbsent);
        unsynced = new TreeMap<>();
    }

    boolean isClean() {
        return unsynced.isEmpty() && givenUp.isEmpty() && size == durableSize;
    }

    /** Of what was not synced any part may be lost: by sectors or by pages, all, none, or some, in no order. */
    void losePower(RandomGenerator random) {
        int mode = random.nextInt(4);
        boolean sectors = random.nextBoolean();
        losePower(
                switch (mode) {
                    case 0 -> UnsyncedData.LOST;
                    case 1 -> UnsyncedData.WRITTEN;
                    default -> sectors ? UnsyncedData.SECTORS : UnsyncedData.PAGES;
                },
                random);
    }

    /** Of what was not synced, this is lost. */
    void losePower(UnsyncedData loss, RandomGenerator random) {
        lose(unsynced, loss, random);
        lose(givenUp, loss, random);
        boolean cutOff = size > durableSize && (loss == UnsyncedData.LOST || random.nextBoolean());
        if (cutOff) {
            Arrays.fill(bytes, durableSize, size, (byte) 0);
            size = durableSize;
        }
        durableSize = size;
    }

    private void lose(Map<Integer, byte[]> sectors, UnsyncedData loss, RandomGenerator random) {
        int unit = loss == UnsyncedData.PAGES ? PAGE_BYTES / SECTOR_BYTES : 1;
        int decidedUnit = -1;
        boolean lost = false;
        for (Map.Entry<Integer, byte[]> sector : sectors.entrySet()) {
            if (sector.getKey() / unit != decidedUnit) {
                decidedUnit = sector.getKey() / unit;
                lost = switch (loss) {
                    case LOST -> true;
                    case WRITTEN -> false;
                    case SECTORS, PAGES -> random.nextBoolean();
                };
            }
            if (lost) {
                System.arraycopy(sector.getValue(), 0, bytes, sector.getKey() * SECTOR_BYTES, SECTOR_BYTES);
            }
        }
        sectors.clear();
    }

    /** A bit turns over by itself, on the disk. */
    void flipBit(int position, int bit) {
        bytes[position] ^= (byte) (1 << bit);
        touched = Math.max(touched, position + 1);
    }

    /**
     * The last sectors before the end of the latest write are zero, and what is behind them, synced or not. Those at the beginning
     * stay: what they say cannot be taken for what was never written.
     *
     * @return whether there were more than those
     */
    boolean forgetEnd(int sectors) {
        int end = (writtenTo + SECTOR_BYTES - 1) / SECTOR_BYTES;
        int first = Math.max(STAYING_SECTORS, end - sectors);
        if (first >= end) {
            return false;
        }
        Arrays.fill(bytes, first * SECTOR_BYTES, size, (byte) 0);
        unsynced.tailMap(first).clear();
        givenUp.tailMap(first).clear();
        writtenTo = first * SECTOR_BYTES;
        return true;
    }

    /** The same content, synced or not, in an object of its own. */
    FileContent duplicate() {
        FileContent copy = new FileContent(directory);
        copy.bytes = bytes.clone();
        copy.size = size;
        copy.durableSize = durableSize;
        copy.touched = touched;
        copy.writtenTo = writtenTo;
        // What was durable before is never changed, so it can be shared.
        copy.unsynced = new TreeMap<>(unsynced);
        copy.givenUp.putAll(givenUp);
        return copy;
    }

    /** The bytes up to the last that is not zero: preallocated space is not counted. */
    int used() {
        int used = size;
        while (used > 0 && bytes[used - 1] == 0) {
            used--;
        }
        return used;
    }

    byte[] copy() {
        return Arrays.copyOf(bytes, size);
    }

    void replace(byte[] content) {
        bytes = Arrays.copyOf(content, (content.length + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES);
        size = content.length;
        durableSize = size;
        touched = size;
        writtenTo = size;
        unsynced.clear();
        givenUp.clear();
    }
}
