package io.quorate.server;

import io.grpc.Status;
import io.quorate.engine.disk.DataDirectory;
import io.quorate.engine.disk.FileDisk;
import io.quorate.server.ServerConfig.InitialClusterState;
import io.quorate.server.wire.HttpPages;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Whether a member may serve clients: where others than its machine reach it and need no certificate, only once users are enabled. That
 * is a matter of the cluster's state, which a member that joins, or lags behind, does not have yet: so it is no reason not to start.
 * Thread-safe.
 *
 * <p>It is looked at when the member begins to serve. A witness has no users, and serves nothing that they would guard.
 */
final class KnownClients {

    /** What clients are told meanwhile. */
    static final String TURNED_AWAY =
            "etcdserver: this member serves nobody before users are enabled, since it asks for no certificate; ask another one";

    private static final String WHY =
            "others than this machine could read and change everything at --listen-client-urls"
                    + " without saying who they are";
    private static final String REMEDY =
            "give --trusted-ca-file and --client-cert-auth, or accept the risk with --allow-insecure";

    private final boolean usersNeeded;
    private final BooleanSupplier usersEnabled;

    /** @param usersEnabled whether the member's state says by now that clients must be users */
    KnownClients(ServerConfig config, BooleanSupplier usersEnabled) {
        this.usersNeeded = areUsersNeeded(config);
        this.usersEnabled = usersEnabled;
    }

    private static boolean areUsersNeeded(ServerConfig config) {
        return !config.isWitness() && config.security().isOpenToAnybody(config.listenClientUrls());
    }

    /**
     * Refuses to found a cluster without users that everybody could use. Changes nothing.
     *
     * @throws IOException with one sentence if it would be
     */
    static void requireForFounding(ServerConfig config) throws IOException {
        if (config.initialClusterState() == InitialClusterState.NEW && areUsersNeeded(config) && !hasData(config)) {
            throw new IOException(WHY + ", since a new cluster has no users; " + REMEDY
                    + ", or listen on 127.0.0.1 until users are enabled ('etcdctl auth enable')");
        }
    }

    private static boolean hasData(ServerConfig config) throws IOException {
        return !config.ephemeral()
                && Files.isDirectory(config.dataDir())
                && DataDirectory.identityOf(new FileDisk(config.dataDir())).isPresent();
    }

    boolean mayBeServed() {
        return !usersNeeded || usersEnabled.getAsBoolean();
    }

    /** Why they may not, and until when, in one sentence. */
    static String whyNot() {
        return WHY + "; they are turned away until users are enabled ('etcdctl auth enable'),"
                + " at another member or at this one with --listen-client-urls on 127.0.0.1; or " + REMEDY;
    }

    /** The same pages, which are shown once clients may be served. */
    Map<String, HttpPages.JsonPage> guard(Map<String, HttpPages.JsonPage> pages) {
        return pages.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, page -> new Guarded(page.getValue())));
    }

    private final class Guarded implements HttpPages.JsonPage {

        private final HttpPages.JsonPage page;

        Guarded(HttpPages.JsonPage page) {
            this.page = page;
        }

        @Override
        public CompletableFuture<String> get(Optional<String> token) {
            return mayBeServed() ? page.get(token) : refused();
        }

        @Override
        public CompletableFuture<String> post(Optional<String> token) {
            return mayBeServed() ? page.post(token) : refused();
        }

        private static CompletableFuture<String> refused() {
            return CompletableFuture.failedFuture(
                    Status.UNAVAILABLE.withDescription(TURNED_AWAY).asRuntimeException());
        }
    }
}
