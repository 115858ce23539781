package io.quorate.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.quorate.testing.fuzz.FuzzTarget;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Sets of keys for tokens: a set that was read can be used as a whole, and is read as the same when it is written. */
final class KeySetFuzz {

    private static final Path FILE = Path.of("tokens.jwks");

    private KeySetFuzz() {}

    static FuzzTarget<?> target() {
        List<JWK> keys = keys();
        return FuzzTarget.of("token-key-set", random -> sample(keys, random), KeySetFuzz::read, IOException.class)
                .ofText()
                .writtenBy(set -> text(set.keys()), TokenKeySet::told)
                // Keys are tried by signing with them.
                .within(4096, 4 << 20, 1024);
    }

    /** Of all kinds; secrets twice, for whatever signs with another key takes far longer. */
    private static List<JWK> keys() {
        try {
            return List.of(
                    secret("s1", "HS256", 32),
                    secret("s2", "HS512", 64),
                    new ECKeyGenerator(Curve.P_256)
                            .keyID("e1")
                            .keyUse(KeyUse.SIGNATURE)
                            .algorithm(JWSAlgorithm.ES256)
                            .generate(),
                    new ECKeyGenerator(Curve.P_384)
                            .keyID("e2")
                            .algorithm(JWSAlgorithm.ES384)
                            .generate()
                            .toPublicJWK(),
                    new RSAKeyGenerator(2048)
                            .keyID("r1")
                            .algorithm(JWSAlgorithm.RS256)
                            .generate()
                            .toPublicJWK());
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JWK secret(String id, String algorithm, int bytes) {
        return new OctetSequenceKey.Builder(new byte[bytes])
                .keyID(id)
                .algorithm(JWSAlgorithm.parse(algorithm))
                .build();
    }

    private static byte[] sample(List<JWK> keys, SplittableRandom random) {
        List<JWK> chosen = new ArrayList<>();
        for (JWK key : keys) {
            if (random.nextInt(3) == 0) {
                chosen.add(random.nextInt(chosen.size() + 1), key);
            }
        }
        return text(chosen.isEmpty() ? keys.subList(0, 1) : chosen);
    }

    private static byte[] text(List<JWK> keys) {
        return KeySetText.of(keys).getBytes(StandardCharsets.UTF_8);
    }

    private static TokenKeySet read(byte[] input) throws IOException {
        List<JWK> parsed = KeySetText.parse(FILE, new String(input, StandardCharsets.UTF_8));
        return TokenKeySet.parsed(FILE, parsed, Optional.empty());
    }
}
