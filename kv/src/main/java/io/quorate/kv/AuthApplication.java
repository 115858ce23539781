package io.quorate.kv;

import io.quorate.kv.Result.AuthResult;
import io.quorate.kv.Result.LoginResult;
import io.quorate.kv.Result.Rejected;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Applies the changes of users and roles, with etcd's rules: every change counts the revision up by one, except enabling, and
 * what is so already.
 */
final class AuthApplication {
    private final AuthState before;
    private final WriteBatch batch;

    /** @param batch takes what is changed */
    AuthApplication(AuthState before, WriteBatch batch) {
        this.before = before;
        this.batch = batch;
    }

    /** What came of a change: the state afterwards, or the error. */
    sealed interface Outcome {
        record Changed(AuthState state) implements Outcome {}

        record Refused(KvError error) implements Outcome {}
    }

    Outcome apply(AuthChange change) {
        Outcome outcome = switch (change) {
            case AuthChange.Enable enable -> enable();
            case AuthChange.Disable disable ->
                before.isEnabled() ? changed(before.withEnabled(false)) : new Outcome.Changed(before);
            case AuthChange.AddUser add -> apply(add);
            case AuthChange.DeleteUser delete -> apply(delete);
            case AuthChange.ChangePassword password -> apply(password);
            case AuthChange.GrantRole grant -> apply(grant);
            case AuthChange.RevokeRole revoke -> apply(revoke);
            case AuthChange.AddRole add -> apply(add);
            case AuthChange.DeleteRole delete -> apply(delete);
            case AuthChange.GrantPermission grant -> apply(grant);
            case AuthChange.RevokePermission revoke -> apply(revoke);
        };
        if (outcome instanceof Outcome.Changed changed && !changed.state().equals(before)) {
            batch.put(StoreKeys.AUTH, AuthCodec.encodeNumbers(changed.state()));
        }
        return outcome;
    }

    /** What a login comes to at a place in the log. */
    static Result login(Login login, AuthState auth, long revision, long index) {
        if (!auth.isEnabled()) {
            return new Rejected(KvError.AUTH_NOT_ENABLED);
        }
        if (auth.user(login.user()).isEmpty()) {
            return new Rejected(KvError.AUTH_FAILED);
        }
        return login.authRevision() == auth.revision()
                ? new LoginResult(revision, login.user(), login.tokenHash(), index, login.authRevision())
                : new Rejected(KvError.AUTH_OLD_REVISION);
    }

    static Result result(Outcome outcome, AuthChange change, long revision) {
        return switch (outcome) {
            case Outcome.Changed changed -> new AuthResult(revision, change);
            case Outcome.Refused refused -> new Rejected(refused.error());
        };
    }

    private Outcome enable() {
        if (before.isEnabled()) {
            return new Outcome.Changed(before);
        }
        Optional<User> root = before.user(User.ROOT);
        if (root.isEmpty()) {
            return refused(KvError.ROOT_USER_MISSING);
        }
        return root.get().isRoot() ? new Outcome.Changed(before.withEnabled(true)) : refused(KvError.ROOT_ROLE_MISSING);
    }

    private Outcome apply(AuthChange.AddUser add) {
        if (add.name().isEmpty()) {
            return refused(KvError.USER_EMPTY);
        }
        if (User.isTooLong(add.name())) {
            return refused(KvError.NAME_TOO_LONG);
        }
        if (before.user(add.name()).isPresent()) {
            return refused(KvError.USER_EXISTS);
        }
        return changed(
                put(before, new User(add.name(), add.passwordHash(), add.passwordless(), nextRevision(), List.of())));
    }

    private Outcome apply(AuthChange.DeleteUser delete) {
        if (before.isEnabled() && delete.name().equals(User.ROOT)) {
            return refused(KvError.INVALID_AUTH_MANAGEMENT);
        }
        if (before.user(delete.name()).isEmpty()) {
            return refused(KvError.USER_NOT_FOUND);
        }
        batch.delete(StoreKeys.user(delete.name()));
        return changed(before.withoutUser(delete.name()));
    }

    private Outcome apply(AuthChange.ChangePassword change) {
        return before.user(change.name())
                .map(user -> changed(put(before, user.withPassword(change.passwordHash(), nextRevision()))))
                .orElse(refused(KvError.USER_NOT_FOUND));
    }

