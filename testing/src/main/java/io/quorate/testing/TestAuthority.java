package io.quorate.testing;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A CA that issues what no honest one would: certificates that are expired, for nobody, or not for what they are used for. */
public final class TestAuthority {

    private static final Duration DAY = Duration.ofDays(1);
    private static final int CURVE_BITS = 256;

    private final X500Name name;
    private final KeyPair keys;
    private final X509Certificate certificate;

    /** Those between this CA and the root, this one's own first; none for a root. */
    private final List<X509Certificate> between;

    private long lastSerial = 1;

    private TestAuthority(X500Name name, KeyPair keys, X509Certificate certificate, List<X509Certificate> between) {
        this.name = name;
        this.keys = keys;
        this.certificate = certificate;
        this.between = between;
    }

    /** A root, valid for a year. */
    public static TestAuthority named(String commonName) {
        return root(commonName, Instant.now().minus(DAY), Instant.now().plus(DAY.multipliedBy(365)));
    }

    public static TestAuthority root(String commonName, Instant begin, Instant end) {
        return root(commonName, begin, end, new BasicConstraints(true), builder -> {});
    }

    /** A root that vouches for hosts of one domain alone. */
    public static TestAuthority ofDomain(String commonName, String domain) {
        GeneralSubtree permitted = new GeneralSubtree(new GeneralName(GeneralName.dNSName, domain));
        NameConstraints constraints = new NameConstraints(new GeneralSubtree[] {permitted}, null);
        return root(
                commonName,
                Instant.now().minus(DAY),
                Instant.now().plus(DAY),
                new BasicConstraints(true),
                builder -> builder.addExtension(Extension.nameConstraints, true, constraints));
    }

    /** A root that allows no other CA below it. */
    public static TestAuthority withNoneBelow(String commonName) {
        Instant now = Instant.now();
        return root(commonName, now.minus(DAY), now.plus(DAY), new BasicConstraints(0), builder -> {});
    }

    private static TestAuthority root(
            String commonName, Instant begin, Instant end, BasicConstraints basic, Extensions extensions) {
        X500Name name = new X500Name("CN=" + commonName);
        KeyPair keys = newKeys();
        X509Certificate certificate = sign(name, keys, name, keys, BigInteger.ONE, begin, end, builder -> {
            builder.addExtension(Extension.basicConstraints, true, basic);
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            extensions.addTo(builder);
        });
        return new TestAuthority(name, keys, certificate, List.of());
    }

    /** One that this one vouches for; certificates of it come with its own. */
    public TestAuthority below(String commonName) {
        return below(commonName, builder -> {});
    }

