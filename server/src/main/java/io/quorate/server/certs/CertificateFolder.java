package io.quorate.server.certs;

import io.quorate.engine.disk.OwnersAlone;
import io.quorate.engine.tls.CertificateKey;
import io.quorate.engine.tls.PemFile;
import io.quorate.server.certs.CertificateAuthority.Issued;
import io.quorate.server.certs.CertificateRequest.Use;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A folder with a CA ({@code ca.crt}, {@code ca.key}), what it has issued ({@code <name>.crt}, {@code <name>.key}), and what of that is revoked
 * ({@code ca.crl}).
 *
 * <p>{@code ca.crt} holds every CA that is trusted, the one that issues first: while one CA follows another, both. Keys can be read by
 * their owner alone. Each file is replaced whole ({@link DurableFile}), so that whoever reads finds the one before or the one after. Where two
 * files change together, and all ends in between, what is there can still be used, and what was begun be done again: of a CA that is being
 * followed by another, {@code ca.key.old} is the key.
 */
public final class CertificateFolder {

    public static final Duration AUTHORITY_VALIDITY = Duration.ofDays(3650);
    public static final Duration VALIDITY = Duration.ofDays(365);

    private static final String AUTHORITY = "ca";
    private static final String CERTIFICATE = ".crt";
    private static final String KEY = ".key";

    private final Path folder;
    private final InstantSource clock;
    private final IssuedCertificates issuedList;
    private final RevocationLists revocationLists;

