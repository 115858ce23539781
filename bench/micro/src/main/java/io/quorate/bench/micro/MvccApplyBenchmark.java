package io.quorate.bench.micro;

import io.quorate.kv.Bytes;
import io.quorate.kv.Command;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.Compare;
import io.quorate.kv.LoggedCommand;
import io.quorate.kv.Put;
import io.quorate.kv.Range;
import io.quorate.kv.Result;
import io.quorate.kv.Txn;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
 * Measures what it takes to apply one batch of committed commands to a key-value store of 100,000 keys: puts of 256 bytes, or
 * transactions that put as much if the key is there. Decoding the commands and keeping the digest are part of it.
 *
 * <p>The keys come in an order of their own, each of them once before any comes again. History is not compacted: on the heap each
 * iteration begins with the store as it was filled, on disk it grows.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up before anything else
public class MvccApplyBenchmark {

    /** Has no factor in common with the number of keys, so adding it again and again comes by all of them. */
    private static final int STRIDE = 61_803;

    @Param
    public StoreKind store;

    @Param({"1", "32"})
    public int commands;

    private final List<Bytes> puts = new ArrayList<>(FilledStore.KEYS);
    private final List<Bytes> transactions = new ArrayList<>(FilledStore.KEYS);
    private FilledStore filled;
    private int at;
    private long index;

    @Setup
    public void open() throws IOException {
        filled = FilledStore.open(store);
        SplittableRandom random = new SplittableRandom(1);
        for (int number = 0; number < FilledStore.KEYS; number++) {
            Bytes key = FilledStore.key(number);
            Put put = Put.of(key, FilledStore.value(random));
            Compare isThere = Compare.of(key, new Compare.Version(0), Compare.Outcome.GREATER);
            puts.add(encoded(put));
            transactions.add(encoded(new Txn(List.of(isThere), List.of(put), List.of(Range.of(key)))));
        }
    }

    private static Bytes encoded(Command command) {
        return Bytes.wrap(CommandCodec.encode(command));
    }

    @Setup(Level.Iteration)
    public void forget() {
        filled.forgetIfInMemory();
        index = filled.store().appliedIndex();
    }

    @Benchmark
    public List<Result> put() {
        return apply(puts);
    }

    @Benchmark
    public List<Result> txn() {
        return apply(transactions);
    }

    private List<Result> apply(List<Bytes> encoded) {
        List<LoggedCommand> batch = new ArrayList<>(commands);
        for (int i = 0; i < commands; i++) {
            at = (at + STRIDE) % FilledStore.KEYS;
            batch.add(new LoggedCommand(++index, encoded.get(at)));
        }
        return filled.store().apply(batch, index);
    }

    /** Makes sure that what was measured are commands that write. */
    @TearDown(Level.Iteration)
    public void check() {
        for (List<Bytes> encoded : List.of(puts, transactions)) {
            long before = filled.store().currentRevision();
            apply(encoded);
            long written = filled.store().currentRevision() - before;
            if (written != commands) {
                throw new IllegalStateException(commands + " commands have made " + written + " revisions");
            }
        }
    }

    @TearDown
    public void close() throws IOException {
        filled.close();
    }
}