    /** The same that is made for some uses alone. */
    public TestAuthority below(String commonName, KeyPurposeId... purposes) {
        return below(
                commonName,
                builder -> builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes)));
    }

    private TestAuthority below(String commonName, Extensions extensions) {
        X500Name below = new X500Name("CN=" + commonName);
        KeyPair belowKeys = newKeys();
        X509Certificate belowCertificate = sign(
                name,
                keys,
                below,
                belowKeys,
                BigInteger.valueOf(++lastSerial),
                Instant.now().minus(DAY),
                Instant.now().plus(DAY.multipliedBy(100)),
                builder -> {
                    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
                    builder.addExtension(
                            Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
                    extensions.addTo(builder);
                });
        List<X509Certificate> chain = new ArrayList<>(List.of(belowCertificate));
        chain.addAll(between);
        return new TestAuthority(below, belowKeys, belowCertificate, chain);
    }

    public X509Certificate certificate() {
        return certificate;
    }

    public String pem() {
        return pemOf(certificate);
    }

    /** A list of revoked certificates in PEM, signed by this CA. */
    public String revoking(Issued... revoked) {
        X509v2CRLBuilder builder =
                new X509v2CRLBuilder(name, Date.from(Instant.now().minus(DAY)));
        builder.setNextUpdate(Date.from(Instant.now().plus(DAY)));
        for (Issued each : revoked) {
            builder.addCRLEntry(
                    each.certificate().getSerialNumber(),
                    Date.from(Instant.now().minus(DAY)),
                    0);
        }
        return pemOf(builder.build(signer(keys)));
    }

    /** A certificate that is to be issued: valid now, for both sides of a connection, unless it is said otherwise. */
    public Request request(String commonName) {
        return new Request(commonName);
    }

    /** A certificate for both sides of a connection. */
    public Issued issue(String commonName, String... hosts) {
        return request(commonName).hosts(hosts).issue();
    }

    /**
     * A certificate with its key.
     *
     * @param chain in PEM, with those that lead to the root
     */
    public record Issued(X509Certificate certificate, String chain, KeyPair keys) {

        /** The key as PKCS#8. */
        public String key() {
            return "-----BEGIN PRIVATE KEY-----\n"
                    + Base64.getMimeEncoder().encodeToString(keys.getPrivate().getEncoded())
                    + "\n-----END PRIVATE KEY-----\n";
        }

        /** The key as OpenSSL has always written it. */
        public String traditionalKey() {
            return keys.getPrivate() instanceof java.security.interfaces.ECPrivateKey curve
                    ? block(
                            "EC PRIVATE KEY",
                            new ECPrivateKey(CURVE_BITS, curve.getS(), SECObjectIdentifiers.secp256r1))
                    : pemOf(keys.getPrivate());
        }

        private static String block(String kind, ECPrivateKey key) {
            try {
                return "-----BEGIN " + kind + "-----\n"
                        + Base64.getMimeEncoder().encodeToString(key.getEncoded())
                        + "\n-----END " + kind + "-----\n";
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Writes {@code <name>.crt} and {@code <name>.key}, in place of those that are there. */
        public void writeTo(Path folder, String name) {
            try {
                Files.writeString(folder.resolve(name + ".crt"), chain);
                Files.writeString(folder.resolve(name + ".key"), key());
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** What a certificate is to be like. */
    public final class Request {

        private final String commonName;
        private final List<GeneralName> names = new ArrayList<>();
        private Instant begin = Instant.now().minus(DAY);
        private Instant end = Instant.now().plus(DAY.multipliedBy(30));
        private List<KeyPurposeId> purposes = List.of(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth);
        private int usage = KeyUsage.digitalSignature;
        private KeyPair holder = newKeys();

        private Request(String commonName) {
            this.commonName = commonName;
        }

        /** Names of hosts and addresses. */
        public Request hosts(String... hosts) {
            for (String host : hosts) {
                boolean address = host.matches("[0-9.]+") || host.contains(":");
                names.add(new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, host));
            }
            return this;
        }

        public Request uri(String uri) {
            names.add(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
            return this;
        }

        public Request valid(Instant from, Instant until) {
            begin = from;
            end = until;
            return this;
        }

        public Request forServersAlone() {
            purposes = List.of(KeyPurposeId.id_kp_serverAuth);
            return this;
        }

        public Request forClientsAlone() {
            purposes = List.of(KeyPurposeId.id_kp_clientAuth);
            return this;
        }

        /** One that may encrypt keys, and not sign. */
        public Request withoutSigning() {
            usage = KeyUsage.keyEncipherment;
            return this;
        }

        public Request withKeys(KeyPair keysOfHolder) {
            holder = keysOfHolder;
            return this;
        }

        public Issued issue() {
            X509Certificate issued = sign(
                    name,
                    keys,
                    new X500Name("CN=" + commonName),
                    holder,
                    BigInteger.valueOf(++lastSerial),
                    begin,
                    end,
                    builder -> {
                        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
                        builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
                        builder.addExtension(
                                Extension.extendedKeyUsage,
                                false,
                                new ExtendedKeyUsage(purposes.toArray(KeyPurposeId[]::new)));
                        if (!names.isEmpty()) {
                            builder.addExtension(
                                    Extension.subjectAlternativeName,
                                    false,
                                    new GeneralNames(names.toArray(GeneralName[]::new)));
                        }
                    });
            StringBuilder chain = new StringBuilder(pemOf(issued));
            between.forEach(each -> chain.append(pemOf(each)));
            return new Issued(issued, chain.toString(), holder);
        }
    }

    /** Adds what a certificate says beside its names and times. */
    private interface Extensions {
        void addTo(JcaX509v3CertificateBuilder builder) throws IOException;
    }

    private static X509Certificate sign(
            X500Name issuer,
            KeyPair issuerKeys,
            X500Name subject,
            KeyPair subjectKeys,
            BigInteger serial,
            Instant begin,
            Instant end,
            Extensions extensions) {
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                issuer, serial, Date.from(begin), Date.from(end), subject, subjectKeys.getPublic());
        try {
            extensions.addTo(builder);
            X509CertificateHolder holder = builder.build(signer(issuerKeys));
            return new JcaX509CertificateConverter().getCertificate(holder);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ContentSigner signer(KeyPair keys) {
        try {
            boolean curve = keys.getPrivate().getAlgorithm().equals("EC");
            return new JcaContentSignerBuilder(curve ? "SHA256withECDSA" : "SHA256withRSA").build(keys.getPrivate());
        } catch (OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pemOf(Object object) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return text.toString();
    }
}
