package io.quorate.simulator.workload;

import io.quorate.kv.AuthChange;
import io.quorate.kv.AuthState;
import io.quorate.kv.Authorized;
import io.quorate.kv.Bytes;
import io.quorate.kv.Caller;
import io.quorate.kv.Command;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Permission;
import io.quorate.kv.Result;
import io.quorate.kv.Role;
import io.quorate.kv.User;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Draws what an administrator does with users and roles: it adds what is missing, enables authentication, and then gives and
 * takes rights without end, by what the member that it asks shows. Now and then somebody who is not allowed to tries the same.
 */
final class Administration implements ProposingClient.Commands {

    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final List<String> ROLES = List.of("reader", "writer", "keeper");
    private static final Bytes END = Bytes.wrap(new byte[1]);
    private static final List<String> KINDS =
            List.of("register", "counter", "account", "set", "page", "guarded", "leased");

    private final SplittableRandom random;
    private long passwords;
    private boolean settingUp = true;

    Administration(SplittableRandom random) {
        this.random = random;
    }

    @Override
    public byte[] next(MvccStore asked) {
        AuthState shown = asked.auth();
        Optional<AuthChange> missing = missing(shown);
        settingUp = !shown.isEnabled();
        AuthChange change = missing.isPresent() && random.nextInt(3) > 0 ? missing.get() : another(shown);
        return CommandCodec.encode(asSomebody(change, shown));
    }

    @Override
    public void answered(Result result) {
        // What came of it shows in the state of whoever is asked next.
    }

    @Override
    public long thinkNanos() {
        return settingUp ? 20 * MILLI : 250 * MILLI;
    }

    /** As root, mostly; as a member proposes it that knows of no authentication, or as somebody who may not. */
    private Command asSomebody(AuthChange change, AuthState shown) {
        if (!shown.isEnabled()) {
            return random.nextInt(10) > 0 ? change : new Authorized(Caller.NOBODY, change);
        }
        return switch (random.nextInt(12)) {
            case 0 -> change;
            case 1 -> new Authorized(new Caller(user(), shown.revision()), change);
            case 2 -> new Authorized(Caller.NOBODY, change);
            default -> new Authorized(new Caller(User.ROOT, shown.revision()), change);
        };
    }

    /** What there has to be before it is worth while to enable authentication, and then that. */
    private Optional<AuthChange> missing(AuthState shown) {
        Optional<User> root = shown.user(User.ROOT);
        if (root.isEmpty()) {
            return Optional.of(new AuthChange.AddUser(User.ROOT, password(), false));
        }
        if (!root.get().roles().contains(User.ROOT)) {
            return Optional.of(new AuthChange.GrantRole(User.ROOT, User.ROOT));
        }
        return missingRole(shown)
                .or(() -> missingUser(shown))
                .or(() -> shown.isEnabled() ? Optional.empty() : Optional.of(new AuthChange.Enable()));
    }

    private Optional<AuthChange> missingRole(AuthState shown) {
        for (String name : ROLES) {
            Optional<Role> role = shown.role(name);
            if (role.isEmpty()) {
                return Optional.of(new AuthChange.AddRole(name));
            }
            if (role.get().permissions().isEmpty()) {
                return Optional.of(new AuthChange.GrantPermission(name, permission()));
            }
        }
        return Optional.empty();
    }

    private Optional<AuthChange> missingUser(AuthState shown) {
        for (String name : Users.NAMES) {
            Optional<User> user = shown.user(name);
            if (user.isEmpty()) {
                return Optional.of(new AuthChange.AddUser(name, password(), random.nextInt(4) == 0));
            }
            if (user.get().roles().isEmpty()) {
                return Optional.of(new AuthChange.GrantRole(name, role()));
            }
        }
        return Optional.empty();
    }

    private AuthChange another(AuthState shown) {
        return switch (random.nextInt(26)) {
            case 0, 1, 2, 3, 4, 5, 6, 7 -> new AuthChange.GrantPermission(role(), permission());
            case 8, 9, 10 -> revokedPermission(shown);
            case 11, 12, 13, 14 -> new AuthChange.GrantRole(user(), role());
            case 15, 16, 17 -> new AuthChange.RevokeRole(user(), role());
            case 18 -> new AuthChange.DeleteRole(role());
            case 19 -> new AuthChange.DeleteUser(user());
            case 20 -> new AuthChange.ChangePassword(user(), password());
            case 21 -> new AuthChange.AddUser(random.nextInt(4) == 0 ? "" : user(), password(), false);
            case 22 -> new AuthChange.AddRole(random.nextInt(4) == 0 ? "" : role());
            case 23 -> new AuthChange.Enable();
            case 24 -> new AuthChange.Disable();
            default -> ofRoot();
        };
    }

    /** What is refused while authentication is enabled, and what makes somebody else one who administers. */
    private AuthChange ofRoot() {
        return switch (random.nextInt(6)) {
            case 0 -> new AuthChange.DeleteUser(User.ROOT);
            case 1 -> new AuthChange.RevokeRole(User.ROOT, User.ROOT);
            case 2 -> new AuthChange.AddRole(User.ROOT);
            case 3 -> new AuthChange.DeleteRole(User.ROOT);
            case 4 -> new AuthChange.GrantRole(user(), User.ROOT);
            default -> new AuthChange.RevokeRole(user(), User.ROOT);
        };
    }

    /** One that there is, mostly. */
    private AuthChange revokedPermission(AuthState shown) {
        String role = role();
        List<Permission> granted = shown.role(role).map(Role::permissions).orElse(List.of());
        Permission permission = granted.isEmpty() || random.nextInt(8) == 0
                ? permission()
                : granted.get(random.nextInt(granted.size()));
        return new AuthChange.RevokePermission(role, permission.key(), permission.rangeEnd());
    }

    /** For one key, the keys of a kind, some of them, all from a key on, all; or for none, since the range is reversed. */
    private Permission permission() {
        Permission.Access[] kinds = Permission.Access.values();
        Permission.Access access = kinds[random.nextInt(kinds.length)];
        String kind = KINDS.get(random.nextInt(KINDS.size()));
        int from = random.nextInt(6);
        return switch (random.nextInt(8)) {
            case 0 -> new Permission(access, Bytes.utf8(kind + "/" + from), Bytes.empty());
            case 1, 2 -> new Permission(access, Bytes.utf8(kind + "/"), Bytes.utf8(kind + "0"));
            case 3, 4 ->
                new Permission(
                        access, Bytes.utf8(kind + "/" + from), Bytes.utf8(kind + "/" + (from + random.nextInt(4))));
            case 5 -> new Permission(access, Bytes.utf8(kind + "/" + from), END);
            case 6 -> new Permission(access, END, END);
            default -> new Permission(access, Bytes.utf8(kind + "0"), Bytes.utf8(kind + "/"));
        };
    }

    private String user() {
        return random.nextInt(12) == 0 ? "eve" : Users.NAMES.get(random.nextInt(Users.NAMES.size()));
    }

    private String role() {
        return random.nextInt(16) == 0 ? "none" : ROLES.get(random.nextInt(ROLES.size()));
    }

    /** What stands in the log for a password means nothing to the store. */
    private Bytes password() {
        return Bytes.utf8("hash " + ++passwords);
    }
}
