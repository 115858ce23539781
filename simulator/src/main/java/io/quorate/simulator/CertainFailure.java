package io.quorate.simulator;

import io.quorate.engine.RaftException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Tells failures after which nothing was done, and nothing will be, from those that leave it open (corner case 15). */
public final class CertainFailure {

    private CertainFailure() {}

    /** Whether what was asked for certainly never happens; nothing is certain where there is no answer at all. */
    public static boolean is(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof RaftException.Refused || cause instanceof RaftException.Superseded;
    }
}
