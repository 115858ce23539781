package io.quorate.simulator.invariant;

import io.quorate.kv.AuthChange;
import io.quorate.kv.AuthState;
import io.quorate.kv.Bytes;
import io.quorate.kv.KvError;
import io.quorate.kv.Login;
import io.quorate.kv.Permission;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The users and roles of the {@link NaiveStore}: two maps, a flag, and a number that rises with each change. */
final class NaiveUsers {

    private static final String ROOT = "root";
    private static final String OPERATOR = "operator";

    /** {@code since} is the revision that the user, or its present password, came with. */
    private record Account(Bytes passwordHash, boolean passwordless, long since, SortedSet<String> roles) {
        Account copy() {
            return new Account(passwordHash, passwordless, since, new TreeSet<>(roles));
        }
    }

    /** Keys as they were named when a permission for them was granted. */
    record Keys(Bytes from, Bytes end) {}

    private boolean enabled;
    private long revision = 1;
    private final Map<String, Account> accounts = new TreeMap<>();
    private final Map<String, Map<Keys, Permission.Access>> roles = new TreeMap<>();

    NaiveUsers copy() {
        NaiveUsers copy = new NaiveUsers();
        copy.enabled = enabled;
        copy.revision = revision;
        accounts.forEach((name, account) -> copy.accounts.put(name, account.copy()));
        roles.forEach((name, permissions) -> copy.roles.put(name, new HashMap<>(permissions)));
        return copy;
    }

    boolean isEnabled() {
        return enabled;
    }

    long revision() {
        return revision;
    }

    boolean exists(String user) {
        return accounts.containsKey(user);
    }

    /** Whether a login that was made at a revision had the user's present password. */
    boolean hadPassword(String user, long loginRevision) {
        Account account = accounts.get(user);
        return account != null && account.since <= loginRevision;
    }

    boolean isRoot(String user) {
        return has(user, ROOT);
    }

    /** The role makes somebody so as long as it is there and allows no keys. */
    boolean isOperator(String user) {
        Map<Keys, Permission.Access> allowed = roles.get(OPERATOR);
        return has(user, OPERATOR) && allowed != null && allowed.isEmpty();
    }

    private boolean has(String user, String role) {
        Account account = accounts.get(user);
        return account != null && account.roles.contains(role);
    }

    /** All that any of a user's roles allows; a role need not be there, or may allow nothing. */
    Map<String, Map<Keys, Permission.Access>> rolesOf(String user) {
        Map<String, Map<Keys, Permission.Access>> held = new TreeMap<>();
        Account account = accounts.get(user);
        if (account != null) {
            account.roles.stream().filter(roles::containsKey).forEach(role -> held.put(role, roles.get(role)));
        }
        return held;
    }

    /** What is wrong with a login, if anything is. */
    Optional<KvError> refused(Login login) {
        if (!enabled) {
            return Optional.of(KvError.AUTH_NOT_ENABLED);
        }
        if (!exists(login.user())) {
            return Optional.of(KvError.AUTH_FAILED);
        }
        return login.authRevision() == revision ? Optional.empty() : Optional.of(KvError.AUTH_OLD_REVISION);
    }

    /** Does what it says, or nothing and tells why. */
    Optional<KvError> change(AuthChange change) {
        return switch (change) {
            case AuthChange.Enable enable -> enable();
            case AuthChange.Disable disable -> disable();
            case AuthChange.AddUser add -> add(add);
            case AuthChange.DeleteUser delete -> deleteUser(delete.name());
            case AuthChange.ChangePassword password -> changePassword(password);
            case AuthChange.GrantRole grant -> grantRole(grant.user(), grant.role());
            case AuthChange.RevokeRole revoke -> revokeRole(revoke.user(), revoke.role());
            case AuthChange.AddRole add -> addRole(add.name());
            case AuthChange.DeleteRole delete -> deleteRole(delete.name());
            case AuthChange.GrantPermission grant -> grantPermission(grant.role(), grant.permission());
            case AuthChange.RevokePermission revoke -> revokePermission(revoke);
        };
    }

    private Optional<KvError> done() {
        revision++;
        return Optional.empty();
    }

    private static Optional<KvError> error(KvError error) {
        return Optional.of(error);
    }

    /** Neither this nor enabling it again counts as a change. */
    private Optional<KvError> enable() {
        if (!enabled && !exists(ROOT)) {
            return error(KvError.ROOT_USER_MISSING);
        }
        if (!enabled && !isRoot(ROOT)) {
            return error(KvError.ROOT_ROLE_MISSING);
        }
        enabled = true;
        return Optional.empty();
    }

