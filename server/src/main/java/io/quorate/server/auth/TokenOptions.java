package io.quorate.server.auth;

import com.nimbusds.jose.KeyLengthException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a client gets for its password (etcd's flag {@code --auth-token}). Immutable. */
public sealed interface TokenOptions {

    /** Settings of {@link Jwt}. */
    Set<String> OF_ONE_KEY = Set.of("sign-method", "pub-key", "priv-key");

    /** Settings of {@link KeySet}. */
    Set<String> OF_A_SET = Set.of("jwks", "sign-kid");

    /** The setting that both have. */
    String TTL = "ttl";

    /**
     * A random word that all members know until it was not used for some time.
     *
     * @param ttl that time, at each member
     */
    record Simple(Duration ttl) implements TokenOptions {
        public static final Simple DEFAULT = new Simple(Duration.ofMinutes(5));
    }

    /**
     * A signed statement of who the client is, which members need not remember (RFC 7519).
     *
     * @param algorithm of the signature (RFC 7518, section 3.1)
     * @param publicKey a PEM file with a key or a certificate, to check signatures with; empty if the private key tells
     * @param privateKey a PEM file to sign with, or the secret itself for HS256 and its like; empty if this member only checks
     * @param ttl how long a token is good for
     */
    record Jwt(Algorithm algorithm, Optional<Path> publicKey, Optional<Path> privateKey, Duration ttl)
            implements TokenOptions {

        public Jwt {
            if (publicKey.isEmpty() && privateKey.isEmpty()) {
                throw new IllegalArgumentException(
                        "--auth-token jwt names no key; add priv-key=<file>, and pub-key=<file> unless it is a secret");
            }
        }
    }

    /**
     * The same, signed with one of several keys, each of which has a name (RFC 7517): one can follow another while members run.
     *
     * @param file a JSON Web Key Set, which is read anew when it changes
     * @param signKid the name of the key to sign with; empty: the first one in the file that is private, or a secret
     * @param ttl how long a token is good for
     */
    record KeySet(Path file, Optional<String> signKid, Duration ttl) implements TokenOptions {}

    /** Those that this release signs with. */
    enum Algorithm {
        RS256,
        RS384,
        RS512,
        PS256,
        PS384,
        PS512,
        ES256,
        ES384,
        ES512,
        HS256,
        HS384,
        HS512;

        /** Whether who checks a signature has to know the secret that it was made with. */
        boolean isSymmetric() {
            return name().startsWith("HS");
        }

        /** A secret that is shorter than what is made of it is easier to guess (RFC 7518, section 3.2). */
        void requireLongEnough(int secretBytes) throws KeyLengthException {
            int least = Integer.parseInt(name().substring(2)) / Byte.SIZE;
            if (secretBytes < least) {
                throw new KeyLengthException(
                        "a secret for " + this + " needs " + least + " random bytes at least, and has " + secretBytes);
            }
        }
    }

    /**
     * Reads {@code simple}, {@code jwt,sign-method=RS256,pub-key=<file>,priv-key=<file>,ttl=5m}, or {@code
     * jwt,jwks=<file>,sign-kid=<kid>,ttl=5m}.
     *
     * @param simpleTtl for simple tokens
     * @throws IllegalArgumentException with one sentence that says what is wrong and what to do
     */
    static TokenOptions parse(String text, Duration simpleTtl) {
        List<String> parts = Arrays.asList(text.strip().split(",", -1));
        return switch (parts.getFirst()) {
            case "simple", "" -> new Simple(simpleTtl);
            case "jwt" -> jwt(parts.subList(1, parts.size()));
            default ->
                throw new IllegalArgumentException(
                        "--auth-token is \"" + text + "\"; use 'simple',"
                                + " 'jwt,jwks=<file>,ttl=5m', or 'jwt,sign-method=RS256,pub-key=<file>,priv-key=<file>,ttl=5m'");
        };
    }

    private static TokenOptions jwt(List<String> settings) {
        Map<String, String> given = new HashMap<>();
        for (String setting : settings) {
            String[] pair = setting.split("=", 2);
            if (pair.length != 2
                    || !(OF_ONE_KEY.contains(pair[0]) || OF_A_SET.contains(pair[0]) || pair[0].equals(TTL))) {
                throw new IllegalArgumentException("--auth-token jwt has \"" + setting
                        + "\"; give jwks=, sign-kid= and ttl=, or sign-method=, pub-key=, priv-key= and ttl=, with"
                        + " commas between them");
            }
            given.put(pair[0], pair[1]);
        }
        Duration ttl = ttl(given.getOrDefault(TTL, "5m"));
        if (OF_A_SET.stream().anyMatch(given::containsKey)) {
            return keySet(given, ttl);
        }
        return new Jwt(
                algorithm(given.getOrDefault("sign-method", "")),
                Optional.ofNullable(given.get("pub-key")).map(Path::of),
                Optional.ofNullable(given.get("priv-key")).map(Path::of),
                ttl);
    }

    private static KeySet keySet(Map<String, String> given, Duration ttl) {
        if (OF_ONE_KEY.stream().anyMatch(given::containsKey)) {
            throw new IllegalArgumentException(
                    "--auth-token jwt has a set of keys, and a key of its own; give jwks= without"
                            + " sign-method=, pub-key= and priv-key=: each key in the set says what it is for");
        }
        if (given.getOrDefault("jwks", "").isEmpty()) {
            throw new IllegalArgumentException(
                    "--auth-token jwt names no set of keys; add jwks=<file>, which 'quorate tokens new-key' makes");
        }
        return new KeySet(Path.of(given.get("jwks")), Optional.ofNullable(given.get("sign-kid")), ttl);
    }

    private static Algorithm algorithm(String name) {
        return Arrays.stream(Algorithm.values())
                .filter(algorithm -> algorithm.name().equals(name.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("--auth-token jwt has the sign-method \"" + name
                        + "\"; give one of " + Arrays.toString(Algorithm.values())));
    }

    /** As Go writes times: numbers with units, such as 1h30m. */
    private static Duration ttl(String text) {
        Matcher part = Pattern.compile("(\\d{1,9})(ms|s|m|h)").matcher(text);
        Duration ttl = Duration.ZERO;
        int end = 0;
        while (part.find() && part.start() == end) {
            long number = Long.parseLong(part.group(1));
            ttl = ttl.plus(
                    switch (part.group(2)) {
                        case "ms" -> Duration.ofMillis(number);
                        case "m" -> Duration.ofMinutes(number);
                        case "h" -> Duration.ofHours(number);
                        default -> Duration.ofSeconds(number);
                    });
            end = part.end();
        }
        if (end != text.length() || ttl.isZero()) {
            throw new IllegalArgumentException(
                    "--auth-token jwt has the ttl \"" + text + "\", which is not a time; give one such as 5m or 1h30m");
        }
        return ttl;
    }
}
