package io.quorate.server.auth;

import io.quorate.kv.Bytes;
import io.quorate.kv.Caller;
import io.quorate.kv.KvError;
import io.quorate.kv.Login;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Result;
import io.quorate.server.store.ReplicatedStore;
import io.quorate.server.wire.EtcdError;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tokens that mean nothing by themselves: a random word, and the index of the log entry from which on members know it. The log
 * has the word's hash alone. Thread-safe.
 */
public final class SimpleTokens implements Tokens {

    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    /** 130 bits, more than can be guessed. */
    private static final int WORD_LENGTH = 22;

    private static final Pattern TOKEN = Pattern.compile("(\\w{1,64})\\.(\\d{1,18})");

    private final ReplicatedStore store;
    private final Sessions sessions;
    private final SecureRandom random = new SecureRandom();

    public SimpleTokens(ReplicatedStore store, Sessions sessions) {
        this.store = store;
        this.sessions = sessions;
    }

    @Override
    public CompletableFuture<Optional<Caller>> caller(String token) {
        Matcher parts = TOKEN.matcher(token);
        if (!parts.matches()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        Bytes hash = hash(parts.group(1));
        long index = Long.parseLong(parts.group(2));
        // What ends the login may be in the state before the sessions are told: the caller has the login's own
        // revision, by which it is refused then.
        long authRevision = store.local().auth().revision();
        Optional<Caller> known = sessions.caller(hash, index, authRevision);
        if (known.isPresent()) {
            return CompletableFuture.completedFuture(known);
        }
        // Another member may have issued it, and this one may not have heard of that yet.
        return store.read(false, MvccStore::auth).thenApply(auth -> sessions.caller(hash, index, auth.revision()));
    }

    @Override
    public CompletableFuture<String> issue(String user, long authRevision) {
        StringBuilder word = new StringBuilder();
        random.ints(WORD_LENGTH, 0, LETTERS.length()).forEach(at -> word.append(LETTERS.charAt(at)));
        return store.write(new Login(user, hash(word.toString()), authRevision)).thenApply(result -> switch (result) {
            case Result.LoginResult login -> word + "." + login.index();
            case Result.Rejected rejected -> throw refusal(rejected.error());
            default -> throw new IllegalStateException("a login came to " + result);
        });
    }

    private static RuntimeException refusal(KvError error) {
        return switch (error) {
            case AUTH_NOT_ENABLED -> EtcdError.AUTH_NOT_ENABLED.exception();
            case AUTH_OLD_REVISION -> EtcdError.AUTH_OLD_REVISION.exception();
            default -> EtcdError.AUTH_FAILED.exception();
        };
    }

    private static Bytes hash(String word) {
        try {
            return Bytes.wrap(MessageDigest.getInstance("SHA-256").digest(word.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
