package io.quorate.cli;

import io.quorate.cli.ServerSettings.Given;
import io.quorate.engine.tls.Admittance;
import io.quorate.engine.tls.CipherSuites;
import io.quorate.engine.tls.TlsFiles;
import io.quorate.engine.tls.TlsSettings;
import io.quorate.engine.tls.TlsVersion;
import io.quorate.server.Security;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Reads how a member's connections are secured, with etcd's flags and their meanings: a CA that is named makes its port ask for a
 * certificate, whether the flag for that is given or not.
 *
 * @param given what a flag is set to, if it is
 * @param isOn whether a switch is on
 */
record SecuritySettings(Function<ServerFlag, Optional<Given>> given, Predicate<ServerFlag> isOn) {

    /** The flags of one kind of port. */
    private record Flags(
            String role,
            ServerFlag certificate,
            ServerFlag key,
            ServerFlag authority,
            ServerFlag demand,
            ServerFlag revoked) {}

    private static final Flags CLIENTS = new Flags(
            "the client port",
            ServerFlag.CERT_FILE,
            ServerFlag.KEY_FILE,
            ServerFlag.TRUSTED_CA_FILE,
            ServerFlag.CLIENT_CERT_AUTH,
            ServerFlag.CLIENT_CRL_FILE);

    private static final Flags PEERS = new Flags(
            "the peer port",
            ServerFlag.PEER_CERT_FILE,
            ServerFlag.PEER_KEY_FILE,
            ServerFlag.PEER_TRUSTED_CA_FILE,
            ServerFlag.PEER_CLIENT_CERT_AUTH,
            ServerFlag.PEER_CRL_FILE);

    /**
     * @param dataDir of the member, beside which it keeps certificates that it makes for itself
     * @param maxConnectionAge as it is set
     */
    Security read(Path dataDir, Duration maxConnectionAge) {
        Optional<TlsSettings> clients = port(CLIENTS)
                .or(() -> auto(ServerFlag.AUTO_TLS, dataDir))
                .map(files -> settings(
                                CLIENTS,
                                files,
                                new Admittance(files.authorities().isPresent(), Set.of(), Set.of()))
                        .withHttp());
        Optional<TlsSettings> peers = port(PEERS)
                .map(files -> settings(PEERS, files, peerAdmittance()))
                .or(() -> auto(ServerFlag.PEER_AUTO_TLS, dataDir)
                        .map(files ->
                                settings(PEERS, files, Admittance.OF_ANYBODY).withoutVerification()));
        requireUse(
                List.of(ServerFlag.PEER_CERT_ALLOWED_CN, ServerFlag.PEER_CERT_ALLOWED_HOSTNAME),
                peers.filter(tls -> tls.admittance().required()).isPresent(),
                "members are not known by certificates; give --peer-cert-file, --peer-key-file and --peer-trusted-ca-file");
        requireUse(
                List.of(ServerFlag.CIPHER_SUITES, ServerFlag.TLS_MIN_VERSION),
                clients.isPresent() || peers.isPresent(),
                "no port speaks TLS; give --cert-file and --key-file, or --peer-cert-file and its like");
        boolean allowInsecure = isOn.test(ServerFlag.ALLOW_INSECURE);
        Security security =
                new Security(clients, peers, isOn.test(ServerFlag.CLIENT_CERT_AUTH), maxConnectionAge, allowInsecure);
        if (clients.isPresent() || peers.isPresent()) {
            return security;
        }
        return allowInsecure ? Security.NONE.withInsecurityAllowed() : Security.NONE;
    }

    private Admittance peerAdmittance() {
        return new Admittance(
                true, words(ServerFlag.PEER_CERT_ALLOWED_CN), words(ServerFlag.PEER_CERT_ALLOWED_HOSTNAME));
    }

    private Optional<TlsFiles> auto(ServerFlag flag, Path dataDir) {
        return isOn.test(flag) ? Optional.of(AutoTls.files(dataDir)) : Optional.empty();
    }

