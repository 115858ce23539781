package io.quorate.cli;

import io.quorate.engine.tls.TlsFiles;
import io.quorate.engine.tls.TlsSettings;
import io.quorate.server.InitialMembership;
import io.quorate.server.Security;
import io.quorate.server.ServerConfig;
import io.quorate.server.certs.CertificateFolder;
import io.quorate.server.certs.CertificateRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The certificates of {@code quorate dev --secure}: a CA that stays with the data, and by it, at each start anew, one for each member,
 * that is good for that member's id alone, and one for whoever uses the cluster, as its user root. What is revoked in its folder is refused.
 */
final class DevCertificates {

    private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", "::1");
    private static final String CLIENT = "root";

    private final CertificateFolder folder;

    /** @param path of the folder, which is made if it is not there */
    DevCertificates(Path path) {
        this.folder = new CertificateFolder(path, InstantSource.system());
    }

    /**
     * Issues what the members need, and configures them with it.
     *
     * @param configs whose URLs are {@code https}
     * @throws CommandFailed if the folder cannot be written
     */
    List<ServerConfig> secure(List<ServerConfig> configs) {
        try {
            if (!folder.hasAuthority()) {
                folder.init("quorate dev", CertificateFolder.AUTHORITY_VALIDITY);
            }
            folder.completeRevocations();
            folder.issue(CLIENT, CertificateRequest.ofClient(CLIENT, CertificateFolder.VALIDITY));
            List<ServerConfig> secured = new ArrayList<>();
            for (ServerConfig config : configs) {
                secured.add(secure(config));
            }
            return secured;
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.FAILED, "the certificates cannot be made: " + e.getMessage(), e);
        }
    }

    private ServerConfig secure(ServerConfig config) throws IOException {
        String uri = InitialMembership.of(config).memberUri();
        folder.issue(
                config.name(),
                CertificateRequest.ofMember(config.name(), LOOPBACK, List.of(uri), CertificateFolder.VALIDITY));
        TlsFiles files = TlsFiles.of(folder.certificate(config.name()), folder.key(config.name()), folder.authorities())
                .withRevocations(folder.revocations());
        return config.withSecurity(Security.ofPeers(TlsSettings.mutual("the peer port", files))
                .withClients(TlsSettings.mutual("the client port", files).withHttp())
                .withUsersByCertificate());
    }

    /** How to connect with etcdctl. */
    String etcdctl(List<ServerConfig> configs) {
        String endpoints = configs.stream()
                .map(config -> config.advertiseClientUrls().getFirst().toString())
                .collect(Collectors.joining(","));
        return "ETCDCTL_API=3 etcdctl --endpoints=" + endpoints + " --cacert=" + folder.authorities() + " --cert="
                + folder.certificate(CLIENT) + " --key=" + folder.key(CLIENT) + " endpoint health";
    }
}
