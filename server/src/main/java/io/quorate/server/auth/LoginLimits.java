package io.quorate.server.auth;

import io.quorate.kv.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How often passwords may be wrong: by each user's name from each address, by each address, and by each name from all addresses
 * together. Thread-safe.
 *
 * <p>Right passwords cost nothing, so that any number of clients may log in at once, as they do after a restart. Whether a name is a
 * user's makes no difference. Whoever guesses from one address spends but that address's allowances. If so many guess from many addresses that the
 * name's allowance is spent as well, an address whose own allowance for it is whole has one guess still: if that were
 * taken away too, strangers could keep somebody out.
 */
public final class LoginLimits {

    /** By one name from one address. */
    private static final int OF_PAIR = 5;

    private static final Duration PAIR_INTERVAL = Duration.ofSeconds(10);

    /** By one address, whatever the names. */
    private static final int OF_ADDRESS = 30;

    private static final Duration ADDRESS_INTERVAL = Duration.ofSeconds(1);

    /** By one name, wherever from. */
    private static final int OF_USER = 50;

    private static final Duration USER_INTERVAL = Duration.ofSeconds(1);

    /** Of each sort. Passwords are compared one after the other: more than these are not tried within the time that anything takes to come back. */
    static final int MOST_REMEMBERED = 16_384;

    /** Whose allowance is spent. */
    public enum Scope {
        USER_FROM_ADDRESS,
        ADDRESS,
        USER
    }

    /**
     * Why a login is refused without a look at its password.
     *
     * @param pause after which one would be looked at, if nothing more is wrong meanwhile
     */
    public record Refusal(Scope scope, Duration pause) {}

    /**
     * Somebody who wants to log in.
     *
     * @param user a hash of the name: names may be long, and anybody can make them up
     */
    public record Attempt(Bytes user, ClientAddress from) {

        /** By a user's name. */
        public static Attempt of(String user, ClientAddress from) {
            try {
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(user.getBytes(StandardCharsets.UTF_8));
                return new Attempt(Bytes.wrap(hash), from);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }
    }

    private final LongSupplier nanoTime;
    private final Allowances<Attempt> pairs = new Allowances<>(OF_PAIR, PAIR_INTERVAL, MOST_REMEMBERED);
    private final Allowances<ClientAddress> addresses = new Allowances<>(OF_ADDRESS, ADDRESS_INTERVAL, MOST_REMEMBERED);
    private final Allowances<Bytes> users = new Allowances<>(OF_USER, USER_INTERVAL, MOST_REMEMBERED);

    /** @param nanoTime a monotonic clock */
    public LoginLimits(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Why the password is not to be looked at; empty if it is. */
    public synchronized Optional<Refusal> judge(Attempt attempt) {
        long now = nanoTime.getAsLong();
        long ofPair = pairs.nanosUntilAny(attempt, now);
        if (ofPair > 0) {
            return refusal(Scope.USER_FROM_ADDRESS, ofPair);
        }
        long ofAddress = addresses.nanosUntilAny(attempt.from(), now);
        if (ofAddress > 0) {
            return refusal(Scope.ADDRESS, ofAddress);
        }
        long ofUser = Math.min(users.nanosUntilAny(attempt.user(), now), pairs.nanosUntilWhole(attempt, now));
        return ofUser > 0 ? refusal(Scope.USER, ofUser) : Optional.empty();
    }

    private static Optional<Refusal> refusal(Scope scope, long nanos) {
        return Optional.of(new Refusal(scope, Duration.ofNanos(nanos)));
    }

    /** The password was wrong, or the name is no user's. */
    public synchronized void wrong(Attempt attempt) {
        long now = nanoTime.getAsLong();
        pairs.spend(attempt, now);
        addresses.spend(attempt.from(), now);
        users.spend(attempt.user(), now);
    }

    /** How many names and addresses are remembered, in all. */
    synchronized int size() {
        return pairs.size() + addresses.size() + users.size();
    }
}
