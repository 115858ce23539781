package io.quorate.testing.fuzz;

import java.util.Optional;

/** Makes an input that fails smaller, by leaving out bytes as long as it fails alike. */
final class Shrinking<T> {

    private static final int MOST_TRIES = 20_000;

    private final FuzzTarget<T> target;
    private final Trial<T> trial;
    private final Runnable onTry;
    private FuzzFailure smallest;
    private int tries;

    private Shrinking(FuzzTarget<T> target, FuzzFailure failure, Runnable onTry) {
        this.target = target;
        this.trial = new Trial<>(target);
        this.onTry = onTry;
        this.smallest = failure;
    }

    /**
     * The smallest failure found.
     *
     * @param onTry run before each input that is tried
     */
    static <T> FuzzFailure of(FuzzTarget<T> target, FuzzFailure failure, Runnable onTry) {
        Shrinking<T> shrinking = new Shrinking<>(target, failure, onTry);
        shrinking.shrink();
        return shrinking.smallest;
    }

    private void shrink() {
        for (int part = Math.max(1, smallest.input().length / 2); part > 0; ) {
            boolean shrunk = leaveOut(part);
            if (!shrunk) {
                part /= 2;
            }
        }
    }

    /** Leaves out parts of a length wherever it can be done. */
    private boolean leaveOut(int part) {
        boolean shrunk = false;
        for (int at = 0; at + part <= smallest.input().length && tries < MOST_TRIES; ) {
            byte[] input = smallest.input();
            byte[] less = Mutations.replace(input, at, part, input, 0, 0);
            Optional<FuzzFailure> failure = failure(less)
                    .or(() -> target.seal().map(seal -> seal.apply(less)).flatMap(this::failure));
            if (failure.isPresent()) {
                smallest = failure.get();
                shrunk = true;
            } else {
                at += part;
            }
        }
        return shrunk;
    }

    private Optional<FuzzFailure> failure(byte[] input) {
        tries++;
        onTry.run();
        try {
            trial.run(input);
            return Optional.empty();
        } catch (FuzzFailure e) {
            return e.isLike(smallest) ? Optional.of(e) : Optional.empty();
        }
    }
}
