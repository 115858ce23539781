package io.quorate.bench.micro;

import io.quorate.core.Effect;
import io.quorate.core.EntryBatch;
import io.quorate.core.EntryId;
import io.quorate.core.Event;
import io.quorate.core.Message;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Measures the algorithm alone, without content of entries, disk and network: all steps that one batch of commands takes at the leader of
 * three members, and at a follower. The events are made in the measured time, too, as the node loop makes them.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class CoreStepBenchmark {

    /** A leader between two batches: nothing is under way. */
    @State(Scope.Thread)
    public static class Leading {

        @Param({"1", "64"})
        public int entries;

        private final DrivenCore core = DrivenCore.leader();
        private final long term = core.term();
        private long last = core.lastIndex();

        @TearDown
        public void check() {
            core.requireCommitted(last);
        }
    }

    /** A follower between two batches, which learns with the next one that the one before is committed. */
    @State(Scope.Thread)
    public static class Following {

        @Param({"1", "64"})
        public int entries;

        private final DrivenCore core = DrivenCore.follower();
        private final long term = core.term();
        private EntryId last = EntryId.ORIGIN;
        private long applied;

        @TearDown
        public void check() {
            core.requireCommitted(applied);
        }
    }

    /** Proposed, sent, durable at a follower and here, committed, durable at the other follower, told to both, applied. */
    @Benchmark
    public void leader(Leading leading, Blackhole effects) {
        long last = leading.last + leading.entries;
        leading.last = last;
        step(leading.core, new Event.Proposed(leading.entries, (long) leading.entries * Entries.ENTRY_BYTES), effects);
        step(leading.core, new Event.Flush(), effects);
        Message accepted = new Message.AppendAccepted(leading.term, last);
        step(leading.core, new Event.Received(DrivenCore.SECOND, accepted), effects);
        step(leading.core, new Event.LogSynced(new EntryId(leading.term, last)), effects);
        step(leading.core, new Event.Received(DrivenCore.THIRD, accepted), effects);
        step(leading.core, new Event.Flush(), effects);
        step(leading.core, new Event.Applied(last), effects);
    }

    /** Received, appended, durable; with it the batch before is committed, and applied. */
    @Benchmark
    public void follower(Following following, Blackhole effects) {
        EntryId prev = following.last;
        EntryId last = new EntryId(following.term, prev.index() + following.entries);
        following.last = last;
        EntryBatch names =
                new EntryBatch(prev.index() + 1, List.of(new EntryBatch.TermRun(last.term(), last.index())), List.of());
        Message request = new Message.AppendRequest(following.term, prev, names, prev.index());
        step(following.core, new Event.Received(DrivenCore.SECOND, request), effects);
        step(following.core, new Event.LogSynced(last), effects);
        if (prev.index() > following.applied) {
            following.applied = prev.index();
            step(following.core, new Event.Applied(prev.index()), effects);
        }
    }

    private static void step(DrivenCore core, Event event, Blackhole consumer) {
        for (Effect effect : core.step(event)) {
            consumer.consume(effect);
        }
    }
}
