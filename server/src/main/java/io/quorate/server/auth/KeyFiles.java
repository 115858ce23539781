package io.quorate.server.auth;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.jspecify.annotations.Nullable;

/** Reads keys from PEM files, in all the forms in which OpenSSL writes them without a password. */
final class KeyFiles {

    private static final Pattern PUBLIC = Pattern.compile("-----BEGIN (\\w+ )?(PUBLIC KEY|CERTIFICATE)|ssh-|ecdsa-");

    private KeyFiles() {}

    /** @throws IOException with one sentence if there is no such key */
    static PublicKey publicKey(Path file) throws IOException {
        JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
        Optional<SubjectPublicKeyInfo> key = switch (read(file)) {
            case SubjectPublicKeyInfo alone -> Optional.of(alone);
            case X509CertificateHolder certificate -> Optional.of(certificate.getSubjectPublicKeyInfo());
            // Of a private key on a curve, the public one may be left out.
            case PEMKeyPair pair -> Optional.ofNullable(pair.getPublicKeyInfo());
            case null, default -> Optional.empty();
        };
        if (key.isEmpty()) {
            throw new IOException(file + " holds no public key; give a PEM file with one");
        }
        return converter.getPublicKey(key.get());
    }

    /** @throws IOException with one sentence if there is no such key */
    static PrivateKey privateKey(Path file) throws IOException {
        JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
        return switch (read(file)) {
            case PrivateKeyInfo key -> converter.getPrivateKey(key);
            case PEMKeyPair pair -> converter.getPrivateKey(pair.getPrivateKeyInfo());
            case null, default ->
                throw new IOException(file + " holds no private key that needs no password; give a PEM file with one");
        };
    }

    /**
     * What signs and checks tokens alike. Whoever knows it can make tokens of any user, so nothing is taken for it that is
     * meant to be known.
     *
     * @throws IOException with one sentence if there is none, or what is there is no secret
     */
    static byte[] secret(TokenOptions.Jwt options) throws IOException {
        if (options.publicKey().isPresent() || options.privateKey().isEmpty()) {
            throw new IOException("--auth-token jwt: " + options.algorithm()
                    + " signs with a secret, and a public key is none; give priv-key=<file> with the secret,"
                    + " and no pub-key");
        }
        Path file = options.privateKey().get();
        byte[] secret = Files.readAllBytes(file);
        String text = new String(secret, StandardCharsets.ISO_8859_1).stripLeading();
        if (PUBLIC.matcher(text).lookingAt()) {
            throw new IOException(
                    "--auth-token jwt: " + file + " holds a public key or a certificate, which is no secret for "
                            + options.algorithm() + "; give priv-key=<file> with random bytes that nobody else knows");
        }
        return secret;
    }

    private static @Nullable Object read(Path file) throws IOException {
        try (Reader reader = Files.newBufferedReader(file);
                PEMParser parser = new PEMParser(reader)) {
            Object read = parser.readObject();
            // OpenSSL writes the curve of a key before the key.
            while (read instanceof ASN1ObjectIdentifier) {
                read = parser.readObject();
            }
            return read;
        } catch (IOException e) {
            throw new IOException("cannot read the key in " + file + ": " + e.getMessage(), e);
        }
    }
}
