package io.quorate.simulator.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.engine.disk.DiskFile;
import io.quorate.simulator.disk.DiskFaults.Full;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** Each fault of a disk does what its name says, and nothing happens without one. */
class DiskFaultsTest {

    private static final int SECTOR = 512;
    private static final int PAGE = 4096;
    private static final int SEEDS = 60;

    private static DiskFaults only(double read, double write, double shortWrite, double sync, double slow, long nanos) {
        return new DiskFaults(read, 0, write, shortWrite, sync, Full.NOTHING, slow, nanos);
    }

    private static byte[] filled(int size, int value) {
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    /** A file of 1s that is durable in full. */
    private static DiskFile durable(SimulatedDisk disk, String name, int size) throws IOException {
        if (name.contains("/")) {
            disk.createDirectory(FileNames.parent(name));
        }
        DiskFile file = disk.create(name);
        file.write(ByteBuffer.wrap(filled(size, 1)), 0);
        file.sync();
        disk.syncDirectory(FileNames.parent(name));
        return file;
    }

    private static byte[] read(DiskFile file, int position, int length) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(length);
        file.read(into, position);
        return into.array();
    }

    @Test
    void withoutAFaultWhatIsSyncedSurvivesAndEverythingSurvivesTheProcess() throws IOException {
        SimulatedDisk disk = SimulatedDisk.ofSeed(1);
        DiskFile file = durable(disk, "f", PAGE);
        file.write(ByteBuffer.wrap(filled(SECTOR, 2)), 0);
        SimulatedDisk next = disk.afterProcessCrash();
        assertThat(next.bytes("f")).startsWith(filled(SECTOR, 2)).endsWith(filled(PAGE - SECTOR, 1));
        next.open("f").sync();
        assertThat(next.afterPowerLoss().bytes("f")).startsWith(filled(SECTOR, 2));
    }

