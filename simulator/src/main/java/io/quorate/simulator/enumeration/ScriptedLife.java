package io.quorate.simulator.enumeration;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.Suspension;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.log.ConfigurationCodec;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.log.EntryKind;
import io.quorate.engine.log.RaftLog;
import io.quorate.engine.snapshot.SnapshotStore;
import io.quorate.engine.snapshot.SnapshotStore.ReceiveResult;
import io.quorate.simulator.disk.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;

/** What a member does to its log and snapshots from one start to the next, in the words of the scenario. */
final class ScriptedLife implements AutoCloseable {

    private final StoredMember member;
    private final StorageModel model;

    /** @param model told of everything before it reaches the disk */
    ScriptedLife(Disk disk, StorageModel model) throws IOException {
        this.member = new StoredMember(disk, model::synced);
        this.model = model;
    }

    StoredMember member() {
        return member;
    }

    private RaftLog log() {
        return member.log();
    }

    private long last() {
        return log().lastId().index();
    }

    private long term() {
        return log().hardState().term();
    }

    /** Appends entries of the present term, each with so many bytes of payload. */
    ScriptedLife append(int count, int bytes) throws IOException {
        for (int i = 0; i < count; i++) {
            String text = (last() + 1) + " in term " + term() + " ";
            byte[] payload =
                    text.repeat(1 + bytes / text.length()).substring(0, bytes).getBytes(UTF_8);
            append(EntryKind.COMMAND, ByteBuffer.wrap(payload));
        }
        return this;
    }

    /** Appends a configuration with these members beside the first ones as learners. */
    ScriptedLife configure(long... learners) throws IOException {
        append(EntryKind.CONFIGURATION, ConfigurationCodec.encode(withLearners(learners)));
        return this;
    }

    private static Configuration withLearners(long... learners) {
        TreeSet<MemberId> added = new TreeSet<>();
        for (long learner : learners) {
            added.add(new MemberId(learner));
        }
        return new Configuration(StoredMember.MEMBERS.voters(), new TreeSet<>(), added);
    }

    private void append(EntryKind kind, ByteBuffer payload) throws IOException {
        long previous = log().chainHashAt(last()).orElseThrow();
        EntryFrame entry = EntryFrame.encode(0, new EntryId(term(), last() + 1), kind, previous, payload);
        model.appended(entry);
        log().append(entry);
        model.changed(log());
    }

    /** Enters the next term and votes in it, or does not. */
    ScriptedLife vote(long candidate) throws IOException {
        Optional<MemberId> votedFor = candidate == 0 ? Optional.empty() : Optional.of(new MemberId(candidate));
        log().saveHardState(
                        new HardState(term() + 1, votedFor, log().hardState().commitIndex()));
        model.changed(log());
        return this;
    }

    /** Notes that all but the last so many entries are committed. */
    ScriptedLife commit(int allBut) throws IOException {
        HardState hard = log().hardState();
        log().saveHardState(new HardState(hard.term(), hard.votedFor(), Math.max(hard.commitIndex(), last() - allBut)));
        model.changed(log());
        return this;
    }

    /** Drops the last so many entries. */
    ScriptedLife truncate(int count) throws IOException {
        log().truncateFrom(last() - count + 1);
        model.changed(log());
        return this;
    }

    ScriptedLife suspend() throws IOException {
        log().suspendVoting(Suspension.PROMISES_LOST);
        model.changed(log());
        return this;
    }

    ScriptedLife resume() throws IOException {
        log().resumeVoting();
        model.changed(log());
        return this;
    }

    /** Hands what has gathered to the writer, which does not run yet: the next {@link #sync} writes it as one group. */
    ScriptedLife submit() {
        long ticket = member.submit();
        if (ticket > 0) {
            model.submitted(ticket);
        }
        return this;
    }

    /** Waits until everything is durable. */
    ScriptedLife sync() {
        submit();
        member.run();
        return this;
    }

    /** As {@link #sync}, and marks how far the log is durable. */
    ScriptedLife settle() {
        sync();
        member.idle();
        return this;
    }

    /** Takes a snapshot at the last entry but so many. */
    ScriptedLife snapshot(int before) throws IOException {
        SnapshotMeta meta = log().snapshotMetaAt(last() - before);
        OptionalLong chain = log().chainHashAt(meta.last().index());
        model.snapshotBegun(meta, chain);
        member.snapshots().writeLocal(meta, chain, SnapshotContent.capture(meta));
        model.snapshotStored();
        return this;
    }

    /** Drops the head of the log, up to the newest snapshot less so many entries. */
    ScriptedLife compact(int kept) throws IOException {
        long to = member.snapshots().latest().orElseThrow().last().index() - kept;
        log().compactTo(to);
        model.changed(log());
        return this;
    }

    /**
     * Receives another member's snapshot of an entry so far ahead of the log's end, or before it.
     *
     * @param chunkBytes the size of the pieces
     * @param upTo how many bytes arrive, at most
     */
    ScriptedLife receive(int ahead, int chunkBytes, int upTo) throws IOException {
        long index = last() + ahead;
        SnapshotMeta meta = ahead <= 0
                ? log().snapshotMetaAt(index)
                : new SnapshotMeta(new EntryId(term(), index), withLearners(9), index - 1);
        OptionalLong chain = ahead <= 0 ? log().chainHashAt(index) : OptionalLong.of(0x5eed ^ index);
        if (receive(member.snapshots(), meta, chain, chunkBytes, upTo, () -> model.snapshotBegun(meta, chain))) {
            model.snapshotStored();
        }
        return this;
    }

    /** Whether the whole of it was received. */
    static boolean receive(
            SnapshotStore into, SnapshotMeta meta, OptionalLong chain, int chunkBytes, int upTo, Runnable beforeLast)
            throws IOException {
        SnapshotStore sender = SnapshotStore.open(SimulatedDisk.ofSeed(1), 1 << 30);
        sender.writeLocal(meta, chain, SnapshotContent.capture(meta));
        long total = sender.streamLength(meta).orElseThrow();
        long offset = 0;
        while (offset < upTo) {
            ByteBuffer chunk = sender.readChunk(meta, offset, chunkBytes);
            if (offset + chunk.remaining() == total) {
                beforeLast.run();
            }
            switch (into.storeChunk(meta, offset, total, chunk)) {
                case ReceiveResult.Partial partial -> offset = partial.nextOffset();
                case ReceiveResult.Complete ignored -> {
                    return true;
                }
                case ReceiveResult.Refused refused -> throw refused.why();
                case ReceiveResult.Damaged damaged ->
                    throw new IOException("what was received undamaged is refused: " + damaged.reason());
            }
        }
        return false;
    }

    /** Lets the log begin at the newest snapshot, with what follows or without. */
    ScriptedLife install(boolean keepTail) throws IOException {
        SnapshotMeta meta = member.snapshots().latest().orElseThrow();
        log().resetTo(meta, member.snapshots().chainHash(meta), keepTail);
        model.changed(log());
        return this;
    }

    /** What a node does at its start with a snapshot that had arrived and was not installed. */
    ScriptedLife finishInstallation() throws IOException {
        Optional<SnapshotMeta> latest = member.snapshots().latest();
        if (latest.isPresent()) {
            EntryId end = latest.get().last();
            boolean there = end.index() < log().firstIndex() - 1
                    || (end.index() <= last() && log().idAt(end.index()).equals(end));
            if (!there || log().chainHashAt(last()).isEmpty()) {
                install(false);
            }
        }
        return this;
    }

    @Override
    public void close() throws IOException {
        member.close();
    }
}
