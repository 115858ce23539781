package io.quorate.testing.fuzz;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Writes checksums into inputs that were changed. */
public final class Crc {

    private Crc() {}

    /**
     * Writes the CRC32C of the bytes from {@code from} up to and without {@code to} to a place, big endian; nothing if there are no such bytes, or no
     * such place.
     */
    public static void put(byte[] input, int at, int from, int to) {
        if (from >= 0 && to >= from && to <= input.length && at >= 0 && at + Integer.BYTES <= input.length) {
            CRC32C crc = new CRC32C();
            crc.update(input, from, to - from);
            ByteBuffer.wrap(input).putInt(at, (int) crc.getValue());
        }
    }

    /** An int that stands at a place, big endian; -1 if there is no such place. */
    public static int intAt(byte[] input, int at) {
        return at >= 0 && at + Integer.BYTES <= input.length
                ? ByteBuffer.wrap(input).getInt(at)
                : -1;
    }
}
