package io.quorate.server.snapshot;

import com.google.protobuf.ByteString;
import io.quorate.kv.Bytes;
import io.quorate.kv.Permission;
import io.quorate.kv.Role;
import io.quorate.kv.User;
import io.quorate.server.proto.authpb.UserAddOptions;
import java.util.ArrayList;
import java.util.List;

/** Users and roles as etcd has them in its database, to and from. The hashes of passwords are the same: bcrypt's. */
final class AuthRecords {

    private AuthRecords() {}

    static byte[] encode(User user) {
        io.quorate.server.proto.authpb.User.Builder record = io.quorate.server.proto.authpb.User.newBuilder()
                .setName(ByteString.copyFromUtf8(user.name()))
                .setPassword(ByteString.copyFrom(user.passwordHash().toByteArray()))
                .addAllRoles(user.roles());
        if (user.passwordless()) {
            record.setOptions(UserAddOptions.newBuilder().setNoPassword(true));
        }
        return record.build().toByteArray();
    }

    /** @param authRevision of the snapshot: since when a user has its password is not told, so all logins before it are over */
    static User user(io.quorate.server.proto.authpb.User record, long authRevision) {
        return new User(
                record.getName().toStringUtf8(),
                Bytes.wrap(record.getPassword().toByteArray()),
                record.getOptions().getNoPassword(),
                authRevision,
                record.getRolesList());
    }

    static byte[] encode(Role role) {
        io.quorate.server.proto.authpb.Role.Builder record =
                io.quorate.server.proto.authpb.Role.newBuilder().setName(ByteString.copyFromUtf8(role.name()));
        for (Permission permission : role.permissions()) {
            record.addKeyPermission(io.quorate.server.proto.authpb.Permission.newBuilder()
                    .setPermTypeValue(permission.access().number())
                    .setKey(ByteString.copyFrom(permission.key().toByteArray()))
                    .setRangeEnd(ByteString.copyFrom(permission.rangeEnd().toByteArray())));
        }
        return record.build().toByteArray();
    }

    /** @throws InvalidSnapshotException if a permission is of a kind that there is not */
    static Role role(io.quorate.server.proto.authpb.Role record) throws InvalidSnapshotException {
        List<Permission> permissions = new ArrayList<>();
        for (io.quorate.server.proto.authpb.Permission permission : record.getKeyPermissionList()) {
            Permission.Access access = switch (permission.getPermType()) {
                case READ -> Permission.Access.READ;
                case WRITE -> Permission.Access.WRITE;
                case READWRITE -> Permission.Access.READWRITE;
                case UNRECOGNIZED ->
                    throw new InvalidSnapshotException(
                            "a role has a permission of the unknown type " + permission.getPermTypeValue());
            };
            permissions.add(new Permission(
                    access,
                    Bytes.wrap(permission.getKey().toByteArray()),
                    Bytes.wrap(permission.getRangeEnd().toByteArray())));
        }
        return new Role(record.getName().toStringUtf8(), permissions);
    }
}
