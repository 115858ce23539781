package io.quorate.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/** A replicated log under load: three durable members in this process, of which the one that leads takes proposals. */
public interface Contender extends AutoCloseable {

    /** Makes a contender ready to take proposals. */
    @FunctionalInterface
    interface Factory {

        /**
         * Starts the members, and waits for a leader.
         *
         * @param folder empty; the members' data goes there
         */
        Contender start(Path folder) throws IOException, TimeoutException;
    }

    /** Is told the end of one proposal, once, on any thread. Must not block. */
    @FunctionalInterface
    interface Completion {

        /**
         * The proposal has ended.
         *
         * @param failure empty if the command is durable on a quorum and was applied by the leader
         */
        void completed(Optional<Throwable> failure);
    }

    /**
     * Proposes at the leader. Never blocks.
     *
     * @param command its remaining bytes; belongs to the contender from now on
     */
    void propose(ByteBuffer command, Completion completion);

    /**
     * Waits until every member has applied the same commands, in the same order, and as many as the leader completed.
     *
     * @throws IllegalStateException if they differ
     */
    void verify(long completed) throws TimeoutException;

    @Override
    void close() throws IOException;
}
