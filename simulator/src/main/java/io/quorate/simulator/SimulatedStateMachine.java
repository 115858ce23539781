package io.quorate.simulator;

import io.quorate.engine.StateMachine;
import io.quorate.engine.snapshot.SnapshotReader;
import io.quorate.engine.snapshot.SnapshotWriter;
import io.quorate.kv.Bytes;
import io.quorate.kv.HeapStore;
import io.quorate.kv.LoggedCommand;
import io.quorate.kv.MvccStore;
import io.quorate.kv.OrderedStore;
import io.quorate.kv.Result;
import io.quorate.kv.WriteBatch;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The key-value store as a member's state machine, on the heap, with the durability of the one on disk: what was not
 * flushed when the process dies is lost, and replayed from the log.
 */
final class SimulatedStateMachine implements StateMachine<Result> {

    private static final String FILE = "kv";

    /** How often the store writes what it has in memory to its disk, by itself: once in so many calls. */
    private static final int FLUSH_ONE_IN = 32;

    /** What happens to the state, for whoever watches. */
    interface Listener {
        void applied(List<Command> commands, List<Result> results, long lastIndex);

        void captured(long index);

        void restored(long index);
    }

    private final Listener listener;
    private final SplittableRandom random;
    private final DurableStore durable;
    private HeapStore content;
    private MvccStore store;

    /** @param durable what an earlier life left; takes what this one flushes */
    SimulatedStateMachine(DurableStore durable, SplittableRandom random, Listener listener) {
        this.durable = durable;
        this.random = random;
        this.listener = listener;
        this.content = durable.load();
        this.store = MvccStore.open(content);
    }

    /** The store, to be read from. */
    MvccStore store() {
        return store;
    }

    @Override
    public long durableIndex() {
        return durable.appliedIndex();
    }

    @Override
    public List<Result> apply(List<Command> commands, long lastIndex) {
        List<LoggedCommand> logged = new ArrayList<>(commands.size());
        for (Command command : commands) {
            logged.add(new LoggedCommand(command.id().index(), Bytes.copyOf(command.payload())));
        }
        List<Result> results = store.apply(logged, lastIndex);
        if (results.stream().anyMatch(Result.CompactResult.class::isInstance)) {
            removeCompacted();
        }
        if (random.nextInt(FLUSH_ONE_IN) == 0) {
            flush();
        }
        listener.applied(commands, results, lastIndex);
        return results;
    }

    private void removeCompacted() {
        boolean more = true;
        while (more) {
            more = store.removeCompacted();
        }
    }

    private void flush() {
        durable.save(content, store.appliedIndex());
    }

    @Override
    public Capture capture() {
        flush();
        listener.captured(store.appliedIndex());
        OrderedStore.Cursor held = content.cursor();
        return new Capture() {
            @Override
            public void writeTo(SnapshotWriter snapshot) throws IOException {
                try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(snapshot.create(FILE)))) {
                    for (held.seek(new byte[0]); held.isValid(); held.next()) {
                        byte[] key = held.key();
                        byte[] value = held.value();
                        out.writeInt(key.length);
                        out.writeInt(value.length);
                        out.write(key);
                        out.write(value);
                    }
                    out.writeInt(-1);
                }
            }

            @Override
            public void close() {
                held.close();
            }
        };
    }

    @Override
    public void restore(SnapshotReader snapshot) throws IOException {
        WriteBatch batch = new WriteBatch();
        try (DataInputStream in = new DataInputStream(snapshot.open(FILE))) {
            for (int length = in.readInt(); length >= 0; length = in.readInt()) {
                int valueLength = in.readInt();
                byte[] key = in.readNBytes(length);
                batch.put(key, in.readNBytes(valueLength));
            }
        }
        HeapStore restored = new HeapStore();
        restored.write(batch);
        replaceBy(restored);
        if (store.appliedIndex() != snapshot.meta().last().index()) {
            throw new IOException(
                    "the snapshot at " + snapshot.meta().last() + " holds a state at index " + store.appliedIndex());
        }
        listener.restored(store.appliedIndex());
    }

    @Override
    public void clear() {
        replaceBy(new HeapStore());
        listener.restored(0);
    }

    private void replaceBy(HeapStore replacement) {
        content = replacement;
        store = MvccStore.open(content);
        flush();
    }

    @Override
    public void close() {
        // The heap needs none; what was not flushed is lost with the process.
    }
}
