package io.quorate.simulator.workload;

import io.quorate.kv.Command;
import io.quorate.kv.Range;

/** What a client asks for. */
sealed interface Request {

    /** Something that goes through the log. */
    record Write(Command command) implements Request {}

    /** A linearizable read. */
    record Read(Range range) implements Request {}
}
