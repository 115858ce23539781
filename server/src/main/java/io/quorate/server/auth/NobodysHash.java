package io.quorate.server.auth;

import io.quorate.kv.AuthState;
import io.quorate.kv.User;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a password is compared with where there is no hash of it: the answer must take as long as for a user. Thread-safe.
 *
 * <p>How long that is depends on the cost that a hash was made with, and not all need have the same: some may come from etcd, or be older than a
 * change of {@code --bcrypt-cost}. So each name that is nobody's is compared at the cost of some user's hash, always the same one for the same
 * name, and which one cannot be told from the name. The costs of all hashes are looked up once for each state of users and roles, and never for a
 * name: with very many users that would be time by which nobody's names could be told.
 */
final class NobodysHash {

    private static final Pattern COST = Pattern.compile("\\$2[a-z]?\\$(\\d\\d)\\$.*");
    private static final String LETTERS = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /** Of salt and digest together, as bcrypt writes them. */
    private static final int LENGTH = 53;

    private static final int SECRET_BYTES = 16;

    private final int defaultCost;
    private final Function<AuthState, List<User>> users;
    private final byte[] secret = new byte[SECRET_BYTES];
    private final String saltAndDigest;
    private volatile Optional<Costs> latest = Optional.empty();

    /** The costs of all hashes of one state. */
    private static final class Costs {
        private final AuthState auth;
        private final int[] each;

        Costs(AuthState auth, int[] each) {
            this.auth = auth;
            this.each = each;
        }
    }

    /** @param defaultCost where no user has a password */
    NobodysHash(int defaultCost, SecureRandom random) {
        this(defaultCost, random, AuthState::users);
    }

    /** @param users all of a state */
    NobodysHash(int defaultCost, SecureRandom random, Function<AuthState, List<User>> users) {
        this.defaultCost = defaultCost;
        this.users = users;
        random.nextBytes(secret);
        StringBuilder letters = new StringBuilder();
        random.ints(LENGTH, 0, LETTERS.length()).forEach(at -> letters.append(LETTERS.charAt(at)));
        this.saltAndDigest = letters.toString();
    }

    /** A hash of no password that anybody knows. To be asked for before it is known whether the name is a user's. */
    String of(AuthState auth, String name) {
        int[] costs = costs(auth);
        int cost = costs.length == 0 ? defaultCost : costs[Math.floorMod(mixed(name), costs.length)];
        return "$2a$%02d$%s".formatted(cost, saltAndDigest);
    }

    /** Of the very same state: to find out whether another one is equal would be to look at all users. */
    @SuppressWarnings("ReferenceEquality")
    private int[] costs(AuthState auth) {
        Optional<Costs> known = latest.filter(costs -> costs.auth == auth);
        if (known.isPresent()) {
            return known.get().each;
        }
        int[] costs = users.apply(auth).stream()
                .map(NobodysHash::costOf)
                .flatMapToInt(OptionalInt::stream)
                .toArray();
        latest = Optional.of(new Costs(auth, costs));
        return costs;
    }

    /** The cost that a user's hash was made with; empty if there is none, or it cannot be read. */
    private static OptionalInt costOf(User user) {
        Matcher parts = COST.matcher(new String(user.passwordHash().toByteArray(), StandardCharsets.US_ASCII));
        return parts.matches() ? OptionalInt.of(Integer.parseInt(parts.group(1))) : OptionalInt.empty();
    }

    private int mixed(String name) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(secret);
            return ByteBuffer.wrap(digest.digest(name.getBytes(StandardCharsets.UTF_8)))
                    .getInt();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
