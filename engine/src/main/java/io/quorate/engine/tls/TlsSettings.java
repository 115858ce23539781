package io.quorate.engine.tls;

import java.util.EnumSet;
import java.util.Set;

/**
 * How one side of TLS connections is set up.
 *
 * @param role what it is, as a part of sentences, such as "the client port"
 * @param files what it shows and whom it trusts
 * @param admittance whom it lets in that dials it
 * @param verifiesServers whether it judges those that it dials; if not, anybody may listen there
 * @param minVersion the oldest version of TLS that it speaks
 * @param suites what it encrypts with
 * @param http whether HTTP is spoken over it, whose version is agreed on in the handshake (ALPN, RFC 7301)
 * @param listens whether it accepts connections; if not, its certificate is a client's alone
 */
public record TlsSettings(
        String role,
        TlsFiles files,
        Admittance admittance,
        boolean verifiesServers,
        TlsVersion minVersion,
        CipherSuites suites,
        boolean http,
        boolean listens) {

    public TlsSettings {
        if (admittance.required() && files.authorities().isEmpty()) {
            throw new IllegalArgumentException(role
                    + " is to let in those with a certificate alone, and no CA is named to judge them by; name one");
        }
    }

    /** Of one that lets in whoever has a certificate of its CAs, and dials none but such: with TLS 1.3. */
    public static TlsSettings mutual(String role, TlsFiles files) {
        return of(role, files, Admittance.OF_CERTIFIED);
    }

    /** The same with another choice of whom it lets in. */
    public static TlsSettings of(String role, TlsFiles files, Admittance whom) {
        return new TlsSettings(role, files, whom, true, TlsVersion.TLS_1_3, CipherSuites.DEFAULT, false, true);
    }

    public TlsSettings withAdmittance(Admittance whom) {
        return new TlsSettings(role, files, whom, verifiesServers, minVersion, suites, http, listens);
    }

    public TlsSettings withMinVersion(TlsVersion version) {
        return new TlsSettings(role, files, admittance, verifiesServers, version, suites, http, listens);
    }

    public TlsSettings withSuites(CipherSuites chosen) {
        return new TlsSettings(role, files, admittance, verifiesServers, minVersion, chosen, http, listens);
    }

    /** The same over which HTTP is spoken. */
    public TlsSettings withHttp() {
        return new TlsSettings(role, files, admittance, verifiesServers, minVersion, suites, true, listens);
    }

    /** The same that believes whoever listens where it dials. */
    public TlsSettings withoutVerification() {
        return new TlsSettings(role, files, admittance, false, minVersion, suites, http, listens);
    }

    /** The same of one that dials, and accepts no connections. */
    public TlsSettings dialingAlone() {
        return new TlsSettings(role, files, admittance, verifiesServers, minVersion, suites, http, false);
    }

    /** What its own certificate is shown as: members do both, and where HTTP is spoken whoever listens has others who dial. */
    Set<CertificateJudge.Use> uses() {
        if (!listens) {
            return Set.of(CertificateJudge.Use.CLIENT);
        }
        return http ? Set.of(CertificateJudge.Use.SERVER) : EnumSet.allOf(CertificateJudge.Use.class);
    }

    /** Whether those at the other end judge it by what it judges them by, as members do. */
    boolean isAmongEquals() {
        return listens && !http && verifiesServers && admittance.required();
    }
}
