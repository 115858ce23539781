package io.quorate.engine;

import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import io.quorate.core.RaftCore;
import io.quorate.core.RefusedSnapshots;
import io.quorate.core.RestoredState;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.Suspension;
import io.quorate.core.quorum.Configuration;
import io.quorate.engine.disk.DataDirectory;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.Identity;
import io.quorate.engine.log.LogFiles;
import io.quorate.engine.log.LogKeys;
import io.quorate.engine.log.LogOptions;
import io.quorate.engine.log.RaftLog;
import io.quorate.engine.log.RecoveredLog;
import io.quorate.engine.log.WriteAtOnce;
import io.quorate.engine.snapshot.SnapshotStore;
import io.quorate.engine.snapshot.SnapshotStore.OpenSnapshot;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a member's disk at its start, and brings log, snapshots and state machine to a state that belongs together. */
final class NodeOpening {

    private static final Logger LOG = LoggerFactory.getLogger(NodeOpening.class);
    private static final long MAX_SNAPSHOT_BYTES = 1L << 44;

    private NodeOpening() {}

    /** A node's parts, and the lock on its directory. */
    record Opened<R>(NodeParts<R> parts, DataDirectory directory) {}

    static <R> Opened<R> open(
            NodeOptions options,
            Ports ports,
            StateMachine<R> stateMachine,
            EngineMetrics metrics,
            NodeObserver observer)
            throws IOException {
        Identity identity = new Identity(options.clusterId(), options.self(), options.name());
        DataDirectory directory = DataDirectory.open(ports.disk(), identity);
        try {
            return new Opened<>(open(options, ports, stateMachine, metrics, observer, directory), directory);
        } catch (IOException | RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    private static <R> NodeParts<R> open(
            NodeOptions options,
            Ports ports,
            StateMachine<R> stateMachine,
            EngineMetrics metrics,
            NodeObserver observer,
            DataDirectory directory)
            throws IOException {
        LogKeys.of(options.keys()).requireFor(directory.disk());
        Optional<StateRepair> repair = StateRepair.find(directory.disk());
        SnapshotStore snapshots =
                SnapshotStore.open(directory.disk(), MAX_SNAPSHOT_BYTES, stateMachine::requireRestorable);
        if (repair.isPresent()) {
            LOG.warn("The state and its snapshots are dropped: {}", repair.get().reason());
            snapshots.dropAll();
        }
        snapshots.report().forEach(LOG::warn);
        RecoveredLog recovered = openLog(options, ports, directory, snapshots);
        try {
            recovered.report().forEach(LOG::warn);
            requireKind(recovered.log(), options);
            EntryId kept = recovered.log().lastId();
            if (settle(recovered, snapshots, stateMachine, options, directory)) {
                recovered.files().close();
                recovered = openLog(options, ports, directory, snapshots);
            }
            RaftLog log = recovered.log();
            if (!log.votingSuspended()) {
                stateMachine.forgetAside();
            }
            StateMachine<R> machine = options.witness() ? new WitnessState<>(stateMachine) : stateMachine;
            Optional<EntryId> restored = options.witness()
                    ? Optional.of(startOfWitness(log, directory, repair))
                    : restore(log, snapshots, machine, directory, repair);
            EntryId applied = restored.orElse(log.start().last());
            RaftCore core = core(options, log, applied, restored.isEmpty(), repair);
            log.applied(applied.index());
            return new NodeParts<>(
                    options,
                    ports,
                    metrics,
                    observer,
                    core,
                    log,
                    recovered.files(),
                    snapshots,
                    machine,
                    applied,
                    // To a log that was begun anew meanwhile, what it once held belongs no more.
                    recovered
                            .gap()
                            .filter(gap ->
                                    log.lastId().equals(kept) && gap.last().index() >= kept.index()),
                    restored.isEmpty());
        } catch (IOException | RuntimeException e) {
            recovered.files().close();
            throw e;
        }
    }

    /**
     * Changes in the log, durably, what must be in there before the state is touched: the log is all that tells of it then.
     *
     * @return whether anything was changed: then the log is to be opened anew
     */
    private static <R> boolean settle(
            RecoveredLog recovered,
            SnapshotStore snapshots,
            StateMachine<R> stateMachine,
            NodeOptions options,
            DataDirectory directory)
            throws IOException {
        long durable = options.witness() ? durableIndexOfWitness(recovered, snapshots) : stateMachine.durableIndex();
        boolean endIsLost = LostEnd.isUnnoticed(recovered, durable);
        if (endIsLost) {
            String known = options.witness() ? LostEnd.knownBySnapshot(durable) : LostEnd.knownByState(durable);
            LostEnd.note(recovered, known, directory);
        }
        boolean changed = finishInstallation(recovered.log(), snapshots) || endIsLost;
        if (changed) {
            WriteAtOnce.write(recovered.log(), recovered.files());
        }
        return changed;
    }

    /**
     * A witness has no state that could tell, and a snapshot ahead of a log that is whole may be one that was received. Ahead of one that is
     * damaged it may as well be its own, taken of a log that reached as far.
     */
    private static long durableIndexOfWitness(RecoveredLog recovered, SnapshotStore snapshots) {
        return recovered.log().votingSuspended()
                ? snapshots.latest().map(meta -> meta.last().index()).orElse(0L)
                : 0;
    }

    private static RaftCore core(
            NodeOptions options, RaftLog log, EntryId applied, boolean stateMissing, Optional<StateRepair> repair) {
        RestoredState state = new RestoredState(
                log.hardState(),
                log.start(),
                log.names(),
                applied.index(),
                log.suspension(),
                stateMissing,
                repair.map(StateRepair::refused).orElse(RefusedSnapshots.NONE));
        return new RaftCore(options.core(), state, log, new SplittableRandom(options.seed()));
    }

    private static RecoveredLog openLog(
            NodeOptions options, Ports ports, DataDirectory directory, SnapshotStore snapshots) throws IOException {
        return LogFiles.open(
                directory,
                options.group(),
                new SnapshotMeta(EntryId.ORIGIN, options.bootstrap(), 0),
                snapshots.latest(),
                new LogOptions(
                        options.storage().segmentBytes(),
                        LogOptions.DEFAULT.spareSegments(),
                        options.storage().cacheBytes(),
                        options.storage().groupBytes(),
                        LogKeys.of(options.keys()),
                        ports.secrets()));
    }

    /** A witness has no state to bring anywhere, nor one that could be damaged: it stands where its log begins. */
    private static EntryId startOfWitness(RaftLog log, DataDirectory directory, Optional<StateRepair> repair)
            throws IOException {
        if (repair.isPresent()) {
            StateRepair.finish(directory.disk());
        }
        return log.start().last();
    }

    /** What the log holds says whose it is, also where its configurations do not name this member yet. */
    private static void requireKind(RaftLog log, NodeOptions options) throws DataDirectoryException {
        Configuration latest = log.snapshotMetaAt(log.lastId().index()).configuration();
        boolean saysOtherwise =
                latest.isMember(options.self()) && latest.isWitness(options.self()) != options.witness();
        boolean holdsOtherwise = options.witness() ? log.hadCommands() : log.hadWitnessed();
        if (saysOtherwise || holdsOtherwise) {
            throw new DataDirectoryException(WitnessMismatchException.sentence(options.self(), options.witness()));
        }
    }

    /**
     * Lets the log begin at a snapshot that had arrived whole when a crash kept it from being installed: what it covers is
     * committed, and the snapshot before it is gone already. The same goes for a log that was repaired with nothing but a
     * snapshot left: it lacks the chain hash that the snapshot knows.
     *
     * @return whether it was changed
     */
    static boolean finishInstallation(RaftLog log, SnapshotStore snapshots) throws IOException {
        Optional<SnapshotMeta> latest = snapshots.latest();
        if (latest.isEmpty() || !isMissingIn(log, latest.get(), snapshots)) {
            return false;
        }
        SnapshotMeta meta = latest.get();
        Optional<OpenSnapshot> intact = snapshots.open(meta);
        if (intact.isEmpty()) {
            return false;
        }
        intact.get().close();
        LOG.info("the log begins at the snapshot {}, which was received and not yet installed", meta.last());
        HardState known = log.hardState();
        if (known.term() < meta.last().term()) {
            log.saveHardState(new HardState(meta.last().term(), Optional.empty(), known.commitIndex()));
        }
        log.resetTo(meta, snapshots.chainHash(meta), false);
        return true;
    }

    private static boolean isMissingIn(RaftLog log, SnapshotMeta snapshot, SnapshotStore snapshots) throws IOException {
        long index = snapshot.last().index();
        if (index < log.firstIndex() - 1) {
            return false;
        }
        // A log that contradicts a snapshot's last entry is worthless as a whole (corner case 21).
        if (index > log.lastId().index() || !log.idAt(index).equals(snapshot.last())) {
            return true;
        }
        boolean nothingBehindIt =
                index == log.firstIndex() - 1 && index == log.lastId().index();
        return nothingBehindIt
                && log.chainHashAt(index).isEmpty()
                && snapshots.chainHash(snapshot).isPresent();
    }

    /**
     * As {@link #restore(RaftLog, SnapshotStore, StateMachine, DataDirectory)}, after the state was dropped if that was
     * asked for.
     *
     * @return empty if there is no state, and nothing here leads to one
     */
    private static <R> Optional<EntryId> restore(
            RaftLog log,
            SnapshotStore snapshots,
            StateMachine<R> stateMachine,
            DataDirectory directory,
            Optional<StateRepair> repair)
            throws IOException {
        if (repair.isEmpty()) {
            return Optional.of(restore(log, snapshots, stateMachine, directory));
        }
        stateMachine.clear();
        if (log.firstIndex() == 1) {
            LOG.info("the state is built anew from the log, which is here from its beginning");
            StateRepair.finish(directory.disk());
            return Optional.of(EntryId.ORIGIN);
        }
        if (!LostEnd.othersMayHaveIt(log.snapshotMetaAt(log.lastId().index()).configuration(), directory)) {
            throw new DataDirectoryException("The state in data directory " + directory.disk()
                    + " had to be dropped (" + repair.get().reason()
                    + "), the log does not begin at its beginning, and there is no other member to get one from:"
                    + " restore the member from a backup.");
        }
        LOG.warn("The member serves nobody before it has got a snapshot of the leader.");
        return Optional.empty();
    }

    /**
     * Brings the state machine to an entry of the log, from which replaying the log leads on: where it stands, if that is
     * one; else the newest snapshot; else the beginning.
     */
    static <R> EntryId restore(
            RaftLog log, SnapshotStore snapshots, StateMachine<R> stateMachine, DataDirectory directory)
            throws IOException {
        long durable = stateMachine.durableIndex();
        long first = log.firstIndex() - 1;
        long last = log.lastId().index();
        // A damaged log may end with entries that were truncated in what it lost: a state beyond what is certain may be
        // that of others.
        long certain = log.votingSuspended() ? Math.max(first, log.hardState().commitIndex()) : last;
        if (durable >= first && durable <= certain) {
            return log.idAt(durable);
        }
        if (log.votingSuspended() && durable > 0) {
            stateMachine.setAside();
        }
        Optional<EntryId> restored = restoreFromSnapshot(log, snapshots, stateMachine);
        if (restored.isPresent()) {
            return restored.get();
        }
        if (first == 0) {
            LOG.info("replaying the state from the beginning of the log");
            stateMachine.clear();
            return EntryId.ORIGIN;
        }
        Configuration configuration = log.snapshotMetaAt(last).configuration();
        if (LostEnd.othersMayHaveIt(configuration, directory)) {
            LOG.warn(
                    "The log of the entries {} to {} and the state at {} cannot be brought together, and no intact"
                            + " snapshot leads from one to the other: the member forgets both, does not vote, and fetches"
                            + " everything from the leader.",
                    first + 1,
                    last,
                    durable);
            log.suspendVoting(Suspension.ENTRIES_LOST);
            log.resetTo(new SnapshotMeta(EntryId.ORIGIN, configuration, 0), OptionalLong.of(0), false);
            stateMachine.clear();
            return EntryId.ORIGIN;
        }
        throw new DataDirectoryException(
                "Data directory " + directory.disk() + " holds a log of the entries " + (first + 1)
                        + " to " + last + " and a state at " + durable
                        + ", no intact snapshot to lead from one to the other, and there is no other member to get one"
                        + " from: restore the member from a backup.");
    }

    /** From the newest intact snapshot that the log continues, if there is one. */
    private static <R> Optional<EntryId> restoreFromSnapshot(
            RaftLog log, SnapshotStore snapshots, StateMachine<R> stateMachine) throws IOException {
        long first = log.firstIndex() - 1;
        long last = log.lastId().index();
        Optional<SnapshotMeta> latest = snapshots
                .latest()
                .filter(meta -> meta.last().index() >= first && meta.last().index() <= last);
        Optional<OpenSnapshot> snapshot = latest.isPresent() ? snapshots.open(latest.get()) : Optional.empty();
        if (snapshot.isEmpty()) {
            return Optional.empty();
        }
        LOG.info("restoring the state from the snapshot at {}", latest.get().last());
        try (OpenSnapshot open = snapshot.get()) {
            stateMachine.restore(open);
        }
        return Optional.of(latest.get().last());
    }
}
