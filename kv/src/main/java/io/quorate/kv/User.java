package io.quorate.kv;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Somebody who may log in (etcd's {@code authpb.User}). Immutable.
 *
 * @param passwordHash what a slow hash made of the password, never the password; empty if the user has none
 * @param passwordless whether the user logs in by other means alone, and never by a password
 * @param passwordRevision of users and roles since which this password, and this user of that name, is the one: logins before
 *     are over. 0 if that is not known, as in what was written before it was noted
 * @param roles that are granted to the user, in order of their names; they need not all exist
 */
public record User(String name, Bytes passwordHash, boolean passwordless, long passwordRevision, List<String> roles) {
    /** The user that administers, and the role that makes somebody do so: the same name, as in etcd. */
    public static final String ROOT = "root";

    /**
     * The role for whoever looks after the cluster as a whole and may neither use its keys nor manage its users. It is this only as long as it
     * allows no keys: clusters that come from etcd may have a role of that name for something else.
     */
    public static final String OPERATOR = "operator";

    /** The longest name of a user or a role, in UTF-8: as a key of etcd's database, in a snapshot, none may be much longer. */
    public static final int MAX_NAME_BYTES = 32_000;

    public User {
        roles = roles.stream().sorted().distinct().toList();
    }

    /** Whether nobody, and no role, may be called so. */
    public static boolean isTooLong(String name) {
        return name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES;
    }

    boolean isRoot() {
        return roles.contains(ROOT);
    }

    User withPassword(Bytes hash, long revision) {
        return new User(name, hash, passwordless, revision, roles);
    }

    User withRoles(List<String> newRoles) {
        return new User(name, passwordHash, passwordless, passwordRevision, newRoles);
    }

    /** Says nothing of the password. */
    @Override
    public String toString() {
        return "User[" + name + ", roles=" + roles + "]";
    }
}
