package io.quorate.kv;

/** A change of users, roles, or of whether anybody asks for them (the writing half of etcd's service {@code Auth}). */
public sealed interface AuthChange extends Command {

    /** From now on only users may do anything, and only what their roles allow. Needs a root user that has the role root. */
    record Enable() implements AuthChange {}

    /** From now on everybody may do everything. */
    record Disable() implements AuthChange {}

    /**
     * A new user, without roles.
     *
     * @param passwordHash never the password itself, which must not stand in the log
     */
    record AddUser(String name, Bytes passwordHash, boolean passwordless) implements AuthChange {
        /** Says nothing of the password. */
        @Override
        public String toString() {
            return "AddUser[" + name + "]";
        }
    }

    record DeleteUser(String name) implements AuthChange {}

    record ChangePassword(String name, Bytes passwordHash) implements AuthChange {
        /** Says nothing of the password. */
        @Override
        public String toString() {
            return "ChangePassword[" + name + "]";
        }
    }

    record GrantRole(String user, String role) implements AuthChange {}

    record RevokeRole(String user, String role) implements AuthChange {}

    record AddRole(String name) implements AuthChange {}

    record DeleteRole(String name) implements AuthChange {}

    record GrantPermission(String role, Permission permission) implements AuthChange {}

    record RevokePermission(String role, Bytes key, Bytes rangeEnd) implements AuthChange {}
}
