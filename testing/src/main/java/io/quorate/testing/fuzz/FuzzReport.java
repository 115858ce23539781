package io.quorate.testing.fuzz;

import java.util.Optional;

/**
 * What became of one decoder's inputs.
 *
 * @param seconds how long it took by the clock
 * @param largestAllocation the most bytes that an input made the decoder allocate
 * @param slowestNanos the most processor time that an input took when it was tried a second time
 * @param failure the input that ended it, if one did
 */
public record FuzzReport(
        String target,
        long inputs,
        long accepted,
        double seconds,
        long largestAllocation,
        long slowestNanos,
        Optional<FuzzFailure> failure) {

    public long refused() {
        return inputs - accepted;
    }
}
