package io.quorate.server.auth;

import io.quorate.kv.Caller;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What clients show instead of their password once they have logged in. Thread-safe. */
public interface Tokens {

    /** Whom a token stands for; empty if nobody, or not any more. */
    CompletableFuture<Optional<Caller>> caller(String token);

    /**
     * A token for a user that has proved who it is.
     *
     * @param authRevision of users and roles when it did so
     * @return fails with etcd's {@code revision of auth store is old} if they have changed since
     */
    CompletableFuture<String> issue(String user, long authRevision);
}
