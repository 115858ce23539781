package io.quorate.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.quorate.kv.Caller;
import io.quorate.server.wire.EtcdError;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tokens that say themselves, under a signature, who the client is, until when, and of which revision of users and roles; with
 * etcd's claims, so that either accepts the other's. Members need not tell each other of them. Thread-safe.
 */
public final class JsonWebTokens implements Tokens {

    private static final Logger LOG = LoggerFactory.getLogger(JsonWebTokens.class);
    private static final String USER = "username";
    private static final String REVISION = "revision";

    private final Supplier<? extends TokenKeys> keys;
    private final Duration ttl;
    private final Clock clock;

    /**
     * @param keys that are in use now; asked for each token
     * @param ttl how long a token is good for
     */
    JsonWebTokens(Supplier<? extends TokenKeys> keys, Duration ttl, Clock clock) {
        this.keys = keys;
        this.ttl = ttl;
        this.clock = clock;
    }

    /**
     * With one key.
     *
     * @throws IOException with one sentence if it cannot be used
     */
    public static JsonWebTokens open(TokenOptions.Jwt options, Clock clock) throws IOException {
        TokenKeys key = new TokenKeys.Single(key(options));
        return new JsonWebTokens(() -> key, options.ttl(), clock);
    }

    private static TokenKeys.Key key(TokenOptions.Jwt options) throws IOException {
        JWSAlgorithm algorithm = JWSAlgorithm.parse(options.algorithm().name());
        try {
            if (options.algorithm().isSymmetric()) {
                byte[] secret = KeyFiles.secret(options);
                options.algorithm().requireLongEnough(secret.length);
                return new TokenKeys.Key(
                        Optional.empty(), algorithm, new MACVerifier(secret), Optional.of(new MACSigner(secret)));
            }
            Optional<PrivateKey> privateKey = Optional.empty();
            if (options.privateKey().isPresent()) {
                privateKey =
                        Optional.of(KeyFiles.privateKey(options.privateKey().get()));
            }
            Optional<JWSSigner> signer = Optional.empty();
            if (privateKey.isPresent()) {
                signer = Optional.of(signer(privateKey.get()));
            }
            JWSVerifier verifier = verifier(publicKey(options, privateKey));
            if (!verifier.supportedJWSAlgorithms().contains(algorithm)) {
                throw new GeneralSecurityException("it signs with one of " + verifier.supportedJWSAlgorithms());
            }
            return new TokenKeys.Key(Optional.empty(), algorithm, verifier, signer);
        } catch (JOSEException | GeneralSecurityException e) {
            throw new IOException(
                    "--auth-token jwt: the key does not suit " + options.algorithm() + ": " + e.getMessage(), e);
        }
    }

    private static PublicKey publicKey(TokenOptions.Jwt options, Optional<PrivateKey> privateKey)
            throws IOException, GeneralSecurityException {
        if (options.publicKey().isPresent()) {
            return KeyFiles.publicKey(options.publicKey().get());
        }
        Path file = options.privateKey().orElseThrow();
        if (privateKey.orElseThrow() instanceof RSAPrivateCrtKey rsa) {
            return KeyFactory.getInstance("RSA")
                    .generatePublic(new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent()));
        }
        return KeyFiles.publicKey(file);
    }

    private static JWSSigner signer(PrivateKey key) throws JOSEException {
        return key instanceof ECPrivateKey ec ? new ECDSASigner(ec) : new RSASSASigner(key);
    }

    private static JWSVerifier verifier(PublicKey key) throws JOSEException, GeneralSecurityException {
        return switch (key) {
            case RSAPublicKey rsa -> new RSASSAVerifier(rsa);
            case ECPublicKey ec -> new ECDSAVerifier(ec);
            default -> throw new GeneralSecurityException("it is a key for " + key.getAlgorithm());
        };
    }

    @Override
    public CompletableFuture<Optional<Caller>> caller(String token) {
        return CompletableFuture.completedFuture(read(token));
    }

    private Optional<Caller> read(String token) {
        try {
            SignedJWT signed = SignedJWT.parse(token);
            Optional<TokenKeys.Key> key = keys.get().of(signed.getHeader());
            if (key.isEmpty() || !signed.verify(key.get().verifier())) {
                return Optional.empty();
            }
            JWTClaimsSet claims = signed.getJWTClaimsSet();
            Date end = claims.getExpirationTime();
            String user = claims.getStringClaim(USER);
            Long revision = claims.getLongClaim(REVISION);
            if (end == null
                    || user == null
                    || revision == null
                    || !clock.instant().isBefore(end.toInstant())) {
                return Optional.empty();
            }
            return Optional.of(new Caller(user, revision));
        } catch (ParseException | JOSEException e) {
            LOG.debug("a token is none: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private static JWSHeader header(TokenKeys.Key key) {
        JWSHeader.Builder header = new JWSHeader.Builder(key.algorithm());
        return key.id().map(header::keyID).orElse(header).build();
    }

    @Override
    public CompletableFuture<String> issue(String user, long authRevision) {
        // It may have no key to sign with: others have.
        TokenKeys.Key key = keys.get().signing().orElseThrow(EtcdError.NOT_CAPABLE::exception);
        Instant end = clock.instant().plus(ttl);
        SignedJWT token = new SignedJWT(
                header(key),
                new JWTClaimsSet.Builder()
                        .claim(USER, user)
                        .claim(REVISION, authRevision)
                        .expirationTime(Date.from(end))
                        .build());
        try {
            token.sign(key.signer().orElseThrow());
        } catch (JOSEException e) {
            throw new IllegalStateException("a token cannot be signed: " + e.getMessage(), e);
        }
        return CompletableFuture.completedFuture(token.serialize());
    }
}