    public CertificateFolder(Path folder, InstantSource clock) {
        this.folder = folder;
        this.clock = clock;
        this.issuedList = new IssuedCertificates(folder);
        this.revocationLists = new RevocationLists(revocations(), clock);
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

    /** What those CAs have revoked. */
    public Path revocations() {
        return folder.resolve(AUTHORITY + ".crl");
    }

    public boolean hasAuthority() {
        // Its key is written first: alone it is of no use.
        return Files.exists(authorities());
    }

    /** The key of the CA before the one that issues. */
    private Path formerKey() {
        return folder.resolve(AUTHORITY + KEY + ".old");
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
        OwnersAlone.makeFolders(folder);
        if (!issued().isEmpty()) {
            throw new IOException(folder + " has what a CA has issued, and not the CA's certificate; bring back "
                    + authorities() + ", or use another folder");
        }
        CertificateAuthority authority = CertificateAuthority.create(commonName, validity, clock);
        DurableFile.write(key(AUTHORITY), DurableFile.pem(authority.key()), true);
        DurableFile.write(authorities(), DurableFile.pem(authority.certificate()), false);
        completeRevocations();
        return authority;
    }

    /**
     * Makes sure that each CA has a list of what it has revoked, be it an empty one: members can be given the file before there is anything in it.
     *
     * @throws IOException with one sentence if there is no CA, or the folder cannot be written
     */
    public void completeRevocations() throws IOException {
        if (!revocationLists.haveAll(signers())) {
            renewRevocations(List.of());
        }
    }

    /** Makes all lists anew, with what is added. */
    void renewRevocations(List<RevocationLists.Added> added) throws IOException {
        revocationLists.renew(trusted(), signers(), added);
    }

    /** Revokes what was issued here. */
    public Revoking revoking() {
        return new Revoking(this, issuedList, revocationLists, clock);
    }

    /**
     * The CA that issues.
     *
     * @throws IOException with one sentence if there is none, or its key is that of another
     */
    public CertificateAuthority authority() throws IOException {
        if (!hasAuthority()) {
            throw new IOException(folder + " has no CA; make one with 'quorate certs init'");
        }
        return authority(trusted().getFirst())
                .orElseThrow(() -> new IOException("the key of the first CA in " + authorities() + " is not in "
                        + key(AUTHORITY) + "; bring it back, or make another CA in another folder"));
    }

    /** A change of CAs that ended half way has replaced the key alone. */
    private Optional<CertificateAuthority> authority(X509Certificate certificate) throws IOException {
        for (Path file : List.of(key(AUTHORITY), formerKey())) {
            if (Files.exists(file)) {
                PrivateKey key = PemFile.read(file).privateKey();
                if (CertificateKey.fits(key, certificate)) {
                    return Optional.of(new CertificateAuthority(certificate, key));
                }
            }
        }
        return Optional.empty();
    }

    /** The CAs that are trusted and can sign: they have not expired, and their keys are here. That of a CA which is being followed need not be. */
    List<CertificateAuthority> signers() throws IOException {
        Instant now = clock.instant();
        List<CertificateAuthority> signers = new ArrayList<>();
        for (X509Certificate trusted : trusted()) {
            authority(trusted).filter(found -> !found.isOver(now)).ifPresent(signers::add);
        }
        return signers;
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
        requireSameUses(name, request);
        try {
            Issued issued = authority().issue(request, clock);
            issuedList.add(name, issued.certificate(), clock.instant());
            DurableFile.write(key(name), DurableFile.pem(issued.key()), true);
            DurableFile.write(certificate(name), DurableFile.pem(issued.certificate()), false);
            return issued.certificate();
        } catch (IllegalArgumentException e) {
            throw new IOException("no certificate was issued: " + e.getMessage(), e);
        }
    }

    /** A client must not take the place of a member that bears its name, nor a member that of a client. */
    private void requireSameUses(String name, CertificateRequest request) throws IOException {
        if (!Files.exists(certificate(name))) {
            return;
        }
        Set<Use> before = CertificateRequest.usesOf(
                PemFile.read(certificate(name)).certificates().getFirst());
        if (!before.equals(request.uses())) {
            throw new IOException(certificate(name) + " is a certificate "
                    + (before.contains(Use.SERVER) ? "of a member" : "of a client") + ", and one "
                    + (request.uses().contains(Use.SERVER) ? "of a member" : "of a client")
                    + " would take its place; use another name, or take " + certificate(name) + " and " + key(name)
                    + " away first");
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
     * Issues anew what was issued before, each with a new key, for the same holder and the same uses, and for {@link #VALIDITY}, or as long as
     * the CA is valid if that is shorter. What is revoked is left as it is, and each CA's list of that made anew.
     *
     * @throws IOException with one sentence if one of them cannot be read; those before it are renewed then
     */
    public List<X509Certificate> renewAll() throws IOException {
        List<X509Certificate> renewed = new ArrayList<>();
        for (String name : issued()) {
            X509Certificate before =
                    PemFile.read(certificate(name)).certificates().getFirst();
            if (!revocationLists.has(before)) {
                renewed.add(issue(name, CertificateRequest.again(before, VALIDITY)));
            }
        }
        renewRevocations(List.of());
        return renewed;
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
        // The key that is in use is kept until the other one's certificate is there, and as long as both are trusted.
        DurableFile.write(formerKey(), DurableFile.pem(authority().key()), true);
        CertificateAuthority authority = CertificateAuthority.create(commonName, validity, clock);
        DurableFile.write(key(AUTHORITY), DurableFile.pem(authority.key()), true);
        DurableFile.write(
                authorities(), DurableFile.pem(authority.certificate()) + DurableFile.pem(before.getFirst()), false);
        completeRevocations();
        return authority;
    }

    /**
     * Ends that: only the CA that issues is trusted, and the key of the one before is there no more.
     *
     * @throws IOException with one sentence that names what is still issued by another; then nothing was changed
     */
    public void dropOldAuthorities() throws IOException {
        CertificateAuthority authority = authority();
        X509Certificate own = authority.certificate();
        for (String name : issued()) {
            X509Certificate certificate =
                    PemFile.read(certificate(name)).certificates().getFirst();
            if (!isIssuedBy(certificate, own) && !revocationLists.has(certificate)) {
                throw new IOException("the certificate " + certificate(name)
                        + " is not of the CA that issues now; renew it with 'quorate certs rotate' and bring it to its"
                        + " machine first");
            }
        }
        // It may be the former key that is in use, where a change ended half way.
        DurableFile.write(key(AUTHORITY), DurableFile.pem(authority.key()), true);
        DurableFile.write(authorities(), DurableFile.pem(own), false);
        renewRevocations(List.of());
        Files.deleteIfExists(formerKey());
    }

    static boolean isIssuedBy(X509Certificate certificate, X509Certificate authority) {
        try {
            certificate.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
