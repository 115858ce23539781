package io.quorate.server.auth;

import io.quorate.kv.AuthState;
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

    /** Of a new password; bcrypt looks no further, so what follows would add nothing. */
    public static final int MAX_PASSWORD_BYTES = 72;

    /**
     * Of a password that is compared. Users that come from etcd may have longer ones than new ones may be: there as here, the first 72 bytes
     * are compared.
     */
    public static final int MAX_COMPARED_BYTES = 1024;

    private static final Logger LOG = LoggerFactory.getLogger(Passwords.class);
    private static final String VERSION = "2a";
    private static final int SALT_BYTES = 16;
    private static final int MAX_WAITING = 256;

    private final int cost;
    private final SecureRandom random = new SecureRandom();
    private final ThreadPoolExecutor executor;

    private final NobodysHash nobodysHash;

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
        this.nobodysHash = new NobodysHash(cost, random);
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

    /** Is asked about a comparison on the thread that compares: no other comparison is made between its questions. */
    public interface Guard {

        /** What this throws, the comparison fails with, and is not made. */
        void mayCompare();

        /** What came of it. */
        void compared(boolean right);
    }

    /** Whether this is the password of the user of that name; it takes as long to learn that there is no such user. */
    public CompletableFuture<Boolean> isOf(AuthState auth, String name, String password, Guard guard) {
        return CompletableFuture.supplyAsync(
                () -> {
                    guard.mayCompare();
                    boolean right = compare(auth, name, password);
                    guard.compared(right);
                    return right;
                },
                executor);
    }

    private boolean compare(AuthState auth, String name, String password) {
        // For users too: what it costs must not tell who is one.
        String nobodys = nobodysHash.of(auth, name);
        Optional<String> hash = auth.user(name).flatMap(Passwords::hashOf);
        boolean same = matches(hash.orElse(nobodys), password);
        return hash.isPresent() && same;
    }

    private static Optional<String> hashOf(User user) {
        return Optional.of(user)
                .filter(known -> !known.passwordless())
                .map(known -> new String(known.passwordHash().toByteArray(), StandardCharsets.US_ASCII));
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
