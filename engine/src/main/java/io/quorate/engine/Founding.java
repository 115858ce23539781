package io.quorate.engine;

import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.encryption.MasterKeys;
import io.quorate.engine.disk.DataDirectory;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.Identity;
import io.quorate.engine.log.LogFiles;
import io.quorate.engine.log.LogKeys;
import io.quorate.engine.log.LogOptions;
import io.quorate.engine.log.RecoveredLog;
import io.quorate.engine.log.WriteAtOnce;
import io.quorate.engine.snapshot.SnapshotStore;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Lets a member that is new begin with a state that came about elsewhere, instead of with nothing: its log begins behind a first
 * entry that stands for that state, and that all founders of the cluster have as if they had agreed on it.
 */
public final class Founding {

    /** The entry that stands for the state. */
    public static final EntryId FIRST = new EntryId(1, 1);

    private static final int GROUP = 0;
    private static final long MAX_SNAPSHOT_BYTES = 1L << 44;

    private Founding() {}

    /**
     * Where the log of a new member begins.
     *
     * @param first the entry that stands for the state, and the founders of the cluster
     * @param chainHash stands for the state in the log's chain hash; empty if nobody else begins with this state
     * @param term that the member is in; at least that of the entry
     */
    public record Beginning(SnapshotMeta first, OptionalLong chainHash, long term) {}

    /**
     * Writes the first snapshot, the log, and whose they are, durably.
     *
     * @param disk of a data directory that no member has used yet
     * @param configuration the founders of the cluster
     * @param chainHash stands for the state in the log's chain hash, so that founders which begin with different states find out
     *     by their first message: it must depend on the state alone
     * @param state stands at {@link #FIRST}; closed
     * @param keys what is written is sealed with; none if it is not sealed
     * @throws DataDirectoryException if the directory was used already
     */
    public static void begin(
            Disk disk,
            Identity identity,
            Configuration configuration,
            long chainHash,
            StateMachine.Capture state,
            Optional<MasterKeys> keys)
            throws IOException {
        SnapshotMeta first = new SnapshotMeta(FIRST, configuration, 0);
        begin(disk, identity, new Beginning(first, OptionalLong.of(chainHash), FIRST.term()), state, keys);
    }

    /** As the other one, with another entry than the first. */
    public static void begin(
            Disk disk, Identity identity, Beginning beginning, StateMachine.Capture state, Optional<MasterKeys> keys)
            throws IOException {
        try (DataDirectory directory = DataDirectory.open(disk, identity);
                SnapshotStore snapshots = SnapshotStore.open(disk, MAX_SNAPSHOT_BYTES)) {
            if (!directory.isNew()) {
                throw new DataDirectoryException("Data directory " + disk + " was used already: give an empty one.");
            }
            SnapshotMeta first = beginning.first();
            snapshots.writeLocal(first, beginning.chainHash(), state);
            RecoveredLog recovered = LogFiles.open(
                    directory,
                    GROUP,
                    new SnapshotMeta(EntryId.ORIGIN, first.configuration(), 0),
                    Optional.of(first),
                    LogOptions.DEFAULT.with(LogKeys.of(keys)));
            try (LogFiles files = recovered.files()) {
                NodeOpening.finishInstallation(recovered.log(), snapshots);
                recovered
                        .log()
                        .saveHardState(new HardState(
                                beginning.term(), Optional.empty(), first.last().index()));
                WriteAtOnce.write(recovered.log(), files);
            }
        }
    }
}
