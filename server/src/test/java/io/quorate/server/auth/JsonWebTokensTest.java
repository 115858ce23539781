package io.quorate.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jwt.SignedJWT;
import io.grpc.StatusRuntimeException;
import io.quorate.kv.Caller;
import io.quorate.server.auth.TokenOptions.Algorithm;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A signed token says who the client is to everybody who has the key, until it is over, and to nobody else. */
class JsonWebTokensTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration TTL = Duration.ofMinutes(5);

    @TempDir
    private Path folder;

    private static Clock at(Instant time) {
        return Clock.fixed(time, ZoneOffset.UTC);
    }

    private Path write(String name, Object pemObject) throws IOException {
        Path file = folder.resolve(name);
        try (Writer out = Files.newBufferedWriter(file);
                JcaPEMWriter pem = new JcaPEMWriter(out)) {
            pem.writeObject(pemObject);
        }
        return file;
    }

    private static KeyPair keys(Algorithm algorithm) throws GeneralSecurityException {
        KeyPairGenerator generator;
        if (algorithm.name().startsWith("ES")) {
            generator = KeyPairGenerator.getInstance("EC");
            String curve = algorithm == Algorithm.ES256 ? "256" : algorithm == Algorithm.ES384 ? "384" : "521";
            generator.initialize(new ECGenParameterSpec("secp" + curve + "r1"));
        } else {
            generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
        }
        return generator.generateKeyPair();
    }

    private TokenOptions.Jwt options(Algorithm algorithm) throws IOException, GeneralSecurityException {
        if (algorithm.isSymmetric()) {
            Path secret = Files.writeString(folder.resolve("secret"), "0123456789abcdef".repeat(4));
            return new TokenOptions.Jwt(algorithm, Optional.empty(), Optional.of(secret), TTL);
        }
        KeyPair keys = keys(algorithm);
        Path privateKey = write(algorithm + ".key", new JcaPKCS8Generator(keys.getPrivate(), null));
        return new TokenOptions.Jwt(
                algorithm, Optional.of(write(algorithm + ".pub", keys.getPublic())), Optional.of(privateKey), TTL);
    }

    private static Optional<Caller> read(JsonWebTokens tokens, String token) {
        return tokens.caller(token).join();
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void aTokenSaysWhoTheClientIsUntilItIsOver(Algorithm algorithm) throws Exception {
        TokenOptions.Jwt options = options(algorithm);
        String token = JsonWebTokens.open(options, at(NOW)).issue("alice", 7).join();
        assertThat(read(JsonWebTokens.open(options, at(NOW.plus(TTL).minusSeconds(1))), token))
                .contains(new Caller("alice", 7));
        assertThat(read(JsonWebTokens.open(options, at(NOW.plus(TTL))), token)).isEmpty();
    }

    @Test
    void theClaimsAreEtcds() throws Exception {
        String token = JsonWebTokens.open(options(Algorithm.RS256), at(NOW))
                .issue("alice", 7)
                .join();
        assertThat(claims(token))
                .isEqualTo("{\"exp\":" + NOW.plus(TTL).getEpochSecond() + ",\"revision\":7,\"username\":\"alice\"}");
    }

    private static String claims(String token) throws ParseException {
        var claims = new TreeMap<>(SignedJWT.parse(token).getJWTClaimsSet().toJSONObject());
        return "{\"exp\":" + claims.get("exp") + ",\"revision\":" + claims.get("revision") + ",\"username\":\""
                + claims.get("username") + "\"}";
    }

    @Test
    void whateverIsNotSignedWithTheKeyIsNoToken() throws Exception {
        TokenOptions.Jwt options = options(Algorithm.RS256);
        JsonWebTokens tokens = JsonWebTokens.open(options, at(NOW));
        String token = tokens.issue("alice", 7).join();
        String[] parts = token.split("\\.", -1);
        String forged = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(
                        "{\"username\":\"root\",\"revision\":7,\"exp\":99999999999}".getBytes(StandardCharsets.UTF_8));
        String unsigned = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8));
        assertThat(read(tokens, parts[0] + "." + forged + "." + parts[2])).isEmpty();
        assertThat(read(tokens, unsigned + "." + forged + ".")).isEmpty();
        assertThat(read(tokens, "")).isEmpty();
        assertThat(read(tokens, "a.b.c")).isEmpty();
        assertThat(read(tokens, "abc.7")).isEmpty();
        Path otherFolder = Files.createDirectory(folder.resolve("other"));
        KeyPair other = keys(Algorithm.RS256);
        Path otherKey = write(folder.relativize(otherFolder) + "/key", other.getPrivate());
        String others = JsonWebTokens.open(
                        new TokenOptions.Jwt(Algorithm.RS256, Optional.empty(), Optional.of(otherKey), TTL), at(NOW))
                .issue("alice", 7)
                .join();
        assertThat(read(tokens, others)).isEmpty();
    }

    /** The public key is known to all: it must not do as the secret of another algorithm. */
    @Test
    void anotherAlgorithmThanTheConfiguredOneIsNone() throws Exception {
        TokenOptions.Jwt rsa = options(Algorithm.RS256);
        TokenOptions.Jwt secret = options(Algorithm.HS256);
        String token = JsonWebTokens.open(secret, at(NOW)).issue("root", 7).join();
        assertThat(read(JsonWebTokens.open(secret, at(NOW)), token)).isPresent();
        assertThat(read(JsonWebTokens.open(rsa, at(NOW)), token)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Algorithm.class,
            names = {"HS256", "HS384", "HS512"})
    void nothingThatIsKnownToAllIsTakenForASecret(Algorithm algorithm) throws Exception {
        Optional<Path> known = options(Algorithm.RS256).publicKey();
        Optional<Path> certificate = Optional.of(Files.writeString(
                folder.resolve("certificate"), "-----BEGIN CERTIFICATE-----\n" + "MIIB".repeat(40) + "\n"));
        Optional<Path> secret = options(algorithm).privateKey();
        for (TokenOptions.Jwt wrong : List.of(
                new TokenOptions.Jwt(algorithm, known, Optional.empty(), TTL),
                new TokenOptions.Jwt(algorithm, known, secret, TTL),
                new TokenOptions.Jwt(algorithm, Optional.empty(), known, TTL),
                new TokenOptions.Jwt(algorithm, Optional.empty(), certificate, TTL))) {
            assertThatThrownBy(() -> JsonWebTokens.open(wrong, at(NOW)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("give priv-key=<file> with");
        }
    }

    @Test
    void keysMayStandInAnyForm() throws Exception {
        KeyPair rsa = keys(Algorithm.RS256);
        Path pkcs1 = write("pkcs1", rsa.getPrivate());
        Path pkcs8 = write("pkcs8", new JcaPKCS8Generator(rsa.getPrivate(), null));
        assertThat(Files.readString(pkcs1)).contains("BEGIN RSA PRIVATE KEY");
        assertThat(Files.readString(pkcs8)).contains("BEGIN PRIVATE KEY");
        Path publicKey = write("public", rsa.getPublic());
        JsonWebTokens checking = JsonWebTokens.open(
                new TokenOptions.Jwt(Algorithm.RS256, Optional.of(publicKey), Optional.empty(), TTL), at(NOW));
        for (Path file : new Path[] {pkcs1, pkcs8}) {
            JsonWebTokens signing = JsonWebTokens.open(
                    new TokenOptions.Jwt(Algorithm.RS256, Optional.empty(), Optional.of(file), TTL), at(NOW));
            assertThat(read(checking, signing.issue("alice", 1).join())).isPresent();
        }
        assertThatThrownBy(() -> checking.issue("alice", 1))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("not capable");
    }

    @Test
    void keysThatCannotBeUsedAreNamedInOneSentence() throws Exception {
        Path none = Files.writeString(folder.resolve("none"), "no key");
        Path weak = Files.writeString(folder.resolve("weak"), "short");
        Path ec = write("ec", keys(Algorithm.ES256).getPublic());
        assertThatThrownBy(() -> JsonWebTokens.open(
                        new TokenOptions.Jwt(Algorithm.RS256, Optional.of(none), Optional.empty(), TTL), at(NOW)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(none + " holds no public key");
        assertThatThrownBy(() -> JsonWebTokens.open(
                        new TokenOptions.Jwt(
                                Algorithm.RS256, Optional.of(folder.resolve("missing")), Optional.empty(), TTL),
                        at(NOW)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("missing");
        assertThatThrownBy(() -> JsonWebTokens.open(
                        new TokenOptions.Jwt(Algorithm.HS256, Optional.empty(), Optional.of(weak), TTL), at(NOW)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does not suit HS256");
        assertThatThrownBy(() -> JsonWebTokens.open(
                        new TokenOptions.Jwt(Algorithm.RS256, Optional.of(ec), Optional.empty(), TTL), at(NOW)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does not suit RS256");
    }

    @Test
    void optionsAreReadAsEtcdWritesThem() {
        assertThat(TokenOptions.parse("simple", TTL)).isEqualTo(new TokenOptions.Simple(TTL));
        assertThat(TokenOptions.parse("jwt,pub-key=a.pub,priv-key=a.key,sign-method=ES256,ttl=1h30m", TTL))
                .isEqualTo(new TokenOptions.Jwt(
                        Algorithm.ES256,
                        Optional.of(Path.of("a.pub")),
                        Optional.of(Path.of("a.key")),
                        Duration.ofMinutes(90)));
        for (String wrong : new String[] {
            "saml",
            "jwt",
            "jwt,sign-method=RS256",
            "jwt,sign-method=XX,priv-key=a",
            "jwt,sign-method=RS256,priv-key",
            "jwt,sign-method=RS256,priv-key=a,ttl=5",
            "jwt,sign-method=RS256,priv-key=a,ttl=0s",
            "jwt,key=a"
        }) {
            assertThatThrownBy(() -> TokenOptions.parse(wrong, TTL))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("--auth-token");
        }
    }
}
