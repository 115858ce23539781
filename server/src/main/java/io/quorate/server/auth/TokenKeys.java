package io.quorate.server.auth;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import java.util.Optional;

/** The keys that a member has for signed tokens at a moment. Immutable. */
interface TokenKeys {

    /**
     * A key. It is for one algorithm: which one is said by whoever made the key, and never by a token.
     *
     * @param id by which tokens name it; empty if it is the only one
     * @param signer empty if signatures are only checked with it
     */
    record Key(Optional<String> id, JWSAlgorithm algorithm, JWSVerifier verifier, Optional<JWSSigner> signer) {}

    /** The key that a token with this header must be signed with; empty if there is none, or it is for another algorithm. */
    Optional<Key> of(JWSHeader header);

    /** The key, with a signer, that new tokens are signed with; empty if none are made here. */
    Optional<Key> signing();

    /** One key for all tokens, whatever they say of a key's id. */
    record Single(Key key) implements TokenKeys {

        @Override
        public Optional<Key> of(JWSHeader header) {
            return Optional.of(key).filter(only -> only.algorithm().equals(header.getAlgorithm()));
        }

        @Override
        public Optional<Key> signing() {
            return Optional.of(key).filter(only -> only.signer().isPresent());
        }
    }
}
