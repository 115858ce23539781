package io.quorate.server.certs;

import io.netty.util.NetUtil;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A CA: a certificate that others trust, and the key by which it vouches for those that it issues (RFC 5280). All keys are on the curve
 * P-256. Thread-safe.
 */
public record CertificateAuthority(X509Certificate certificate, PrivateKey key) {

    private static final int SERIAL_BITS = 127;

    /** So much earlier a certificate begins than it is made: clocks of machines differ a little. */
    static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    /** A certificate with its key. */
    public record Issued(X509Certificate certificate, PrivateKey key) {}

    /** Adds what a certificate says beside its names and times. */
    private interface Extensions {
        void addTo(X509v3CertificateBuilder builder, JcaX509ExtensionUtils utils)
                throws IOException, GeneralSecurityException;
    }

    /** A new one, which nobody trusts yet. */
    public static CertificateAuthority create(String commonName, Duration validity, InstantSource clock) {
        KeyPair keys = newKeys();
        X500Name name = name(commonName);
        Instant now = clock.instant();
        X509Certificate certificate =
                sign(name, keys.getPrivate(), name, keys.getPublic(), now, now.plus(validity), (builder, utils) -> {
                    // It issues no other CAs.
                    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
                    builder.addExtension(
                            Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
                    builder.addExtension(
                            Extension.subjectKeyIdentifier, false, utils.createSubjectKeyIdentifier(keys.getPublic()));
                });
        return new CertificateAuthority(certificate, keys.getPrivate());
    }

    /**
     * Issues a certificate with a new key. It ends no later than this CA's own.
     *
     * @throws IllegalArgumentException with one sentence if this CA has expired
     */
    public Issued issue(CertificateRequest request, InstantSource clock) {
        KeyPair keys = newKeys();
        Instant now = clock.instant();
        Instant end = now.plus(request.validity());
        Instant ownEnd = certificate.getNotAfter().toInstant();
        if (!ownEnd.isAfter(now)) {
            throw new IllegalArgumentException("the CA has expired, on " + ownEnd + "; make a new one");
        }
        X509Certificate issued = sign(
                ownName(),
                key,
                name(request.commonName()),
                keys.getPublic(),
                now,
                end.isAfter(ownEnd) ? ownEnd : end,
                (builder, utils) -> {
                    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
                    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
                    builder.addExtension(Extension.extendedKeyUsage, false, uses(request));
                    builder.addExtension(
                            Extension.authorityKeyIdentifier, false, utils.createAuthorityKeyIdentifier(certificate));
                    builder.addExtension(
                            Extension.subjectKeyIdentifier, false, utils.createSubjectKeyIdentifier(keys.getPublic()));
                    GeneralName[] names = names(request);
                    if (names.length > 0) {
                        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
                    }
                });
        return new Issued(issued, keys.getPrivate());
    }

    /**
     * A list of what this CA has revoked. The next one is due when what was issued beside it has expired, and no later than this CA's own end.
     *
     * @param revoked serial numbers, and since when
     * @param number of the list, more than that of the one before
     * @throws IOException if it cannot be written
     */
    X509CRLHolder list(Map<BigInteger, Date> revoked, BigInteger number, InstantSource clock) throws IOException {
        Instant now = clock.instant();
        Instant ownEnd = certificate.getNotAfter().toInstant();
        Instant next = now.plus(CertificateFolder.VALIDITY);
        X509v2CRLBuilder builder = new X509v2CRLBuilder(ownName(), Date.from(now));
        builder.setNextUpdate(Date.from(next.isAfter(ownEnd) ? ownEnd : next));
        revoked.forEach((serial, since) -> builder.addCRLEntry(serial, since, CRLReason.unspecified));
        try {
            builder.addExtension(Extension.cRLNumber, false, new CRLNumber(number));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate));
            return builder.build(signer(key));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("a list of revoked certificates could not be made", e);
        }
    }

    /** Whether nothing that it has issued is valid any more. */
    boolean isOver(Instant now) {
        return !certificate.getNotAfter().toInstant().isAfter(now);
    }

    /** The number of a list; 0 if it has none. */
    public static BigInteger numberOf(X509CRL list) {
        byte[] extension = list.getExtensionValue(Extension.cRLNumber.getId());
        return extension == null
                ? BigInteger.ZERO
                : ASN1Integer.getInstance(ASN1OctetString.getInstance(extension).getOctets())
                        .getValue();
    }

    private X500Name ownName() {
        return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    }

    private static ExtendedKeyUsage uses(CertificateRequest request) {
        return new ExtendedKeyUsage(request.uses().stream()
                .sorted()
                .map(use -> switch (use) {
                    case SERVER -> KeyPurposeId.id_kp_serverAuth;
                    case CLIENT -> KeyPurposeId.id_kp_clientAuth;
                })
                .toArray(KeyPurposeId[]::new));
    }

    private static GeneralName[] names(CertificateRequest request) {
        List<GeneralName> names = new ArrayList<>();
        for (String host : request.hosts()) {
            boolean address = NetUtil.createByteArrayFromIpAddressString(host) != null;
            names.add(new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, host));
        }
        request.uris().forEach(uri -> names.add(new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
        return names.toArray(GeneralName[]::new);
    }

    private static X500Name name(String commonName) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, commonName)
                .build();
    }

    private static X509Certificate sign(
            X500Name issuer,
            PrivateKey issuerKey,
            X500Name subject,
            PublicKey subjectKey,
            Instant now,
            Instant end,
            Extensions extensions) {
        try {
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    issuer,
                    new BigInteger(SERIAL_BITS, new SecureRandom()).setBit(0),
                    Date.from(now.minus(CLOCK_SKEW)),
                    Date.from(end),
                    subject,
                    subjectKey);
            extensions.addTo(builder, new JcaX509ExtensionUtils());
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer(issuerKey)));
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("a certificate could not be made", e);
        }
    }

    private static ContentSigner signer(PrivateKey key) throws OperatorCreationException {
        String algorithm = key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
        return new JcaContentSignerBuilder(algorithm).build(key);
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM makes no keys on P-256", e);
        }
    }
}
