package io.quorate.simulator.enumeration;

import io.quorate.core.SnapshotMeta;
import io.quorate.engine.log.RaftLog;
import java.io.IOException;
import java.util.OptionalLong;

/**
 * What a log holds. The chain hash stands for the contents of all its entries.
 *
 * @param start where it begins
 * @param end its last entry, and the configuration in force there
 * @param chain the chain hash at its last entry
 * @param suspended it does not vote
 */
record StorageState(SnapshotMeta start, SnapshotMeta end, OptionalLong chain, boolean suspended) {

    static StorageState of(RaftLog log) throws IOException {
        long last = log.lastId().index();
        return new StorageState(log.start(), log.snapshotMetaAt(last), log.chainHashAt(last), log.votingSuspended());
    }

    @Override
    public String toString() {
        return "log from " + start.last() + " to " + end.last() + ", " + end.configuration() + " of "
                + end.configurationIndex() + (suspended ? ", voting suspended" : "");
    }
}
