package io.quorate.testing.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Changes of bytes: bits, numbers at all places, and parts that are cut out, inserted, repeated and exchanged. */
final class BinaryMutations implements Mutations {

    private static final int KINDS = 12;
    private static final int MOST_REPETITIONS = 64;

    /** Where limits of lengths, counts and offsets lie. */
    private static final long[] EDGES = {
        0,
        1,
        -1,
        2,
        7,
        8,
        16,
        127,
        128,
        255,
        256,
        32767,
        32768,
        65535,
        65536,
        1 << 20,
        1 << 24,
        1 << 30,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        Integer.MAX_VALUE - 7L,
        1L << 32,
        1L << 62,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };

    @Override
    public byte[] mutate(byte[] input, byte[] other, SplittableRandom random) {
        if (input.length == 0) {
            return insertNoise(input, random);
        }
        return switch (random.nextInt(KINDS)) {
            case 0 -> flipBit(input, random);
            case 1 -> setByte(input, random);
            case 2, 3 -> setNumber(input, random);
            case 4 -> addToNumber(input, random);
            case 5 -> truncate(input, random);
            case 6 -> delete(input, random);
            case 7 -> insertNoise(input, random);
            case 8 -> copyPart(input, input, random);
            case 9 -> copyPart(input, other, random);
            case 10 -> splice(input, other, random);
            default -> repeat(input, random);
        };
    }

    private static byte[] flipBit(byte[] input, SplittableRandom random) {
        byte[] changed = input.clone();
        changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
        return changed;
    }

    private static byte[] setByte(byte[] input, SplittableRandom random) {
        byte[] changed = input.clone();
        changed[random.nextInt(changed.length)] = (byte) random.nextInt();
        return changed;
    }

    /** One of the edges, or the length of the whole or of what follows, give or take one. */
    private static long edge(byte[] input, int at, SplittableRandom random) {
        int choice = random.nextInt(EDGES.length + 2);
        long near = random.nextInt(3) - 1L;
        if (choice < EDGES.length) {
            return EDGES[choice];
        }
        return (choice == EDGES.length ? input.length : input.length - at) + near;
    }

    /** Writes a number of 1, 2, 4 or 8 bytes, of either byte order; at a multiple of its width half the time. */
    private static byte[] setNumber(byte[] input, SplittableRandom random) {
        int width = width(input, random);
        int at = numberAt(input, width, random);
        return put(input, at, width, edge(input, at, random), random);
    }

    private static byte[] addToNumber(byte[] input, SplittableRandom random) {
        int width = width(input, random);
        int at = numberAt(input, width, random);
        long delta = random.nextInt(16) - 8L;
        ByteBuffer bytes = ByteBuffer.wrap(input).order(order(random));
        long value = switch (width) {
            case 1 -> bytes.get(at);
            case 2 -> bytes.getShort(at);
            case 4 -> bytes.getInt(at);
            default -> bytes.getLong(at);
        };
        return put(input, at, width, value + delta, random);
    }

    private static int width(byte[] input, SplittableRandom random) {
        int width = 1 << random.nextInt(4);
        return width <= input.length ? width : 1;
    }

    private static int numberAt(byte[] input, int width, SplittableRandom random) {
        int at = random.nextInt(input.length - width + 1);
        return random.nextBoolean() ? at / width * width : at;
    }

    private static ByteOrder order(SplittableRandom random) {
        return random.nextInt(4) == 0 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    }

    private static byte[] put(byte[] input, int at, int width, long value, SplittableRandom random) {
        byte[] changed = input.clone();
        ByteBuffer bytes = ByteBuffer.wrap(changed).order(order(random));
        switch (width) {
            case 1 -> bytes.put(at, (byte) value);
            case 2 -> bytes.putShort(at, (short) value);
            case 4 -> bytes.putInt(at, (int) value);
            default -> bytes.putLong(at, value);
        }
        return changed;
    }

    private static byte[] truncate(byte[] input, SplittableRandom random) {
        int kept = random.nextInt(input.length);
        return Mutations.replace(input, kept, input.length - kept, input, 0, 0);
    }

    private static byte[] delete(byte[] input, SplittableRandom random) {
        int at = random.nextInt(input.length);
        return Mutations.replace(input, at, Mutations.part(input.length - at, random), input, 0, 0);
    }

    private static byte[] insertNoise(byte[] input, SplittableRandom random) {
        byte[] noise = new byte[1 + random.nextInt(16)];
        if (random.nextBoolean()) {
            random.nextBytes(noise);
        } else {
            Arrays.fill(noise, (byte) random.nextInt());
        }
        return Mutations.replace(input, Mutations.place(input, random), 0, noise, 0, noise.length);
    }

    /** Inserts a part of an input, or writes over as many bytes with it. */
    private static byte[] copyPart(byte[] input, byte[] source, SplittableRandom random) {
        if (source.length == 0) {
            return input;
        }
        int from = random.nextInt(source.length);
        int count = Mutations.part(source.length - from, random);
        int at = Mutations.place(input, random);
        int removed = random.nextBoolean() ? 0 : Math.min(count, input.length - at);
        return Mutations.replace(input, at, removed, source, from, count);
    }

    private static byte[] splice(byte[] input, byte[] other, SplittableRandom random) {
        int head = Mutations.place(input, random);
        int from = random.nextBoolean() ? Math.min(head, other.length) : Mutations.place(other, random);
        return Mutations.replace(input, head, input.length - head, other, from, other.length - from);
    }

    private static byte[] repeat(byte[] input, SplittableRandom random) {
        int from = random.nextInt(input.length);
        int count = Mutations.part(input.length - from, random);
        byte[] repeated = new byte[count * (1 + random.nextInt(MOST_REPETITIONS))];
        for (int at = 0; at < repeated.length; at += count) {
            System.arraycopy(input, from, repeated, at, count);
        }
        return Mutations.replace(input, from, 0, repeated, 0, repeated.length);
    }
}
