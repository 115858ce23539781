package io.quorate.server.certs;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The list of what a folder's CAs have issued, in {@code issued.txt}: also of what was issued again since, and lies nowhere in the folder any
 * more, so that it can still be revoked. What has expired is left out with the next one that is added.
 */
final class IssuedCertificates {

    private static final int HEXADECIMAL = 16;
    private static final int WORDS = 3;

    /** Twice as many as any certificate's number may have (RFC 5280). */
    private static final int MAX_SERIAL_DIGITS = 80;

    /** In the place of what is no text. */
    private static final char NO_TEXT = '\ufffd';

    private final Path file;

    IssuedCertificates(Path folder) {
        this.file = folder.resolve("issued.txt");
    }

    /**
     * One of them; a line of the file.
     *
     * @param name of its files
     */
    record Entry(BigInteger serial, Instant end, String name) {

        private String line() {
            return serial.toString(HEXADECIMAL) + " " + end + " " + name + "\n";
        }
    }

    /** Those that are known; none of a folder that an earlier release has made. */
    List<Entry> read() throws IOException {
        return Files.exists(file) ? parse(Files.readAllBytes(file)) : List.of();
    }

    /** What the file says. */
    List<Entry> parse(byte[] content) throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (String line : new String(content, StandardCharsets.UTF_8).lines().toList()) {
            entries.add(entry(line, entries.size() + 1));
        }
        return entries;
    }

    static String text(List<Entry> entries) {
        return entries.stream().map(Entry::line).collect(Collectors.joining());
    }

    private Entry entry(String line, int number) throws IOException {
        String[] words = line.split(" ", -1);
        try {
            if (words.length == WORDS && words[0].length() <= MAX_SERIAL_DIGITS && words[2].indexOf(NO_TEXT) < 0) {
                return new Entry(new BigInteger(words[0], HEXADECIMAL), Instant.parse(words[1]), words[2]);
            }
        } catch (NumberFormatException | DateTimeException e) {
            throw new IOException(damaged(number), e);
        }
        throw new IOException(damaged(number));
    }

    private String damaged(int number) {
        return file + " cannot be read at line " + number
                + ": it must have a serial number, a time and a name; correct the line, or delete it";
    }

    /** Before a certificate is there at all, it is known. */
    void add(String name, X509Certificate issued, Instant now) throws IOException {
        List<Entry> entries = new ArrayList<>(read());
        entries.removeIf(known -> !known.end().isAfter(now));
        entries.add(new Entry(issued.getSerialNumber(), issued.getNotAfter().toInstant(), name));
        DurableFile.write(file, text(entries), true);
    }
}
