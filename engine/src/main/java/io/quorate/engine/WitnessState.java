package io.quorate.engine;

import io.quorate.core.BrokenInvariantException;
import io.quorate.engine.snapshot.SnapshotReader;
import io.quorate.engine.snapshot.WitnessSnapshot;
import java.io.IOException;
import java.util.List;

/**
 * The state machine of a witness: none. It stands wherever the log says, its snapshots are what their manifests say, and the
 * application's own machine is opened and closed, and asked for nothing.
 */
final class WitnessState<R> implements StateMachine<R> {

    private final StateMachine<R> unused;

    WitnessState(StateMachine<R> unused) {
        this.unused = unused;
    }

    @Override
    public long durableIndex() {
        return 0;
    }

    @Override
    public List<R> apply(List<Command> commands, long lastIndex) {
        if (!commands.isEmpty()) {
            throw new BrokenInvariantException("a witness was given the command of entry "
                    + commands.getFirst().id());
        }
        return List.of();
    }

    @Override
    public Capture capture() {
        return WitnessSnapshot.capture();
    }

    @Override
    public void restore(SnapshotReader snapshot) throws IOException {
        WitnessSnapshot.require(snapshot);
    }

    @Override
    public void clear() {}

    @Override
    public void close() throws IOException {
        unused.close();
    }
}
