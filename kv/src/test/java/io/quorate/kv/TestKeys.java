package io.quorate.kv;

import io.quorate.encryption.KeyRing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Key rings that every test can have again. */
final class TestKeys {
    private TestKeys() {}

    /** A ring with these keys, the current one first. The first character of an id is all that the key follows from. */
    static KeyRing ring(String... ids) {
        return parse(Stream.of(ids).map(id -> id + " " + secret(id.charAt(0))).collect(Collectors.joining("\n")));
    }

    /** A ring whose key has this id, and is another one. */
    static KeyRing impostor(String id) {
        return parse(id + " " + secret((char) (id.charAt(0) + 1)));
    }

    private static KeyRing parse(String text) {
        try {
            return KeyRing.parse(text, "the test's ring");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String secret(char seed) {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) seed);
        return Base64.getEncoder().encodeToString(secret);
    }
}
