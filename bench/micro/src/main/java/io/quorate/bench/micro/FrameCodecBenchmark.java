package io.quorate.bench.micro;

import io.quorate.core.EntryBatch;
import io.quorate.core.Message;
import io.quorate.engine.log.CorruptFrameException;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.transport.FrameCodec;
import io.quorate.engine.transport.PeerFrame;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
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

/**
 * Measures what the transport does with one AppendRequest, its entries being encoded already: writing it into a buffer outside
 * of the heap, as it goes to the socket, and reading it from the array that was received. Getting the buffers is not measured.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up before anything else
public class FrameCodecBenchmark {

    private final FrameCodec codec = new FrameCodec(1 << 20);

    @Param({"1", "64"})
    public int entries;

    private PeerFrame frame;
    private ByteBuffer out;
    private ByteBuffer received;

    @Setup
    public void setUp() {
        ByteBuffer command = Entries.command(Entries.COMMAND_BYTES);
        EntryFrame previous = Entries.entry(41, 0, command);
        long last = previous.index() + entries;
        EntryBatch names =
                new EntryBatch(previous.index() + 1, List.of(new EntryBatch.TermRun(Entries.TERM, last)), List.of());
        frame = new PeerFrame.Raft(
                Entries.GROUP,
                new Message.AppendRequest(Entries.TERM, previous.id(), names, previous.index()),
                Entries.following(previous, entries, command),
                OptionalLong.of(previous.chainHash()));
        out = ByteBuffer.allocateDirect(codec.size(frame));
        received = ByteBuffer.allocate(codec.size(frame));
        codec.encode(frame, received);
    }

    @Benchmark
    public ByteBuffer encode() {
        codec.encode(frame, codec.size(frame), out.clear());
        return out;
    }

    @Benchmark
    public PeerFrame decode() throws CorruptFrameException {
        return codec.decode(received.rewind());
    }
}
