package io.quorate.simulator;

import io.quorate.encryption.MasterKeys;
import io.quorate.engine.StateMachine;
import io.quorate.engine.snapshot.SnapshotReader;
import io.quorate.engine.snapshot.SnapshotWriter;
import io.quorate.kv.Bytes;
import io.quorate.kv.HeapStore;
import io.quorate.kv.LoggedCommand;
import io.quorate.kv.MvccStore;
import io.quorate.kv.OrderedStore;
import io.quorate.kv.Result;
import io.quorate.kv.RevisionEvents;
import io.quorate.kv.SealedStore;
import io.quorate.kv.WriteBatch;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The key-value store as a member's state machine, on the heap, with the durability of the one on disk: what was not
 * flushed when the process dies is lost, and replayed from the log.
 */
final class SimulatedStateMachine implements StateMachine<Result> {

    private static final String FILE = "kv";

    /** How often the store writes what it has in memory to its disk, by itself: once in so many calls. */
    private static final int FLUSH_ONE_IN = 32;

    private static final int PIECE_BYTES = 1 << 14;

    /** Stands for a length where no entry follows: -1. */
    private static final byte[] END = {-1, -1, -1, -1};

    /** What happens to the state, for whoever watches. */
    interface Listener {
        void applied(List<Command> commands, List<Result> results, long lastIndex);

        void captured(long index);

        void restored(long index);
    }

    private final Listener listener;
    private final SplittableRandom random;
    private final DurableStore durable;
    private final Optional<MasterKeys> keys;
    private HeapStore content;
    private MvccStore store;
    private Optional<ClientServices> services = Optional.empty();

    /**
     * Begins a life.
     *
     * @param durable what an earlier life left; takes what this one flushes
     * @param keys what is stored is sealed with, if it is
     */
    SimulatedStateMachine(DurableStore durable, SplittableRandom random, Optional<MasterKeys> keys, Listener listener) {
        this.durable = durable;
        this.random = random;
        this.keys = keys;
        this.listener = listener;
        this.content = durable.load();
        this.store = open(content);
    }

    private MvccStore open(HeapStore stored) {
        return MvccStore.open(keys.<OrderedStore>map(master -> SealedStore.over(stored, master))
                .orElse(stored));
    }

    /** Has what is applied from now on told to what the member does for clients. */
    void setServices(ClientServices clientServices) {
        services = Optional.of(clientServices);
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
        List<RevisionEvents> changes = new ArrayList<>();
        List<Result> results =
                services.isPresent() ? store.apply(logged, lastIndex, changes::addAll) : store.apply(logged, lastIndex);
        for (Result result : results) {
            if (result instanceof Result.CompactResult) {
                removeCompacted();
            }
        }
        if (random.nextInt(FLUSH_ONE_IN) == 0) {
            flush();
        }
        listener.applied(commands, results, lastIndex);
        services.ifPresent(told -> told.applied(results, changes));
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
                try (OutputStream out = snapshot.create(FILE)) {
                    writeAll(held, out);
                }
            }

            @Override
            public void close() {
                held.close();
            }
        };
    }

    /** For each entry both lengths, the key and the value; then -1. Written in large pieces, as there are many small ones. */
    private static void writeAll(OrderedStore.Cursor entries, OutputStream out) throws IOException {
        ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
        for (entries.seek(new byte[0]); entries.isValid(); entries.next()) {
            byte[] key = entries.key();
            byte[] value = entries.value();
            int size = 2 * Integer.BYTES + key.length + value.length;
            if (size > piece.remaining()) {
                out.write(piece.array(), 0, piece.position());
                piece = size > piece.capacity() ? ByteBuffer.allocate(size) : piece.clear();
            }
            piece.putInt(key.length).putInt(value.length).put(key).put(value);
        }
        out.write(piece.array(), 0, piece.position());
        out.write(END);
    }

    @Override
    public void restore(SnapshotReader snapshot) throws IOException {
        WriteBatch batch = new WriteBatch();
        try (DataInputStream in = new DataInputStream(snapshot.open(FILE))) {
            for (int length = in.readInt(); length >= 0; length = in.readInt()) {
                int valueLength = in.readInt();
                if (valueLength < 0) {
                    throw new IOException("a value of " + valueLength + " bytes");
                }
                byte[] key = in.readNBytes(length);
                batch.put(key, in.readNBytes(valueLength));
            }
            // Only whoever reads to the end is told whether what was read is what was written.
            if (in.read() >= 0) {
                throw new IOException("the snapshot goes on behind its last entry");
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
        store = open(content);
        flush();
        services.ifPresent(told -> told.restored(store));
    }

    @Override
    public void close() {
        // The heap needs none; what was not flushed is lost with the process.
    }
}
