package io.quorate.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.cli.processes.ProcessCluster;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Patroni finds what it expects, and goes on when the leader is killed. It mostly waits, for leases that it does not let be shorter than 20 s: a class of its
 * own, so that other tests are run meanwhile.
 */
@Tag("packages")
@ExtendWith(SharedCluster.class)
@Timeout(300)
class PatroniTest {

    @TempDir
    private Path folder;

    private final ProcessCluster cluster;

    PatroniTest(ProcessCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void patroniElectsItsPrimaryAndOutlivesTheLeader() throws Exception {
        List<String> checked =
                ClientScript.run(cluster, folder, List.of(ClientScript.PYTHON, ClientScript.path("patroni_pair.py")));

        assertThat(checked)
                .containsExactly(
                        "one of two is elected as the primary, the other follows it",
                        "the kill of the cluster's leader is survived without a failover",
                        "the kill of the primary makes the other one the primary, with every row");
    }
}
