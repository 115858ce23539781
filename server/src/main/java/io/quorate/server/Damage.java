package io.quorate.server;

import io.quorate.engine.LogDivergedException;
import io.quorate.engine.log.DamagedLogException;
import io.quorate.kv.StoreException;
import io.quorate.server.store.DamagedStateException;
import java.util.Optional;
import java.util.function.Predicate;

/** Tells from what a failure came of whether files are damaged, and which. */
final class Damage {

    private Damage() {}

    /** A durable entry of the log cannot be read back. */
    static boolean isOfLog(Throwable failure) {
        return find(failure, DamagedLogException.class::isInstance).isPresent();
    }

    /** The log is another one than the leader's, though both name the same entries. */
    static Optional<LogDivergedException> ofDivergedLog(Throwable failure) {
        return find(failure, LogDivergedException.class::isInstance).map(LogDivergedException.class::cast);
    }

    /** The store's files are not what was written. */
    static boolean isOfStore(Throwable failure) {
        return find(
                        failure,
                        cause -> cause instanceof DamagedStateException
                                || (cause instanceof StoreException store && store.isDamage()))
                .isPresent();
    }

    private static Optional<Throwable> find(Throwable failure, Predicate<Throwable> wanted) {
        Optional<Throwable> next = Optional.of(failure);
        while (next.isPresent() && !wanted.test(next.get())) {
            next = Optional.ofNullable(next.get().getCause());
        }
        return next;
    }
}
