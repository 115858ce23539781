package io.quorate.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import io.quorate.engine.tls.PrintableText;
import io.quorate.engine.tls.ReloadedFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Keys for tokens, each of which has an id (RFC 7517, "JSON Web Key Set"): a token says which one it is signed with. An instance that exists can be
 * used as a whole. Immutable.
 */
public final class TokenKeySet implements TokenKeys {

    /** Keys are few, and a file that is larger is none of keys. */
    public static final int MAX_BYTES = 256 << 10;

    public static final int MAX_KEYS = 64;

    private final Map<String, UsableKey> keys;
    private final Optional<UsableKey> signing;

    private TokenKeySet(Map<String, UsableKey> keys, Optional<UsableKey> signing) {
        this.keys = keys;
        this.signing = signing;
    }

    /**
     * What is told of a key. Nothing of it is secret.
     *
     * @param thumbprint by which the same key is known elsewhere (RFC 7638); empty for a secret, of which even that is not told
     * @param complete whether it makes signatures, and does not only check them
     */
    public record Told(
            String id,
            TokenOptions.Algorithm algorithm,
            Optional<String> thumbprint,
            boolean complete,
            boolean signs) {}

    /**
     * Reads a file of which the keys are taken into use anew whenever it changes.
     *
     * @throws IOException with one sentence that says what is wrong in the file, and what to do
     */
    public static ReloadedFiles<TokenKeySet> open(TokenOptions.KeySet options) throws IOException {
        return ReloadedFiles.open(
                "tokens",
                List.of(options.file()),
                () -> read(options.file(), options.signKid()),
                set -> "New keys of tokens are in use from now on: " + set.described());
    }

    /**
     * Reads a file.
     *
     * @param signKid the key to sign with; empty for the first that can
     * @throws IOException with one sentence that says what is wrong in the file, and what to do
     */
    public static TokenKeySet read(Path file, Optional<String> signKid) throws IOException {
        return parsed(file, KeySetText.read(file), signKid);
    }

    /** As {@link #read}, of what a file held. */
    static TokenKeySet parsed(Path file, List<JWK> parsed, Optional<String> signKid) throws IOException {
        if (parsed.isEmpty()) {
            throw new IOException(file + " has no keys; 'quorate tokens new-key --file " + file + "' makes one");
        }
        return of(file, parsed, signKid);
    }

    /** @param file where the keys are from, for sentences */
    static TokenKeySet of(Path file, List<JWK> parsed, Optional<String> signKid) throws IOException {
        if (parsed.size() > MAX_KEYS) {
            throw new IOException(file + " has " + parsed.size() + " keys; " + MAX_KEYS
                    + " are allowed at most: drop those with which no token in use is signed");
        }
        Map<String, UsableKey> keys = new LinkedHashMap<>();
        for (JWK key : parsed) {
            UsableKey usable = usable(file, key);
            if (keys.put(usable.id(), usable) != null) {
                throw new IOException(file + " has two keys with the kid \"" + usable.id()
                        + "\"; a token could not say which one is meant: give each its own");
            }
        }
        return new TokenKeySet(keys, signing(file, keys, signKid));
    }

    private static UsableKey usable(Path file, JWK key) throws IOException {
        try {
            return UsableKey.of(key);
        } catch (IllegalArgumentException | JOSEException e) {
            throw new IOException(
                    file + ": the key "
                            + (key.getKeyID() == null ? "" : "\"" + PrintableText.of(key.getKeyID()) + "\" ")
                            + "cannot be used: " + PrintableText.of(String.valueOf(e.getMessage())),
                    e);
        }
    }

    private static Optional<UsableKey> signing(Path file, Map<String, UsableKey> keys, Optional<String> signKid)
            throws IOException {
        if (signKid.isEmpty()) {
            return keys.values().stream().filter(UsableKey::isComplete).findFirst();
        }
        UsableKey named = keys.get(signKid.get());
        if (named == null || !named.isComplete()) {
            throw new IOException(file + " has " + (named == null ? "no key" : "only the public half of the key")
                    + " \"" + PrintableText.of(signKid.get())
                    + "\", which sign-kid= names; bring it there, or name another one");
        }
        return Optional.of(named);
    }

    @Override
    public Optional<Key> of(JWSHeader header) {
        return Optional.ofNullable(header.getKeyID())
                .flatMap(id -> Optional.ofNullable(keys.get(id)))
                .map(UsableKey::key)
                .filter(key -> key.algorithm().equals(header.getAlgorithm()));
    }

    @Override
    public Optional<Key> signing() {
        return signing.map(UsableKey::key);
    }

    /** All keys, in their order. */
    public List<Told> told() {
        return keys.values().stream()
                .map(key -> new Told(
                        key.id(),
                        key.algorithm(),
                        key.thumbprint(),
                        key.isComplete(),
                        signing.filter(key::equals).isPresent()))
                .toList();
    }

    /** The id of the key that signs. */
    public Optional<String> signingId() {
        return signing.map(UsableKey::id);
    }

    /** Whether somebody who reads the file can make tokens by that. */
    public boolean isSecret() {
        return keys.values().stream().anyMatch(UsableKey::isComplete);
    }

    private String described() {
        return keys.values().stream().map(UsableKey::id).collect(Collectors.joining(", ")) + "; "
                + signing.map(key -> key.id() + " signs").orElse("none signs");
    }

    /** The keys as they were read, in their order, for whoever changes the file. */
    List<JWK> keys() {
        return keys.values().stream().map(UsableKey::source).collect(Collectors.toCollection(ArrayList::new));
    }

    /** How large a text of them all is. */
    static boolean isTooLarge(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES;
    }
}
