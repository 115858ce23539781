package io.quorate.engine.log;

import io.quorate.core.SnapshotMeta;
import io.quorate.engine.disk.DataDirectory;
import java.io.IOException;
import java.util.Optional;

/** The segment files of one log: which there are, which one is written, and which can be used again. */
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class LogFiles implements AutoCloseable {

    private LogFiles() {}

    /**
     * Opens the log of a data directory, or begins one in a new directory. Cuts off a torn tail; keeps the intact prefix
     * of a damaged log, moves the damage aside, and suspends voting.
     *
     * @param group the Raft group
     * @param bootstrap where a new log begins: the first configuration, at the origin
     * @param newestSnapshot the newest verified local snapshot; a damaged log may begin there where its own beginning is
     *     lost
     * @throws io.quorate.engine.disk.DataDirectoryException if the log belongs to another, or is damaged such that term
     *     and vote cannot be determined; nothing was changed then
     */
    public static RecoveredLog open(
            DataDirectory directory,
            int group,
            SnapshotMeta bootstrap,
            Optional<SnapshotMeta> newestSnapshot,
            LogOptions options)
            throws IOException {
        if (directory.isNew()) {
            directory.initialized();
        }
        throw new UnsupportedOperationException();
    }

    /** Closes the files; the writer must have come to rest. */
    @Override
    public void close() throws IOException {
        throw new UnsupportedOperationException();
    }
}
