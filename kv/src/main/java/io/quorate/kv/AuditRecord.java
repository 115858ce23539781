package io.quorate.kv;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One link of the audit log's chain, as the one line of JSON that it is hashed, kept and exported as. Immutable.
 *
 * <p>A line begins with the hash of the record before it, and ends with its own: the SHA-256 sum of the line without its last field. So
 * whoever changes one record has to change all that follow, up to the head that every member knows.
 *
 * @param number counted from 1
 * @param previous the hash of the record before, in hexadecimal digits; of the first one {@link #BEGINNING}
 * @param hash of this one, as it says itself; {@link #isGenuine} tells whether that is so
 * @param line all of it, in ASCII
 */
public record AuditRecord(long number, String previous, String hash, String line) {

    /** What the first record follows. */
    public static final String BEGINNING = "0".repeat(64);

    private static final String HASH_FIELD = ",\"hash\":\"";
    private static final int HASH_FIELD_LENGTH = HASH_FIELD.length() + 64 + 2;

    private static final Pattern LINE = Pattern.compile(
            "\\{\"previous\":\"([0-9a-f]{64})\",\"number\":(\\d{1,18}),.*,\"hash\":\"([0-9a-f]{64})\"\\}");

    /** The record that an event becomes. */
    static AuditRecord of(long number, String previous, AuditEvent event) {
        StringBuilder line = new StringBuilder(400);
        line.append("{\"previous\":\"")
                .append(previous)
                .append("\",\"number\":")
                .append(number);
        field(line, "time", Instant.ofEpochMilli(event.millis()).toString());
        field(line, "member", event.member() == 0 ? "" : Long.toHexString(event.member()));
        field(line, "user", event.user());
        field(line, "address", event.address());
        field(line, "kind", event.kind().name().toLowerCase(Locale.ROOT));
        field(line, "action", event.action());
        field(line, "object", event.object());
        field(line, "result", event.result());
        line.append(",\"count\":").append(event.count());
        String hash = sha256(line + "}");
        line.append(HASH_FIELD).append(hash).append("\"}");
        return new AuditRecord(number, previous, hash, line.toString());
    }

    private static void field(StringBuilder line, String name, String text) {
        line.append(",\"").append(name).append("\":\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                line.append('\\').append(c);
            } else if (c >= 0x20 && c < 0x7f) {
                line.append(c);
            } else {
                line.append("\\u").append(HexFormat.of().toHexDigits(c));
            }
        }
        line.append('"');
    }

    /**
     * Reads a line, whether it is genuine or not.
     *
     * @throws DecodeException if it is none of an audit log
     */
    public static AuditRecord parse(String line) throws DecodeException {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
            throw new DecodeException("it is no line of an audit log");
        }
        return new AuditRecord(Long.parseLong(parts.group(2)), parts.group(1), parts.group(3), line);
    }

    /** Whether it is what it was when it was hashed. */
    public boolean isGenuine() {
        return sha256(line.substring(0, line.length() - HASH_FIELD_LENGTH) + "}")
                .equals(hash);
    }

    private static String sha256(String text) {
        try {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
