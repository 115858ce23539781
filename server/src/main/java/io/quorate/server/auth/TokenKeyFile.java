package io.quorate.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.JWKGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.quorate.encryption.ChangeLock;
import io.quorate.server.certs.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A file with a set of keys for tokens, whose keys follow one another: a new one is added at the end, is put first to sign, and drops out at last. Each
 * step replaces the file as a whole, which is its owner's alone unless it was given wider rights, and leaves a set that can be used; of two at once, one is
 * refused.
 */
public final class TokenKeyFile {

    private static final int RSA_BITS = 3072;
    private static final int ID_BYTES = 4;

    private final Path file;
    private final InstantSource clock;

    public TokenKeyFile(Path file, InstantSource clock) {
        this.file = file;
        this.clock = clock;
    }

    /** The keys in it. */
    public TokenKeySet read() throws IOException {
        return TokenKeySet.read(file, Optional.empty());
    }

    /** Before a lock is made beside a file that is not there. */
    private void requireReadable() throws IOException {
        var unused = read();
    }

    /**
     * Adds a key, which signs only if no other one does; makes the file if it is not there.
     *
     * @param id the key's; empty for one that begins with the day
     * @return what is told of it
     * @throws IOException with one sentence; then nothing was changed
     */
    public TokenKeySet.Told add(TokenOptions.Algorithm algorithm, Optional<String> id) throws IOException {
        return ChangeLock.alone(file, () -> added(algorithm, id));
    }

    private TokenKeySet.Told added(TokenOptions.Algorithm algorithm, Optional<String> id) throws IOException {
        List<JWK> keys = Files.exists(file) ? new ArrayList<>(read().keys()) : new ArrayList<>();
        String chosen = id.orElseGet(this::newId);
        if (keys.stream().anyMatch(key -> key.getKeyID().equals(chosen))) {
            throw new IOException(file + " has a key \"" + chosen + "\" already; choose another kid, or leave it out");
        }
        keys.add(generate(algorithm, chosen));
        return write(keys).told().getLast();
    }

    private String newId() {
        byte[] random = new byte[ID_BYTES];
        new SecureRandom().nextBytes(random);
        return clock.instant().atZone(ZoneOffset.UTC).toLocalDate() + "-"
                + HexFormat.of().formatHex(random);
    }

    private JWK generate(TokenOptions.Algorithm algorithm, String id) throws IOException {
        JWKGenerator<? extends JWK> generator = switch (algorithm) {
            case RS256, RS384, RS512, PS256, PS384, PS512 -> new RSAKeyGenerator(RSA_BITS);
            case ES256 -> new ECKeyGenerator(Curve.P_256);
            case ES384 -> new ECKeyGenerator(Curve.P_384);
            case ES512 -> new ECKeyGenerator(Curve.P_521);
            case HS256 -> new OctetSequenceKeyGenerator(256);
            case HS384 -> new OctetSequenceKeyGenerator(384);
            case HS512 -> new OctetSequenceKeyGenerator(512);
        };
        try {
            return generator
                    .keyID(id)
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.parse(algorithm.name()))
                    .issueTime(Date.from(clock.instant()))
                    .generate();
        } catch (JOSEException e) {
            throw new IOException("no key was made: " + e.getMessage(), e);
        }
    }

    /**
     * Has a key sign from now on.
     *
     * @param id the key's; empty for the newest, which stands last
     * @return what is told of it
     * @throws IOException with one sentence; then nothing was changed
     */
    public TokenKeySet.Told sign(Optional<String> id) throws IOException {
        requireReadable();
        return ChangeLock.alone(file, () -> signing(id));
    }

    private TokenKeySet.Told signing(Optional<String> id) throws IOException {
        TokenKeySet before = read();
        TokenKeySet.Told chosen = id.isPresent() ? told(before, id.get()) : newest(before);
        if (!chosen.complete()) {
            throw new IOException(file + " has only the public half of the key \"" + chosen.id()
                    + "\"; do this where its private half is");
        }
        List<JWK> keys = new ArrayList<>(before.keys());
        JWK first = keys.stream()
                .filter(key -> key.getKeyID().equals(chosen.id()))
                .findFirst()
                .orElseThrow();
        keys.remove(first);
        keys.addFirst(first);
        return write(keys).told().getFirst();
    }

    private TokenKeySet.Told newest(TokenKeySet keys) throws IOException {
        List<TokenKeySet.Told> complete =
                keys.told().stream().filter(TokenKeySet.Told::complete).toList();
        if (complete.isEmpty() || complete.getLast().signs()) {
            throw new IOException(file + " has no key that could sign in place of the one that does; add one with"
                    + " 'quorate tokens new-key', and bring the file to all members first");
        }
        return complete.getLast();
    }

    /**
     * Drops keys: tokens that are signed with them are none from then on.
     *
     * @param id the key's; empty for all that do not sign
     * @return their ids
     * @throws IOException with one sentence; then nothing was changed
     */
    public List<String> drop(Optional<String> id) throws IOException {
        requireReadable();
        return ChangeLock.alone(file, () -> dropped(id));
    }

    private List<String> dropped(Optional<String> id) throws IOException {
        TokenKeySet before = read();
        if (id.isPresent() && told(before, id.get()).signs()) {
            throw new IOException("the key \"" + id.get()
                    + "\" signs the tokens of today; have another one sign first, with" + " 'quorate tokens rotate'");
        }
        Set<String> dropped = before.told().stream()
                .filter(key -> !key.signs())
                .map(TokenKeySet.Told::id)
                .filter(other -> id.isEmpty() || id.get().equals(other))
                .collect(Collectors.toSet());
        if (dropped.isEmpty()) {
            throw new IOException(file + " has no key but the one that signs; there is nothing to drop");
        }
        List<JWK> keys = before.keys();
        if (dropped.size() == keys.size()) {
            throw new IOException(file + " has no key that signs, so that none would be left; name one with --kid");
        }
        keys.removeIf(key -> dropped.contains(key.getKeyID()));
        write(keys);
        return dropped.stream().sorted().toList();
    }

    private TokenKeySet.Told told(TokenKeySet keys, String id) throws IOException {
        return keys.told().stream()
                .filter(key -> key.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IOException(file + " has no key \"" + id + "\"; 'quorate tokens list --file "
                        + file + "' shows those that it has"));
    }

    /**
     * The same set without anything that is secret, for those who check tokens and make none.
     *
     * @throws IOException with one sentence if a key is a secret, which has no public half
     */
    public String publicText() throws IOException {
        List<JWK> halves = new ArrayList<>();
        for (JWK key : read().keys()) {
            JWK half = key.toPublicJWK();
            if (half == null) {
                throw new IOException("the key \"" + key.getKeyID()
                        + "\" is a secret, which has no public half: whoever checks its tokens can make them; use"
                        + " keys for ES256");
            }
            halves.add(half);
        }
        return KeySetText.of(halves);
    }

    /** What could not be used is not written. */
    private TokenKeySet write(List<JWK> keys) throws IOException {
        TokenKeySet set = TokenKeySet.of(file, keys, Optional.empty());
        String text = KeySetText.of(keys);
        if (TokenKeySet.isTooLarge(text)) {
            throw new IOException(file + " would have more than " + TokenKeySet.MAX_BYTES
                    + " bytes; drop keys with which no token in use is signed");
        }
        DurableFile.replaceSecret(file, text);
        return set;
    }
}
