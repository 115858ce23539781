package io.quorate.engine.tls;

import io.quorate.testing.TestAuthority;
import io.quorate.testing.TestAuthority.Issued;
import io.quorate.testing.fuzz.FuzzTarget;
import io.quorate.testing.fuzz.FuzzTargets;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Certificates that others show, and files of certificates, lists and keys. */
public final class TlsFuzzTargets implements FuzzTargets {

    private static final TestAuthority ROOT = TestAuthority.named("root");
    private static final TestAuthority OTHER = TestAuthority.ofDomain("other", "example.com");

    private static final List<Issued> ISSUED = List.of(
            ROOT.issue("a", "a.example.com", "10.0.0.1", "::1"),
            ROOT.request("member")
                    .uri(CertificateNames.MEMBER_URI + "a1")
                    .hosts("*.example.com")
                    .issue(),
            ROOT.below("between").issue("c", "localhost"),
            OTHER.issue("d", "d.example.com"));

    private static final List<String> REVOCATIONS = List.of(ROOT.revoking(ISSUED.getFirst()), ROOT.revoking());

    @Override
    public List<FuzzTarget<?>> targets() {
        return List.of(certificate(), chain(), revocations(), pem());
    }

    /** A certificate as it comes in a handshake; all that is asked of it, by us, before it is trusted. */
    private static FuzzTarget<?> certificate() {
        return FuzzTarget.of(
                        "certificate",
                        random -> any(ISSUED, random).certificate().getEncoded(),
                        TlsFuzzTargets::asked,
                        CertificateException.class)
                .within(2048, 512 << 10, 512);
    }

    private static String asked(byte[] input) throws CertificateException {
        X509Certificate certificate = parsed(input);
        CertificateNames names = CertificateNames.of(certificate);
        String all = names.toString()
                + names.members()
                + names.covers("a.example.com")
                + names.covers("10.0.0.1")
                + CertificateNames.commonName(certificate)
                + CertificateText.name(certificate)
                + CertificateText.issuer(certificate);
        all += MemberBinding.failure(certificate, "a1", Set.of("a.example.com", "::1"));
        CertificateJudge.requireUse(certificate, CertificateJudge.Use.CLIENT);
        return all;
    }

    private static X509Certificate parsed(byte[] input) throws CertificateException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(input));
    }

    /** A whole way to a CA is judged: the certificate that was changed stands in it below, and is trusted as well, since it signs nothing. */
    private static FuzzTarget<?> chain() {
        CertificateJudge judge = new CertificateJudge(List.of(ROOT.certificate(), OTHER.certificate()), List.of());
        return FuzzTarget.of(
                        "certificate-chain",
                        random -> any(ISSUED, random).certificate().getEncoded(),
                        input -> judged(judge, input),
                        CertificateException.class)
                .within(2048, 4 << 20, 1024);
    }

    private static Boolean judged(CertificateJudge judge, byte[] input) throws CertificateException {
        X509Certificate changed = parsed(input);
        List<X509Certificate> shown = new ArrayList<>(List.of(changed));
        ISSUED.forEach(issued -> shown.add(issued.certificate()));
        judge.judge(shown, CertificateJudge.Use.SERVER, Instant.now());
        new CertificateJudge(List.of(changed, ROOT.certificate()), List.of())
                .judge(List.of(ISSUED.getFirst().certificate(), changed), CertificateJudge.Use.CLIENT, Instant.now());
        return true;
    }

    private static FuzzTarget<?> revocations() {
        return FuzzTarget.of(
                        "revocation-list",
                        random -> encoded(crl(any(REVOCATIONS, random))),
                        TlsFuzzTargets::parsedList,
                        CRLException.class)
                .within(2048, 512 << 10, 512);
    }

    private static X509CRL crl(String pem) throws IOException {
        return PemFile.of(Path.of("crl.pem"), pem).revocations().getFirst();
    }

    private static byte[] encoded(X509CRL list) throws CRLException {
        return list.getEncoded();
    }

    private static String parsedList(byte[] input) throws GeneralSecurityException {
        X509CRL list = (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(input));
        return CertificateText.of(list.getIssuerX500Principal())
                + list.isRevoked(ISSUED.getFirst().certificate())
                + TlsMaterial.isSignedBy(list, ROOT.certificate());
    }

    /** What {@link PemFile} promises: any failure is one sentence. */
    private static FuzzTarget<?> pem() {
        return FuzzTarget.of("pem-file", TlsFuzzTargets::pemSample, TlsFuzzTargets::readPem, IOException.class)
                .ofText()
                .within(8192, 1 << 20, 512);
    }

    private static byte[] pemSample(SplittableRandom random) {
        Issued issued = any(ISSUED, random);
        String text = switch (random.nextInt(5)) {
            case 0 -> issued.chain();
            case 1 -> issued.key();
            case 2 -> issued.traditionalKey();
            case 3 -> any(REVOCATIONS, random);
            default -> issued.chain() + issued.key() + "# a comment\n" + any(REVOCATIONS, random);
        };
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Integer readPem(byte[] input) throws IOException {
        PemFile file = PemFile.of(Path.of("file.pem"), new String(input, StandardCharsets.ISO_8859_1));
        String text = new String(input, StandardCharsets.ISO_8859_1);
        if (text.contains("CERTIFICATE")) {
            return file.certificates().size();
        }
        return text.contains("CRL")
                ? file.revocations().size()
                : file.privateKey().getAlgorithm().length();
    }

    private static <E> E any(List<E> some, SplittableRandom random) {
        return some.get(random.nextInt(some.size()));
    }
}
