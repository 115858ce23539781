package io.quorate.simulator.enumeration;

import java.util.TreeSet;

/** After how many bytes a write is looked at half done. */
final class Tears {

    private static final int SECTOR_BYTES = 512;

    private Tears() {}

    /**
     * Within the first sector, at the end of it, in the middle, and before the last one: what differs for a checksum over the
     * whole write.
     */
    static int[] of(long position, int length) {
        TreeSet<Integer> tears = new TreeSet<>();
        int firstSector = SECTOR_BYTES - (int) (position % SECTOR_BYTES);
        tears.add(Math.min(firstSector, length) / 2);
        tears.add(firstSector);
        tears.add(length / 2);
        tears.add((int) ((position + length - 1) / SECTOR_BYTES * SECTOR_BYTES - position));
        return tears.stream()
                .filter(bytes -> bytes > 0 && bytes < length)
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
