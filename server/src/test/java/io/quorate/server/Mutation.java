package io.quorate.server;

import java.io.ByteArrayOutputStream;
import java.util.SplittableRandom;

/** Changes the bytes of a valid protocol buffer such that most of what comes of it can still be read, but means something else. */
final class Mutation {

    private static final long[] EXTREMES = {
        0,
        1,
        2,
        3,
        4,
        5,
        99,
        127,
        128,
        Integer.MAX_VALUE,
        1L << 31,
        (1L << 32) - 1,
        1L << 32,
        9_000_000_000L,
        9_000_000_001L,
        Long.MAX_VALUE - 1,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        -2,
        -1
    };

    private final SplittableRandom random;

    Mutation(SplittableRandom random) {
        this.random = random;
    }

    /** The fields of a message again, with some of them changed, and some fields more. */
    byte[] of(byte[] message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int position = 0;
        while (position < message.length) {
            int[] field = fieldAt(message, position);
            if (field.length == 0) {
                // Not a message: bytes, to be changed as such.
                return anyBytes(message);
            }
            copyOrChange(message, position, field, out);
            position = field[2];
        }
        if (random.nextInt(4) == 0) {
            write(out, random.nextInt(1, 20) << 3);
            write(out, extreme());
        }
        byte[] mutated = out.toByteArray();
        return random.nextInt(20) == 0 ? anyBytes(mutated) : mutated;
    }

    /** Its tag, where its content begins, and where it ends; empty if there is none of a kind that requests have. */
    private static int[] fieldAt(byte[] message, int position) {
        int tag = message[position];
        if (tag <= 0 || tag >> 3 == 0 || position + 1 >= message.length) {
            return new int[0];
        }
        int content = position + 1;
        if ((tag & 7) == 0) {
            int end = content;
            while (end < message.length && message[end] < 0) {
                end++;
            }
            return end < message.length ? new int[] {tag, content, end + 1} : new int[0];
        }
        // Lengths of two bytes are as long as they get here.
        int length = message[content++];
        if (length < 0 && content < message.length) {
            length = (length & 0x7f) | (message[content++] << 7);
        }
        return (tag & 7) == 2 && length >= 0 && content + length <= message.length
                ? new int[] {tag, content, content + length}
                : new int[0];
    }

    private void copyOrChange(byte[] message, int position, int[] field, ByteArrayOutputStream out) {
        int copies = random.nextInt(8) == 0 ? random.nextInt(3) : 1;
        for (int i = 0; i < copies; i++) {
            if (random.nextInt(3) != 0) {
                out.write(message, position, field[2] - position);
            } else if ((field[0] & 7) == 0) {
                write(out, field[0]);
                write(out, extreme());
            } else {
                byte[] content = new byte[field[2] - field[1]];
                System.arraycopy(message, field[1], content, 0, content.length);
                byte[] changed = of(content);
                write(out, field[0]);
                write(out, changed.length);
                out.write(changed, 0, changed.length);
            }
        }
    }

    private long extreme() {
        return EXTREMES[random.nextInt(EXTREMES.length)];
    }

    private byte[] anyBytes(byte[] bytes) {
        byte[] changed = bytes.clone();
        switch (random.nextInt(4)) {
            case 0 -> changed = new byte[0];
            case 1 -> changed = new byte[] {0};
            case 2 -> changed = new byte[] {(byte) 0xff, (byte) 0xc0};
            default -> {
                if (changed.length > 0) {
                    changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
        }
        return changed;
    }

    private static void write(ByteArrayOutputStream out, long varint) {
        long rest = varint;
        while (rest < 0 || rest > 0x7f) {
            out.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
