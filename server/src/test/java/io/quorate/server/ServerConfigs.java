package io.quorate.server;

import io.quorate.server.ServerConfig.InitialClusterState;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Configurations that differ from others in one setting. */
public final class ServerConfigs {

    private ServerConfigs() {}

    static ServerConfig withDataDir(ServerConfig config, Path dataDir) {
        return copy(
                config,
                dataDir,
                config.listenClientUrls(),
                config.initialClusterState(),
                config.quotaBackendBytes(),
                config.ephemeral(),
                config.initialClusterToken(),
                config.snapshotCount(),
                config.verifyInterval());
    }

    static ServerConfig withListenClientUrl(ServerConfig config, URI url) {
        return copy(
                config,
                config.dataDir(),
                List.of(url),
                config.initialClusterState(),
                config.quotaBackendBytes(),
                config.ephemeral(),
                config.initialClusterToken(),
                config.snapshotCount(),
                config.verifyInterval());
    }

    static ServerConfig withState(ServerConfig config, InitialClusterState state) {
        return copy(
                config,
                config.dataDir(),
                config.listenClientUrls(),
                state,
                config.quotaBackendBytes(),
                config.ephemeral(),
                config.initialClusterToken(),
                config.snapshotCount(),
                config.verifyInterval());
    }

    static ServerConfig withQuota(ServerConfig config, long bytes) {
        return copy(
                config,
                config.dataDir(),
                config.listenClientUrls(),
                config.initialClusterState(),
                bytes,
                config.ephemeral(),
                config.initialClusterToken(),
                config.snapshotCount(),
                config.verifyInterval());
    }

    static ServerConfig ephemeral(ServerConfig config) {
        return copy(
                config,
                config.dataDir(),
                config.listenClientUrls(),
                config.initialClusterState(),
                config.quotaBackendBytes(),
                true,
                config.initialClusterToken(),
                config.snapshotCount(),
                config.verifyInterval());
    }

    static ServerConfig withToken(ServerConfig config, String token) {
        return copy(
                config,
                config.dataDir(),
                config.listenClientUrls(),
                config.initialClusterState(),
                config.quotaBackendBytes(),
                config.ephemeral(),
                token,
                config.snapshotCount(),
                config.verifyInterval());
    }

    static ServerConfig withSnapshotCount(ServerConfig config, long count) {
        return copy(
                config,
                config.dataDir(),
                config.listenClientUrls(),
                config.initialClusterState(),
                config.quotaBackendBytes(),
                config.ephemeral(),
                config.initialClusterToken(),
                count,
                config.verifyInterval());
    }

    public static ServerConfig withVerifyInterval(ServerConfig config, Duration interval) {
        return copy(
                config,
                config.dataDir(),
                config.listenClientUrls(),
                config.initialClusterState(),
                config.quotaBackendBytes(),
                config.ephemeral(),
                config.initialClusterToken(),
                config.snapshotCount(),
                interval);
    }

    public static ServerConfig withUpkeep(ServerConfig config, Upkeep upkeep) {
        return new ServerConfig(
                config.name(),
                config.dataDir(),
                config.listenClientUrls(),
                config.advertiseClientUrls(),
                config.listenPeerUrls(),
                config.initialAdvertisePeerUrls(),
                config.initialCluster(),
                config.initialClusterState(),
                config.initialClusterToken(),
                config.heartbeatInterval(),
                config.electionTimeout(),
                config.snapshotCount(),
                config.quotaBackendBytes(),
                config.maxRequestBytes(),
                config.maxTxnOps(),
                config.verifyInterval(),
                upkeep,
                config.ephemeral());
    }

    private static ServerConfig copy(
            ServerConfig config,
            Path dataDir,
            List<URI> listenClientUrls,
            InitialClusterState state,
            long quotaBytes,
            boolean ephemeral,
            String token,
            long snapshotCount,
            Duration verifyInterval) {
        return new ServerConfig(
                config.name(),
                dataDir,
                listenClientUrls,
                config.advertiseClientUrls(),
                config.listenPeerUrls(),
                config.initialAdvertisePeerUrls(),
                config.initialCluster(),
                state,
                token,
                config.heartbeatInterval(),
                config.electionTimeout(),
                snapshotCount,
                quotaBytes,
                config.maxRequestBytes(),
                config.maxTxnOps(),
                verifyInterval,
                config.upkeep(),
                ephemeral);
    }
}
