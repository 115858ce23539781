package io.quorate.server.auth;

import io.quorate.kv.Bytes;
import io.quorate.kv.User;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes hashes of passwords, and compares passwords with them, on a thread of its own: each takes as long as it costs to
 * guess, which is on purpose. Thread-safe.
 *
 * <p>Hashes are bcrypt's, as in etcd, so that users can be taken over from there and back. Futures fail with {@link
 * java.util.concurrent.RejectedExecutionException} if too many wait.
 */
public final class Passwords implements AutoCloseable {

    /** bcrypt looks no further, so what follows would add nothing. */
    public static final int MAX_PASSWORD_BYTES = 72;

    private static final Logger LOG = LoggerFactory.getLogger(Passwords.class);
    private static final String VERSION = "2a";
    private static final int SALT_BYTES = 16;
    private static final int MAX_WAITING = 256;

    private final int cost;
    private final SecureRandom random = new SecureRandom();
    private final ThreadPoolExecutor executor;

    /** What is compared with where there is nothing to compare with: the answer must take as long. */
    private final CompletableFuture<String> nobodysHash;

    /** @param cost the logarithm, to base 2, of how often a password is hashed */
    public Passwords(String name, int cost) {
        this.cost = cost;
        this.executor = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MAX_WAITING),
                task -> Thread.ofPlatform().daemon().name(name + "-passwords").unstarted(task));
        this.nobodysHash = new CompletableFuture<>();
    }

    /** A hash of the password, with a salt of its own. */
    public CompletableFuture<Bytes> hash(String password) {
        return CompletableFuture.supplyAsync(() -> Bytes.utf8(hashed(password)), executor);
    }

    private String hashed(String password) {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return OpenBSDBCrypt.generate(VERSION, password.toCharArray(), salt, cost);
    }

    /** Whether this is the user's password; it takes as long to learn that there is no such user. */
    public CompletableFuture<Boolean> isOf(Optional<User> user, String password) {
        return CompletableFuture.supplyAsync(() -> compare(user, password), executor);
    }

    private boolean compare(Optional<User> user, String password) {
        Optional<String> hash = user.filter(known -> !known.passwordless())
                .map(known -> new String(known.passwordHash().toByteArray(), StandardCharsets.US_ASCII));
        if (hash.isEmpty()) {
            matches(nobodys(), password);
            return false;
        }
        return matches(hash.get(), password);
    }

    /** Made by the one thread, when it is first needed: most clusters never have a user. */
    private String nobodys() {
        if (!nobodysHash.isDone()) {
            nobodysHash.complete(hashed(""));
        }
        return nobodysHash.join();
    }

    private static boolean matches(String hash, String password) {
        try {
            return OpenBSDBCrypt.checkPassword(hash, password.toCharArray());
        } catch (RuntimeException e) {
            LOG.warn("A user's password hash cannot be read, give the user a new password: {}", e.toString());
            return false;
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
