package io.quorate.kv;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The users and roles, and whether anybody asks for them. Immutable; what a user's roles come to is worked out when it is
 * first asked for.
 */
public final class AuthState {
    /** etcd counts from 1. */
    static final AuthState INITIAL = new AuthState(false, 1, new TreeMap<>(), new TreeMap<>());

    private final boolean enabled;
    private final long revision;
    private final SortedMap<String, User> users;
    private final SortedMap<String, Role> roles;
    private final Map<String, KeyPermissions> permissions = new ConcurrentHashMap<>();

    private AuthState(boolean enabled, long revision, SortedMap<String, User> users, SortedMap<String, Role> roles) {
        this.enabled = enabled;
        this.revision = revision;
        this.users = Collections.unmodifiableSortedMap(users);
        this.roles = Collections.unmodifiableSortedMap(roles);
    }

    /** Users and roles as they are at a revision; {@code users} are by name, as are the roles; neither is kept. */
    public static AuthState of(boolean enabled, long revision, Map<String, User> users, Map<String, Role> roles) {
        return new AuthState(enabled, revision, new TreeMap<>(users), new TreeMap<>(roles));
    }

    /** Whether only users may do anything. */
    public boolean isEnabled() {
        return enabled;
    }

    /** Counts the changes of users and roles, from 1. */
    public long revision() {
        return revision;
    }

    public Optional<User> user(String name) {
        return Optional.ofNullable(users.get(name));
    }

    public Optional<Role> role(String name) {
        return Optional.ofNullable(roles.get(name));
    }

    /** In the order of their names. */
    public List<User> users() {
        return List.copyOf(users.values());
    }

    /** In the order of their names. */
    public List<Role> roles() {
        return List.copyOf(roles.values());
    }

    /** What all roles of a user together allow. */
    KeyPermissions permissions(User user) {
        return permissions.computeIfAbsent(
                user.name(),
                name -> KeyPermissions.of(user.roles().stream()
                        .flatMap(role -> role(role).stream())
                        .flatMap(role -> role.permissions().stream())
                        .toList()));
    }

    /** Whether one of a user's roles is the one for whoever looks after the cluster. */
    boolean isOperator(User user) {
        return user.roles().contains(User.OPERATOR)
                && role(User.OPERATOR).map(role -> role.permissions().isEmpty()).orElse(false);
    }

    AuthState withEnabled(boolean newEnabled) {
        return new AuthState(newEnabled, revision, users, roles);
    }

    AuthState withNextRevision() {
        return new AuthState(enabled, revision + 1, users, roles);
    }

    AuthState with(User user) {
        SortedMap<String, User> changed = new TreeMap<>(users);
        changed.put(user.name(), user);
        return new AuthState(enabled, revision, changed, roles);
    }

    AuthState withoutUser(String name) {
        SortedMap<String, User> changed = new TreeMap<>(users);
        changed.remove(name);
        return new AuthState(enabled, revision, changed, roles);
    }

    AuthState with(Role role) {
        SortedMap<String, Role> changed = new TreeMap<>(roles);
        changed.put(role.name(), role);
        return new AuthState(enabled, revision, users, changed);
    }

    AuthState withoutRole(String name) {
        SortedMap<String, Role> changed = new TreeMap<>(roles);
        changed.remove(name);
        return new AuthState(enabled, revision, users, changed);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AuthState that
                && enabled == that.enabled
                && revision == that.revision
                && users.equals(that.users)
                && roles.equals(that.roles);
    }

    @Override
    public int hashCode() {
        return Objects.hash(enabled, revision, users, roles);
    }

    @Override
    public String toString() {
        return "AuthState[enabled=" + enabled + ", revision=" + revision + ", users=" + users.keySet() + ", roles="
                + roles.keySet() + "]";
    }
}
