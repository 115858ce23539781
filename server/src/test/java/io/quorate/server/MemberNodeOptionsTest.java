package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.engine.NodeOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What of a member's settings its node is started with. */
class MemberNodeOptionsTest {

    private static NodeOptions options(ServerConfig config) throws IOException {
        return MemberNode.options(config, OwnMembership.ofNobodyBefore(config, MemberSecurity.none()));
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

    @Test
    void entriesAreSentWithinTheBoundsThatWereAskedFor() throws IOException {
        ServerConfig config = ServerConfigs.withSending(
                TestCluster.configs(1, Path.of("unused")).getFirst(), new ServerConfig.Sending(65_536, 8, true));
        NodeOptions.Flow flow = MemberNode.options(config, OwnMembership.ofNobodyBefore(config, MemberSecurity.none()))
                .flow();
        assertThat(flow).isEqualTo(NodeOptions.Flow.DEFAULT.withSending(65_536, 8));
    }

    @Test
    void boundsThatNoLogFitsThroughAreRefused() {
        assertThatThrownBy(() -> new ServerConfig.Sending(1_000, 8, false))
                .hasMessage("--max-batch-bytes is 1000; give a number from 4096 to 8388608");
        assertThatThrownBy(() -> new ServerConfig.Sending(65_536, 0, false))
                .hasMessage("--max-inflight-messages is 0; give a number from 1 to 4096");
    }
}
