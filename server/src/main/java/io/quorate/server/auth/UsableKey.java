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
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A key of a set, of which it is certain that it can do what it says: it names its one algorithm, is of a kind and a length that suit it, and if it
 * makes signatures, they are such as it checks. Immutable.
 *
 * @param source as it was read
 */
record UsableKey(String id, TokenOptions.Algorithm algorithm, TokenKeys.Key key, JWK source) {

    private static final Pattern ID = Pattern.compile("[!-~&&[^\",\\\\]]{1,128}");
    private static final int LEAST_RSA_BITS = 2048;
    private static final byte[] PROBE =
            "a text that is signed to see whether it can be".getBytes(StandardCharsets.US_ASCII);

    /**
     * Looks whether a key can be used.
     *
     * @throws IllegalArgumentException with the rest of a sentence that says why it cannot, and what to do
     * @throws JOSEException the same
     */
    static UsableKey of(JWK source) throws JOSEException {
        String id = source.getKeyID();
        if (id == null || !ID.matcher(id).matches()) {
            throw new IllegalArgumentException(
                    "it needs a \"kid\" of 1 to 128 letters, digits and signs, without blanks, commas,"
                            + " quotes and backslashes");
        }
        TokenOptions.Algorithm algorithm = algorithm(source);
        requireForSignatures(source);
        JWSVerifier verifier = verifier(source, algorithm);
        JWSAlgorithm named = JWSAlgorithm.parse(algorithm.name());
        Optional<JWSSigner> signer = source.isPrivate() && allows(source, KeyOperation.SIGN)
                ? Optional.of(signer(source))
                : Optional.empty();
        if (signer.isPresent()) {
            requireToFit(named, signer.get(), verifier);
        }
        return new UsableKey(id, algorithm, new TokenKeys.Key(Optional.of(id), named, verifier, signer), source);
    }

    private static TokenOptions.Algorithm algorithm(JWK source) {
        String name = source.getAlgorithm() == null ? "" : source.getAlgorithm().getName();
        return Arrays.stream(TokenOptions.Algorithm.values())
                .filter(algorithm -> algorithm.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "its \"alg\" is \"" + name + "\"; give the one algorithm that it is for, of "
                                + Arrays.toString(TokenOptions.Algorithm.values())));
    }

    private static void requireForSignatures(JWK source) {
        KeyUse use = source.getKeyUse();
        if ((use != null && !use.equals(KeyUse.SIGNATURE))
                || !(allows(source, KeyOperation.VERIFY) || allows(source, KeyOperation.SIGN))) {
            throw new IllegalArgumentException("it is not for signatures, by its \"use\" or \"key_ops\"; take it out");
        }
        if (source.getExpirationTime() != null || source.getNotBeforeTime() != null) {
            throw new IllegalArgumentException(
                    "it has times (\"exp\", \"nbf\"), which are not looked at here; take them out, and the key once it is over");
        }
    }

    private static boolean allows(JWK source, KeyOperation operation) {
        Set<KeyOperation> allowed = source.getKeyOperations();
        return allowed == null || allowed.contains(operation);
    }

    private static JWSVerifier verifier(JWK source, TokenOptions.Algorithm algorithm) throws JOSEException {
        JWSVerifier verifier = switch (source) {
            case RSAKey rsa -> {
                if (rsa.size() < LEAST_RSA_BITS) {
                    throw new IllegalArgumentException("it has " + rsa.size() + " bits, and an RSA key needs "
                            + LEAST_RSA_BITS + "; make a new one");
                }
                yield new RSASSAVerifier(rsa.toRSAPublicKey());
            }
            case ECKey ec -> new ECDSAVerifier(ec.toECPublicKey());
            case OctetSequenceKey secret -> {
                if (algorithm.isSymmetric()) {
                    algorithm.requireLongEnough(secret.toByteArray().length);
                }
                yield new MACVerifier(secret);
            }
            default ->
                throw new IllegalArgumentException(
                        "its \"kty\" is \"" + source.getKeyType() + "\"; use one that is RSA, EC or oct");
        };
        if (!verifier.supportedJWSAlgorithms().contains(JWSAlgorithm.parse(algorithm.name()))) {
            throw new IllegalArgumentException("it says that it is for " + algorithm
                    + ", which a key of its kind and length is not for; give its own algorithm");
        }
        return verifier;
    }

    private static JWSSigner signer(JWK source) throws JOSEException {
        return switch (source) {
            case RSAKey rsa -> new RSASSASigner(rsa);
            case ECKey ec -> new ECDSASigner(ec);
            case OctetSequenceKey secret -> new MACSigner(secret);
            default -> throw new IllegalArgumentException("it cannot sign");
        };
    }

    /** Tokens that nobody takes would keep all users out. */
    private static void requireToFit(JWSAlgorithm algorithm, JWSSigner signer, JWSVerifier verifier)
            throws JOSEException {
        JWSHeader header = new JWSHeader(algorithm);
        if (!verifier.verify(header, PROBE, signer.sign(header, PROBE))) {
            throw new IllegalArgumentException("its private half is not that of its public one; make a new one");
        }
    }

    /** Whether it makes signatures. */
    boolean isComplete() {
        return key.signer().isPresent();
    }

    /** By which the same key is known elsewhere; empty for a secret. */
    Optional<String> thumbprint() {
        try {
            return algorithm.isSymmetric()
                    ? Optional.empty()
                    : Optional.of(source.computeThumbprint().toString());
        } catch (JOSEException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Says nothing of what is secret. */
    @Override
    public String toString() {
        return "UsableKey[" + id + ", " + algorithm + "]";
    }
}
