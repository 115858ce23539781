package io.quorate.server.report;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Who may connect with a member and how, as the member itself tells. Immutable; a part of {@link MemberReport}.
 *
 * @param listeners every address that it listens on
 * @param usersEnabled whether clients must be users, by the state as it has applied it
 * @param usersByCertificate whether a client is the user that its certificate names
 * @param tokens what a user gets for a password: {@link #SIMPLE}, or {@code jwt} and its algorithm
 * @param insecureAllowed whether it was started with {@code --allow-insecure}
 * @param openFiles those of its data and keys to which others than their owner have a right
 * @param refusedClients how many TLS connections of clients were refused since it was started
 * @param refusedMembers how many with members were
 * @param tokenKeys the set of keys for tokens; empty if there is none, or a release before this one tells
 */
public record Exposure(
        List<Listener> listeners,
        boolean usersEnabled,
        boolean usersByCertificate,
        String tokens,
        boolean insecureAllowed,
        List<String> openFiles,
        long refusedClients,
        long refusedMembers,
        Optional<TokenKeys> tokenKeys) {

    /** Tokens that are words which members remember. */
    public static final String SIMPLE = "simple";

    /** Tokens that are signed with one of a set of keys. */
    public static final String KEY_SET = "jwt, by a set of keys";

    /** Of a member without a set of keys for tokens. */
    public Exposure(
            List<Listener> listeners,
            boolean usersEnabled,
            boolean usersByCertificate,
            String tokens,
            boolean insecureAllowed,
            List<String> openFiles,
            long refusedClients,
            long refusedMembers) {
        this(
                listeners,
                usersEnabled,
                usersByCertificate,
                tokens,
                insecureAllowed,
                openFiles,
                refusedClients,
                refusedMembers,
                Optional.empty());
    }

    public Exposure {
        Objects.requireNonNull(tokens);
        listeners = List.copyOf(listeners);
        openFiles = List.copyOf(openFiles);
        tokenKeys = Objects.requireNonNullElse(tokenKeys, Optional.empty());
    }

    /**
     * An address that is listened on.
     *
     * @param url as whoever runs the member gave it
     * @param ofMembers whether members connect there; else clients do
     * @param reachable whether other machines can
     * @param certified whether nobody is let in without a certificate of a CA that is trusted there
     * @param minTls the oldest version of TLS that is spoken; empty for plain text
     */
    public record Listener(
            String url, boolean ofMembers, boolean reachable, boolean certified, Optional<String> minTls) {

        public Listener {
            Objects.requireNonNull(url);
            minTls = Objects.requireNonNullElse(minTls, Optional.empty());
        }

        public boolean isPlain() {
            return minTls.isEmpty();
        }
    }

    /**
     * A set of keys for tokens, as it is in use.
     *
     * @param signing the id of the key that new tokens are signed with; empty if none are made here
     * @param refusedFile why the file as it is now is not used, if it is not
     */
    public record TokenKeys(Optional<String> signing, List<TokenKey> known, Optional<String> refusedFile) {

        public TokenKeys {
            signing = Objects.requireNonNullElse(signing, Optional.empty());
            refusedFile = Objects.requireNonNullElse(refusedFile, Optional.empty());
            known = List.copyOf(known);
        }

        /** The key that signs. */
        public Optional<TokenKey> signingKey() {
            return known.stream()
                    .filter(key -> signing.filter(key.id()::equals).isPresent())
                    .findFirst();
        }
    }

    /**
     * A key that tokens are checked with.
     *
     * @param thumbprint by which the same key is known elsewhere; empty for a secret
     */
    public record TokenKey(String id, String algorithm, Optional<String> thumbprint) {

        public TokenKey {
            thumbprint = Objects.requireNonNullElse(thumbprint, Optional.empty());
        }
    }
}
