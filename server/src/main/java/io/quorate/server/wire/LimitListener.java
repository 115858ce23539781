package io.quorate.server.wire;

/** Is told of clients that go beyond a limit; on any thread, which it must not hold up. */
@FunctionalInterface
public interface LimitListener {

    /** Listens to nothing. */
    LimitListener NONE = (limit, what) -> {};

    /**
     * A client has gone beyond a limit.
     *
     * @param what who did what, and what was done about it, as half a sentence
     */
    void exceeded(Limit limit, String what);
}
