package io.quorate.kv;

/**
 * Reads what {@link ByteWriter} wrote, and trusts none of it; not thread-safe.
 *
 * <p>What it returns shares the storage of what it reads, so that no length in the input can make it allocate.
 */
final class ByteReader {
    private final Bytes input;
    private int position;

    ByteReader(Bytes input) {
        this.input = input;
    }

    int u8() throws DecodeException {
        if (position == input.size()) {
            throw new DecodeException("ends where a byte must follow, at " + position);
        }
        return input.at(position++) & 0xff;
    }

    /** A number as it is written: in as few bytes as it takes, for everything has one encoding. */
    long varint() throws DecodeException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = u8();
            if (shift == 63 && next > 1) {
                break;
            }
            value |= (next & 0x7FL) << shift;
            if (next < 0x80) {
                if (next == 0 && shift > 0) {
                    throw new DecodeException("number with more bytes than it takes, before " + position);
                }
                return value;
            }
        }
        throw new DecodeException("number of more than 64 bits, before " + position);
    }

    /** Eight bytes, the highest first. */
    long u64() throws DecodeException {
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value = value << 8 | u8();
        }
        return value;
    }

    Bytes bytes() throws DecodeException {
        long length = varint();
        if (length < 0 || length > remaining()) {
            throw new DecodeException("length " + length + " where " + remaining() + " bytes are left, at " + position);
        }
        return raw((int) length);
    }

    Bytes raw(int length) {
        Bytes slice = input.slice(position, length);
        position += length;
        return slice;
    }

    String text() throws DecodeException {
        Bytes encoded = bytes();
        String text = encoded.toUtf8();
        if (!Bytes.utf8(text).equals(encoded)) {
            throw new DecodeException("text is not UTF-8, before " + position);
        }
        return text;
    }

    /** The number of things that follow, each of which takes at least one byte. */
    int count() throws DecodeException {
        long count = varint();
        if (count < 0 || count > remaining()) {
            throw new DecodeException("count " + count + " where " + remaining() + " bytes are left, at " + position);
        }
        return (int) count;
    }

    int remaining() {
        return input.size() - position;
    }

    void expectEnd() throws DecodeException {
        if (remaining() != 0) {
            throw new DecodeException(remaining() + " bytes too many, at " + position);
        }
    }
}