    private Optional<TlsFiles> port(Flags flags) {
        Optional<Path> certificate = path(flags.certificate());
        Optional<Path> key = path(flags.key());
        Optional<Path> authority = path(flags.authority());
        Optional<Path> revoked = path(flags.revoked());
        requireBoth(flags.certificate(), certificate, flags.key(), key);
        if (isOn.test(flags.demand()) && authority.isEmpty()) {
            throw CommandFailed.usage(
                    flags.demand().option() + " is given, and no CA to judge certificates by; name it with "
                            + flags.authority().option());
        }
        if (certificate.isEmpty()) {
            requireNone(flags);
            return Optional.empty();
        }
        if (revoked.isPresent() && authority.isEmpty()) {
            throw CommandFailed.usage(
                    flags.revoked().option() + " is of no use without the CA that has signed the list; name it"
                            + " with " + flags.authority().option());
        }
        if (flags.equals(PEERS) && authority.isEmpty()) {
            throw CommandFailed.usage(
                    flags.certificate().option() + " is given, and without a CA anybody could take part; name it with "
                            + flags.authority().option());
        }
        return Optional.of(new TlsFiles(certificate, key, authority, revoked));
    }

    private static void requireBoth(
            ServerFlag certificateFlag, Optional<Path> certificate, ServerFlag keyFlag, Optional<Path> key) {
        if (certificate.isPresent() != key.isPresent()) {
            ServerFlag there = certificate.isPresent() ? certificateFlag : keyFlag;
            ServerFlag missing = certificate.isPresent() ? keyFlag : certificateFlag;
            throw CommandFailed.usage(there.option() + " is given, and " + missing.option()
                    + " is not; a certificate and its key go together");
        }
    }

    /** What is set in vain is a mistake of somebody who believes to be protected. */
    private void requireNone(Flags flags) {
        for (ServerFlag idle : List.of(flags.authority(), flags.demand(), flags.revoked())) {
            given.apply(idle).filter(set -> !set.text().equals("false")).ifPresent(set -> {
                throw CommandFailed.usage(set.where() + " is given, and " + flags.role()
                        + " speaks plain text without a certificate; give "
                        + flags.certificate().option() + " and "
                        + flags.key().option());
            });
        }
    }

    /** @param why they would be of no use where they are not used */
    private void requireUse(List<ServerFlag> flags, boolean used, String why) {
        for (ServerFlag flag : flags) {
            given.apply(flag).filter(set -> !used).ifPresent(set -> {
                throw CommandFailed.usage(set.where() + " is given, and " + why + ", or leave it out");
            });
        }
    }

    private TlsSettings settings(Flags flags, TlsFiles files, Admittance admittance) {
        return TlsSettings.of(flags.role(), files, admittance)
                .withMinVersion(minVersion())
                .withSuites(suites());
    }

    private TlsVersion minVersion() {
        Optional<Given> version = given.apply(ServerFlag.TLS_MIN_VERSION);
        return version.isEmpty()
                ? TlsVersion.TLS_1_3
                : TlsVersion.ofFlag(version.get().text().strip())
                        .orElseThrow(() -> CommandFailed.usage(version.get().where() + " is \""
                                + version.get().text() + "\"; use 'TLS1.3' or 'TLS1.2', older versions are broken"));
    }

    private CipherSuites suites() {
        Optional<Given> suites = given.apply(ServerFlag.CIPHER_SUITES);
        if (suites.isEmpty()) {
            return CipherSuites.DEFAULT;
        }
        try {
            return new CipherSuites(List.copyOf(words(suites.get())));
        } catch (IllegalArgumentException e) {
            throw new CommandFailed(ExitCode.USAGE, suites.get().where() + ": " + e.getMessage(), e);
        }
    }

    private Set<String> words(ServerFlag flag) {
        return given.apply(flag).map(SecuritySettings::words).orElse(Set.of());
    }

    /** A list of nothing would be taken for one that says nothing, and restrict nobody. */
    private static Set<String> words(Given list) {
        Set<String> words = Arrays.stream(list.text().split(",", -1))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
        if (words.isEmpty()) {
            throw CommandFailed.usage(list.where() + " is \"" + list.text()
                    + "\", which names nothing; name one at least," + " or leave it out");
        }
        return words;
    }

    private Optional<Path> path(ServerFlag flag) {
        Optional<Given> set = given.apply(flag);
        try {
            return set.map(file -> Path.of(file.text()));
        } catch (InvalidPathException e) {
            throw new CommandFailed(
                    ExitCode.USAGE,
                    set.map(Given::where).orElse(flag.option()) + " is not a path: " + e.getReason(),
                    e);
        }
    }
}
