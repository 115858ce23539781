package io.quorate.engine;

import io.quorate.core.EntryId;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.encryption.MasterKeys;
import io.quorate.engine.disk.DataDirectory;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.Identity;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.log.EntryKind;
import io.quorate.engine.log.LogFiles;
import io.quorate.engine.log.LogKeys;
import io.quorate.engine.log.LogOptions;
import io.quorate.engine.log.RaftLog;
import io.quorate.engine.log.RecoveredLog;
import io.quorate.engine.snapshot.SnapshotStore;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The state that a data directory leads to if every entry of its log is taken for committed. That is for people to decide, once
 * those members are gone for good that could have told; a node never does it.
 */
public final class LastState {

    private static final int GROUP = 0;
    private static final long MAX_SNAPSHOT_BYTES = 1L << 44;
    private static final long PIECE_BYTES = 1 << 20;

    /** A log that is there says itself where it begins. */
    private static final SnapshotMeta UNUSED_START = new SnapshotMeta(EntryId.ORIGIN, Configuration.of(Set.of()), 0);

    private LastState() {}

    /**
     * Where the state machine stands then.
     *
     * @param last the last entry of the log
     * @param chainHash of the log there, if it is known
     */
    public record Reached(EntryId last, OptionalLong chainHash) {}

    /**
     * Brings a state machine to the last entry of the log. The directory should be a copy: what a start mends is mended.
     *
     * @param disk of a member's data directory that is not in use
     * @param stateMachine with the state that belongs to it, or with none
     * @param keys of what is sealed
     * @throws DataDirectoryException if the log is damaged, or nothing here leads to a state in it
     */
    @SuppressWarnings("try") // The files are named to be closed.
    public static <R> Reached reach(Disk disk, StateMachine<R> stateMachine, Optional<MasterKeys> keys)
            throws IOException {
        Identity identity = DataDirectory.identityOf(disk)
                .orElseThrow(() -> new DataDirectoryException("Data directory " + disk + " is no member's."));
        try (DataDirectory directory = DataDirectory.open(disk, identity);
                SnapshotStore snapshots = SnapshotStore.open(disk, MAX_SNAPSHOT_BYTES)) {
            RecoveredLog recovered = LogFiles.open(
                    directory, GROUP, UNUSED_START, snapshots.latest(), LogOptions.DEFAULT.with(LogKeys.of(keys)));
            RaftLog log = recovered.log();
            try (LogFiles files = recovered.files()) {
                if (LostEnd.isUnnoticed(recovered, stateMachine.durableIndex())) {
                    LostEnd.note(recovered, LostEnd.knownByState(stateMachine.durableIndex()), directory);
                }
                requireVoting(log, disk);
                NodeOpening.finishInstallation(log, snapshots);
                requireData(log, disk, identity);
                EntryId restored = NodeOpening.restore(log, snapshots, stateMachine, directory);
                requireVoting(log, disk);
                apply(log, restored.index() + 1, stateMachine);
                return new Reached(log.lastId(), log.chainHashAt(log.lastId().index()));
            }
        }
    }

    /** Voting is what a start suspends if the log is damaged, and if log and state cannot be brought together. */
    private static void requireVoting(RaftLog log, Disk disk) throws DataDirectoryException {
        if (log.votingSuspended()) {
            throw new DataDirectoryException("The log in data directory " + disk
                    + " is damaged, or no state leads to it: run 'quorate verify data' on it.");
        }
    }

    /** A witness's log leads to no state, whatever is taken for committed. */
    private static void requireData(RaftLog log, Disk disk, Identity identity) throws DataDirectoryException {
        Configuration latest = log.snapshotMetaAt(log.lastId().index()).configuration();
        if (log.hadWitnessed() || latest.isWitness(identity.member())) {
            throw new DataDirectoryException("Data directory " + disk
                    + " is a witness's, which holds no data: take that of a member with data.");
        }
    }

    private static <R> void apply(RaftLog log, long firstIndex, StateMachine<R> stateMachine) throws IOException {
        long end = log.lastId().index();
        for (long first = firstIndex; first <= end; ) {
            long last = log.lastIndexWithin(first, end, PIECE_BYTES);
            List<StateMachine.Command> commands = log.read(first, last).stream()
                    .filter(entry -> entry.kind() == EntryKind.COMMAND)
                    .map(LastState::command)
                    .toList();
            stateMachine.apply(commands, last);
            log.applied(last);
            first = last + 1;
        }
    }

    private static StateMachine.Command command(EntryFrame entry) {
        return new StateMachine.Command(entry.id(), entry.payload());
    }
}