    private Optional<KvError> disable() {
        if (!enabled) {
            return Optional.empty();
        }
        enabled = false;
        return done();
    }

    private Optional<KvError> add(AuthChange.AddUser add) {
        if (add.name().isEmpty()) {
            return error(KvError.USER_EMPTY);
        }
        if (exists(add.name())) {
            return error(KvError.USER_EXISTS);
        }
        accounts.put(add.name(), new Account(add.passwordHash(), add.passwordless(), revision + 1, new TreeSet<>()));
        return done();
    }

    private Optional<KvError> deleteUser(String name) {
        if (enabled && name.equals(ROOT)) {
            return error(KvError.INVALID_AUTH_MANAGEMENT);
        }
        return accounts.remove(name) == null ? error(KvError.USER_NOT_FOUND) : done();
    }

    private Optional<KvError> changePassword(AuthChange.ChangePassword change) {
        Account before = accounts.get(change.name());
        if (before == null) {
            return error(KvError.USER_NOT_FOUND);
        }
        accounts.put(
                change.name(), new Account(change.passwordHash(), before.passwordless, revision + 1, before.roles));
        return done();
    }

    private Optional<KvError> grantRole(String user, String role) {
        Account account = accounts.get(user);
        if (account == null) {
            return error(KvError.USER_NOT_FOUND);
        }
        if (!role.equals(ROOT) && !roles.containsKey(role)) {
            return error(KvError.ROLE_NOT_FOUND);
        }
        return account.roles.add(role) ? done() : Optional.empty();
    }

    private Optional<KvError> revokeRole(String user, String role) {
        if (enabled && user.equals(ROOT) && role.equals(ROOT)) {
            return error(KvError.INVALID_AUTH_MANAGEMENT);
        }
        Account account = accounts.get(user);
        if (account == null) {
            return error(KvError.USER_NOT_FOUND);
        }
        return account.roles.remove(role) ? done() : error(KvError.ROLE_NOT_GRANTED);
    }

    private Optional<KvError> addRole(String name) {
        if (name.isEmpty()) {
            return error(KvError.ROLE_EMPTY);
        }
        return roles.putIfAbsent(name, new HashMap<>()) == null ? done() : error(KvError.ROLE_EXISTS);
    }

    private Optional<KvError> deleteRole(String name) {
        if (enabled && name.equals(ROOT)) {
            return error(KvError.INVALID_AUTH_MANAGEMENT);
        }
        if (roles.remove(name) == null) {
            return error(KvError.ROLE_NOT_FOUND);
        }
        accounts.values().forEach(account -> account.roles.remove(name));
        return done();
    }

    private Optional<KvError> grantPermission(String role, Permission permission) {
        Map<Keys, Permission.Access> permissions = roles.get(role);
        if (permissions == null) {
            return error(KvError.ROLE_NOT_FOUND);
        }
        permissions.put(new Keys(permission.key(), permission.rangeEnd()), permission.access());
        return done();
    }

    private Optional<KvError> revokePermission(AuthChange.RevokePermission revoke) {
        Map<Keys, Permission.Access> permissions = roles.get(revoke.role());
        if (permissions == null) {
            return error(KvError.ROLE_NOT_FOUND);
        }
        boolean gone = permissions.remove(new Keys(revoke.key(), revoke.rangeEnd())) != null;
        return gone ? done() : error(KvError.PERMISSION_NOT_GRANTED);
    }

    /** Whether a member's users and roles are these. */
    boolean areThoseOf(AuthState shown) {
        NaiveUsers there = new NaiveUsers();
        shown.users()
                .forEach(user -> there.accounts.put(
                        user.name(),
                        new Account(
                                user.passwordHash(),
                                user.passwordless(),
                                user.passwordRevision(),
                                new TreeSet<>(user.roles()))));
        shown.roles().forEach(role -> {
            Map<Keys, Permission.Access> permissions = new HashMap<>();
            role.permissions().forEach(one -> permissions.put(new Keys(one.key(), one.rangeEnd()), one.access()));
            there.roles.put(role.name(), permissions);
        });
        return enabled == shown.isEnabled()
                && revision == shown.revision()
                && accounts.equals(there.accounts)
                && roles.equals(there.roles);
    }

    @Override
    public String toString() {
        return "enabled=" + enabled + ", revision=" + revision + ", users=" + accounts + ", roles=" + roles;
    }
}
