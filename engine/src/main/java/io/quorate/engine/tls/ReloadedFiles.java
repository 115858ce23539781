package io.quorate.engine.tls;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was read from files, and is read anew once they have changed ({@link #look}): as a whole or not at all. Files that cannot be used are
 * not, and what was read before stays in use. Thread-safe.
 *
 * @param <T> what is made of them; immutable
 */
public final class ReloadedFiles<T> {

    private static final Logger LOG = LoggerFactory.getLogger(ReloadedFiles.class);

    /** Makes something of the files as they are now. */
    public interface Reader<T> {
        /**
         * Reads them.
         *
         * @throws IOException with one sentence that says which file is wrong, and what to do
         */
        T read() throws IOException;
    }

    private final String role;
    private final List<Path> files;
    private final Reader<T> reader;
    private final Function<T, String> news;
    private volatile T present;
    private volatile Optional<String> refused = Optional.empty();
    private volatile long reloads;

    // Touched under this object's lock alone.
    private String used;
    private String seenLast;

    private ReloadedFiles(
            String role, List<Path> files, Reader<T> reader, Function<T, String> news, String digest, T present) {
        this.role = role;
        this.files = files;
        this.reader = reader;
        this.news = news;
        this.present = present;
        this.used = digest;
        this.seenLast = digest;
    }

    /**
     * Reads them for the first time.
     *
     * @param role whose files they are, as a part of sentences
     * @param news what the log says once changed files are in use
     * @throws IOException with one sentence if they cannot be used
     */
    public static <T> ReloadedFiles<T> open(String role, List<Path> files, Reader<T> reader, Function<T, String> news)
            throws IOException {
        // What changes while they are read is found at the next look.
        String digest = digest(files);
        return new ReloadedFiles<>(role, List.copyOf(files), reader, news, digest, read(role, reader));
    }

    private static <T> T read(String role, Reader<T> reader) throws IOException {
        try {
            return reader.read();
        } catch (RuntimeException e) {
            // Libraries throw them at what they do not expect in a file; what is in use must stay so then as well.
            throw new IOException("the files of " + role + " cannot be used: " + PrintableText.of(e.toString()), e);
        }
    }

    /** What is in use. */
    public T present() {
        return present;
    }

    /** Why the files as they are now are not used; empty if they are. */
    public Optional<String> refused() {
        return refused;
    }

    /** How often changed files were taken into use. */
    public long reloads() {
        return reloads;
    }

    /**
     * Looks whether the files have changed, and takes them into use if so. Files that are just being written are left alone: they are
     * read when two looks have found the same. To be called every few seconds; reads the files each time.
     */
    public synchronized void look() {
        String now = digest(files);
        boolean settled = now.equals(seenLast);
        seenLast = now;
        if (!settled || now.equals(used)) {
            if (now.equals(used) && refused.isPresent() && settled) {
                refused = Optional.empty();
                LOG.info("The files of {} are again those that are in use", role);
            }
            return;
        }
        try {
            present = read(role, reader);
            used = now;
            refused = Optional.empty();
            reloads++;
            LOG.info("{}", news.apply(present));
        } catch (IOException e) {
            String why = String.valueOf(e.getMessage());
            if (!refused.equals(Optional.of(why))) {
                refused = Optional.of(why);
                LOG.warn("Changed files of {} are not used, and what was read before is: {}", role, why);
            }
        }
    }

    /** Of what all files hold; a file that cannot be read differs from any that can. */
    private static String digest(List<Path> files) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : files) {
                try {
                    digest.update(digest(file));
                } catch (IOException e) {
                    digest.update((byte) 0);
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** However large it is, little of it is in memory at a time. */
    private static byte[] digest(Path file) throws IOException, NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (InputStream in = Files.newInputStream(file);
                OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            in.transferTo(out);
        }
        return digest.digest();
    }
}
