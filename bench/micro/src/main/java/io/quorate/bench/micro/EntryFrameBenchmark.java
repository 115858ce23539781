package io.quorate.bench.micro;

import io.quorate.engine.log.CorruptFrameException;
import io.quorate.engine.log.EntryFrame;
import java.nio.ByteBuffer;
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
import org.openjdk.jmh.annotations.Warmup;

/** Measures what it takes to encode one log entry, which the leader does once, and to decode one, which every other member does. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up before anything else
public class EntryFrameBenchmark {

    @Param({"16", "256", "4096"})
    public int commandBytes;

    private ByteBuffer command;
    private ByteBuffer encoded;
    private long index;
    private long chain;

    @Setup
    public void setUp() {
        command = Entries.command(commandBytes);
        EntryFrame entry = Entries.entry(1, 0, command);
        encoded = ByteBuffer.allocate(entry.size());
        entry.writeTo(encoded);
    }

    @Benchmark
    public EntryFrame encode() {
        EntryFrame entry = Entries.entry(++index, chain, command);
        chain = entry.chainHash();
        return entry;
    }

    @Benchmark
    public EntryFrame decode() throws CorruptFrameException {
        return EntryFrame.decode(encoded.rewind());
    }
}
