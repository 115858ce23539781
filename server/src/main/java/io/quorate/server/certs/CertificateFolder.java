package io.quorate.server.certs;

import io.quorate.engine.tls.CertificateNames;
import io.quorate.engine.tls.PemFile;
import io.quorate.server.certs.CertificateAuthority.Issued;
import io.quorate.server.certs.CertificateRequest.Use;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;

/**
 * A folder with a CA ({@code ca.crt}, {@code ca.key}) and what it has issued ({@code <name>.crt}, {@code <name>.key}).
 *
 * <p>{@code ca.crt} holds every CA that is trusted, the one that issues first: while one CA follows another, both. Keys can be read by
 * their owner alone. Each file is replaced whole, so that whoever reads finds the one before or the one after.
 */
public final class CertificateFolder {

    public static final Duration AUTHORITY_VALIDITY = Duration.ofDays(3650);
    public static final Duration VALIDITY = Duration.ofDays(365);

    private static final String AUTHORITY = "ca";
    private static final String CERTIFICATE = ".crt";
    private static final String KEY = ".key";
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

    private final Path folder;
    private final InstantSource clock;

    public CertificateFolder(Path folder, InstantSource clock) {
        this.folder = folder;
        this.clock = clock;
    }

    public Path certificate(String name) {
        return folder.resolve(name + CERTIFICATE);
    }

    public Path key(String name) {
        return folder.resolve(name + KEY);
    }

    /** The CAs that are trusted. */
    public Path authorities() {
        return certificate(AUTHORITY);
    }

    public boolean hasAuthority() {
        return Files.exists(key(AUTHORITY)) || Files.exists(authorities());
    }

    /**
     * Makes a CA.
     *
     * @throws IOException with one sentence if there is one already, or the folder cannot be written
     */
    public CertificateAuthority init(String commonName, Duration validity) throws IOException {
        if (hasAuthority()) {
            throw new IOException(
                    folder + " has a CA already; use another folder, or replace that one step by step with"
                            + " 'quorate certs rotate --new-ca'");
        }
        Files.createDirectories(folder);
        CertificateAuthority authority = CertificateAuthority.create(commonName, validity, clock);
        write(key(AUTHORITY), pem(authority.key()), true);
        write(authorities(), pem(authority.certificate()), false);
        return authority;
    }

    /**
     * The CA that issues.
     *
     * @throws IOException with one sentence if there is none
     */
    public CertificateAuthority authority() throws IOException {
        if (!hasAuthority()) {
            throw new IOException(folder + " has no CA; make one with 'quorate certs init'");
        }
        return new CertificateAuthority(
                trusted().getFirst(), PemFile.read(key(AUTHORITY)).privateKey());
    }

    /** All CAs that are trusted, the one that issues first. */
    public List<X509Certificate> trusted() throws IOException {
        return PemFile.read(authorities()).certificates();
    }

    /**
     * Issues a certificate, in place of the one of that name if there is one.
     *
     * @param name of its files
     * @throws IOException with one sentence if the CA is not there, or the files cannot be written
     */
    public X509Certificate issue(String name, CertificateRequest request) throws IOException {
        if (name.equals(AUTHORITY) || !name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
            throw new IOException(
                    "\"" + name + "\" cannot be the name of a file with a certificate; use letters, digits,"
                            + " '.', '_' and '-', and not \"" + AUTHORITY + "\"");
        }
        try {
            Issued issued = authority().issue(request, clock);
            write(key(name), pem(issued.key()), true);
            write(certificate(name), pem(issued.certificate()), false);
            return issued.certificate();
        } catch (IllegalArgumentException e) {
            throw new IOException("no certificate was issued: " + e.getMessage(), e);
        }
    }

