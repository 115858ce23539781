package io.quorate.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.util.Base64URL;
import io.quorate.kv.Caller;
import io.quorate.server.auth.TokenOptions.Algorithm;
import io.quorate.testing.fuzz.FuzzTarget;
import io.quorate.testing.fuzz.FuzzTargets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.SplittableRandom;

/** Tokens that say themselves who a client is, and that anybody may send; and the sets of keys that they are signed with. */
public final class TokenFuzzTargets implements FuzzTargets {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    @Override
    public List<FuzzTarget<?>> targets() {
        return List.of(token(), KeySetFuzz.target());
    }

    private static FuzzTarget<?> token() {
        JsonWebTokens tokens = open();
        return FuzzTarget.of(
                        "json-web-token",
                        TokenFuzzTargets::sample,
                        input -> caller(tokens, input),
                        NoSuchElementException.class)
                .ofText()
                .sealedBy(TokenFuzzTargets::signed)
                .within(2048, 256 << 10, 512);
    }

    /** With a secret, for what is signed by a key takes far longer to check. */
    private static JsonWebTokens open() {
        try {
            Path secret = Files.createTempFile("secret", "");
            try {
                Files.write(secret, SECRET);
                return JsonWebTokens.open(
                        new TokenOptions.Jwt(
                                Algorithm.HS256, Optional.empty(), Optional.of(secret), Duration.ofMinutes(5)),
                        Clock.fixed(NOW, ZoneOffset.UTC));
            } finally {
                Files.delete(secret);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whatever a token is, whoever shows it is somebody or nobody. */
    private static Caller caller(JsonWebTokens tokens, byte[] input) {
        return tokens.caller(new String(input, StandardCharsets.UTF_8)).join().orElseThrow();
    }

    /** Header and claims as text, from which {@link #signed} makes a token; or a token that is made already. */
    private static byte[] sample(SplittableRandom random) {
        String claims = "{\"username\":\"us\u00e9r" + random.nextInt(9) + "\",\"revision\":" + random.nextInt(99)
                + ",\"exp\":" + (NOW.getEpochSecond() + 1 + random.nextInt(1000)) + "}";
        byte[] text = claims.getBytes(StandardCharsets.UTF_8);
        return random.nextBoolean() ? text : signed(text);
    }

    /** A token with such claims under a good signature; of a token, the same with other claims is made of its bytes. */
    private static byte[] signed(byte[] input) {
        JWSHeader header = new JWSHeader(JWSAlgorithm.HS256);
        String content = header.toBase64URL() + "." + Base64URL.encode(input);
        try {
            Base64URL signature = new MACSigner(SECRET).sign(header, content.getBytes(StandardCharsets.UTF_8));
            return (content + "." + signature).getBytes(StandardCharsets.UTF_8);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
