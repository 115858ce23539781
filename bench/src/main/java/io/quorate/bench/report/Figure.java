package io.quorate.bench.report;

import io.quorate.bench.cost.Costs;
import io.quorate.bench.load.Tally;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/** What is reported of each repetition, and as a median over all. */
public enum Figure {
    OPS_PER_SECOND("OPS/S", "ops_per_second", 1, 0) {
        @Override
        OptionalDouble of(Tally tally, Costs costs) {
            return OptionalDouble.of(tally.perSecond());
        }
    },
    P50("P50 MS", "p50_micros", 1e3, 2) {
        @Override
        OptionalDouble of(Tally tally, Costs costs) {
            return percentile(tally, 50);
        }
    },
    P90("P90 MS", "p90_micros", 1e3, 2) {
        @Override
        OptionalDouble of(Tally tally, Costs costs) {
            return percentile(tally, 90);
        }
    },
    P99("P99 MS", "p99_micros", 1e3, 2) {
        @Override
        OptionalDouble of(Tally tally, Costs costs) {
            return percentile(tally, 99);
        }
    },
    P999("P99.9 MS", "p999_micros", 1e3, 2) {
        @Override
        OptionalDouble of(Tally tally, Costs costs) {
            return percentile(tally, 99.9);
        }
    },
    MAX("MAX MS", "max_micros", 1e3, 2) {
        @Override
        OptionalDouble of(Tally tally, Costs costs) {
            return percentile(tally, 100);
        }
    },
    CPU("CPU US/OP", "cpu_micros_per_op", 1, 1) {
        @Override
        OptionalDouble of(Tally tally, Costs costs) {
            return perOp(costs.cpuMicros(), tally);
        }
    },
    MEMORY("RSS MIB", "resident_bytes", 1 << 20, 0) {
        @Override
        OptionalDouble of(Tally tally, Costs costs) {
            return costs.residentBytes();
        }
    },
    LOG_SYNCS("FSYNCS/OP", "log_syncs_per_op", 1, 3) {
        @Override
        OptionalDouble of(Tally tally, Costs costs) {
            return perOp(costs.logSyncs(), tally);
        }
    },
    WRITTEN("WRITTEN B/OP", "written_bytes_per_op", 1, 0) {
        @Override
        OptionalDouble of(Tally tally, Costs costs) {
            return perOp(costs.writtenBytes(), tally);
        }
    };

    /** What is not known. */
    private static final String UNKNOWN = "-";

    private static final double NANOS_PER_MICRO = 1e3;

    private final String heading;
    private final String key;
    private final double divisor;
    private final int decimals;

    Figure(String heading, String key, double divisor, int decimals) {
        this.heading = heading;
        this.key = key;
        this.divisor = divisor;
        this.decimals = decimals;
    }

    /** Those of each kind of requests. */
    static List<Figure> ofRequests() {
        return List.of(OPS_PER_SECOND, P50, P90, P99, P999, MAX);
    }

    /** Those of all members together. */
    static List<Figure> ofMembers() {
        return List.of(CPU, MEMORY, LOG_SYNCS, WRITTEN);
    }

    /** Empty if it cannot be told. */
    abstract OptionalDouble of(Tally tally, Costs costs);

    private static OptionalDouble percentile(Tally tally, double percentile) {
        return tally.latencies().getTotalCount() == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(tally.latencies().getValueAtPercentile(percentile) / NANOS_PER_MICRO);
    }

    private static OptionalDouble perOp(OptionalDouble total, Tally tally) {
        return total.isEmpty() || tally.completed() == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(total.getAsDouble() / tally.completed());
    }

    /** The median of those that are known; empty if one is not, since it would be one of other repetitions. */
    static OptionalDouble median(List<OptionalDouble> values) {
        if (values.isEmpty() || values.stream().anyMatch(OptionalDouble::isEmpty)) {
            return OptionalDouble.empty();
        }
        double[] sorted =
                values.stream().mapToDouble(OptionalDouble::getAsDouble).toArray();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return OptionalDouble.of(sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
    }

    /** The head of its column. */
    String heading() {
        return heading;
    }

    /** Its name in JSON. */
    String key() {
        return key;
    }

    /** As people read it, in the unit of its heading. */
    String text(OptionalDouble value) {
        return value.isEmpty() ? UNKNOWN : number(value.getAsDouble() / divisor, decimals);
    }

    static String number(double value, int decimals) {
        return BigDecimal.valueOf(value)
                .setScale(decimals, RoundingMode.HALF_EVEN)
                .toPlainString();
    }
}
