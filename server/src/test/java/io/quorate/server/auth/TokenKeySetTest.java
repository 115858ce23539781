package io.quorate.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.Algorithm;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.quorate.engine.tls.ReloadedFiles;
import io.quorate.kv.Caller;
import io.quorate.server.wire.EtcdError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which tokens are taken by a set of keys, which sets are refused, and how one that has changed comes into use. */
class TokenKeySetTest {

    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");
    private static final Duration TTL = Duration.ofMinutes(5);

    @TempDir
    private Path folder = Path.of("");

    private Path file() {
        return folder.resolve("tokens.jwks");
    }

    private static ECKey ec(String id) throws JOSEException {
        return new ECKeyGenerator(Curve.P_256)
                .keyID(id)
                .algorithm(JWSAlgorithm.ES256)
                .generate();
    }

    private static RSAKey rsa(String id, JWSAlgorithm algorithm) throws JOSEException {
        return new RSAKeyGenerator(2048).keyID(id).algorithm(algorithm).generate();
    }

    private static OctetSequenceKey secret(String id) throws JOSEException {
        return new OctetSequenceKeyGenerator(256)
                .keyID(id)
                .algorithm(JWSAlgorithm.HS256)
                .generate();
    }

    private void write(JWK... keys) throws IOException {
        Files.writeString(file(), KeySetText.of(List.of(keys)));
    }

    private ReloadedFiles<TokenKeySet> open(Optional<String> signKid) throws IOException {
        return TokenKeySet.open(new TokenOptions.KeySet(file(), signKid, TTL));
    }

