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
 */
public record Exposure(
        List<Listener> listeners,
        boolean usersEnabled,
        boolean usersByCertificate,
        String tokens,
        boolean insecureAllowed,
        List<String> openFiles,
        long refusedClients,
        long refusedMembers) {

    /** Tokens that are words which members remember. */
    public static final String SIMPLE = "simple";

    public Exposure {
        Objects.requireNonNull(tokens);
        listeners = List.copyOf(listeners);
        openFiles = List.copyOf(openFiles);
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
}
