package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.engine.NodeOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What of a member's settings its node is started with. */
class MemberNodeOptionsTest {

    private static NodeOptions options(ServerConfig config) throws IOException {
        return MemberNode.options(config, OwnMembership.ofNobodyBefore(config));
    }

    private static ServerConfig usual() throws IOException {
        return TestCluster.configs(1, Path.of("unused")).getFirst();
    }

    private static NodeOptions.Storage storage(ServerConfig.Snapshots snapshots) throws IOException {
        return options(ServerConfigs.withSnapshots(usual(), snapshots)).storage();
    }

    @Test
    void theElectionTimeoutAdaptsUnlessTheUserHasFixedIt() throws IOException {
        assertThat(usual().timing()).isEqualTo(ServerConfig.Timing.DEFAULT);
        assertThat(options(usual()).timing().adaptive()).isTrue();

        ServerConfig fixed = ServerConfigs.withTimeouts(usual(), Duration.ofMillis(100), Duration.ofSeconds(2));
        assertThat(options(fixed).timing())
                .matches(
                        timing -> !timing.adaptive() && timing.electionTimeout().equals(Duration.ofSeconds(2)));
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