    /** The names of what was issued, sorted. */
    public List<String> issued() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(CERTIFICATE))
                    .map(name -> name.substring(0, name.length() - CERTIFICATE.length()))
                    .filter(name -> !name.equals(AUTHORITY) && Files.exists(key(name)))
                    .sorted()
                    .toList();
        }
    }

    /**
     * Issues anew what was issued before, each with a new key, for the same holder, and for as long as before.
     *
     * @throws IOException with one sentence if one of them cannot be read; those before it are renewed then
     */
    public List<X509Certificate> renewAll() throws IOException {
        List<X509Certificate> renewed = new ArrayList<>();
        for (String name : issued()) {
            renewed.add(issue(
                    name,
                    requestOf(PemFile.read(certificate(name)).certificates().getFirst())));
        }
        return renewed;
    }

    private static CertificateRequest requestOf(X509Certificate before) throws IOException {
        CertificateNames names = CertificateNames.of(before);
        List<String> hosts = Stream.concat(names.hosts().stream(), names.addresses().stream())
                .toList();
        try {
            List<String> extended = before.getExtendedKeyUsage();
            boolean forServers = extended == null || extended.contains(SERVER_AUTH);
            Set<Use> uses = forServers ? EnumSet.allOf(Use.class) : EnumSet.of(Use.CLIENT);
            return new CertificateRequest(
                    CertificateNames.commonName(before).orElse(""),
                    hosts,
                    names.uris(),
                    uses,
                    Duration.between(
                                    before.getNotBefore().toInstant(),
                                    before.getNotAfter().toInstant())
                            .minus(CertificateAuthority.CLOCK_SKEW));
        } catch (CertificateParsingException | IllegalArgumentException e) {
            throw new IOException(
                    "the certificate of " + before.getSubjectX500Principal().getName() + " cannot be renewed: "
                            + e.getMessage(),
                    e);
        }
    }

    /**
     * Begins to follow one CA by another: the new one issues from now on, and both are trusted.
     *
     * @throws IOException with one sentence if there is none yet, or two are trusted already
     */
    public CertificateAuthority beginNewAuthority(String commonName, Duration validity) throws IOException {
        List<X509Certificate> before = trusted();
        if (before.size() > 1) {
            throw new IOException(authorities() + " trusts " + before.size()
                    + " CAs already; end that with 'quorate certs rotate --drop-old-ca' first");
        }
        CertificateAuthority authority = CertificateAuthority.create(commonName, validity, clock);
        write(key(AUTHORITY), pem(authority.key()), true);
        write(authorities(), pem(authority.certificate()) + pem(before.getFirst()), false);
        return authority;
    }

    /**
     * Ends that: only the CA that issues is trusted.
     *
     * @throws IOException with one sentence that names what is still issued by another; then nothing was changed
     */
    public void dropOldAuthorities() throws IOException {
        X509Certificate own = authority().certificate();
        for (String name : issued()) {
            X509Certificate certificate =
                    PemFile.read(certificate(name)).certificates().getFirst();
            if (!isIssuedBy(certificate, own)) {
                throw new IOException("the certificate " + certificate(name)
                        + " is not of the CA that issues now; renew it with 'quorate certs rotate' and bring it to its"
                        + " machine first");
            }
        }
        write(authorities(), pem(own), false);
    }

    private static boolean isIssuedBy(X509Certificate certificate, X509Certificate authority) {
        try {
            certificate.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static String pem(Object object) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            // As PKCS#8, which every library reads.
            writer.writeObject(object instanceof PrivateKey key ? new JcaPKCS8Generator(key, null) : object);
        }
        return text.toString();
    }

    private void write(Path file, String text, boolean secret) throws IOException {
        Path aside = folder.resolve(file.getFileName() + ".new");
        Files.deleteIfExists(aside);
        Files.createFile(aside, permissions(secret ? "rw-------" : "rw-r--r--"));
        try (FileChannel channel = FileChannel.open(aside, StandardOpenOption.WRITE)) {
            channel.write(StandardCharsets.US_ASCII.encode(text));
            channel.force(true);
        }
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static FileAttribute<?>[] permissions(String text) {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text))}
                : new FileAttribute<?>[0];
    }
}
