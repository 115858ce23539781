package io.quorate.engine;

import io.quorate.core.EntryId;
import io.quorate.engine.snapshot.SnapshotReader;
import io.quorate.engine.snapshot.SnapshotWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The application: what the committed commands mean. All members apply the same commands in the same order, so
 * {@link #apply} must depend on nothing but the state and the command: no clocks, no randomness, no outside.
 *
 * <p>{@link #apply}, {@link #capture} and {@link #restore} are called by one thread at a time; reads by the application
 * itself may run beside them, as far as the application allows it.
 *
 * @param <R> what applying a command results in
 */
public interface StateMachine<R> extends AutoCloseable {

    /** A committed command. The payload is read-only and valid as long as it is referenced. */
    record Command(EntryId id, ByteBuffer payload) {}

    /**
     * The last index whose effect would survive a crash at this moment; 0 if the state is kept in memory alone. After a
     * restart the commands behind it are applied again, so it must be stored atomically with the state it describes
     * (corner case 25).
     */
    long durableIndex();

    /**
     * Applies commands.
     *
     * @param commands consecutive committed commands, by increasing index; entries without a command are left out
     * @param lastIndex the index that the state stands at afterwards; at least the last command's
     * @return one result for each command, in order
     * @throws IOException if the state cannot be kept; the member stops. A command that makes no sense must yield a
     *     result that says so, never an exception: it would stop every member
     */
    List<R> apply(List<Command> commands, long lastIndex) throws IOException;

    /**
     * Takes hold of the present state, cheaply: what is applied later must not show in it. Called between two calls of
     * {@link #apply}.
     */
    Capture capture() throws IOException;

    /**
     * Replaces the whole state by a snapshot's. After a crash in the middle of it, {@link #durableIndex} must not be
     * above what was durable: the engine then restores again.
     */
    void restore(SnapshotReader snapshot) throws IOException;

    /**
     * Looks at the files of a snapshot that another member has sent, before anything that this one has is given up for it. May be called
     * beside everything else.
     *
     * @throws IOException with one sentence if {@link #restore} could not take it for want of something that people must bring; the member
     *     stops, and keeps what it has
     */
    default void requireRestorable(Path folder) throws IOException {}

    /** What a member needs to restore snapshots of this state, in a few words, if it needs anything. */
    default Optional<String> neededToRestore() {
        return Optional.empty();
    }

    /** Goes back to the empty state, with a {@link #durableIndex} of 0. */
    void clear() throws IOException;

    /**
     * The log has lost entries that this state has applied, so that it is about to be replaced by an earlier one. It may be all that is left
     * of them: whoever keeps states durably sets a copy aside, which people can go on from if nobody else has these entries. It may have done
     * so before.
     */
    default void setAside() throws IOException {}

    /** The log has back what it had lost, so that what was set aside, if anything was, is not needed any more. */
    default void forgetAside() throws IOException {}

    @Override
    void close() throws IOException;

    /** A state held fast. Written beside running {@link #apply} calls, by another thread. */
    interface Capture extends AutoCloseable {

        void writeTo(SnapshotWriter snapshot) throws IOException;

        @Override
        void close() throws IOException;
    }
}
