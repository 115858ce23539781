package io.quorate.simulator.enumeration;

import io.quorate.engine.RaftNode;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.log.RaftLog;
import io.quorate.kv.Bytes;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.Put;
import io.quorate.simulator.Agenda;
import io.quorate.simulator.Cluster;
import io.quorate.simulator.CrashKind;
import io.quorate.simulator.MemberSettings;
import io.quorate.simulator.SimulatedMember;
import io.quorate.simulator.Watchers;
import io.quorate.simulator.disk.SimulatedDisk;
import io.quorate.simulator.enumeration.MatrixOutcome.How;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The corruption matrix of Alagappan et al. ("Protocol-Aware Recovery for Consensus-Based Storage", FAST 2018): a log of
 * four committed entries on three members, every combination of damaged copies.
 *
 * <p>The log is the only place where the entries are: no member has taken a snapshot, and none has flushed its store. The
 * first entry is the no-op of the leader's term, the others put a key each. Immutable once it is made; for one thread.
 */
public final class CorruptionMatrix {

    private static final long SLICE = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long SETTLING = TimeUnit.SECONDS.toNanos(20);

    /** The bytes of an entry, in the log of one member. */
    private record Copy(String file, int offset, int length) {}

    private final long seed;
    private final MemberSettings settings;
    private final List<SimulatedDisk> disks = new ArrayList<>();
    private final List<List<Copy>> copies = new ArrayList<>();
    private final List<EntryFrame> entries;

    private CorruptionMatrix(long seed) throws IOException {
        this.seed = seed;
        this.settings = MemberSettings.draw(new SplittableRandom(seed));
        this.entries = write();
    }

    /**
     * Has three members write the log.
     *
     * @param seed of the timing, of this run and of the cases
     */
    public static CorruptionMatrix ofSeed(long seed) throws IOException {
        return new CorruptionMatrix(seed);
    }

    /** Has a cluster commit four entries, and takes its disks. */
    private List<EntryFrame> write() throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        Agenda agenda = new Agenda();
        Cluster cluster = new Cluster(MatrixCase.MEMBERS, settings, agenda, random.split(), new Watchers());
        cluster.members().forEach(SimulatedMember::start);
        for (long index = 1; index <= MatrixCase.ENTRIES; index++) {
            if (index > 1) {
                CompletableFuture<?> unused = leader(cluster).propose(ByteBuffer.wrap(put(index)));
            }
            long end = index;
            runUntil(
                    agenda,
                    () -> cluster.members().stream()
                            .allMatch(member -> member.store().orElseThrow().appliedIndex() == end));
        }
        agenda.runUntil(agenda.now() + TimeUnit.SECONDS.toNanos(1));
        List<EntryFrame> written = log(cluster.members().iterator().next()).read(1, MatrixCase.ENTRIES);
        for (SimulatedMember member : cluster.members()) {
            if (log(member).lastId().index() != MatrixCase.ENTRIES) {
                throw new IllegalStateException("seed " + seed + " elects more than once");
            }
            member.crash(CrashKind.PROCESS);
            disks.add(member.disk());
            copies.add(locate(written, member.disk()));
        }
        return written;
    }

    private static RaftNode<?> leader(Cluster cluster) {
        return cluster.leader().flatMap(SimulatedMember::node).orElseThrow();
    }

    private static RaftLog log(SimulatedMember member) {
        return member.log().orElseThrow();
    }

    private static byte[] put(long number) {
        return CommandCodec.encode(Put.of(Bytes.utf8("key-" + number), Bytes.utf8("value-" + number)));
    }

    private static void runUntil(Agenda agenda, BooleanSupplier reached) {
        long deadline = agenda.now() + SETTLING;
        while (!reached.getAsBoolean()) {
            if (agenda.now() > deadline) {
                throw new IllegalStateException("three undamaged members do not get there");
            }
            agenda.runUntil(agenda.now() + SLICE);
        }
    }

    private static List<Copy> locate(List<EntryFrame> entries, SimulatedDisk disk) {
        List<Copy> found = new ArrayList<>();
        for (EntryFrame entry : entries) {
            byte[] bytes = new byte[entry.size()];
            entry.bytes().get(bytes);
            int before = found.size();
            for (String name : disk.names()) {
                if (name.startsWith("log/")) {
                    ByteSearch.find(bytes, disk.bytes(name))
                            .forEach(offset -> found.add(new Copy(name, offset, bytes.length)));
                }
            }
            if (found.size() != before + 1) {
                throw new IllegalStateException(entry + " lies at " + (found.size() - before) + " places, not at one");
            }
        }
        return found;
    }

    /**
     * What became of some cases.
     *
     * @param cases how many there were
     * @param recovered how many recovered
     * @param waiting in how many nobody goes on, and all say why
     * @param notRight those that did not come out as such a case must
     */
    public record Summary(int cases, int recovered, int waiting, List<MatrixOutcome> notRight) {

        public Summary {
            notRight = List.copyOf(notRight);
        }
    }

    /**
     * Runs cases.
     *
     * @param first number of the first
     * @param step every so many are run
     * @param progress told after each
     */
    public Summary run(Damage damage, int first, int step, Consumer<Summary> progress) {
        Map<How, Integer> counts = new EnumMap<>(How.class);
        List<MatrixOutcome> notRight = new ArrayList<>();
        Summary summary = new Summary(0, 0, 0, notRight);
        for (int number = first; number < MatrixCase.COUNT; number += step) {
            MatrixOutcome outcome = run(new MatrixCase(number), damage);
            counts.merge(outcome.how(), 1, Integer::sum);
            if (!outcome.isRight()) {
                notRight.add(outcome);
            }
            summary = new Summary(
                    summary.cases + 1,
                    counts.getOrDefault(How.RECOVERED, 0),
                    counts.getOrDefault(How.WAITS, 0),
                    notRight);
            progress.accept(summary);
        }
        return summary;
    }

    /** Damages what the case says, starts all members on it, and sees what becomes of them. */
    MatrixOutcome run(MatrixCase matrixCase, Corruption damage) {
        SplittableRandom random = new SplittableRandom(seed ^ matrixCase.number());
        List<SimulatedDisk> damaged = new ArrayList<>();
        for (int member = 0; member < MatrixCase.MEMBERS; member++) {
            damaged.add(damaged(matrixCase, damage, member, random));
        }
        return new MatrixRun(matrixCase, settings, entries, damaged, random.split()).run(put(0));
    }

    private SimulatedDisk damaged(MatrixCase matrixCase, Corruption damage, int member, SplittableRandom random) {
        SimulatedDisk disk = disks.get(member).copy(random.split());
        for (int entry = 0; entry < MatrixCase.ENTRIES; entry++) {
            if (matrixCase.isDamaged(member, entry)) {
                Copy copy = copies.get(member).get(entry);
                byte[] file = disk.bytes(copy.file);
                damage.apply(file, copy.offset, copy.length);
                disk.replace(copy.file, file);
            }
        }
        return disk;
    }
}
