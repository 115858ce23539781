package io.quorate.bench;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What was measured with so many proposals in flight.
 *
 * @param inflight proposals under way at a time
 * @param opsPerSecond completed
 * @param p50Micros median latency from propose to completion
 * @param cpuMicrosPerOp processor time of the whole process, so of all members and of the load itself
 * @param allocatedBytesPerOp heap allocated by all threads of the process
 */
public record LevelResult(
        int inflight,
        double opsPerSecond,
        double p50Micros,
        double p99Micros,
        double p999Micros,
        double maxMicros,
        double cpuMicrosPerOp,
        double allocatedBytesPerOp) {

    /** The median of each figure, over repetitions of one level. */
    public static LevelResult median(List<LevelResult> repetitions) {
        return new LevelResult(
                repetitions.getFirst().inflight,
                median(repetitions, LevelResult::opsPerSecond),
                median(repetitions, LevelResult::p50Micros),
                median(repetitions, LevelResult::p99Micros),
                median(repetitions, LevelResult::p999Micros),
                median(repetitions, LevelResult::maxMicros),
                median(repetitions, LevelResult::cpuMicrosPerOp),
                median(repetitions, LevelResult::allocatedBytesPerOp));
    }

    private static double median(List<LevelResult> repetitions, ToDoubleFunction<LevelResult> figure) {
        double[] sorted = repetitions.stream().mapToDouble(figure).toArray();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
