package io.quorate.engine.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows the one certificate that there is, whatever CAs the other side says it trusts: it then says itself why it does not believe it.
 * A key store would do the same, and encrypt the key in between, which takes longer than a handshake. Thread-safe.
 */
final class OwnCertificate extends X509ExtendedKeyManager {

    private static final String ALIAS = "own";

    private final TlsMaterial.Identity identity;

    OwnCertificate(TlsMaterial.Identity identity) {
        this.identity = identity;
    }

    /** @param keyType the algorithm of a key, in TLS 1.2 behind an underscore that of the CA's */
    private @Nullable String alias(@Nullable String keyType) {
        String own = identity.certificate().getPublicKey().getAlgorithm();
        boolean fits = keyType != null && (keyType.equals(own) || keyType.startsWith(own + "_"));
        return fits ? ALIAS : null;
    }

    private @Nullable String alias(String @Nullable [] keyTypes) {
        boolean fits = keyTypes != null && Arrays.stream(keyTypes).anyMatch(type -> alias(type) != null);
        return fits ? ALIAS : null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String @Nullable [] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return alias(keyTypes);
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String @Nullable [] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return alias(keyTypes);
    }

    @Override
    public @Nullable String chooseServerAlias(
            @Nullable String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return alias(keyType);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            @Nullable String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return alias(keyType);
    }

    @Override
    public String @Nullable [] getClientAliases(@Nullable String keyType, Principal @Nullable [] issuers) {
        return new String[] {ALIAS};
    }

    @Override
    public String @Nullable [] getServerAliases(@Nullable String keyType, Principal @Nullable [] issuers) {
        return new String[] {ALIAS};
    }

    @Override
    public X509Certificate[] getCertificateChain(@Nullable String alias) {
        return identity.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(@Nullable String alias) {
        return identity.key();
    }
}