    /** The role root need not exist. */
    private Outcome apply(AuthChange.GrantRole grant) {
        Optional<User> user = before.user(grant.user());
        if (user.isEmpty()) {
            return refused(KvError.USER_NOT_FOUND);
        }
        if (!grant.role().equals(User.ROOT) && before.role(grant.role()).isEmpty()) {
            return refused(KvError.ROLE_NOT_FOUND);
        }
        List<String> roles = new ArrayList<>(user.get().roles());
        if (roles.contains(grant.role())) {
            return new Outcome.Changed(before);
        }
        roles.add(grant.role());
        return changed(put(before, user.get().withRoles(roles)));
    }

    private Outcome apply(AuthChange.RevokeRole revoke) {
        if (before.isEnabled()
                && revoke.user().equals(User.ROOT)
                && revoke.role().equals(User.ROOT)) {
            return refused(KvError.INVALID_AUTH_MANAGEMENT);
        }
        Optional<User> user = before.user(revoke.user());
        if (user.isEmpty()) {
            return refused(KvError.USER_NOT_FOUND);
        }
        return user.get().roles().contains(revoke.role())
                ? changed(put(before, without(user.get(), revoke.role())))
                : refused(KvError.ROLE_NOT_GRANTED);
    }

    private static User without(User user, String role) {
        return user.withRoles(
                user.roles().stream().filter(other -> !other.equals(role)).toList());
    }

    private Outcome apply(AuthChange.AddRole add) {
        if (add.name().isEmpty()) {
            return refused(KvError.ROLE_EMPTY);
        }
        if (User.isTooLong(add.name())) {
            return refused(KvError.NAME_TOO_LONG);
        }
        return before.role(add.name()).isPresent()
                ? refused(KvError.ROLE_EXISTS)
                : changed(put(before, new Role(add.name(), List.of())));
    }

    private Outcome apply(AuthChange.DeleteRole delete) {
        if (before.isEnabled() && delete.name().equals(User.ROOT)) {
            return refused(KvError.INVALID_AUTH_MANAGEMENT);
        }
        if (before.role(delete.name()).isEmpty()) {
            return refused(KvError.ROLE_NOT_FOUND);
        }
        batch.delete(StoreKeys.role(delete.name()));
        AuthState after = before.withoutRole(delete.name());
        for (User user : before.users()) {
            if (user.roles().contains(delete.name())) {
                after = put(after, without(user, delete.name()));
            }
        }
        return changed(after);
    }

    /** There is one permission for a range: granting another kind of access replaces it. */
    private Outcome apply(AuthChange.GrantPermission grant) {
        Optional<Role> role = before.role(grant.role());
        if (role.isEmpty()) {
            return refused(KvError.ROLE_NOT_FOUND);
        }
        Permission permission = grant.permission();
        List<Permission> permissions = new ArrayList<>(role.get().permissions());
        permissions.removeIf(other -> other.isFor(permission.key(), permission.rangeEnd()));
        permissions.add(permission);
        return changed(put(before, new Role(grant.role(), permissions)));
    }

    private Outcome apply(AuthChange.RevokePermission revoke) {
        Optional<Role> role = before.role(revoke.role());
        if (role.isEmpty()) {
            return refused(KvError.ROLE_NOT_FOUND);
        }
        List<Permission> permissions = new ArrayList<>(role.get().permissions());
        return permissions.removeIf(permission -> permission.isFor(revoke.key(), revoke.rangeEnd()))
                ? changed(put(before, new Role(revoke.role(), permissions)))
                : refused(KvError.PERMISSION_NOT_GRANTED);
    }

    private AuthState put(AuthState state, User user) {
        batch.put(StoreKeys.user(user.name()), AuthCodec.encode(user));
        return state.with(user);
    }

    private AuthState put(AuthState state, Role role) {
        batch.put(StoreKeys.role(role.name()), AuthCodec.encode(role));
        return state.with(role);
    }

    /** That which the change makes. */
    private long nextRevision() {
        return before.revision() + 1;
    }

    private static Outcome changed(AuthState after) {
        return new Outcome.Changed(after.withNextRevision());
    }

    private static Outcome refused(KvError error) {
        return new Outcome.Refused(error);
    }
}
