package io.quorate.encryption;

import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The form of a key ring: one line {@code id base64} for each master key of 32 bytes, that of the current one first. Lines that are empty or begin
 * with {@code #} are passed over.
 *
 * <p>No sentence about a line says what stands in it, as that may be a key.
 */
final class KeyRingText {

    private KeyRingText() {}

    /** The keys by their ids, in their order. */
    static Map<String, SecretKey> parse(String text, String source) throws IOException {
        Map<String, SecretKey> keys = new LinkedHashMap<>();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                add(line, "line " + (i + 1) + " of " + source, keys);
            }
        }
        if (keys.isEmpty()) {
            throw new IOException(source + " has no key; './quorate encryption new-key' makes one");
        }
        return keys;
    }

    private static void add(String line, String place, Map<String, SecretKey> keys) throws IOException {
        List<String> words = Arrays.asList(line.split("\\s+", -1));
        if (words.size() != 2) {
            throw new IOException(
                    place + " has " + words.size() + " words, where an id and a key in base64 should stand");
        }
        String id = words.get(0);
        if (!MasterKeyId.isOne(id)) {
            throw new IOException(place + " does not begin with an id of 1 to " + MasterKeyId.MAX_LENGTH
                    + " letters, digits, dots, dashes and underlines");
        }
        byte[] secret = decode(words.get(1), place);
        if (secret.length != DataKey.BYTES) {
            throw new IOException(
                    place + " has a key of " + secret.length + " bytes; a master key has " + DataKey.BYTES);
        }
        if (keys.putIfAbsent(id, new SecretKeySpec(secret, "AES")) != null) {
            throw new IOException(place + " has the id " + id + " for a second time; each key needs an id of its own");
        }
        Arrays.fill(secret, (byte) 0);
    }

    private static byte[] decode(String base64, String place) throws IOException {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            // Its message shows a letter of the key.
            throw new IOException(place + " has a key that is not in base64");
        }
    }

    /** A line for a key. */
    static String line(String id, byte[] secret) {
        MasterKeyId.check(id);
        return id + " " + Base64.getEncoder().encodeToString(secret) + "\n";
    }
}
