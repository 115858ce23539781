package io.quorate.core;

import io.quorate.core.quorum.MemberId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * A core with a disk, a state machine and a place to send to, all of which do what they are asked when the test says
 * so: writes are seen at once, are durable after {@link #sync}, and are lost by {@link #restart} before that.
 */
final class SimulatedMember implements LogSizes {

    /** Sees everything that a member does, and objects. */
    interface Observer {
        void stepped(SimulatedMember member, Event event, List<Effect> effects);

        /** Entries were written, though not yet durably. */
        void appended(SimulatedMember member, List<TestEntry> entries);

        /** A message leaves: all that was to be durable before it is. */
        void leaves(SimulatedMember member, Message message, MemberId to);

        void applied(SimulatedMember member, TestEntry entry, long digest);

        void installed(SimulatedMember member, SimulatedDisk.Snapshot snapshot);

        /** It does not know any more what it has promised. */
        void forgets(SimulatedMember member);
    }

    /** Length of every snapshot's stream, and of one piece. */
    static final long SNAPSHOT_BYTES = 30;

    static final int PIECE_BYTES = 10;

    private record Write(Consumer<SimulatedDisk> change, Optional<EntryId> appended, Optional<Event> completion) {}

    private record Held(long writesBefore, Envelope envelope) {}

    final MemberId id;
    private final CoreOptions options;
    private final RandomGenerator random;
    private final Consumer<Envelope> network;
    private final Observer observer;
    private SimulatedDisk durable;
    private SimulatedDisk written;
    private final Deque<Write> unsynced = new ArrayDeque<>();
    private final Deque<Held> held = new ArrayDeque<>();
    private final Deque<Event> completions = new ArrayDeque<>();
    private long writesAsked;
    private long writesDone;
    private Optional<SimulatedDisk.Snapshot> receiving = Optional.empty();
    private Optional<Envelope> handling = Optional.empty();
    private int payloads;
    private int incarnation;
    private RaftCore core;

    SimulatedMember(
            CoreOptions options,
            SnapshotMeta bootstrap,
            RandomGenerator random,
            Consumer<Envelope> network,
            Observer observer) {
        this.id = options.self();
        this.options = options;
        this.random = random;
        this.network = network;
        this.observer = observer;
        this.durable = new SimulatedDisk(bootstrap);
        this.written = durable.copy();
        this.core = new RaftCore(options, durable.restore(), this, random);
    }

    CoreStatus status() {
        return core.status();
    }

    boolean isLeader() {
        return core.status().role() == RoleName.LEADER;
    }

    SimulatedDisk durable() {
        return durable;
    }

    SimulatedDisk written() {
        return written;
    }

    int incarnation() {
        return incarnation;
    }

    boolean hasUnsynced() {
        return !unsynced.isEmpty();
    }

    boolean hasCompletions() {
        return !completions.isEmpty();
    }

    // --- events

    void step(Event event) {
        List<Effect> effects = List.copyOf(core.step(event));
        observer.stepped(this, event, effects);
        effects.forEach(this::execute);
    }

    void tick() {
        step(new Event.Tick());
    }

    /** The engine leaves out a flush of which the core says that there is nothing to do; here it is done, and must do nothing. */
    void flush() {
        if (core.hasToFlush()) {
            step(new Event.Flush());
            return;
        }
        CoreStatus before = core.status();
        List<Effect> effects = List.copyOf(core.step(new Event.Flush()));
        Invariants.check(
                effects.isEmpty() && core.status().equals(before),
                "a flush that was said to have nothing to do: " + effects + " at " + before);
    }

    void receive(Envelope envelope) {
        handling = Optional.of(envelope);
        Optional<Suspicion> suspicion = core.judge(envelope.from(), envelope.message());
        Invariants.check(
                suspicion.isEmpty(),
                "an honest member is suspected by " + core.status().self() + ": " + envelope.from() + " " + suspicion);
        step(new Event.Received(envelope.from(), envelope.message()));
        handling = Optional.empty();
    }

    void propose(int count) {
        step(new Event.Proposed(count, count * TestEntry.BYTES));
    }

    /** The next thing that the engine's other parts have to report. */
    void complete() {
        Optional.ofNullable(completions.poll()).ifPresent(this::step);
    }

    /** Makes the oldest {@code count} writes durable, and lets go what waited for them. */
    void sync(int count) {
        Optional<EntryId> last = Optional.empty();
        for (int i = 0; i < count && !unsynced.isEmpty(); i++) {
            Write write = unsynced.remove();
            write.change().accept(durable);
            writesDone++;
            last = write.appended().isPresent() ? write.appended() : last;
            write.completion().ifPresent(completions::add);
        }
        release();
        last.ifPresent(entry -> completions.add(new Event.LogSynced(entry)));
    }

    void syncAll() {
        sync(unsynced.size());
    }

    /** The state machine's own storage catches up with it. */
    void flushStateMachine() {
        boolean installing = !written.snapshot.equals(durable.snapshot);
        if (installing) {
            // Its storage is replaced together with the log.
            return;
        }
        durable.appliedIndex = written.appliedIndex;
        durable.digest = written.digest;
    }

    /** Takes a snapshot of what is applied, and keeps some entries before it. */
    void snapshot(long keep) {
        long index = core.status().appliedIndex();
        boolean nothingNew = index <= written.snapshot.meta().last().index();
        // A damaged log may end before what was applied.
        boolean logLacksIt = index > written.lastIndex();
        if (nothingNew || logLacksIt || index != written.appliedIndex) {
            return;
        }
        SimulatedDisk.Snapshot taken = new SimulatedDisk.Snapshot(core.snapshotMetaAt(index), written.digest);
        flushStateMachine();
        durable.snapshot = taken;
        written.snapshot = taken;
        step(new Event.SnapshotTaken(taken.meta(), Math.max(0, index - keep)));
    }

    /** Crashes, which loses whatever is not durable, and starts again. */
    void restart() {
        unsynced.clear();
        held.clear();
        completions.clear();
        receiving = Optional.empty();
        writesDone = 0;
        writesAsked = 0;
        incarnation++;
        RestoredState restored = durable.restore();
        written = durable.copy();
        core = new RaftCore(options, restored, this, random);
    }

    /** Crashes, and finds the log damaged from {@code index} on. */
    void restartDamaged(long index) {
        durable.restore();
        if (durable.holds(index)) {
            durable.truncateFrom(index);
        }
        durable.suspension = durable.suspension.and(Suspension.ENTRIES_LOST);
        restart();
    }

    /** Crashes, and finds that its log has lost its end from {@code index} on, and what it had promised since an earlier term. */
    void restartWithoutEnd(long index, long term) {
        durable.restore();
        if (durable.holds(index)) {
            durable.truncateFrom(index);
        }
        // What is left of the log bears witness of the terms of its entries.
        long known = Math.max(term, durable.idAt(durable.lastIndex()).term());
        durable.hardState = new HardState(known, Optional.empty(), 0);
        durable.suspension = Suspension.PROMISES_LOST;
        observer.forgets(this);
        restart();
    }

    /** Starts with a log of entries in these terms, having been in {@code term}. */
    void restartWith(long term, List<Long> terms) {
        durable.hardState = new HardState(term, Optional.empty(), 0);
        durable.log.clear();
        for (int i = 0; i < terms.size(); i++) {
            EntryId entry = new EntryId(terms.get(i), i + 1);
            durable.log.add(new TestEntry(entry, "entry " + entry, Optional.empty()));
        }
        restart();
    }

    // --- effects

    private void execute(Effect effect) {
        switch (effect) {
            case Effect.SaveHardState save ->
                write(
                        disk -> disk.hardState = save.state(),
                        Optional.empty(),
                        Optional.of(new Event.HardStateSynced(save.state())));
            case Effect.AppendProposals append -> appendProposals(append);
            case Effect.AppendNoOp noOp ->
                append(List.of(new TestEntry(noOp.id(), "no-op of " + id, Optional.empty())));
            case Effect.AppendConfiguration append ->
                append(List.of(new TestEntry(append.id(), "configuration", Optional.of(append.configuration()))));
            case Effect.AppendReceived append ->
                append(handling.orElseThrow().entries().stream()
                        .filter(entry -> entry.id().index() >= append.firstIndex()
                                && entry.id().index() <= append.lastIndex())
                        .toList());
            case Effect.TruncateLog truncate -> write(disk -> disk.truncateFrom(truncate.fromIndex()));
            case Effect.CompactLog compact -> write(disk -> disk.compactTo(compact.upToIndex()));
            case Effect.Send send -> send(envelope(send.to(), send.message()));
            case Effect.SendAfterSync send -> {
                held.add(new Held(writesAsked, envelope(send.to(), send.message())));
                release();
            }
            case Effect.Apply apply -> apply(apply.upToIndex());
            case Effect.SendSnapshotChunk chunk -> sendPiece(chunk);
            case Effect.StoreSnapshotChunk store -> {
                receiving = handling.orElseThrow().snapshot();
                long next = store.offset() + store.length();
                completions.add(new Event.SnapshotChunkStored(store.snapshot(), next, next == store.total()));
            }
            case Effect.InstallSnapshot install -> install(install);
            case Effect.ResumeVoting resume -> write(disk -> disk.suspension = Suspension.NONE);
            case Effect.SuspendVoting suspend -> write(disk -> disk.suspension = Suspension.PROMISES_LOST);
            case Effect.TakeSnapshot take -> {}
            case Effect.SnapshotRefused refused -> {}
            case Effect.RejectProposals reject -> {}
            case Effect.RejectConfiguration reject -> {}
            case Effect.ReadReady ready -> {}
            case Effect.ReadFailed failed -> {}
            case Effect.RoleChanged changed -> {}
            case Effect.TransferEnded ended -> {}
            case Effect.TransferRefused refused -> {}
            case Effect.ConfigurationCommitted committed -> {}
        }
    }

    private void write(Consumer<SimulatedDisk> change) {
        write(change, Optional.empty(), Optional.empty());
    }

    private void write(Consumer<SimulatedDisk> change, Optional<EntryId> appended, Optional<Event> completion) {
        change.accept(written);
        unsynced.add(new Write(change, appended, completion));
        writesAsked++;
    }

    private void append(List<TestEntry> entries) {
        write(disk -> disk.append(entries), Optional.of(entries.getLast().id()), Optional.empty());
        observer.appended(this, entries);
    }

    private void appendProposals(Effect.AppendProposals append) {
        List<TestEntry> entries = new ArrayList<>();
        for (int i = 0; i < append.count(); i++) {
            payloads++;
            EntryId entry = new EntryId(append.first().term(), append.first().index() + i);
            entries.add(new TestEntry(entry, id + "." + incarnation + "#" + payloads, Optional.empty()));
        }
        append(List.copyOf(entries));
    }

    private void apply(long upToIndex) {
        for (long index = written.appliedIndex + 1; index <= upToIndex; index++) {
            TestEntry entry = durable.entry(index);
            written.appliedIndex = index;
            written.digest = 31 * written.digest + entry.hashCode();
            observer.applied(this, entry, written.digest);
        }
        completions.add(new Event.Applied(upToIndex));
    }

    private void install(Effect.InstallSnapshot install) {
        SimulatedDisk.Snapshot snapshot = receiving.orElseThrow();
        if (!snapshot.meta().equals(install.snapshot())) {
            throw new AssertionError("stored " + snapshot.meta() + ", to be installed " + install.snapshot());
        }
        observer.installed(this, snapshot);
        write(
                disk -> disk.install(snapshot, install.keepLogTail()),
                Optional.empty(),
                Optional.of(new Event.SnapshotInstalled(snapshot.meta())));
    }

    private void release() {
        while (!held.isEmpty() && held.peek().writesBefore() <= writesDone) {
            send(held.remove().envelope());
        }
    }

    private void send(Envelope envelope) {
        observer.leaves(this, envelope.message(), envelope.to());
        network.accept(envelope);
    }

    private void sendPiece(Effect.SendSnapshotChunk piece) {
        if (!piece.snapshot().equals(written.snapshot.meta())) {
            throw new AssertionError("asked for snapshot " + piece.snapshot() + ", has " + written.snapshot);
        }
        Message message =
                new Message.SnapshotChunk(piece.term(), piece.snapshot(), piece.offset(), PIECE_BYTES, SNAPSHOT_BYTES);
        send(new Envelope(id, piece.to(), message, List.of(), Optional.of(written.snapshot)));
    }

    /** Content is read when the message is sent. */
    private Envelope envelope(MemberId to, Message message) {
        List<TestEntry> entries = List.of();
        if (message instanceof Message.AppendRequest request) {
            int from = (int) (request.entries().firstIndex() - written.start.index() - 1);
            int until = (int) (request.entries().lastIndex() - written.start.index());
            entries = from < until ? List.copyOf(written.log.subList(from, until)) : List.of();
            if (!SimulatedDisk.batch(request.entries().firstIndex(), entries).equals(request.entries())) {
                throw new AssertionError(request + " names other entries than " + entries);
            }
        }
        return new Envelope(id, to, message, entries, Optional.empty());
    }

    // --- sizes

    @Override
    public long lastIndexWithin(long firstIndex, long lastIndex, long maxBytes) {
        requireWritten(firstIndex, lastIndex);
        return Math.min(lastIndex, firstIndex + Math.max(1, maxBytes / TestEntry.BYTES) - 1);
    }

    @Override
    public long bytes(long firstIndex, long lastIndex) {
        requireWritten(firstIndex, lastIndex);
        return (lastIndex - firstIndex + 1) * TestEntry.BYTES;
    }

    private void requireWritten(long firstIndex, long lastIndex) {
        if (!written.holds(firstIndex) || !written.holds(lastIndex)) {
            throw new AssertionError(
                    "sizes of " + firstIndex + " to " + lastIndex + " of a log that ends at " + written.lastIndex());
        }
    }
}