    private static JsonWebTokens tokens(ReloadedFiles<TokenKeySet> keys) {
        return new JsonWebTokens(keys::present, TTL, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private JsonWebTokens tokensOf(JWK... keys) throws IOException {
        write(keys);
        return tokens(open(Optional.empty()));
    }

    private static Optional<Caller> read(JsonWebTokens tokens, String token) {
        return tokens.caller(token).join();
    }

    private static String issue(JsonWebTokens tokens) {
        return tokens.issue("alice", 7).join();
    }

    private static String kid(String token) throws ParseException {
        return SignedJWT.parse(token).getHeader().getKeyID();
    }

    /** A token for root, by whoever has something to sign with. */
    private static String forged(JWSHeader header, JWSSigner signer) throws JOSEException {
        SignedJWT token = new SignedJWT(
                header,
                new JWTClaimsSet.Builder()
                        .claim("username", "root")
                        .claim("revision", 7L)
                        .expirationTime(Date.from(NOW.plus(TTL)))
                        .build());
        token.sign(signer);
        return token.serialize();
    }

    private static JWSHeader header(JWSAlgorithm algorithm, String kid) {
        return new JWSHeader.Builder(algorithm).keyID(kid).build();
    }

    private void assertRefused(String sentence, JWK... keys) throws IOException {
        write(keys);
        assertThatThrownBy(() -> open(Optional.empty()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(sentence)
                .hasMessageStartingWith(file().toString());
    }

    @Test
    void aTokenNamesItsKeyAndEachKeyOfTheSetIsTaken() throws Exception {
        ECKey first = ec("first");
        RSAKey second = rsa("second", JWSAlgorithm.PS256);
        OctetSequenceKey third = secret("third");
        String ofFirst = issue(tokensOf(first));
        String ofSecond = issue(tokensOf(second));
        String ofThird = issue(tokensOf(third));
        JsonWebTokens all = tokensOf(first, second, third);
        assertThat(kid(ofSecond)).isEqualTo("second");
        assertThat(kid(issue(all))).as("the first signs").isEqualTo("first");
        for (String token : List.of(ofFirst, ofSecond, ofThird)) {
            assertThat(read(all, token)).contains(new Caller("alice", 7));
        }
    }

    @Test
    void theKeyThatSignsIsTheFirstThatCanOrTheOneThatIsNamed() throws Exception {
        write(ec("known").toPublicJWK(), ec("one"), ec("two"));
        assertThat(open(Optional.empty()).present().signingId()).contains("one");
        assertThat(kid(issue(tokens(open(Optional.of("two")))))).isEqualTo("two");
        assertThatThrownBy(() -> open(Optional.of("known")))
                .hasMessageContaining("only the public half of the key \"known\"");
        assertThatThrownBy(() -> open(Optional.of("none"))).hasMessageContaining("no key \"none\"");
    }

    @Test
    void whoHasOnlyPublicHalvesChecksTokensAndMakesNone() throws Exception {
        ECKey key = ec("one");
        String token = issue(tokensOf(key));
        JsonWebTokens checking = tokensOf(key.toPublicJWK());
        assertThat(read(checking, token)).contains(new Caller("alice", 7));
        assertThatThrownBy(() -> checking.issue("alice", 7)).hasMessageContaining(EtcdError.NOT_CAPABLE.message());
    }

    @Test
    void aTokenOfAnUnknownKeyOrOfNoneIsNone() throws Exception {
        ECKey key = ec("one");
        JsonWebTokens tokens = tokensOf(key);
        JWSSigner signer = new ECDSASigner(key);
        assertThat(read(tokens, forged(header(JWSAlgorithm.ES256, "one"), signer)))
                .isPresent();
        assertThat(read(tokens, forged(header(JWSAlgorithm.ES256, "two"), signer)))
                .isEmpty();
        assertThat(read(tokens, forged(new JWSHeader(JWSAlgorithm.ES256), signer)))
                .isEmpty();
        assertThat(read(tokens, issue(tokensOf(ec("one")))))
                .as("another key of that id")
                .isEmpty();
    }

    @Test
    void noKeyIsTakenForAnotherAlgorithmThanItsOwn() throws Exception {
        RSAKey rsa = rsa("rsa", JWSAlgorithm.RS256);
        ECKey ec = ec("ec");
        OctetSequenceKey secret = secret("secret");
        JsonWebTokens tokens = tokensOf(rsa, ec, secret);
        JWSSigner ofRsa = new RSASSASigner(rsa);
        assertThat(read(tokens, forged(header(JWSAlgorithm.RS256, "rsa"), ofRsa)))
                .isPresent();
        for (JWSAlgorithm other : List.of(JWSAlgorithm.PS256, JWSAlgorithm.RS512)) {
            assertThat(read(tokens, forged(header(other, "rsa"), ofRsa))).isEmpty();
        }
        assertThat(read(tokens, forged(header(JWSAlgorithm.RS256, "ec"), ofRsa)))
                .isEmpty();
        // The classic: what everybody knows of a key pair is taken for a secret.
        for (byte[] known : List.of(
                rsa.toRSAPublicKey().getEncoded(),
                rsa.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8),
                rsa.getModulus().decode())) {
            for (String kid : List.of("rsa", "ec", "secret")) {
                assertThat(read(tokens, forged(header(JWSAlgorithm.HS256, kid), new MACSigner(known))))
                        .isEmpty();
            }
        }
        assertThat(read(tokens, forged(header(JWSAlgorithm.HS256, "rsa"), new MACSigner(secret))))
                .as("signed with the secret, and named otherwise")
                .isEmpty();
    }

    @Test
    void aKeyThatComesWithTheTokenIsNotBelieved() throws Exception {
        JsonWebTokens tokens = tokensOf(ec("one"));
        ECKey strangers = ec("one");
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .keyID("one")
                .jwk(strangers.toPublicJWK())
                .build();
        assertThat(read(tokens, forged(header, new ECDSASigner(strangers)))).isEmpty();
    }

    @Test
    void oneKeyFollowsAnotherWithoutATokenBeingRefusedBeforeItIsDropped() throws Exception {
        ECKey old = ec("old");
        ECKey next = ec("next");
        write(old);
        ReloadedFiles<TokenKeySet> keys = open(Optional.empty());
        JsonWebTokens tokens = tokens(keys);
        String ofOld = issue(tokens);
        write(old, next);
        keys.look();
        assertThat(keys.present().told()).as("one look is not enough").hasSize(1);
        keys.look();
        assertThat(kid(issue(tokens))).isEqualTo("old");
        write(next, old);
        keys.look();
        keys.look();
        String ofNext = issue(tokens);
        assertThat(kid(ofNext)).isEqualTo("next");
        assertThat(read(tokens, ofOld)).isPresent();
        write(next);
        keys.look();
        keys.look();
        assertThat(read(tokens, ofOld)).as("its key is dropped").isEmpty();
        assertThat(read(tokens, ofNext)).isPresent();
        assertThat(keys.reloads()).isEqualTo(3);
    }

    @Test
    void aFileThatCannotBeUsedIsNotAndTheKeysBeforeStay() throws Exception {
        write(ec("one"));
        ReloadedFiles<TokenKeySet> keys = open(Optional.empty());
        JsonWebTokens tokens = tokens(keys);
        String token = issue(tokens);
        for (String bad : List.of("", "{", "{\"keys\":[]}", "{\"keys\":[{\"kty\":\"oct\"}]}", "[1]", "null")) {
            Files.writeString(file(), bad);
            keys.look();
            keys.look();
            assertThat(keys.refused()).as(bad).isPresent();
            assertThat(read(tokens, token)).as(bad).isPresent();
        }
        Files.delete(file());
        keys.look();
        keys.look();
        assertThat(keys.refused().orElseThrow()).contains("does not exist");
        assertThat(read(tokens, token)).isPresent();
        write(ec("two"));
        keys.look();
        keys.look();
        assertThat(keys.refused()).isEmpty();
        assertThat(keys.present().signingId()).contains("two");
    }

    @Test
    void aSetThatCouldBeMisunderstoodIsRefused() throws Exception {
        ECKey one = ec("one");
        assertRefused("two keys with the kid \"one\"", one, ec("one"));
        assertRefused("two keys with the kid \"one\"", one, secret("one"));
        assertRefused("needs a \"kid\"", new ECKey.Builder(one).keyID(null).build());
        assertRefused("needs a \"kid\"", new ECKey.Builder(one).keyID("a b").build());
        assertRefused(
                "its \"alg\" is \"\"", new ECKey.Builder(one).algorithm(null).build());
        assertRefused(
                "its \"alg\" is \"none\"",
                new ECKey.Builder(one).algorithm(new Algorithm("none")).build());
        assertRefused(
                "is not for",
                new ECKey.Builder(one).algorithm(JWSAlgorithm.ES384).build());
        assertRefused(
                "is not for",
                new ECKey.Builder(one).algorithm(JWSAlgorithm.HS256).build());
        assertRefused(
                "is not for",
                new OctetSequenceKey.Builder(secret("s"))
                        .algorithm(JWSAlgorithm.RS256)
                        .build());
        assertRefused(
                "not for signatures",
                new ECKey.Builder(one).keyUse(KeyUse.ENCRYPTION).build());
        assertRefused(
                "not for signatures",
                new ECKey.Builder(one)
                        .keyOperations(Set.of(KeyOperation.DERIVE_KEY))
                        .build());
        assertRefused(
                "has times",
                new ECKey.Builder(one).expirationTime(Date.from(NOW)).build());
        assertRefused(
                "RSA, EC or oct",
                new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(new byte[32]))
                        .keyID("other-kind")
                        .algorithm(JWSAlgorithm.ES256)
                        .build());
    }

    @Test
    void aKeyThatIsEasyToBreakIsRefused() throws Exception {
        byte[] known = new byte[31];
        assertRefused(
                "needs 32 random bytes at least, and has 31",
                new OctetSequenceKey.Builder(known)
                        .keyID("short")
                        .algorithm(JWSAlgorithm.HS256)
                        .build());
        assertRefused(
                "needs 64 random bytes at least, and has 32",
                new OctetSequenceKey.Builder(secret("short"))
                        .algorithm(JWSAlgorithm.HS512)
                        .build());
        assertRefused(
                "it has 1024 bits",
                new RSAKeyGenerator(1024, true)
                        .keyID("short")
                        .algorithm(JWSAlgorithm.RS256)
                        .generate()
                        .toPublicJWK());
    }

    @Test
    void halvesThatDoNotBelongTogetherAreRefused() throws Exception {
        ECKey one = ec("one");
        ECKey other = ec("other");
        String mixed =
                one.toJSONString().replace(one.getD().toString(), other.getD().toString());
        Files.writeString(file(), "{\"keys\":[" + mixed + "]}");
        assertThatThrownBy(() -> open(Optional.empty()))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file().toString())
                .hasMessageNotContaining(other.getD().toString());
    }

    @Test
    void whatIsNoSetIsRefusedInASentenceThatTellsNothingOfIt() throws Exception {
        ECKey one = ec("one");
        Files.writeString(file(), one.toJSONString());
        assertThatThrownBy(() -> open(Optional.empty()))
                .hasMessage(file() + " is a single key, and not a set; write {\"keys\": [...]} around it");
        Files.writeString(file(), "{\"keys\":" + one.toJSONString() + "}");
        assertThatThrownBy(() -> open(Optional.empty())).hasMessageContaining("has no list \"keys\"");
        Files.writeString(file(), "{\"keys\":[null,7]}");
        assertThatThrownBy(() -> open(Optional.empty())).hasMessageContaining("key number 1 is not a JSON object");
        Files.writeString(file(), one.toJSONString().replace(":", ""));
        assertThatThrownBy(() -> open(Optional.empty()))
                .hasMessageContaining("is not a JSON object")
                .hasMessageNotContaining(one.getD().toString());
    }

    @Test
    void aHugeSetIsRefusedUnread() throws Exception {
        List<JWK> keys = new ArrayList<>();
        for (int number : IntStream.rangeClosed(0, TokenKeySet.MAX_KEYS).toArray()) {
            keys.add(secret("k" + number));
        }
        assertRefused("has 65 keys; 64 are allowed at most", keys.toArray(JWK[]::new));
        keys.removeLast();
        write(keys.toArray(JWK[]::new));
        assertThat(open(Optional.empty()).present().told()).hasSize(TokenKeySet.MAX_KEYS);
        Files.writeString(file(), " ".repeat(TokenKeySet.MAX_BYTES) + KeySetText.of(keys));
        assertThatThrownBy(() -> open(Optional.empty())).hasMessageContaining("more than 262144 bytes");
        Files.writeString(file(), "{\"keys\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}");
        assertThatThrownBy(() -> open(Optional.empty())).isInstanceOf(IOException.class);
    }

    @Test
    void theOptionsOfASetAndOfAKeyAreNotMixed() {
        assertThat(TokenOptions.parse("jwt,jwks=a.jwks,sign-kid=k1,ttl=1h", TTL))
                .isEqualTo(new TokenOptions.KeySet(Path.of("a.jwks"), Optional.of("k1"), Duration.ofHours(1)));
        assertThat(TokenOptions.parse("jwt,jwks=a.jwks", TTL))
                .isEqualTo(new TokenOptions.KeySet(Path.of("a.jwks"), Optional.empty(), Duration.ofMinutes(5)));
        for (String wrong : List.of(
                "jwt,jwks=",
                "jwt,sign-kid=k1",
                "jwt,jwks=a.jwks,sign-method=ES256",
                "jwt,jwks=a.jwks,priv-key=b",
                "jwt,jwks=a.jwks,ttl=0s",
                "jwt,jwk=a")) {
            assertThatThrownBy(() -> TokenOptions.parse(wrong, TTL))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("--auth-token");
        }
    }
}
