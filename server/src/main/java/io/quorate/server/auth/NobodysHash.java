package io.quorate.server.auth;

import io.quorate.kv.AuthState;
import io.quorate.kv.User;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a password is compared with where there is no hash of it: the answer must take as long as for a user. Immutable.
 *
 * <p>How long that is depends on the cost that a hash was made with, and not all need have the same: some may come from etcd, or be older than a
 * change of {@code --bcrypt-cost}. So each name that is nobody's is compared at the cost of some user's hash, always the same one for the same
 * name, and which one cannot be told from the name.
 */
final class NobodysHash {

    private static final Pattern COST = Pattern.compile("\\$2[a-z]?\\$(\\d\\d)\\$.*");
    private static final String LETTERS = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /** Of salt and digest together, as bcrypt writes them. */
    private static final int LENGTH = 53;

    private static final int SECRET_BYTES = 16;

    private final int defaultCost;
    private final byte[] secret = new byte[SECRET_BYTES];
    private final String saltAndDigest;

    /** @param defaultCost where no user has a password */
    NobodysHash(int defaultCost, SecureRandom random) {
        this.defaultCost = defaultCost;
        random.nextBytes(secret);
        StringBuilder letters = new StringBuilder();
        random.ints(LENGTH, 0, LETTERS.length()).forEach(at -> letters.append(LETTERS.charAt(at)));
        this.saltAndDigest = letters.toString();
    }

    /** A hash of no password that anybody knows. */
    String of(AuthState auth, String name) {
        return "$2a$%02d$%s".formatted(cost(auth.users(), name), saltAndDigest);
    }

    private int cost(List<User> users, String name) {
        int[] costs = users.stream()
                .map(NobodysHash::costOf)
                .flatMapToInt(OptionalInt::stream)
                .toArray();
        return costs.length == 0 ? defaultCost : costs[Math.floorMod(mixed(name), costs.length)];
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
