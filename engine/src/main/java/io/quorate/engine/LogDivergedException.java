package io.quorate.engine;

import io.quorate.core.EntryId;

/**
 * This member's log and the leader's agree on an entry's term and index, and not on what the logs hold up to there. Raft
 * proves that impossible, so one of them was changed by something else; which one, hashes cannot tell.
 */
public final class LogDivergedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient EntryId id;
    private final long ownHash;
    private final long leadersHash;

    /**
     * @param id the entry up to which the logs differ
     * @param ownHash the chain hash of this member's log there
     * @param leadersHash the chain hash of the leader's log there
     */
    public LogDivergedException(EntryId id, long ownHash, long leadersHash) {
        super("the log differs in content from the leader's at or before entry " + id
                + ", although terms and indexes agree: its running hash is " + hex(ownHash) + " here and "
                + hex(leadersHash) + " there; this member stops rather than build on it");
        this.id = id;
        this.ownHash = ownHash;
        this.leadersHash = leadersHash;
    }

    private static String hex(long hash) {
        return String.format("%016x", hash);
    }

    public EntryId id() {
        return id;
    }

    public long ownHash() {
        return ownHash;
    }

    public long leadersHash() {
        return leadersHash;
    }
}
