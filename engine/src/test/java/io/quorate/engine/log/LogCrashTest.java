package io.quorate.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.Suspension;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.FaultyDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Crashes a log at every operation of its disk, and compares what is left with a model of what it went through. */
class LogCrashTest {

    /** A state that the log was in: what a recovery may find. */
    private record State(SnapshotMeta start, List<String> payloads, EntryId last, boolean suspended) {

        static State of(LogFixture fixture) throws IOException {
            return new State(
                    fixture.log.start(), fixture.payloads(), fixture.log.lastId(), fixture.log.votingSuspended());
        }
    }

    /** Random changes of a log, and all the states that it was in. */
    private static final class Script {
        private final Random random;
        private final LogFixture fixture;
        private final List<State> states = new ArrayList<>();
        private final List<HardState> hardStates = new ArrayList<>();
        /** For each ticket, how many states there had been when the batch was made. */
        private final List<Integer> statesAtTicket = new ArrayList<>(List.of(1));

        private long term = 1;

        Script(LogFixture fixture, long seed) throws IOException {
            this.fixture = fixture;
            this.random = new Random(seed);
            term = Math.max(1, fixture.log.lastId().term());
            note();
        }

        private void note() throws IOException {
            states.add(State.of(fixture));
            hardStates.add(fixture.log.hardState());
        }

        void run(int steps) throws IOException {
            for (int i = 0; i < steps && fixture.failures.isEmpty(); i++) {
                step();
            }
        }

        private void step() throws IOException {
            switch (random.nextInt(16)) {
                case 0, 1, 2, 3, 4, 5, 6 -> append();
                case 7 -> truncate();
                case 8 ->
                    fixture.log.compactTo(Math.max(
                            fixture.log.start().last().index(),
                            fixture.log.lastId().index() - random.nextInt(20)));
                case 9 -> reset();
                case 10 ->
                    fixture.log.saveHardState(new HardState(
                            ++term,
                            Optional.of(new MemberId(term)),
                            fixture.log.start().last().index()));
                case 11 -> fixture.writer.idle();
                case 12 -> fixture.log.suspendVoting(Suspension.PROMISES_LOST);
                case 13 -> fixture.log.resumeVoting();
                default -> {
                    submit();
                    fixture.run();
                }
            }
            note();
            if (random.nextInt(3) == 0) {
                submit();
            }
        }

        private void append() throws IOException {
            int count = 1 + random.nextInt(5);
            for (int i = 0; i < count; i++) {
                fixture.append(term, random.nextLong() + "-".repeat(random.nextInt(600)));
                note();
            }
        }

        private void truncate() throws IOException {
            long last = fixture.log.lastId().index();
            long from = Math.max(fixture.log.firstIndex(), last - random.nextInt(8));
            if (from <= last) {
                fixture.log.truncateFrom(from);
                term++;
            }
        }

        private void reset() {
            if (random.nextInt(3) == 0) {
                EntryId last = new EntryId(++term, fixture.log.lastId().index() + random.nextInt(9) - 2);
                if (last.index() > fixture.log.start().last().index()) {
                    Configuration configuration = Configuration.of(Set.of(new MemberId(term)));
                    fixture.log.resetTo(new SnapshotMeta(last, configuration, 1), OptionalLong.of(term), false);
                    fixture.log.saveHardState(new HardState(term, Optional.empty(), last.index()));
                }
            }
        }

        private void submit() {
            fixture.log.takePending().ifPresent(batch -> {
                statesAtTicket.add(states.size());
                fixture.writer.submit(batch);
            });
        }

        /** The oldest state that a recovery may find. */
        int acknowledged() {
            return fixture.synced.isEmpty()
                    ? 0
                    : statesAtTicket.get((int) fixture.synced.getLast().ticket()) - 1;
        }

        void check(LogFixture after) throws IOException {
            State found = State.of(after);
            assertThat(states.subList(acknowledged(), states.size())).contains(found);
            HardState hard = after.recovered.hardState();
            assertThat(hardStates.subList(acknowledged(), hardStates.size()))
                    .anyMatch(state ->
                            state.term() == hard.term() && state.votedFor().equals(hard.votedFor()));
            assertThat(hard.commitIndex())
                    .isLessThanOrEqualTo(after.log.lastId().index());
        }
    }

