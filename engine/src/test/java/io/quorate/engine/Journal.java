package io.quorate.engine;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A state machine for tests that remembers every command, a number each, and answers with how many there are by then. */
final class Journal extends InMemoryStateMachine<Integer> {

    private final List<Long> numbers = new ArrayList<>();
    private boolean full;

    static ByteBuffer command(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(0, number);
    }

    @Override
    protected synchronized Integer apply(ByteBuffer command) {
        numbers.add(command.getLong(command.position()));
        return numbers.size();
    }

    /** Whether there is no room to write the state down. */
    synchronized void full(boolean isFull) {
        full = isFull;
    }

    synchronized List<Long> numbers() {
        return List.copyOf(numbers);
    }

    @Override
    protected synchronized void save(DataOutputStream out) throws IOException {
        if (full) {
            throw new IOException("No space left on device");
        }
        out.writeInt(numbers.size());
        for (long number : numbers) {
            out.writeLong(number);
        }
    }

    @Override
    protected synchronized void load(DataInputStream in) throws IOException {
        numbers.clear();
        int size = in.readInt();
        for (int i = 0; i < size; i++) {
            numbers.add(in.readLong());
        }
    }

    @Override
    public synchronized void clear() {
        numbers.clear();
    }
}
