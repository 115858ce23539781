package io.quorate.bench.cost;

import java.util.OptionalDouble;

/**
 * What all members that were found on this machine have used over a while, together. What is not known is empty, and never 0.
 *
 * @param cpuMicros processor time
 * @param residentBytes memory at the end
 * @param logSyncs syncs of their logs, as their metrics count them
 * @param writtenBytes handed to the disk by the system on their behalf
 */
public record Costs(
        OptionalDouble cpuMicros, OptionalDouble residentBytes, OptionalDouble logSyncs, OptionalDouble writtenBytes) {

    /** Nothing is known. */
    public static final Costs UNKNOWN =
            new Costs(OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty());
}
