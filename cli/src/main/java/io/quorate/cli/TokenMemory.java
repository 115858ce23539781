package io.quorate.cli;

import java.util.Optional;

/** The token by which a cluster knows who asks, from one client to the next of the same command. Thread-safe. */
final class TokenMemory {

    private volatile Optional<String> token = Optional.empty();

    Optional<String> known() {
        return token;
    }

    void remember(Optional<String> newToken) {
        token = newToken;
    }
}
