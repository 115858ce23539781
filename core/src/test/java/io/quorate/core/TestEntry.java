package io.quorate.core;

import io.quorate.core.quorum.Configuration;
import java.util.Optional;

/** An entry with content, as the engine would keep it. */
record TestEntry(EntryId id, String payload, Optional<Configuration> configuration) {

    /** What every entry is taken to occupy. */
    static final long BYTES = 10;
}