    @Test
    void writesAreTornAtSectorsOrPagesAndUnsyncedPagesComeInNoOrder() throws IOException {
        Set<String> torn = new TreeSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedDisk disk = SimulatedDisk.ofSeed(seed);
            DiskFile file = durable(disk, "f", 4 * PAGE);
            file.write(ByteBuffer.wrap(filled(4 * PAGE, 2)), 0);
            byte[] after = disk.afterPowerLoss().bytes("f");
            StringBuilder sectors = new StringBuilder();
            for (int sector = 0; sector < after.length / SECTOR; sector++) {
                byte first = after[sector * SECTOR];
                assertThat(Arrays.copyOfRange(after, sector * SECTOR, (sector + 1) * SECTOR))
                        .isEqualTo(filled(SECTOR, first));
                sectors.append(first);
            }
            torn.add(sectors.toString());
        }
        assertThat(torn).contains("1".repeat(32), "2".repeat(32));
        assertThat(torn).anyMatch(sectors -> sectors.matches("(1{8}|2{8})*1{8}2{8}(1{8}|2{8})*"));
        assertThat(torn).anyMatch(sectors -> sectors.substring(0, 8).matches("1*2+1+.*"));
    }

    @Test
    void namesThatWereNotSyncedMayBeLost() throws IOException {
        Set<Boolean> there = new TreeSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedDisk disk = SimulatedDisk.ofSeed(seed);
            disk.create("f").sync();
            there.add(disk.afterPowerLoss().exists("f"));
        }
        assertThat(there).containsExactly(false, true);
    }

    @Test
    void readsWritesAndSyncsFail() throws IOException {
        SimulatedDisk disk = SimulatedDisk.ofSeed(1);
        DiskFile file = durable(disk, "f", PAGE);
        disk.setFaults(only(1, 0, 0, 0, 0, 0));
        assertThatThrownBy(() -> read(file, 0, 1)).isInstanceOf(DiskFaultException.class);
        disk.setFaults(only(0, 1, 0, 0, 0, 0));
        assertThatThrownBy(() -> file.write(ByteBuffer.wrap(filled(PAGE, 2)), 0))
                .isInstanceOf(DiskFaultException.class);
        disk.setFaults(only(0, 0, 0, 1, 0, 0));
        assertThatThrownBy(file::sync).isInstanceOf(DiskFaultException.class);
        disk.setFaults(DiskFaults.NONE);
        file.sync();
        assertThat(read(file, 0, 1)).hasSize(1);
    }

    @Test
    void aFailedSyncLeavesPagesThatLookCleanAndAreLost() throws IOException {
        Set<Byte> found = new TreeSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedDisk disk = SimulatedDisk.ofSeed(seed);
            DiskFile file = durable(disk, "f", SECTOR);
            file.write(ByteBuffer.wrap(filled(SECTOR, 2)), 0);
            disk.setFaults(only(0, 0, 0, 1, 0, 0));
            assertThatThrownBy(file::sync).isInstanceOf(DiskFaultException.class);
            disk.setFaults(DiskFaults.NONE);
            file.sync();
            assertThat(disk.bytes("f")).as("the cache still has it").startsWith(2);
            found.add(disk.afterPowerLoss().bytes("f")[0]);
        }
        assertThat(found).as("the second sync did not help").containsExactly((byte) 1, (byte) 2);
    }

    @Test
    void aShortWriteCanBeCutInTwoByADeath() throws IOException {
        SimulatedDisk disk = SimulatedDisk.ofSeed(3);
        DiskFile file = durable(disk, "f", PAGE);
        disk.setFaults(only(0, 0, 1, 0, 0, 0));
        int[] operations = new int[1];
        disk.setHook(() -> {
            if (++operations[0] == 2) {
                throw new IllegalStateException("dies here");
            }
        });
        assertThatThrownBy(() -> file.write(ByteBuffer.wrap(filled(PAGE, 2)), 0))
                .hasMessage("dies here");
        byte[] after = disk.afterProcessCrash().bytes("f");
        assertThat(after).startsWith(2).endsWith(1);
    }

    @Test
    void whoeverWatchesIsToldHowFarAWriteCameThatDidNotEnd() throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedDisk disk = SimulatedDisk.ofSeed(seed);
            DiskFile file = durable(disk, "f", PAGE);
            List<byte[]> told = new ArrayList<>();
            disk.setObserver(new DiskObserver() {
                @Override
                public void written(Object written, long position, byte[] bytes) {
                    told.add(bytes);
                }
            });
            disk.setFaults(only(0, 1, 0, 0, 0, 0));
            assertThatThrownBy(() -> file.write(ByteBuffer.wrap(filled(PAGE, 2)), 0))
                    .isInstanceOf(DiskFaultException.class);
            assertThat(told).hasSize(1);
            int length = told.getFirst().length;
            assertThat(told.getFirst()).isEqualTo(filled(length, 2));
            assertThat(disk.bytes("f")).startsWith(filled(length, 2)).endsWith(filled(PAGE - length, 1));
        }
    }

    @Test
    void aShortWriteThatGoesOnWritesEverything() throws IOException {
        SimulatedDisk disk = SimulatedDisk.ofSeed(3);
        DiskFile file = durable(disk, "f", PAGE);
        disk.setFaults(only(0, 0, 1, 0, 0, 0));
        file.write(ByteBuffer.wrap(filled(PAGE, 2)), 0);
        assertThat(disk.bytes("f")).isEqualTo(filled(PAGE, 2));
    }

    @Test
    void aFullDiskRefusesWhatItHasNoRoomForAndNothingElse() throws IOException {
        for (Full full : Full.values()) {
            SimulatedDisk disk = SimulatedDisk.ofSeed(1);
            DiskFile file = durable(disk, "f", SECTOR);
            disk.setFaults(DiskFaults.full(full));
            boolean everything = full == Full.EVERYTHING;
            assertThat(fails(() -> file.write(ByteBuffer.wrap(filled(1, 2)), SECTOR)))
                    .isEqualTo(everything || full == Full.WRITES);
            assertThat(fails(() -> file.preallocate(PAGE))).isEqualTo(everything || full == Full.PREALLOCATION);
            assertThat(fails(() -> disk.create("g"))).isEqualTo(everything || full == Full.NAMES);
            assertThat(fails(() -> disk.rename("f", "h"))).isEqualTo(everything || full == Full.NAMES);
            assertThat(fails(() -> file.write(ByteBuffer.wrap(filled(1, 2)), 0)))
                    .isFalse();
        }
    }

    @FunctionalInterface
    private interface DiskAction {
        void run() throws IOException;
    }

    private static boolean fails(DiskAction action) throws IOException {
        try {
            action.run();
            return false;
        } catch (FullDiskException e) {
            return true;
        }
    }

    @Test
    void aSlowSyncTakesItsTimeAndAPowerFailureMeanwhileFindsItUndone() throws IOException {
        Set<Byte> during = new TreeSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            during.add(afterHangingSync(seed, true));
            assertThat(afterHangingSync(seed, false)).as("it had ended").isEqualTo((byte) 2);
        }
        assertThat(during).containsExactly((byte) 1, (byte) 2);
    }

    private static byte afterHangingSync(int seed, boolean powerLossMeanwhile) throws IOException {
        SimulatedDisk disk = SimulatedDisk.ofSeed(seed);
        DiskFile file = durable(disk, "f", SECTOR);
        file.write(ByteBuffer.wrap(filled(SECTOR, 2)), 0);
        disk.takeLatencyNanos();
        disk.setFaults(only(0, 0, 0, 0, 1, 5_000_000_000L));
        List<SimulatedDisk> afterwards = new ArrayList<>();
        disk.setPatience(end -> {
            assertThat(end).isGreaterThan(5_000_000_000L).isEqualTo(disk.hangsUntil());
            if (powerLossMeanwhile) {
                afterwards.add(disk.afterPowerLoss());
                throw new IllegalStateException("the process dies");
            }
            return true;
        });
        if (powerLossMeanwhile) {
            assertThatThrownBy(file::sync).hasMessage("the process dies");
        } else {
            file.sync();
            assertThat(disk.takeLatencyNanos())
                    .as("what was waited for already")
                    .isZero();
            afterwards.add(disk.afterPowerLoss());
        }
        return afterwards.getFirst().bytes("f")[0];
    }

    @Test
    void aSlowSyncThatNobodyCanWaitForTakesItsTimeAllTheSame() throws IOException {
        SimulatedDisk disk = SimulatedDisk.ofSeed(1);
        DiskFile file = durable(disk, "f", SECTOR);
        disk.takeLatencyNanos();
        disk.setFaults(only(0, 0, 0, 0, 1, 5_000_000_000L));
        file.sync();
        assertThat(disk.takeLatencyNanos()).isGreaterThan(5_000_000_000L);
    }

    @Test
    void theEndOfTheNewestFileIsForgottenThoughItWasSynced() throws IOException {
        SimulatedDisk disk = SimulatedDisk.ofSeed(1);
        assertThat(disk.forgetEnd("log/segment-", 1)).as("there is none").isEmpty();
        durable(disk, "log/segment-1", PAGE);
        // Recycled: what is behind the latest write is of an earlier use.
        DiskFile newest = durable(disk, "log/segment-2", PAGE);
        newest.write(ByteBuffer.wrap(filled(4 * SECTOR + 7, 2)), 0);
        newest.sync();

        assertThat(disk.forgetEnd("log/segment-", 2)).contains("log/segment-2");
        assertThat(disk.afterPowerLoss().bytes("log/segment-2"))
                .startsWith(filled(3 * SECTOR, 2))
                .endsWith(filled(PAGE - 3 * SECTOR, 0));
        assertThat(disk.bytes("log/segment-1")).isEqualTo(filled(PAGE, 1));
        assertThat(disk.forgetEnd("log/segment-", 9))
                .as("all but its beginning")
                .isPresent();
        assertThat(disk.forgetEnd("log/segment-", 9)).as("there is no more").isEmpty();
    }

    @Test
    void aBitTurnsOverWhereItIsSupposedTo() throws IOException {
        IntFunction<String> name = number -> List.of(
                        "log/segment-1",
                        "log/segment-2",
                        "log/spare-1",
                        "snapshots/snapshot-1/kv",
                        "snapshots/snapshot-1/manifest",
                        "snapshots/receiving/stream",
                        "identity")
                .get(number);
        long seed = 0;
        for (RotTarget target : RotTarget.values()) {
            SimulatedDisk disk = SimulatedDisk.ofSeed(seed++);
            assertThat(disk.rot(target)).as("there is nothing to rot").isEmpty();
            disk.createDirectory("snapshots");
            for (int i = 0; i < 7; i++) {
                durable(disk, name.apply(i), 4 * SECTOR).preallocate(PAGE);
            }
            String hit = disk.rot(target).orElseThrow();
            assertThat(target.isIn(hit)).isTrue();
            List<Integer> changed = new ArrayList<>();
            for (int i = 0; i < 7; i++) {
                byte[] bytes = disk.bytes(name.apply(i));
                for (int at = 0; at < bytes.length; at++) {
                    if (bytes[at] != (at < 4 * SECTOR ? 1 : 0)) {
                        changed.add(at);
                        assertThat(name.apply(i)).isEqualTo(hit);
                        assertThat(Integer.bitCount((bytes[at] ^ 1) & 0xff)).isEqualTo(1);
                    }
                }
            }
            assertThat(changed).hasSize(1);
            assertThat(changed.getFirst()).isBetween(target.from(4 * SECTOR), target.to(4 * SECTOR) - 1);
        }
    }

    @Test
    void aMisdirectedReadBringsASectorFromElsewhereAndHarmsNothing() throws IOException {
        Set<Byte> seen = new TreeSet<>();
        SimulatedDisk disk = SimulatedDisk.ofSeed(5);
        DiskFile file = durable(disk, "f", PAGE);
        file.write(ByteBuffer.wrap(filled(PAGE, 2)), PAGE);
        durable(disk, "g", PAGE).write(ByteBuffer.wrap(filled(PAGE, 3)), 0);
        disk.setFaults(DiskFaults.misdirectedReads(1));
        for (int i = 0; i < SEEDS; i++) {
            byte[] bytes = read(file, 0, PAGE);
            int foreign = 0;
            for (byte one : bytes) {
                seen.add(one);
                foreign += one == 1 ? 0 : 1;
            }
            assertThat(foreign).isIn(0, SECTOR);
        }
        assertThat(seen).containsExactly((byte) 1, (byte) 2, (byte) 3);
        disk.setFaults(DiskFaults.NONE);
        assertThat(read(file, 0, PAGE)).isEqualTo(filled(PAGE, 1));
    }

    @Test
    void aMisdirectedWriteIsMissingWhereItShouldBeAndDestroysSomethingElseOnce() throws IOException {
        SimulatedDisk disk = SimulatedDisk.ofSeed(5);
        DiskFile file = durable(disk, "f", PAGE);
        durable(disk, "g", PAGE);
        List<String> told = new ArrayList<>();
        disk.misdirectNextWrite("f", false, told::add);
        file.write(ByteBuffer.wrap(filled(SECTOR, 2)), 0);
        file.write(ByteBuffer.wrap(filled(SECTOR, 3)), SECTOR);
        assertThat(told).hasSize(1).allMatch(what -> what.contains("went to g"));
        assertThat(disk.bytes("f"))
                .startsWith(filled(SECTOR, 1))
                .contains(filled(SECTOR, 3))
                .doesNotContain(2);
        assertThat(disk.bytes("g")).contains(filled(SECTOR, 2));
    }

    @Test
    void anOldFileIsThereAgainAsItWas() throws IOException {
        SimulatedDisk disk = SimulatedDisk.ofSeed(1);
        disk.keepOldFiles();
        durable(disk, "log/segment-1", SECTOR);
        disk.rename("log/segment-1", "log/spare-1");
        disk.open("log/spare-1").write(ByteBuffer.wrap(filled(SECTOR, 2)), 0);
        durable(disk, "snapshots/snapshot-1", SECTOR);
        disk.delete("snapshots/snapshot-1");
        SimulatedDisk next = disk.afterPowerLoss();
        next.bringBackOld("log/segment-");
        next = next.afterPowerLoss();
        assertThat(next.bytes("log/segment-1")).isEqualTo(filled(SECTOR, 1));
        assertThat(next.bringBackOld("snapshots/")).isIn(List.of("snapshots/snapshot-1"), List.of());
        assertThat(next.exists("snapshots/snapshot-1")).isTrue();
    }

    @Test
    void withoutAskingNoOldFileIsKept() throws IOException {
        SimulatedDisk disk = SimulatedDisk.ofSeed(1);
        durable(disk, "f", SECTOR);
        disk.delete("f");
        disk.syncDirectory("");
        assertThat(disk.bringBackOld("")).isEmpty();
        assertThat(disk.exists("f")).isFalse();
    }
}
