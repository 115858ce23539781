package io.quorate.testing.fuzz;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Makes inputs for one target: valid ones that are changed a few times. The same ones for the same seed, as long as the decoder accepts the same
 * ones: what was changed and is still accepted is kept now and then, and changed further. For one thread.
 */
final class Corpus {

    private static final int SIZE = 256;
    private static final int NEW_SAMPLE_EACH = 32;
    private static final int KEPT_ONE_IN = 32;
    private static final int UNCHANGED_ONE_IN = 32;

    private final FuzzTarget<?> target;
    private final Mutations mutations;
    private final SplittableRandom random;
    private final byte[][] inputs = new byte[SIZE][];
    private long made;

    Corpus(FuzzTarget<?> target, long seed) {
        this.target = target;
        this.mutations = switch (target.format()) {
            case BINARY -> new BinaryMutations();
            case TEXT -> new TextMutations();
        };
        this.random = new SplittableRandom(seed);
        Arrays.setAll(inputs, i -> sample());
    }

    private byte[] sample() {
        try {
            return target.samples().next(random);
        } catch (Exception e) {
            throw new IllegalStateException("no sample can be made for " + target.name(), e);
        }
    }

    byte[] next() {
        if (++made % NEW_SAMPLE_EACH == 0) {
            inputs[random.nextInt(SIZE)] = sample();
        }
        byte[] input = any();
        if (random.nextInt(UNCHANGED_ONE_IN) == 0) {
            return input;
        }
        for (boolean more = true; more; more = random.nextInt(3) == 0) {
            input = bounded(mutations.mutate(input, any(), random));
        }
        return target.seal().isPresent() && random.nextInt(target.sealOneIn()) == 0
                ? target.seal().get().apply(input)
                : input;
    }

    private byte[] any() {
        return inputs[random.nextInt(SIZE)];
    }

    private byte[] bounded(byte[] input) {
        int most = target.bounds().maxBytes();
        return input.length <= most ? input : Arrays.copyOf(input, most);
    }

    /** The last input was accepted. */
    void accepted(byte[] input) {
        if (random.nextInt(KEPT_ONE_IN) == 0) {
            inputs[random.nextInt(SIZE)] = input;
        }
    }
}
