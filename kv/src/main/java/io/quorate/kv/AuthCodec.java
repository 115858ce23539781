package io.quorate.kv;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The bytes that stand for users, roles and their changes, in the log and in the store. */
final class AuthCodec {
    /** Without the revision of the login: as it was written before that was noted, and is not any more. */
    static final int AUTHORIZED_WITHOUT_LOGIN = 48;

    static final int LOGIN = 49;

    private static final int ENABLE = 50;
    private static final int DISABLE = 51;
    private static final int ADD_USER = 52;
    private static final int DELETE_USER = 53;
    private static final int CHANGE_PASSWORD = 54;
    private static final int GRANT_ROLE = 55;
    private static final int REVOKE_ROLE = 56;
    private static final int ADD_ROLE = 57;
    private static final int DELETE_ROLE = 58;
    private static final int GRANT_PERMISSION = 59;
    private static final int REVOKE_PERMISSION = 60;
    static final int AUTHORIZED = 61;

    private static final List<Permission.Access> ACCESSES = List.of(Permission.Access.values());

    private AuthCodec() {}

    /** Writes a change, its type first. */
    static void write(ByteWriter out, AuthChange change) {
        switch (change) {
            case AuthChange.Enable enable -> out.u8(ENABLE);
            case AuthChange.Disable disable -> out.u8(DISABLE);
            case AuthChange.AddUser add -> {
                out.u8(ADD_USER);
                out.text(add.name());
                out.bytes(add.passwordHash());
                out.u8(add.passwordless() ? 1 : 0);
            }
            case AuthChange.DeleteUser delete -> texts(out, DELETE_USER, delete.name());
            case AuthChange.ChangePassword password -> {
                texts(out, CHANGE_PASSWORD, password.name());
                out.bytes(password.passwordHash());
            }
            case AuthChange.GrantRole grant -> texts(out, GRANT_ROLE, grant.user(), grant.role());
            case AuthChange.RevokeRole revoke -> texts(out, REVOKE_ROLE, revoke.user(), revoke.role());
            case AuthChange.AddRole add -> texts(out, ADD_ROLE, add.name());
            case AuthChange.DeleteRole delete -> texts(out, DELETE_ROLE, delete.name());
            case AuthChange.GrantPermission grant -> {
                texts(out, GRANT_PERMISSION, grant.role());
                writePermission(out, grant.permission());
            }
            case AuthChange.RevokePermission revoke -> {
                texts(out, REVOKE_PERMISSION, revoke.role());
                out.bytes(revoke.key());
                out.bytes(revoke.rangeEnd());
            }
        }
    }

    /** Reads a change of a type that was read already. */
    static AuthChange read(int type, ByteReader in) throws DecodeException {
        return switch (type) {
            case ENABLE -> new AuthChange.Enable();
            case DISABLE -> new AuthChange.Disable();
            case ADD_USER -> new AuthChange.AddUser(in.text(), in.bytes(), OperationCodec.readFlags(in, 1) == 1);
            case DELETE_USER -> new AuthChange.DeleteUser(in.text());
            case CHANGE_PASSWORD -> new AuthChange.ChangePassword(in.text(), in.bytes());
            case GRANT_ROLE -> new AuthChange.GrantRole(in.text(), in.text());
            case REVOKE_ROLE -> new AuthChange.RevokeRole(in.text(), in.text());
            case ADD_ROLE -> new AuthChange.AddRole(in.text());
            case DELETE_ROLE -> new AuthChange.DeleteRole(in.text());
            case GRANT_PERMISSION -> new AuthChange.GrantPermission(in.text(), readPermission(in));
            case REVOKE_PERMISSION -> new AuthChange.RevokePermission(in.text(), in.bytes(), in.bytes());
            default -> throw new DecodeException("command of unknown type " + type);
        };
    }

    private static void texts(ByteWriter out, int type, String... texts) {
        out.u8(type);
        for (String text : texts) {
            out.text(text);
        }
    }

    static void writeLogin(ByteWriter out, Login login) {
        out.text(login.user());
        out.bytes(login.tokenHash());
        out.varint(login.authRevision());
    }

    static Login readLogin(ByteReader in) throws DecodeException {
        return new Login(in.text(), in.bytes(), in.varint());
    }

    static void writeCaller(ByteWriter out, Caller caller) {
        out.text(caller.user());
        out.varint(caller.authRevision());
        out.varint(caller.loginRevision());
    }

    static Caller readCaller(ByteReader in) throws DecodeException {
        return new Caller(in.text(), in.varint(), in.varint());
    }

    static Caller readCallerWithoutLogin(ByteReader in) throws DecodeException {
        return new Caller(in.text(), in.varint());
    }

    private static void writePermission(ByteWriter out, Permission permission) {
        out.u8(permission.access().number());
        out.bytes(permission.key());
        out.bytes(permission.rangeEnd());
    }

    private static Permission readPermission(ByteReader in) throws DecodeException {
        return new Permission(OperationCodec.readEnum(in, ACCESSES), in.bytes(), in.bytes());
    }

    static byte[] encode(User user) {
        ByteWriter out = new ByteWriter(128);
        out.text(user.name());
        out.bytes(user.passwordHash());
        out.u8(user.passwordless() ? 1 : 0);
        out.varint(user.roles().size());
        user.roles().forEach(out::text);
        if (user.passwordRevision() > 0) {
            // What was written before has the bytes, and the checksum, that it had.
            out.varint(user.passwordRevision());
        }
        return out.toByteArray();
    }

    static User decodeUser(byte[] encoded) throws DecodeException {
        ByteReader in = new ByteReader(Bytes.wrap(encoded));
        String name = in.text();
        Bytes passwordHash = in.bytes();
        boolean passwordless = OperationCodec.readFlags(in, 1) == 1;
        int count = in.count();
        List<String> roles = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            roles.add(in.text());
        }
        long passwordRevision = 0;
        if (in.remaining() > 0) {
            passwordRevision = in.varint();
            if (passwordRevision <= 0) {
                throw new DecodeException("a password of no revision is not written so");
            }
        }
        in.expectEnd();
        return new User(name, passwordHash, passwordless, passwordRevision, roles);
    }

    static byte[] encode(Role role) {
        ByteWriter out = new ByteWriter(128);
        out.text(role.name());
        out.varint(role.permissions().size());
        role.permissions().forEach(permission -> writePermission(out, permission));
        return out.toByteArray();
    }

    static Role decodeRole(byte[] encoded) throws DecodeException {
        ByteReader in = new ByteReader(Bytes.wrap(encoded));
        String name = in.text();
        int count = in.count();
        List<Permission> permissions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            permissions.add(readPermission(in));
        }
        in.expectEnd();
        return new Role(name, permissions);
    }

    /** Whether authentication is enabled, and the revision; users and roles have records of their own. */
    static byte[] encodeNumbers(AuthState state) {
        ByteWriter out = new ByteWriter(16);
        out.u8(state.isEnabled() ? 1 : 0);
        out.varint(state.revision());
        return out.toByteArray();
    }

    static AuthState decode(byte[] numbers, Map<String, User> users, Map<String, Role> roles) throws DecodeException {
        ByteReader in = new ByteReader(Bytes.wrap(numbers));
        boolean enabled = OperationCodec.readFlags(in, 1) == 1;
        long revision = in.varint();
        in.expectEnd();
        return AuthState.of(enabled, revision, users, roles);
    }
}
