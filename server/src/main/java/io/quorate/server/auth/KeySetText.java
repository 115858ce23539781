package io.quorate.server.auth;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.JSONObjectUtils;
import io.quorate.engine.tls.PrintableText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads and writes the text of a JSON Web Key Set (RFC 7517). A key that cannot be read makes the whole set unreadable: left out silently, it would
 * be missed by whoever was given a token of it.
 */
final class KeySetText {

    private static final String KEYS = "keys";

    private KeySetText() {}

    /** @throws IOException with one sentence, without anything of what the file holds */
    static List<JWK> read(Path file) throws IOException {
        return parse(file, text(file));
    }

    private static String text(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(TokenKeySet.MAX_BYTES + 1);
            if (content.length > TokenKeySet.MAX_BYTES) {
                throw new IOException(file + " has more than " + TokenKeySet.MAX_BYTES
                        + " bytes, which is too many for a set of keys; name a file that is one");
            }
            return new String(content, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new IOException(
                    file + " does not exist; 'quorate tokens new-key --file " + file + "' makes a set of keys", e);
        } catch (AccessDeniedException e) {
            throw new IOException(
                    file + " cannot be read: permission denied; let the user read it whom this program runs as", e);
        }
    }

    /** @param file where the text is from, for sentences */
    static List<JWK> parse(Path file, String text) throws IOException {
        List<Object> members = members(file, text);
        if (members.size() > TokenKeySet.MAX_KEYS) {
            throw new IOException(file + " has " + members.size() + " keys; " + TokenKeySet.MAX_KEYS
                    + " are allowed at most: drop those with which no token in use is signed");
        }
        List<JWK> keys = new ArrayList<>();
        for (Object member : members) {
            keys.add(key(file, keys.size() + 1, member));
        }
        return keys;
    }

    private static List<Object> members(Path file, String text) throws IOException {
        Map<String, Object> object;
        try {
            object = JSONObjectUtils.parse(text);
        } catch (ParseException | RuntimeException e) {
            throw new IOException(notAnObject(file), e);
        }
        if (object == null) {
            throw new IOException(notAnObject(file));
        }
        if (object.get(KEYS) instanceof List<?> list) {
            return new ArrayList<>(list);
        }
        throw new IOException(file
                + (object.containsKey("kty")
                        ? " is a single key, and not a set; write {\"keys\": [...]} around it"
                        : " has no list \"keys\"; name a file that is {\"keys\": [...]}"));
    }

    private static String notAnObject(Path file) {
        return file + " is not a JSON object; name a file that is {\"keys\": [...]}";
    }

    private static JWK key(Path file, int number, Object member) throws IOException {
        String which = file + ": key number " + number + " ";
        if (!(member instanceof Map<?, ?> map)) {
            throw new IOException(which + "is not a JSON object; write each as RFC 7517 says");
        }
        @SuppressWarnings("unchecked") // What was JSON has texts for names.
        Map<String, Object> named = (Map<String, Object>) map;
        try {
            return JWK.parse(named);
        } catch (ParseException | RuntimeException e) {
            throw new IOException(
                    which + "cannot be read (" + PrintableText.of(String.valueOf(e.getMessage()))
                            + "); write it anew as RFC 7517 says",
                    e);
        }
    }

    /** The text of a set, a line for each key. */
    static String of(List<JWK> keys) {
        StringBuilder text = new StringBuilder("{\"keys\":[");
        String before = "\n";
        for (JWK key : keys) {
            text.append(before).append(key.toJSONString());
            before = ",\n";
        }
        return text.append("\n]}\n").toString();
    }
}
