package io.quorate.engine.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of PEM blocks (RFC 7468). Its text is read once, so that all that is taken from it belongs together.
 *
 * <p>Every failure is an {@link IOException} with one sentence that names the file and says what to do.
 */
public final class PemFile {

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    private static final Pattern BEGIN = Pattern.compile("-----BEGIN ");
    private static final Pattern END = Pattern.compile("-----END ");

    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String REVOCATIONS = "X509 CRL";

    /** What a key may be that says itself what it is. */
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "Ed25519", "RSASSA-PSS");

    /** @param text in base64 */
    private record Block(String kind, String text) {

        byte[] content() {
            return Base64.getMimeDecoder().decode(text);
        }

        /** Says nothing of what may be a key. */
        @Override
        public String toString() {
            return "Block[" + kind + "]";
        }
    }

    private final Path file;
    private final List<Block> blocks = new ArrayList<>();

    private PemFile(Path file, String text) throws IOException {
        this.file = file;
        Matcher found = BLOCK.matcher(text);
        while (found.find()) {
            Block block = new Block(found.group(1), found.group(2));
            try {
                // What cannot be read is told of before anything is taken from the file.
                int unused = block.content().length;
                blocks.add(block);
            } catch (IllegalArgumentException e) {
                throw new IOException(file + " is damaged: a block in it is not base64; write the file anew", e);
            }
        }
        if (text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED")) {
            throw new IOException(
                    file + " holds a key with a password, and nobody is there to type it; take the password"
                            + " off, and let nobody else read the file");
        }
        // A block that is passed over may be the one that revokes a certificate, or names a CA.
        if (count(BEGIN, text) != blocks.size() || count(END, text) != blocks.size()) {
            throw new IOException(
                    file + " is damaged: a block in it does not begin or end as it should; write the file anew");
        }
    }

    private static long count(Pattern mark, String text) {
        return mark.matcher(text).results().count();
    }

    /** Reads a file. */
    public static PemFile read(Path file) throws IOException {
        try {
            return new PemFile(file, new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException e) {
            throw new IOException(file + " does not exist; name a PEM file", e);
        } catch (AccessDeniedException e) {
            throw new IOException(
                    file + " cannot be read: permission denied; let the user read it whom this program runs as", e);
        } catch (IOException e) {
            throw new IOException(file + " cannot be read: " + reason(e) + "; name a PEM file that can", e);
        }
    }

    /** Without the file's name, which some exceptions have as all of their message. */
    private static String reason(IOException failure) {
        String reason = failure instanceof FileSystemException known ? known.getReason() : failure.getMessage();
        return reason == null ? failure.getClass().getSimpleName() : reason;
    }

    /** Whether there is a certificate in it. */
    public boolean hasCertificates() {
        return has(CERTIFICATE);
    }

    /** Whether there is a list of revoked certificates in it. */
    public boolean hasRevocations() {
        return has(REVOCATIONS);
    }

    private boolean has(String kind) {
        return blocks.stream().anyMatch(block -> block.kind().equals(kind));
    }

    /** What a file holds that was read elsewhere. */
    static PemFile of(Path file, String text) throws IOException {
        return new PemFile(file, text);
    }

    /** All certificates in it, at least one. */
    public List<X509Certificate> certificates() throws IOException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (byte[] content : contents(CERTIFICATE, "a certificate")) {
            try {
                certificates.add((X509Certificate) factory().generateCertificate(new ByteArrayInputStream(content)));
            } catch (GeneralSecurityException e) {
                throw new IOException(file + " holds a certificate that cannot be read; write the file anew", e);
            }
        }
        return List.copyOf(certificates);
    }

    /** All lists of revoked certificates in it, at least one. */
    public List<X509CRL> revocations() throws IOException {
        List<X509CRL> lists = new ArrayList<>();
        for (byte[] content : contents(REVOCATIONS, "a list of revoked certificates")) {
            try {
                lists.add((X509CRL) factory().generateCRL(new ByteArrayInputStream(content)));
            } catch (GeneralSecurityException e) {
                throw new IOException(
                        file + " holds a list of revoked certificates that cannot be read; write the file anew", e);
            }
        }
        return List.copyOf(lists);
    }

    private List<byte[]> contents(String kind, String what) throws IOException {
        List<byte[]> contents = blocks.stream()
                .filter(block -> block.kind().equals(kind))
                .map(Block::content)
                .toList();
        if (contents.isEmpty()) {
            throw new IOException(file + " does not hold " + what + "; name a PEM file that does");
        }
        return contents;
    }

    private static CertificateFactory factory() throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509");
    }

    /** The private key in it, in any of the forms that OpenSSL writes. */
    public PrivateKey privateKey() throws IOException {
        for (Block block : blocks) {
            switch (block.kind()) {
                case "PRIVATE KEY" -> {
                    return key(block.content(), ALGORITHMS);
                }
                case "EC PRIVATE KEY" -> {
                    return key(TraditionalKey.ofCurve(block.content(), file), List.of("EC"));
                }
                case "RSA PRIVATE KEY" -> {
                    return key(TraditionalKey.ofRsa(block.content()), List.of("RSA"));
                }
                default -> {}
            }
        }
        throw new IOException(file + " does not hold a private key; name a PEM file that does");
    }

    private PrivateKey key(byte[] pkcs8, List<String> algorithms) throws IOException {
        IOException failure =
                new IOException(file + " holds a private key that cannot be read; use an EC or RSA key in PEM");
        for (String algorithm : algorithms) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException e) {
                // It is one of another algorithm.
                failure.addSuppressed(e);
            } catch (GeneralSecurityException e) {
                throw new IOException(failure.getMessage(), e);
            }
        }
        throw failure;
    }
}
