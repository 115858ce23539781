package io.quorate.bench;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/**
 * The figures of one contender.
 *
 * @param disk measured in the same run, before the load
 * @param levels in the order of the settings
 */
public record EngineReport(LoadSettings settings, DiskResult disk, List<LevelResult> levels) {

    public EngineReport {
        levels = List.copyOf(levels);
    }

    /** The heads of the columns of {@link #rows}. */
    public static List<String> columns() {
        return List.of("IN FLIGHT", "OPS/S", "P50 MS", "P99 MS", "P99.9 MS", "MAX MS", "CPU US/OP", "HEAP BYTES/OP");
    }

    /** One row of text for each level. */
    public List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        for (LevelResult level : levels) {
            rows.add(List.of(
                    Integer.toString(level.inflight()),
                    number(level.opsPerSecond(), 0),
                    number(level.p50Micros() / 1e3, 2),
                    number(level.p99Micros() / 1e3, 2),
                    number(level.p999Micros() / 1e3, 2),
                    number(level.maxMicros() / 1e3, 2),
                    number(level.cpuMicrosPerOp(), 1),
                    number(level.allocatedBytesPerOp(), 0)));
        }
        return rows;
    }

    private static String number(double value, int decimals) {
        return BigDecimal.valueOf(value)
                .setScale(decimals, RoundingMode.HALF_EVEN)
                .toPlainString();
    }
}
