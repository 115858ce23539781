package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.engine.NodeOptions;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What of a member's settings its node is started with. */
class MemberNodeOptionsTest {

    private static NodeOptions.Storage storage(ServerConfig.Snapshots snapshots) throws IOException {
        ServerConfig config = ServerConfigs.withSnapshots(
                TestCluster.configs(1, Path.of("unused")).getFirst(), snapshots);
        return MemberNode.options(config, OwnMembership.ofNobodyBefore(config)).storage();
    }

    @Test
    void soManyEntriesStayInTheLogAsWereAskedFor() throws IOException {
        assertThat(storage(new ServerConfig.Snapshots(10, 7)))
                .matches(storage -> storage.snapshotEntries() == 10 && storage.keptEntries() == 7);
        assertThat(storage(new ServerConfig.Snapshots(10, 0)).keptEntries())
                .as("0 is the default, as in etcd")
                .isEqualTo(5_000);
    }
}
