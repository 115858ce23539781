package io.quorate.cli;

import io.quorate.engine.tls.TlsFiles;
import io.quorate.server.ServerConfig;
import io.quorate.server.certs.CertificateFolder;
import io.quorate.server.certs.CertificateRequest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The certificates of {@code --auto-tls} and {@code --peer-auto-tls}: a member makes them for itself, and nobody can know by them whom he
 * talks to; what is said cannot be read on the way, by those who only listen. They lie beside the data directory, since that is the
 * member's alone.
 */
final class AutoTls {

    private static final String NAME = "member";

    private AutoTls() {}

    private static CertificateFolder folder(Path dataDir) {
        Path name = Optional.ofNullable(dataDir.getFileName()).orElse(Path.of("data"));
        return new CertificateFolder(
                dataDir.toAbsolutePath().resolveSibling(name + ".auto-tls"), InstantSource.system());
    }

    /** Where they are, once they are made; nobody is judged by them. */
    static TlsFiles files(Path dataDir) {
        CertificateFolder folder = folder(dataDir);
        return new TlsFiles(
                Optional.of(folder.certificate(NAME)),
                Optional.of(folder.key(NAME)),
                Optional.empty(),
                Optional.empty());
    }

    /**
     * Makes them anew, for a member that is about to start.
     *
     * @throws CommandFailed if they cannot be written
     */
    static void make(ServerConfig config) {
        CertificateFolder folder = folder(config.dataDir());
        Set<String> hosts = new LinkedHashSet<>(List.of("localhost"));
        for (List<URI> urls : List.of(
                config.listenClientUrls(),
                config.advertiseClientUrls(),
                config.listenPeerUrls(),
                config.initialAdvertisePeerUrls())) {
            urls.forEach(url -> hosts.add(ClusterClient.host(url)));
        }
        try {
            if (!folder.hasAuthority()) {
                folder.init("quorate " + config.name(), CertificateFolder.AUTHORITY_VALIDITY);
            }
            folder.issue(
                    NAME,
                    CertificateRequest.ofMember(
                            config.name(), List.copyOf(hosts), List.of(), CertificateFolder.VALIDITY));
        } catch (IOException e) {
            throw new CommandFailed(
                    ExitCode.FAILED, "the member's own certificate cannot be made: " + e.getMessage(), e);
        }
    }
}