    private static FaultyDisk diskWithHistory() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (LogFixture fixture = new LogFixture(disk)) {
            new Script(fixture, 1).run(60);
            fixture.flush();
        }
        return disk;
    }

    @Test
    void aCrashAfterAnyOperationOfTheDiskLosesNothingAcknowledgedAndInventsNothing() throws IOException {
        for (long seed = 1; seed <= 4; seed++) {
            for (int deathAt = 1; runUntilDeath(seed, deathAt); deathAt++) {
                assertThat(deathAt).as("seed %d must come to its end", seed).isLessThan(5000);
            }
        }
    }

    /** Whether the process died before the script ended. */
    private static boolean runUntilDeath(long seed, int deathAt) throws IOException {
        FaultyDisk disk = diskWithHistory().afterRestart();
        Optional<Script> script = Optional.empty();
        disk.dieAfter(deathAt);
        boolean died = true;
        try {
            LogFixture fixture = new LogFixture(disk);
            Script running = new Script(fixture, seed);
            script = Optional.of(running);
            running.run(80);
            died = !fixture.failures.isEmpty();
        } catch (FaultyDisk.ProcessDied e) {
            // While it opened the log, or prepared a segment; the writer reports what happens to itself.
        }
        for (int loss = 0; loss < 3; loss++) {
            Random random = new Random(seed * 1000003 + deathAt * 31L + loss);
            FaultyDisk survivor = loss == 0 ? disk.afterRestart() : disk.afterPowerLoss(random);
            checkSurvivor(survivor, script, random, "seed " + seed + ", death after " + deathAt + ", loss " + loss);
        }
        return died;
    }

    private static void checkSurvivor(FaultyDisk disk, Optional<Script> script, Random random, String what)
            throws IOException {
        FaultyDisk survivor = disk;
        survivor.dieAfter(1 + random.nextInt(12));
        try (LogFixture interrupted = new LogFixture(survivor)) {
            interrupted.run();
        } catch (FaultyDisk.ProcessDied e) {
            // It died again while it recovered.
        }
        survivor = survivor.afterPowerLoss(random);
        try (LogFixture after = new LogFixture(survivor)) {
            if (script.isPresent()) {
                script.get().check(after);
            }
            assertThat(after.recovered.report()).as(what).noneMatch(line -> line.contains("damaged"));
            Script next = new Script(after, random.nextLong());
            next.run(20);
            after.flush();
            next.note();
            try (LogFixture again = new LogFixture(survivor.afterRestart())) {
                assertThat(State.of(again)).as(what).isEqualTo(State.of(after));
            }
        } catch (IOException | AssertionError e) {
            throw new AssertionError(what + ": " + e.getMessage(), e);
        }
    }

    @Test
    void cornerCase22_aCrashInTheMiddleOfAnInstallRecoversSnapshotHardStateAndConfigurationTogetherOrNotAtAll()
            throws IOException {
        Configuration members = Configuration.of(Set.of(new MemberId(5), new MemberId(6)));
        SnapshotMeta snapshot = new SnapshotMeta(new EntryId(7, 900), members, 800);
        HardState hardState = new HardState(7, Optional.of(new MemberId(6)), 900);
        boolean installed = false;
        for (int deathAt = 1; !installed; deathAt++) {
            FaultyDisk disk = diskWithHistory().afterRestart();
            SnapshotMeta before;
            HardState hardBefore;
            try (LogFixture fixture = new LogFixture(disk)) {
                before = fixture.log.start();
                hardBefore = fixture.log.hardState();
                fixture.log.resetTo(snapshot, OptionalLong.of(1), false);
                fixture.log.saveHardState(hardState);
                disk.dieAfter(deathAt);
                fixture.flush();
                installed = fixture.failures.isEmpty();
            }
            try (LogFixture after = new LogFixture(disk.afterPowerLoss(new Random(deathAt)))) {
                if (after.log.start().equals(snapshot)) {
                    assertThat(after.recovered.hardState()).isEqualTo(hardState);
                    assertThat(after.log.names().isEmpty()).isTrue();
                } else {
                    assertThat(installed).isFalse();
                    assertThat(after.log.start()).isEqualTo(before);
                    assertThat(after.recovered.hardState().term()).isEqualTo(hardBefore.term());
                }
            }
        }
    }
}
