package io.quorate.server.store;

import io.quorate.kv.MvccStore;
import java.util.Optional;

/** Something that a client wants to know of the store. */
@FunctionalInterface
public interface Question<T> {

    /** Answers; may have to wait for a disk. */
    T answer(MvccStore store);

    /** Whether {@link #answerAtOnce} may have an answer. */
    default boolean mayBeToldAtOnce() {
        return false;
    }

    /** Answers if nothing has to be waited for: on a thread that others wait for. */
    default Optional<T> answerAtOnce(MvccStore store) {
        return Optional.empty();
    }
}
