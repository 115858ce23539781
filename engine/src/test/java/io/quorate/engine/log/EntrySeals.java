package io.quorate.engine.log;

import io.quorate.testing.fuzz.Crc;

/** Puts the checksums of entries right in bytes that were changed. */
public final class EntrySeals {

    private EntrySeals() {}

    /** Of the entry that begins at a place, if one seems to; the answer is where it ends, or -1. */
    public static int seal(byte[] bytes, int at) {
        int length = Crc.intAt(bytes, at);
        if (length < 0 || length > bytes.length - at - EntryFrame.HEADER_BYTES) {
            return -1;
        }
        int end = at + EntryFrame.HEADER_BYTES + length;
        Crc.put(bytes, at + 4, at + 8, end);
        return end;
    }
}
