package io.quorate.cli;

import io.quorate.engine.tls.Admittance;
import io.quorate.engine.tls.TlsFailure;
import io.quorate.engine.tls.TlsFiles;
import io.quorate.engine.tls.TlsParty;
import io.quorate.engine.tls.TlsSettings;
import io.quorate.engine.tls.TlsVersion;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;
import picocli.CommandLine.Option;

/** How a command speaks TLS to the members of a cluster, by etcdctl's options. */
final class TlsOptions {

    /** A member that refuses does so at once. */
    private static final int PROBE_MILLIS = 1_000;

    private static final String CACERT = "--cacert";
    private static final String CERT = "--cert";
    private static final String KEY = "--key";
    private static final String SKIP_VERIFY = "--insecure-skip-tls-verify";
    private static final String PLAIN = "--insecure-transport";

    /** What the environment may say in place of the command line. */
    static final Map<String, String> VARIABLES = Map.of(
            CACERT, "QUORATE_CACERT",
            CERT, "QUORATE_CERT",
            KEY, "QUORATE_KEY",
            SKIP_VERIFY, "QUORATE_INSECURE_SKIP_TLS_VERIFY",
            PLAIN, "QUORATE_INSECURE_TRANSPORT");

    @Option(
            names = CACERT,
            paramLabel = "<file>",
            description = {
                "The CAs by which members are judged, in PEM. Without it, those that Java trusts.",
                "This and the four below can also be set in the environment, as QUORATE_CACERT for --cacert."
            })
    private Optional<Path> authorities = Optional.empty();

    @Option(names = CERT, paramLabel = "<file>", description = "The certificate to show to members, in PEM.")
    private Optional<Path> certificate = Optional.empty();

    @Option(names = KEY, paramLabel = "<file>", description = "Its private key, in PEM, without a password.")
    private Optional<Path> key = Optional.empty();

    @Option(
            names = SKIP_VERIFY,
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "true|false",
            description = "Believes whoever answers; for tries alone, since anybody may listen then.")
    private boolean skipVerify;

    @Option(
            names = PLAIN,
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "true|false",
            description = {
                "Whether endpoints without http:// or https:// are spoken to in plain text.",
                "Default: they are, unless one of the options above is given"
            })
    private Optional<Boolean> plain = Optional.empty();

    private Optional<TlsParty> party = Optional.empty();

    /** The scheme of an endpoint that is written without one. */
    String scheme() {
        return plain.orElse(!isAsked()) ? "http" : "https";
    }

    private boolean isAsked() {
        return authorities.isPresent() || certificate.isPresent() || skipVerify;
    }

    /**
     * By which members are spoken to that have {@code https} URLs.
     *
     * @throws CommandFailed if the files are not what they should be
     */
    TlsParty party() {
        if (party.isEmpty()) {
            try {
                TlsSettings settings = TlsSettings.of(
                                "this command",
                                new TlsFiles(certificate, key, authorities, Optional.empty()),
                                Admittance.OF_ANYBODY)
                        .withMinVersion(TlsVersion.TLS_1_2)
                        .withHttp()
                        .dialingAlone();
                party = Optional.of(TlsParty.open(skipVerify ? settings.withoutVerification() : settings));
            } catch (IOException | IllegalArgumentException e) {
                throw new CommandFailed(
                        ExitCode.USAGE,
                        "TLS cannot be spoken: " + e.getMessage() + " (" + CACERT + ", " + CERT + ", " + KEY + ")",
                        e);
            }
        }
        return party.get();
    }

    /** The same, if one of these asks for it, or members that are found by them may. */
    Optional<TlsParty> partyFor(List<URI> urls) {
        return isAsked() || urls.stream().anyMatch(TlsParty::isFor) ? Optional.of(party()) : Optional.empty();
    }

    /** Why TLS with an endpoint fails, as a part of a sentence; empty if it does not, or nothing listens there. */
    Optional<String> failure(URI endpoint) {
        String host = ClusterClient.host(endpoint);
        try (Socket plainSocket = new Socket()) {
            plainSocket.connect(new InetSocketAddress(host, endpoint.getPort()), PROBE_MILLIS);
            plainSocket.setSoTimeout(PROBE_MILLIS);
            try (Socket socket = party().dial(plainSocket, host, endpoint.getPort())) {
                // In TLS 1.3 the other side judges our certificate after this side takes the handshake for done.
                int unused = socket.getInputStream().read();
                return Optional.empty();
            } catch (SSLException | EOFException e) {
                return Optional.of(TlsFailure.of(e).sentence());
            }
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
