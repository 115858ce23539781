package io.quorate.simulator.enumeration;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.simulator.enumeration.LyingDisk.Lie;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A crash at any operation of the disk, and at any operation of the recovery after it, loses and invents nothing. */
class CrashEnumerationTest {

    /** One in so many of the disks that crashes leave is recovered here; all of them by {@code quorate sim --enumerate}. */
    private static final int SHARDS = 4;

    @Test
    void whateverACrashLeavesIsRecoveredToAStateThatWasAcknowledgedOrOneThatCameAfterIt() throws IOException {
        CrashEnumeration.Summary summary = new CrashEnumeration(disk -> disk, 1, SHARDS, progress -> {}).run();
        assertThat(summary.failures()).isEmpty();
        assertThat(summary.operations()).isGreaterThan(300);
        assertThat(summary.moments()).isGreaterThan(summary.operations());
        assertThat(summary.recoveryDisks()).isGreaterThan(500);
    }

    @ParameterizedTest
    @EnumSource(Lie.class)
    void aDiskThatDoesNotKeepItsPromisesIsFoundOut(Lie lie) throws IOException {
        CrashEnumeration.Summary summary =
                new CrashEnumeration(disk -> new LyingDisk(disk, lie), 0, 5 * SHARDS, progress -> {}).run();
        assertThat(summary.failures()).isNotEmpty();
    }

    @Test
    void theScenarioHasEveryKindOfChange() throws IOException {
        Set<String> renames = new HashSet<>();
        new CrashEnumeration(disk -> new WatchedDisk(disk, renames), 0, Integer.MAX_VALUE, progress -> {}).run();
        assertThat(renames)
                .contains(
                        "log/spare > log/segment",
                        "log/segment > log/spare",
                        "log/segment > quarantine/segment",
                        "snapshots/unfinished > snapshots/snapshot",
                        "snapshots/snapshot > snapshots/unfinished");
    }
}
