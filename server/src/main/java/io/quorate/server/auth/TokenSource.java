package io.quorate.server.auth;

import io.quorate.engine.tls.ReloadedFiles;
import io.quorate.server.store.ReplicatedStore;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/**
 * What a member needs for its tokens before it takes part: the keys are read, and the logins that are replayed noted.
 *
 * @param signed tokens that need no sessions; empty: they are simple ones
 */
public record TokenSource(Sessions sessions, Optional<JsonWebTokens> signed) {

    /**
     * Reads the key, if there is one.
     *
     * @param keys the set of keys, if there is one: it outlives what is opened here
     * @throws IOException with one sentence if they cannot be used
     */
    public static TokenSource open(TokenOptions options, Optional<ReloadedFiles<TokenKeySet>> keys) throws IOException {
        return switch (options) {
            case TokenOptions.Simple simple ->
                new TokenSource(new Sessions(simple.ttl(), System::nanoTime), Optional.empty());
            case TokenOptions.Jwt jwt ->
                new TokenSource(
                        new Sessions(Duration.ZERO, System::nanoTime),
                        Optional.of(JsonWebTokens.open(jwt, Clock.systemUTC())));
            case TokenOptions.KeySet set ->
                new TokenSource(
                        new Sessions(Duration.ZERO, System::nanoTime),
                        Optional.of(new JsonWebTokens(keys.orElseThrow()::present, set.ttl(), Clock.systemUTC())));
        };
    }

    public Tokens of(ReplicatedStore store) {
        return signed.<Tokens>map(tokens -> tokens).orElseGet(() -> new SimpleTokens(store, sessions));
    }
}
