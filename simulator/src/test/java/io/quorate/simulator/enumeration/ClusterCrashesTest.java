package io.quorate.simulator.enumeration;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.MemberId;
import org.junit.jupiter.api.Test;

/** A member of a running cluster crashes at any operation of its disk; the cluster goes on, and it comes back. */
class ClusterCrashesTest {

    /** One in so many operations is tried here; all of them by {@code quorate sim --enumerate}. */
    private static final int STEP = 97;

    @Test
    void theRunHasSnapshotsAnInstallationAndAChangeOfMembers() {
        ClusterCrashes.Course course = ClusterCrashes.course();
        assertThat(course.snapshotsTaken()).hasSizeGreaterThanOrEqualTo(3);
        assertThat(course.installed()).contains(new MemberId(3));
        assertThat(course.members()).isEqualTo(4);
        assertThat(course.operations())
                .allSatisfy((member, count) -> assertThat(count).isGreaterThan(300));
    }

    @Test
    void theClusterSettlesWhereverAMemberCrashes() {
        ClusterCrashes.Summary summary = ClusterCrashes.run(STEP / 2, STEP, progress -> {});
        assertThat(summary.failures()).isEmpty();
        assertThat(summary.runs()).isGreaterThan(30);
    }
}
