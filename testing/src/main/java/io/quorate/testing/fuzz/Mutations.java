package io.quorate.testing.fuzz;

import java.util.SplittableRandom;

/** Changes an input. */
interface Mutations {

    /**
     * Makes another input of one.
     *
     * @param input stays as it is
     * @param other a second input, of which parts may be taken
     */
    byte[] mutate(byte[] input, byte[] other, SplittableRandom random);

    /** A place in an array, or behind its end. */
    static int place(byte[] input, SplittableRandom random) {
        return random.nextInt(input.length + 1);
    }

    /** The length of a part that begins at a place: short ones more often than long ones. */
    static int part(int atMost, SplittableRandom random) {
        if (atMost <= 0) {
            return 0;
        }
        return 1 + random.nextInt(random.nextInt(4) == 0 ? atMost : Math.min(atMost, 16));
    }

    /** An input with so many of its bytes replaced by others. */
    static byte[] replace(byte[] input, int at, int removed, byte[] with, int from, int count) {
        byte[] changed = new byte[input.length - removed + count];
        System.arraycopy(input, 0, changed, 0, at);
        System.arraycopy(with, from, changed, at, count);
        System.arraycopy(input, at + removed, changed, at + count, input.length - at - removed);
        return changed;
    }
}
