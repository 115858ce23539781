package io.quorate.engine;

import io.quorate.core.EntryId;

/** This member's log and the leader's agree on an entry's term and index, and not on what stands there. */
public final class LogDivergedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public LogDivergedException(EntryId id) {
        super("the log differs in content from the leader's before entry " + id
                + ", although terms and indexes agree; this member stops rather than build on it");
    }
}
