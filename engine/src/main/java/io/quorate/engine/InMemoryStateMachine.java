package io.quorate.engine;

import io.quorate.engine.snapshot.SnapshotReader;
import io.quorate.engine.snapshot.SnapshotWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A state machine that keeps its state in memory: what it needs to be is a command's effect, and a way to write the state
 * down and to read it again. After a restart the engine restores the newest snapshot and replays the log behind it.
 *
 * <p>Meant for states that are written down in a moment: {@link #save} runs between two commands.
 *
 * @param <R> what applying a command results in
 */
public abstract class InMemoryStateMachine<R> implements StateMachine<R> {

    private static final String FILE = "state";

    /** Applies one command. Must not throw for any command: a result can say that it made no sense. */
    protected abstract R apply(ByteBuffer command);

    /** Writes the whole state down. */
    protected abstract void save(DataOutputStream out) throws IOException;

    /** Replaces the whole state by what {@link #save} wrote. */
    protected abstract void load(DataInputStream in) throws IOException;

    /** Replaces the whole state by the empty one. */
    @Override
    public abstract void clear();

    @Override
    public final long durableIndex() {
        return 0;
    }

    @Override
    public final List<R> apply(List<Command> commands, long lastIndex) {
        List<R> results = new ArrayList<>(commands.size());
        for (Command command : commands) {
            results.add(apply(command.payload()));
        }
        return results;
    }

    @Override
    public final Capture capture() throws IOException {
        ByteArrayOutputStream state = new ByteArrayOutputStream();
        save(new DataOutputStream(state));
        return new Capture() {
            @Override
            public void writeTo(SnapshotWriter snapshot) throws IOException {
                try (OutputStream out = snapshot.create(FILE)) {
                    state.writeTo(out);
                }
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public final void restore(SnapshotReader snapshot) throws IOException {
        try (InputStream in = snapshot.open(FILE)) {
            load(new DataInputStream(new ByteArrayInputStream(in.readAllBytes())));
        }
    }

    @Override
    public void close() {}
}
