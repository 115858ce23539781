package io.quorate.engine;

import io.quorate.core.EntryBatch;
import io.quorate.core.EntryBatch.TermRun;
import io.quorate.core.EntryId;
import io.quorate.core.Message;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.FaultyDisk;
import io.quorate.engine.log.ConfigurationCodec;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.log.EntryKind;
import io.quorate.engine.snapshot.SnapshotStore;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.PeerFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Member 1, whose disk is in memory, whose peers are played by the test, and none of whose executors runs unless the test
 * says so. It is never closed: a test that is done with it has it crash.
 */
final class HandDrivenNode {

    static final MemberId SELF = new MemberId(1);

    /** What the peers' entries hold before the first: the log's chain hash there. */
    private static final long FIRST_CHAIN = 0;

    final FaultyDisk disk;
    final Journal journal = new Journal();
    final Deque<Runnable> loop = new ArrayDeque<>();
    final Deque<Runnable> logWriter = new ArrayDeque<>();
    final Deque<Runnable> applier = new ArrayDeque<>();
    final Deque<Runnable> background = new ArrayDeque<>();
    final RaftNode<Integer> node;
    private final List<PeerFrame> sent = new ArrayList<>();
    private final List<Runnable> ticks = new ArrayList<>();
    private final List<Network.Listener> listeners = new ArrayList<>();
    private Consumer<PeerFrame> onSend = sent::add;
    private long nanos;

    HandDrivenNode(FaultyDisk disk, Configuration members, long seed, UnaryOperator<NodeOptions> settings)
            throws IOException {
        this(disk, members, seed, settings, machine -> machine);
    }

    /** @param kept what the node takes the journal for */
    HandDrivenNode(
            FaultyDisk disk,
            Configuration members,
            long seed,
            UnaryOperator<NodeOptions> settings,
            UnaryOperator<StateMachine<Integer>> kept)
            throws IOException {
        this(disk, members, seed, settings, kept, EngineMetrics.NONE);
    }

    /** @param metrics is told what the node measures, on the clock that {@link #pass} moves */
    HandDrivenNode(
            FaultyDisk disk,
            Configuration members,
            long seed,
            UnaryOperator<NodeOptions> settings,
            UnaryOperator<StateMachine<Integer>> kept,
            EngineMetrics metrics)
            throws IOException {
        this.disk = disk;
        NodeOptions plain = NodeOptions.of(7, SELF, "one", members);
        NodeOptions seeded = new NodeOptions(
                plain.group(),
                plain.clusterId(),
                plain.self(),
                plain.name(),
                plain.bootstrap(),
                plain.timing(),
                plain.storage(),
                plain.flow(),
                seed);
        Scheduler scheduler = (interval, task) -> {
            ticks.add(task);
            return () -> {};
        };
        Ports ports = new Ports(
                () -> nanos,
                scheduler,
                disk,
                this::open,
                loop::add,
                logWriter::add,
                applier::add,
                background::add,
                // Begun anew at each start, so two segments may have the same, as no member's do.
                new SplittableRandom(seed)::nextLong);
        node = RaftNode.start(settings.apply(seeded), ports, kept.apply(journal), metrics);
    }

