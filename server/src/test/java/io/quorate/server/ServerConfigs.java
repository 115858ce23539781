package io.quorate.server;

import io.quorate.server.ServerConfig.InitialClusterState;
import io.quorate.server.ServerConfig.InitialMember;
import io.quorate.server.ServerConfig.Limits;
import io.quorate.server.ServerConfig.Snapshots;
import io.quorate.server.ServerConfig.Timing;
import io.quorate.server.auth.AuthOptions;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Configurations that differ from others in one setting. */
public final class ServerConfigs {

    private ServerConfigs() {}

    static ServerConfig withDataDir(ServerConfig config, Path dataDir) {
        return changed(config, draft -> draft.dataDir = dataDir);
    }

    static ServerConfig withListenClientUrl(ServerConfig config, URI url) {
        return changed(config, draft -> draft.listenClientUrls = List.of(url));
    }

    /** A member that serves its clients where it says it does. */
    static ServerConfig withClientUrl(ServerConfig config, URI url) {
        return changed(config, draft -> {
            draft.listenClientUrls = List.of(url);
            draft.advertiseClientUrls = List.of(url);
        });
    }

    static ServerConfig withState(ServerConfig config, InitialClusterState state) {
        return changed(config, draft -> draft.state = state);
    }

    /** A member that is reached elsewhere by its peers, and configured accordingly. */
    static ServerConfig withPeerUrl(ServerConfig config, URI url) {
        List<InitialMember> members = config.initialCluster().stream()
                .map(member -> member.name().equals(config.name()) ? new InitialMember(member.name(), url) : member)
                .toList();
        return withInitialCluster(config, members);
    }

    static ServerConfig withInitialCluster(ServerConfig config, List<InitialMember> members) {
        return changed(config, draft -> {
            draft.initialCluster = members;
            draft.peerUrls = members.stream()
                    .filter(member -> member.name().equals(config.name()))
                    .map(InitialMember::peerUrl)
                    .toList();
        });
    }

    /** As if both were given by flags: nothing adapts. */
    static ServerConfig withTimeouts(ServerConfig config, Duration heartbeat, Duration election) {
        return changed(config, draft -> draft.timing = new Timing(heartbeat, election, false));
    }

    /** Of a cluster some of whose initial members are witnesses, by their names. */
    static ServerConfig withWitnesses(ServerConfig config, String... names) {
        List<InitialMember> members = config.initialCluster().stream()
                .map(member -> new InitialMember(
                        member.name(), member.peerUrl(), List.of(names).contains(member.name())))
                .toList();
        return withInitialCluster(config, members);
    }

    static ServerConfig withQuota(ServerConfig config, long bytes) {
        return changed(
                config,
                draft -> draft.limits = new Limits(
                        bytes,
                        draft.limits.maxRequestBytes(),
                        draft.limits.maxTxnOps(),
                        draft.limits.maxLeases(),
                        draft.limits.connections()));
    }

    static ServerConfig withMaxLeases(ServerConfig config, int most) {
        return changed(
                config,
                draft -> draft.limits = new Limits(
                        draft.limits.quotaBackendBytes(),
                        draft.limits.maxRequestBytes(),
                        draft.limits.maxTxnOps(),
                        most,
                        draft.limits.connections()));
    }

    static ServerConfig ephemeral(ServerConfig config) {
        return changed(config, draft -> draft.ephemeral = true);
    }

    static ServerConfig withToken(ServerConfig config, String token) {
        return changed(config, draft -> draft.token = token);
    }

    static ServerConfig withSnapshotCount(ServerConfig config, long count) {
        return withSnapshots(config, new Snapshots(count, 5_000));
    }

    static ServerConfig withSnapshots(ServerConfig config, Snapshots snapshots) {
        return changed(config, draft -> draft.snapshots = snapshots);
    }

    static ServerConfig withWatches(ServerConfig config, WatchOptions watches) {
        return changed(config, draft -> draft.watches = watches);
    }

    public static ServerConfig withVerifyInterval(ServerConfig config, Duration interval) {
        return changed(config, draft -> draft.verifyInterval = interval);
    }

    public static ServerConfig withUpkeep(ServerConfig config, Upkeep upkeep) {
        return changed(config, draft -> draft.upkeep = upkeep);
    }

    public static ServerConfig withAuth(ServerConfig config, AuthOptions auth) {
        return changed(config, draft -> draft.auth = auth);
    }

    static ServerConfig withSending(ServerConfig config, ServerConfig.Sending sending) {
        return changed(config, draft -> draft.sending = sending);
    }

    /** A member that speaks TLS at all its URLs. */
    static ServerConfig secured(ServerConfig config, Security security) {
        return changed(config, draft -> {
            draft.listenClientUrls = overTls(draft.listenClientUrls);
            draft.advertiseClientUrls = overTls(draft.advertiseClientUrls);
            draft.peerUrls = overTls(draft.peerUrls);
            draft.initialCluster = draft.initialCluster.stream()
                    .map(member -> new InitialMember(member.name(), overTls(member.peerUrl()), member.witness()))
                    .toList();
            draft.security = security;
        });
    }

    private static List<URI> overTls(List<URI> urls) {
        return urls.stream().map(ServerConfigs::overTls).toList();
    }

    private static URI overTls(URI url) {
        return URI.create("https://" + url.getAuthority());
    }

    private static ServerConfig changed(ServerConfig config, Consumer<Draft> change) {
        Draft draft = new Draft(config);
        change.accept(draft);
        return draft.finished();
    }

    /** A configuration that is being changed: what tests change of it. */
    private static final class Draft {
        private final ServerConfig original;
        private Path dataDir;
        private List<URI> listenClientUrls;
        private List<URI> advertiseClientUrls;
        private List<URI> peerUrls;
        private List<InitialMember> initialCluster;
        private InitialClusterState state;
        private String token;
        private Timing timing;
        private Snapshots snapshots;
        private Limits limits;
        private WatchOptions watches;
        private Duration verifyInterval;
        private Upkeep upkeep;
        private AuthOptions auth;
        private ServerConfig.Sending sending;
        private Security security;
        private boolean ephemeral;

        Draft(ServerConfig original) {
            this.original = original;
            this.dataDir = original.dataDir();
            this.listenClientUrls = original.listenClientUrls();
            this.advertiseClientUrls = original.advertiseClientUrls();
            this.peerUrls = original.initialAdvertisePeerUrls();
            this.initialCluster = original.initialCluster();
            this.state = original.initialClusterState();
            this.token = original.initialClusterToken();
            this.timing = original.timing();
            this.snapshots = original.snapshots();
            this.limits = original.limits();
            this.watches = original.watches();
            this.verifyInterval = original.verifyInterval();
            this.upkeep = original.upkeep();
            this.auth = original.auth();
            this.sending = original.sending();
            this.security = original.security();
            this.ephemeral = original.ephemeral();
        }

        ServerConfig finished() {
            return new ServerConfig(
                    original.name(),
                    dataDir,
                    listenClientUrls,
                    advertiseClientUrls,
                    peerUrls,
                    peerUrls,
                    initialCluster,
                    state,
                    token,
                    timing,
                    snapshots,
                    limits,
                    watches,
                    verifyInterval,
                    upkeep,
                    auth,
                    original.zone(),
                    original.autopilot(),
                    sending,
                    security,
                    original.atRest(),
                    ephemeral);
        }
    }
}
