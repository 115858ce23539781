package io.quorate.server;

import io.quorate.server.ServerConfig.InitialClusterState;
import java.net.URI;
import java.nio.file.Path;
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
                config.snapshotCount());
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
                config.snapshotCount());
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
                config.snapshotCount());
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
                config.snapshotCount());
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
                config.snapshotCount());
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
                config.snapshotCount());
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
                count);
    }

    private static ServerConfig copy(
            ServerConfig config,
            Path dataDir,
            List<URI> listenClientUrls,
            InitialClusterState state,
            long quotaBytes,
            boolean ephemeral,
            String token,
            long snapshotCount) {
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
                ephemeral);
    }
}