    private Network open(Network.Listener listener) {
        listeners.add(listener);
        return new Network() {
            @Override
            public void membersChanged(Configuration current, Configuration committed) {}

            @Override
            public void send(MemberId to, PeerFrame frame) {
                onSend.accept(frame);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }

    /** From now on, what is sent goes here. */
    void onSend(Consumer<PeerFrame> receiver) {
        onSend = receiver;
    }

    /** Runs what has queued there, and whatever that makes queue there. Whether there was anything. */
    static boolean run(Deque<Runnable> executor) {
        boolean ran = false;
        while (!executor.isEmpty()) {
            executor.remove().run();
            ran = true;
        }
        return ran;
    }

    /** Runs all executors until none has anything to do. */
    void settle() {
        settle(List.of(loop, logWriter, applier, background));
    }

    void settle(List<Deque<Runnable>> executors) {
        boolean ran = true;
        while (ran) {
            ran = false;
            for (Deque<Runnable> executor : executors) {
                ran |= run(executor);
            }
        }
    }

    /** So much time passes, in which nothing happens. */
    void pass(long durationNanos) {
        nanos += durationNanos;
    }

    /** One tick, and all that comes of it. */
    void tick() {
        nanos += 10_000_000;
        ticks.forEach(Runnable::run);
        settle();
    }

    void receive(MemberId from, PeerFrame frame) {
        listeners.forEach(listener -> listener.received(from, frame));
    }

    void receive(MemberId from, Message message) {
        receive(from, new PeerFrame.Raft(0, message));
    }

    /** What a leader sends that begins a log with a configuration. */
    static PeerFrame configurationFromStart(long term, Configuration configuration) {
        EntryFrame entry = EntryFrame.encode(
                0,
                new EntryId(term, 1),
                EntryKind.CONFIGURATION,
                FIRST_CHAIN,
                ConfigurationCodec.encode(configuration));
        EntryBatch batch = new EntryBatch(
                1, List.of(new TermRun(term, 1)), List.of(new EntryBatch.ConfigurationEntry(1, configuration)));
        return new PeerFrame.Raft(
                0,
                new Message.AppendRequest(term, EntryId.ORIGIN, batch, 0),
                List.of(entry),
                OptionalLong.of(FIRST_CHAIN));
    }

    /** What was sent of this kind since the last call. */
    <T extends PeerFrame> List<T> takeSent(Class<T> kind) {
        List<T> taken = sent.stream().filter(kind::isInstance).map(kind::cast).toList();
        sent.removeAll(taken);
        return taken;
    }

    /** The last message of this kind that was sent. */
    <T extends Message> Optional<T> lastSent(Class<T> kind) {
        return sent.stream()
                .filter(PeerFrame.Raft.class::isInstance)
                .map(frame -> ((PeerFrame.Raft) frame).message())
                .filter(kind::isInstance)
                .map(kind::cast)
                .reduce((first, second) -> second);
    }

    /** A leader's request that makes an empty log of {@code numbers}, whose entries are all of one term. */
    static PeerFrame appendFromStart(long term, List<Long> numbers, long commitIndex) {
        List<EntryFrame> entries = new ArrayList<>();
        long chain = FIRST_CHAIN;
        for (long number : numbers) {
            EntryFrame entry = EntryFrame.encode(
                    0, new EntryId(term, entries.size() + 1), EntryKind.COMMAND, chain, Journal.command(number));
            chain = entry.chainHash();
            entries.add(entry);
        }
        EntryBatch batch = new EntryBatch(1, List.of(new TermRun(term, numbers.size())), List.of());
        var request = new Message.AppendRequest(term, EntryId.ORIGIN, batch, commitIndex);
        return new PeerFrame.Raft(0, request, entries, OptionalLong.of(FIRST_CHAIN));
    }

    /** A snapshot of a journal with these numbers, in one piece. */
    static PeerFrame snapshot(long term, SnapshotMeta meta, List<Long> numbers) throws IOException {
        Journal journal = new Journal();
        numbers.forEach(number -> journal.apply(Journal.command(number)));
        return snapshot(term, meta, journal.capture());
    }

    /** A snapshot whose checksums are right, whatever it holds, in one piece. */
    static PeerFrame snapshot(long term, SnapshotMeta meta, StateMachine.Capture content) throws IOException {
        return snapshot(term, meta, OptionalLong.of(4711), content);
    }

    /** As from a leader which may not know the chain hash there, with these numbers. */
    static PeerFrame snapshot(long term, SnapshotMeta meta, OptionalLong chain, List<Long> numbers) throws IOException {
        Journal journal = new Journal();
        numbers.forEach(number -> journal.apply(Journal.command(number)));
        return snapshot(term, meta, chain, journal.capture());
    }

    private static PeerFrame snapshot(long term, SnapshotMeta meta, OptionalLong chain, StateMachine.Capture content)
            throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (SnapshotStore store = SnapshotStore.open(disk, Long.MAX_VALUE)) {
            store.writeLocal(meta, chain, content);
            int total = (int) store.streamLength(meta).orElseThrow();
            ByteBuffer piece = store.readChunk(meta, 0, total);
            return new PeerFrame.Snapshot(0, new Message.SnapshotChunk(term, meta, 0, total, total), piece);
        }
    }
}
