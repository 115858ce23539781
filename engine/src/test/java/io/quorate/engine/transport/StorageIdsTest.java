package io.quorate.engine.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.DiskFile;
import io.quorate.engine.disk.FaultyDisk;
import io.quorate.engine.transport.StorageIds.Standing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class StorageIdsTest {

    private static final MemberId ONE = new MemberId(1);
    private static final MemberId TWO = new MemberId(2);
    private static final MemberId THREE = new MemberId(3);

    private final FaultyDisk disk = new FaultyDisk();

    private static StorageIds open(Disk disk) throws IOException {
        return StorageIds.open(disk, false, "test");
    }

    private static void remember(StorageIds ids, MemberId member, long storage) {
        ids.remember(member, storage).join();
    }

    @Test
    void anOwnStorageHasAnIdOfItsOwnForGood() throws Exception {
        long own;
        try (StorageIds ids = open(disk)) {
            own = ids.own();
        }
        try (StorageIds again = open(disk);
                StorageIds another = open(new FaultyDisk())) {
            assertThat(again.own()).isEqualTo(own).isNotEqualTo(StorageIds.UNKNOWN);
            assertThat(another.own()).isNotEqualTo(own);
        }
    }

    /** Corner case 8. */
    @Test
    void aMemberIsKnownAgainByTheStorageItCameWithFirst() throws Exception {
        try (StorageIds ids = open(disk)) {
            assertThat(ids.judge(TWO, 22)).isEqualTo(Standing.NEW);
            assertThat(ids.of(TWO)).isEqualTo(StorageIds.UNKNOWN);
            remember(ids, TWO, 22);
        }
        try (StorageIds again = open(disk)) {
            assertThat(again.judge(TWO, 22)).isEqualTo(Standing.SAME);
            assertThat(again.judge(TWO, 23)).isEqualTo(Standing.OTHER);
            assertThat(again.judge(TWO, StorageIds.UNKNOWN)).isEqualTo(Standing.OTHER);
            assertThat(again.judge(THREE, 22)).isEqualTo(Standing.NEW);
            assertThat(again.of(TWO)).isEqualTo(22);
            assertThatThrownBy(() -> remember(again, TWO, 23))
                    .isInstanceOf(CompletionException.class)
                    .hasMessageContaining("member 2 has come with another storage");
        }
    }

    /** Whoever was told that it is remembered is remembered after a loss of power; and no loss of power leaves half a file. */
    @Test
    void whatIsRememberedSurvivesALossOfPowerAtAnyMoment() throws Exception {
        Random random = new Random(8);
        int told = 0;
        for (int operations = 0; operations < 12; operations++) {
            for (int trial = 0; trial < 20; trial++) {
                FaultyDisk dying = new FaultyDisk();
                CompletableFuture<Void> done;
                long own;
                try (StorageIds ids = open(dying)) {
                    own = ids.own();
                    remember(ids, THREE, 33);
                    dying.dieAfter(operations);
                    done = ids.remember(TWO, 22);
                    boolean isTold = !done.handle((nothing, failure) -> failure)
                            .thenApply(failure -> failure != null)
                            .join();
                    told += isTold ? 1 : 0;
                    try (StorageIds after = open(dying.afterPowerLoss(random))) {
                        assertThat(after.own()).isEqualTo(own);
                        assertThat(after.of(THREE)).isEqualTo(33);
                        assertThat(after.of(TWO)).isIn(isTold ? Set.of(22L) : Set.of(StorageIds.UNKNOWN, 22L));
                    }
                }
            }
        }
        assertThat(told).as("runs in which it was told").isBetween(1, 239);
    }

    @Test
    void whatCannotBeWrittenIsNotRemembered() throws Exception {
        try (StorageIds ids = open(disk)) {
            disk.failSyncs(true);
            assertThatThrownBy(() -> remember(ids, TWO, 22)).hasCauseInstanceOf(IOException.class);
            assertThatThrownBy(() -> ids.admit().join()).hasCauseInstanceOf(IOException.class);
            assertThat(ids.judge(TWO, 22)).isEqualTo(Standing.NEW);
            assertThat(ids.isAdmitted()).isFalse();
            disk.failSyncs(false);
            remember(ids, TWO, 22);
            assertThat(ids.judge(TWO, 22)).isEqualTo(Standing.SAME);
        }
    }

    @Test
    void aNewMemberMayNotTakePartBeforeItIsAdmittedForGood() throws Exception {
        try (StorageIds ids = open(disk)) {
            assertThat(ids.isAdmitted()).isFalse();
            assertThat(ids.admitted()).isNotDone();
            assertThat(StorageIds.isUnused(disk)).isTrue();
            ids.admit().join();
            assertThat(ids.admitted()).isCompleted();
        }
        assertThatThrownBy(() -> open(disk))
                .as("all else in the directory is gone")
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("lost all but the file storage-ids");
        try (StorageIds again = StorageIds.open(disk, true, "test")) {
            assertThat(again.isAdmitted()).isTrue();
            assertThat(again.admitted()).isCompleted();
            assertThat(StorageIds.isUnused(disk)).isFalse();
        }
        assertThat(StorageIds.isUnused(new FaultyDisk())).isFalse();
    }

    /** Their ids are not used again. */
    @Test
    void whoWasRemovedIsForgotten() throws Exception {
        Configuration all = Configuration.of(Set.of(ONE, TWO, THREE));
        try (StorageIds ids = open(disk)) {
            remember(ids, TWO, 22);
            remember(ids, THREE, 33);
            ids.membersChanged(ONE, all.without(TWO), all);
            remember(ids, new MemberId(4), 44);
            assertThat(ids.remembered()).as("it may be rolled back").containsKey(TWO);
            ids.membersChanged(ONE, all.without(TWO), all.without(TWO));
        }
        try (StorageIds again = open(disk)) {
            assertThat(again.remembered()).containsOnlyKeys(THREE, new MemberId(4));
        }
    }

    @Test
    void membersAreNotForgottenForStrangersOfWhomThereIsABound() throws Exception {
        Set<MemberId> members = new TreeSet<>(Set.of(ONE, TWO));
        try (StorageIds ids = open(disk)) {
            ids.membersChanged(ONE, Configuration.of(members), Configuration.of(members));
            remember(ids, TWO, 22);
            for (int stranger = 100; stranger < 200; stranger++) {
                remember(ids, new MemberId(stranger), stranger);
            }
            assertThat(ids.remembered())
                    .hasSize(1 + 64)
                    .containsKey(TWO)
                    .doesNotContainKey(new MemberId(135))
                    .containsKey(new MemberId(136));
        }
    }

    @Test
    void whoWasConnectedWithSomebodyIsNotAloneAnyMore() throws Exception {
        try (StorageIds ids = open(disk)) {
            assertThat(ids.isAlone()).isTrue();
            remember(ids, TWO, 22);
            assertThat(ids.isAlone()).isFalse();
        }
    }

    /** An upgrade locks nobody out, and does not make those that were started look as if they never had been. */
    @Test
    void whoeverWasAMemberBeforeStoragesWereRememberedMayHaveBeenStarted() throws Exception {
        Configuration all = Configuration.of(Set.of(ONE, TWO, THREE));
        try (StorageIds upgraded = StorageIds.open(disk, true, "test")) {
            assertThat(upgraded.isAdmitted()).isTrue();
            assertThat(upgraded.isAlone()).isFalse();
            remember(upgraded, TWO, 22);
            upgraded.membersChanged(ONE, all, all);
            upgraded.membersChanged(ONE, all.withLearner(new MemberId(4), List.of()), all);
        }
        try (StorageIds again = StorageIds.open(disk, true, "test")) {
            assertThat(again.remembered()).isEqualTo(Map.of(TWO, 22L, THREE, StorageIds.UNKNOWN));
            assertThat(again.judge(THREE, 33)).isEqualTo(Standing.NEW);
            remember(again, THREE, 33);
            assertThat(again.judge(THREE, 34)).isEqualTo(Standing.OTHER);
        }
    }

    @Test
    void aDamagedFileIsNotTakenForAnother() throws Exception {
        try (StorageIds ids = open(disk)) {
            remember(ids, TWO, 22);
        }
        for (int damaged = 0; damaged < 40; damaged++) {
            FaultyDisk copy = disk.afterRestart();
            try (DiskFile file = copy.open("storage-ids")) {
                ByteBuffer bytes = ByteBuffer.allocate(1);
                file.read(bytes, damaged);
                file.write(bytes.put(0, (byte) (bytes.get(0) ^ 4)).flip(), damaged);
            }
            assertThatThrownBy(() -> open(copy))
                    .isInstanceOf(DataDirectoryException.class)
                    .hasMessageContaining("is damaged: remove the member");
        }
    }
}
