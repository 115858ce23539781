package io.quorate.simulator.enumeration;

import io.quorate.core.HardState;
import io.quorate.core.SnapshotMeta;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.log.RaftLog;
import io.quorate.engine.snapshot.SnapshotStore;
import io.quorate.engine.snapshot.SnapshotStore.OpenSnapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a member's disk may hold after a crash: a state that log and snapshots were in since the latest that was
 * acknowledged, that one included, and no other.
 */
final class StorageModel {

    /** A snapshot that was written or received, or is being. */
    private record Snapshot(SnapshotMeta meta, OptionalLong chain) {}

    private final List<StorageState> states = new ArrayList<>();
    private final List<HardState> hardStates = new ArrayList<>();
    private final Map<Long, Integer> statesAtTicket = new HashMap<>();
    private final Map<Long, EntryFrame> written = new HashMap<>();
    private final Map<Long, EntryFrame> latestAt = new HashMap<>();
    private final List<Snapshot> snapshots = new ArrayList<>();

    /** The oldest state that may be found. */
    private int acknowledged;

    /** How many of the snapshots are stored: the last of these, or a later one, must be found. */
    private int storedSnapshots;

    // ---- What the member does.

    /** Another life begins, of which only the opening has any state: what {@code opened} says. */
    void begin(StorageState opened, HardState hardState) {
        states.clear();
        hardStates.clear();
        statesAtTicket.clear();
        states.add(opened);
        hardStates.add(hardState);
        acknowledged = 0;
    }

    void appended(EntryFrame entry) {
        written.put(entry.chainHash(), entry);
        latestAt.put(entry.index(), entry);
    }

    /** The log was changed. */
    void changed(RaftLog log) throws IOException {
        states.add(StorageState.of(log));
        hardStates.add(log.hardState());
    }

    void submitted(long ticket) {
        statesAtTicket.put(ticket, states.size());
    }

    void synced(long ticket) {
        acknowledged = Optional.ofNullable(statesAtTicket.get(ticket)).orElseThrow() - 1;
    }

    void snapshotBegun(SnapshotMeta meta, OptionalLong chain) {
        snapshots.add(new Snapshot(meta, chain));
    }

    void snapshotStored() {
        storedSnapshots = snapshots.size();
    }

    /** Tells apart what had been acknowledged at two moments of one life. */
    long acknowledgment() {
        return acknowledged * 1_000L + storedSnapshots;
    }

    /** Whether nothing has happened yet. */
    boolean isNew() {
        return states.isEmpty();
    }

    /** The entry of this index that was written last. */
    EntryFrame writtenLastAt(long index) {
        return Optional.ofNullable(latestAt.get(index)).orElseThrow();
    }

    /** A model for another future of the member, to be begun. */
    StorageModel fork() {
        StorageModel fork = new StorageModel();
        fork.written.putAll(written);
        fork.snapshots.addAll(snapshots);
        fork.storedSnapshots = storedSnapshots;
        return fork;
    }

    long lastIndex() {
        return last().end().last().index();
    }

    /** The present state. */
    StorageState last() {
        return states.getLast();
    }

    // ---- What a recovery finds.

    /** Checks everything that was recovered, and reads it. */
    void check(StoredMember found) throws IOException {
        RaftLog log = found.log();
        StorageState state = StorageState.of(log);
        require(
                states.subList(acknowledged, states.size()).contains(state),
                "found was a " + state + "; acknowledged was a " + states.get(acknowledged) + ", the last was a "
                        + last());
        HardState hard = log.hardState();
        require(
                hardStates.subList(acknowledged, hardStates.size()).stream()
                        .anyMatch(one ->
                                one.term() == hard.term() && one.votedFor().equals(hard.votedFor())),
                "term and vote were " + hardStates.get(acknowledged) + " when last acknowledged, and are " + hard);
        require(hard.commitIndex() <= log.lastId().index(), "the commit index is behind the log's end: " + hard);
        require(hard.term() >= log.lastId().term(), "the log's end is of a later term than " + hard);
        checkChain(log);
        checkSnapshots(found.snapshots());
    }

    /** Reads the log: each entry is one that was written, and continues the one before. */
    private void checkChain(RaftLog log) throws IOException {
        OptionalLong chain = log.chainHashAt(log.firstIndex() - 1);
        long index = log.firstIndex();
        for (EntryFrame entry : log.read(index, log.lastId().index())) {
            require(entry.index() == index++, "the log has a gap before " + entry);
            require(chain.isEmpty() || entry.continues(chain.getAsLong()), entry + " does not continue the chain");
            EntryFrame original = written.get(entry.chainHash());
            require(original != null && original.bytes().equals(entry.bytes()), entry + " was never written");
            chain = OptionalLong.of(entry.chainHash());
        }
        require(index == log.lastId().index() + 1, "the log ends before " + log.lastId());
    }

    private void checkSnapshots(SnapshotStore store) throws IOException {
        Optional<SnapshotMeta> latest = store.latest();
        if (latest.isEmpty()) {
            require(storedSnapshots == 0, "no snapshot is there, though some were stored");
            return;
        }
        int known = -1;
        for (int i = 0; i < snapshots.size(); i++) {
            known = snapshots.get(i).meta.equals(latest.get()) ? i : known;
        }
        require(
                known >= storedSnapshots - 1,
                "the newest snapshot is " + latest.get() + ", which is not the newest stored");
        require(
                store.chainHash(latest.get()).equals(snapshots.get(known).chain),
                "the snapshot " + latest.get().last() + " names another chain hash");
        Optional<OpenSnapshot> open = store.open(latest.get());
        require(open.isPresent(), "the snapshot " + latest.get().last() + " is damaged");
        try (OpenSnapshot snapshot = open.orElseThrow()) {
            SnapshotContent.check(snapshot);
        }
    }

    private static void require(boolean holds, String otherwise) throws IOException {
        if (!holds) {
            throw new IOException(otherwise);
        }
    }
}
