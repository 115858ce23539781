package io.quorate.simulator.enumeration;

import io.quorate.core.HardState;
import io.quorate.engine.disk.Disk;
import io.quorate.simulator.disk.SimulatedDisk;
import io.quorate.simulator.enumeration.CrashImages.Image;
import io.quorate.simulator.enumeration.StorageScenario.Life;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A crash at every operation of the disk that the scenario makes, and at every operation that the recovery makes after it.
 *
 * <p>The scenario runs once to count its operations and to see what each start finds, and once more to crash it: before
 * each operation, and in the middle of each write, the disk is copied as each kind of crash would leave it, and what the
 * production code recovers from the copy is compared with a model of what had been acknowledged by then.
 */
public final class CrashEnumeration {

    private static final int MAX_FAILURES = 20;

    /**
     * How it went.
     *
     * @param operations of the disk in the scenario
     * @param moments at which it was crashed: before each operation, and within writes
     * @param crashes how many ways there were of crashing at these
     * @param disks different ones, with what had been acknowledged, that the crashes left
     * @param recoveryCrashes ways of crashing while one of these was being recovered
     * @param recoveryDisks different ones that those left
     * @param failures what was wrong, of the first few; empty if nothing was
     */
    public record Summary(
            long operations,
            long moments,
            long crashes,
            long disks,
            long recoveryCrashes,
            long recoveryDisks,
            List<String> failures) {

        public Summary {
            failures = List.copyOf(failures);
        }
    }

    /** What a start finds. */
    private record Opened(StorageState state, HardState hardState) {}

    private final UnaryOperator<Disk> engineDisk;
    private final int shard;
    private final int shards;
    private final Consumer<Summary> progress;
    private final List<String> failures = new ArrayList<>();
    private final CrashImages images = new CrashImages();
    private final CrashImages recoveryImages = new CrashImages();
    private long operations;
    private long moments;
    private long disks;
    private long recoveryDisks;

    /**
     * Makes an enumeration that is not begun.
     *
     * @param engineDisk makes of the simulated disk the one that the member uses until it crashes
     * @param shard of {@code shards} parts of equal size, the one to run: which of the different disks are recovered
     * @param progress told again and again
     */
    CrashEnumeration(UnaryOperator<Disk> engineDisk, int shard, int shards, Consumer<Summary> progress) {
        this.engineDisk = engineDisk;
        this.shard = shard;
        this.shards = shards;
        this.progress = progress;
    }

    /** All of it. */
    public static Summary all(Consumer<Summary> progress) throws IOException {
        return new CrashEnumeration(disk -> disk, 0, 1, progress).run();
    }

    Summary run() throws IOException {
        List<Opened> opened = live(Optional.empty());
        live(Optional.of(opened));
        return summary();
    }

    private Summary summary() {
        return new Summary(
                operations, moments, images.crashes(), disks, recoveryImages.crashes(), recoveryDisks, failures);
    }

    /**
     * Runs the scenario.
     *
     * @param known what each start finds, then crashes are tried; if empty, that is found out
     */
    private List<Opened> live(Optional<List<Opened>> known) throws IOException {
        SimulatedDisk disk = SimulatedDisk.ofSeed(7);
        StorageModel model = new StorageModel();
        List<Opened> opened = new ArrayList<>();
        for (Life life : StorageScenario.LIVES) {
            if (life.damaged() > 0) {
                StorageScenario.damage(disk, model.writtenLastAt(model.lastIndex() - life.damaged()));
            }
            if (known.isPresent()) {
                Opened expected = known.get().get(opened.size());
                model.begin(expected.state, expected.hardState);
                disk.setHook(new EachMoment(when -> crash(life, disk, model, when)));
            }
            try (ScriptedLife running = new ScriptedLife(engineDisk.apply(disk), model)) {
                Opened found = opened(running.member());
                if (known.isEmpty()) {
                    requireExpected(life, found, model);
                    model.begin(found.state, found.hardState);
                }
                opened.add(found);
                life.steps().run(running);
            }
            disk.setHook(() -> {});
        }
        operations = disk.operations();
        return opened;
    }

    private static Opened opened(StoredMember member) throws IOException {
        return new Opened(StorageState.of(member.log()), member.log().hardState());
    }

    /** A start without a crash before it finds what the life before left, or an intact part of it. */
    private static void requireExpected(Life life, Opened found, StorageModel model) throws IOException {
        boolean expected = model.isNew()
                || (life.damaged() == 0
                        ? found.state.equals(model.last())
                        : found.state.suspended()
                                && found.state.start().equals(model.last().start())
                                && found.state.end().last().index() < model.lastIndex() - life.damaged());
        if (!expected) {
            throw new IOException("'" + life.name() + "' begins with a " + found.state + " after a " + model.last());
        }
    }

    private void crash(Life life, SimulatedDisk disk, StorageModel model, String when) {
        moments++;
        long context = model.acknowledgment() * 31L + life.name().hashCode();
        for (Image image : images.after(disk, context)) {
            if (disks++ % shards == shard) {
                String what = "'" + life.name() + "', " + when + " operation " + (disk.operations() + 1) + ", ";
                recover(image, model, what + image.how());
            }
        }
        progress.accept(summary());
    }

    /** Is there before each operation, and at several places within each write. */
    private record EachMoment(Consumer<String> crash) implements SimulatedDisk.OperationHook {

        @Override
        public void beforeOperation() {
            crash.accept("before");
        }

        @Override
        public int[] tearsOf(long position, int length) {
            return Tears.of(position, length);
        }

        @Override
        public void torn() {
            crash.accept("in the write before");
        }
    }

    private void recover(Image image, StorageModel model, String what) {
        attempt(what + ", recovery", () -> check(image, model));
        attempt(what + ", the whole node", () -> NodeCheck.check(image.copy()));
        attempt(what + ", going on", () -> goOn(image.copy(), model.fork()));
        attempt(what + ", crash during recovery", () -> crashRecovery(image, model, what));
    }

    private static void check(Image image, StorageModel model) throws IOException {
        try (StoredMember found = new StoredMember(image.copy(), ticket -> {})) {
            model.check(found);
        }
    }

    /** Crashes the recovery at each of its operations, and recovers from that. */
    private void crashRecovery(Image image, StorageModel model, String what) throws IOException {
        SimulatedDisk disk = image.copy();
        disk.setHook(new EachMoment(when -> {
            for (Image left : recoveryImages.after(disk, model.acknowledgment())) {
                recoveryDisks++;
                attempt(
                        what + ", then " + when + " operation " + (disk.operations() + 1) + " of the recovery, "
                                + left.how(),
                        () -> check(left, model));
            }
        }));
        new StoredMember(disk, ticket -> {}).close();
        disk.setHook(() -> {});
    }

    /** What was recovered can be written on, and is there after another start. */
    private static void goOn(SimulatedDisk disk, StorageModel model) throws IOException {
        try (ScriptedLife life = new ScriptedLife(disk, model)) {
            Opened found = opened(life.member());
            model.begin(found.state, found.hardState);
            life.finishInstallation();
            life.vote(2).append(2, 900).sync().append(1, 10).commit(0).settle();
            life.snapshot(0).compact(1).settle();
        }
        try (StoredMember again = new StoredMember(disk, ticket -> {})) {
            model.check(again);
        }
    }

    @FunctionalInterface
    private interface Attempt {
        void run() throws IOException;
    }

    private void attempt(String what, Attempt attempt) {
        try {
            attempt.run();
        } catch (IOException | RuntimeException e) {
            if (failures.size() < MAX_FAILURES) {
                failures.add(what + ": " + e);
            }
        }
    }
}
