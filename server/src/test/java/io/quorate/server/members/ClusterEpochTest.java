package io.quorate.server.members;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The id of a cluster tells how often it was recovered. */
class ClusterEpochTest {

    @Test
    void eachEpochHasAnotherIdThatTellsItsNumber() {
        ClusterEpoch epoch = new ClusterEpoch(0x14f9d2b8a7c60e31L);
        assertThat(epoch.number()).isZero();
        assertThat(epoch).hasToString("14f9d2b8a7c60e31");
        Set<Long> ids = new HashSet<>();
        for (int number = 1; number <= ClusterEpoch.MAX_NUMBER; number++) {
            epoch = epoch.next("once more");
            assertThat(epoch.number()).isEqualTo(number);
            assertThat(ids.add(epoch.clusterId())).isTrue();
        }
        assertThat(epoch).hasToString(Long.toHexString(epoch.clusterId()) + " (epoch 255)");
        assertThat(ClusterEpoch.ofHex(Long.toHexString(epoch.clusterId()))).isEqualTo(epoch);
        assertThatThrownBy(() -> new ClusterEpoch(ids.stream()
                                .filter(id -> new ClusterEpoch(id).number() == ClusterEpoch.MAX_NUMBER)
                                .findFirst()
                                .orElseThrow())
                        .next("too often"))
                .isInstanceOf(IllegalStateException.class);
    }

    /** Two that go on from the same survivor are two clusters, and keep each other out. */
    @Test
    void twoRecoveriesOfOneClusterAreTwoClusters() {
        ClusterEpoch former = new ClusterEpoch(7);
        assertThat(former.next("at noon")).isNotEqualTo(former.next("at night"));
        assertThat(new ClusterEpoch(8).next("at noon")).isNotEqualTo(former.next("at noon"));
    }

    @Test
    void theIdsOfFoundedClustersDoNotPassForThoseOfRecoveredOnes() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 20_000; i++) {
            assertThat(new ClusterEpoch(random.nextLong()).number()).isZero();
        }
    }
}
