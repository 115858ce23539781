package io.quorate.bench.micro;

import io.quorate.kv.Range;
import io.quorate.kv.Result;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures what it takes to read one key, or a range of keys, with their values of 256 bytes from a key-value store of 100,000 keys that
 * were written once each. What RocksDB reads from its files is in its memory after the warm-up.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up before anything else
public class MvccRangeBenchmark {

    private static final int RANGES = 1_024;

    @Param
    public StoreKind store;

    @Param({"1", "100", "1000"})
    public int keys;

    private final List<Range> ranges = new ArrayList<>(RANGES);
    private FilledStore filled;
    private int at;

    @Setup
    public void open() throws IOException {
        filled = FilledStore.open(store);
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < RANGES; i++) {
            int first = random.nextInt(FilledStore.KEYS - keys + 1);
            ranges.add(
                    keys == 1
                            ? Range.of(FilledStore.key(first))
                            : Range.of(FilledStore.key(first), FilledStore.key(first + keys)));
        }
        check();
    }

    /** Makes sure that what is measured finds what it is to find. */
    private void check() {
        for (Range range : ranges) {
            if (!(filled.store().range(range) instanceof Result.RangeResult found)
                    || found.kvs().size() != keys) {
                throw new IllegalStateException(
                        "not all of the " + keys + " keys were found from " + range.key() + " on");
            }
        }
    }

    @Benchmark
    public Result range() {
        at = (at + 1) % RANGES;
        return filled.store().range(ranges.get(at));
    }

    @TearDown
    public void close() throws IOException {
        filled.close();
    }
}
