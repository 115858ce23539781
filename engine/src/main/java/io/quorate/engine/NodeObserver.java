package io.quorate.engine;

import io.quorate.core.CoreStatus;
import io.quorate.core.Effect;
import io.quorate.core.Event;
import io.quorate.engine.log.RaftLog;
import java.util.List;

/**
 * Watches a node from inside, step by step, for verification and tracing. Called on the node's loop, so it must be quick,
 * must not call the node, and must change nothing.
 */
public interface NodeObserver {

    /** Watches nothing. */
    NodeObserver NONE = new NodeObserver() {};

    /**
     * The node has recovered from its disk and is about to take part.
     *
     * @param log the node's log, to be read while the observer is being called, and never else
     */
    default void opened(CoreStatus recovered, RaftLog log) {}

    /**
     * The core has handled an event.
     *
     * @param effects what the core wants done, in order; nothing of it is done yet
     */
    default void stepped(Event event, List<Effect> effects) {}
}
