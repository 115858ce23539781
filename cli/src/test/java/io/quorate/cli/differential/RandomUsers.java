package io.quorate.cli.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.quorate.server.proto.authpb.Permission;
import io.quorate.server.proto.etcdserverpb.AuthRoleAddRequest;
import io.quorate.server.proto.etcdserverpb.AuthRoleDeleteRequest;
import io.quorate.server.proto.etcdserverpb.AuthRoleGetRequest;
import io.quorate.server.proto.etcdserverpb.AuthRoleGrantPermissionRequest;
import io.quorate.server.proto.etcdserverpb.AuthRoleListRequest;
import io.quorate.server.proto.etcdserverpb.AuthRoleRevokePermissionRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserAddRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserChangePasswordRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserDeleteRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserGetRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserGrantRoleRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserListRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserRevokeRoleRequest;
import io.quorate.server.proto.etcdserverpb.Compare;
import io.quorate.server.proto.etcdserverpb.DeleteRangeRequest;
import io.quorate.server.proto.etcdserverpb.LeaseRevokeRequest;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RequestOp;
import io.quorate.server.proto.etcdserverpb.TxnRequest;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Draws changes of users and roles, and what users ask for, from a seed. Names and keys are few, so that they meet each other. What
 * differs from etcd on purpose is not drawn: transactions in transactions, in transactions old values and leases, and which keys are
 * attached to a lease.
 */
final class RandomUsers {

    /** Those that may be there; the passwords are the names. */
    static final List<String> USERS = List.of("u0", "u1", "u2", "u3");

    static final int LEASES = 3;

    private static final List<String> ROLES = List.of("r0", "r1", "r2", "r3");
    private static final int KEYS = 8;
    private static final ByteString TO_THE_END = ByteString.copyFrom(new byte[1]);

    private final SplittableRandom random;

    RandomUsers(long seed) {
        this.random = new SplittableRandom(seed);
    }

    private <T> T any(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private boolean oneIn(int count) {
        return random.nextInt(count) == 0;
    }

    private String user() {
        return oneIn(12) ? "root" : oneIn(20) ? "" : any(USERS);
    }

    private String role() {
        return oneIn(12) ? "root" : oneIn(20) ? "" : any(ROLES);
    }

    private ByteString key() {
        return ByteString.copyFromUtf8("k" + random.nextInt(KEYS));
    }

    /** None, a later key, or the end of all keys. */
    private ByteString endAfter(ByteString key) {
        return switch (random.nextInt(5)) {
            case 0, 1 -> ByteString.EMPTY;
            case 2 -> TO_THE_END;
            default -> ByteString.copyFromUtf8("k" + Math.min(9, key.byteAt(1) - '0' + 1 + random.nextInt(4)));
        };
    }

    /** Something that only who administers may ask for. */
    Message change() {
        int kind = random.nextInt(100);
        if (kind < 18) {
            String name = user();
            return AuthUserAddRequest.newBuilder()
                    .setName(name)
                    .setPassword(name)
                    .build();
        } else if (kind < 22) {
            return AuthUserDeleteRequest.newBuilder().setName(user()).build();
        } else if (kind < 40) {
            return AuthUserGrantRoleRequest.newBuilder()
                    .setUser(user())
                    .setRole(role())
                    .build();
        } else if (kind < 46) {
            return AuthUserRevokeRoleRequest.newBuilder()
                    .setName(user())
                    .setRole(role())
                    .build();
        } else if (kind < 56) {
            return AuthRoleAddRequest.newBuilder().setName(role()).build();
        } else if (kind < 59) {
            return AuthRoleDeleteRequest.newBuilder().setRole(role()).build();
        } else if (kind < 82) {
            return grant();
        } else if (kind < 88) {
            ByteString key = key();
            return AuthRoleRevokePermissionRequest.newBuilder()
                    .setRole(role())
                    .setKey(key)
                    .setRangeEnd(endAfter(key))
                    .build();
        } else if (kind < 90) {
            String name = user();
            return AuthUserChangePasswordRequest.newBuilder()
                    .setName(name)
                    .setPassword(name)
                    .build();
        }
        return look();
    }

    private Message grant() {
        ByteString key = key();
        return AuthRoleGrantPermissionRequest.newBuilder()
                .setName(role())
                .setPerm(Permission.newBuilder()
                        .setPermType(
                                any(List.of(Permission.Type.READ, Permission.Type.WRITE, Permission.Type.READWRITE)))
                        .setKey(key)
                        .setRangeEnd(endAfter(key)))
                .build();
    }

    /** Somebody's roles, or a role's permissions, or all of them: something that users may ask for, too. */
    Message look() {
        return switch (random.nextInt(4)) {
            case 0 -> AuthUserGetRequest.newBuilder().setName(user()).build();
            case 1 -> AuthRoleGetRequest.newBuilder().setRole(role()).build();
            case 2 -> AuthUserListRequest.getDefaultInstance();
            default -> AuthRoleListRequest.getDefaultInstance();
        };
    }

    /** Something that a user may be allowed, or not. */
    Message request() {
        int kind = random.nextInt(100);
        if (kind < 30) {
            return put().setPrevKv(oneIn(3)).setLease(oneIn(3) ? lease() : 0).build();
        } else if (kind < 55) {
            return range().build();
        } else if (kind < 68) {
            return delete().setPrevKv(oneIn(3)).build();
        } else if (kind < 90) {
            return txn();
        } else if (kind < 94) {
            return LeaseRevokeRequest.newBuilder().setID(lease()).build();
        }
        return look();
    }

    private long lease() {
        return 1L + random.nextInt(LEASES);
    }

    private PutRequest.Builder put() {
        return PutRequest.newBuilder().setKey(key()).setValue(key());
    }

    private RangeRequest.Builder range() {
        ByteString key = key();
        return RangeRequest.newBuilder().setKey(key).setRangeEnd(endAfter(key)).setSerializable(oneIn(3));
    }

    private DeleteRangeRequest.Builder delete() {
        ByteString key = key();
        return DeleteRangeRequest.newBuilder().setKey(key).setRangeEnd(oneIn(2) ? ByteString.EMPTY : endAfter(key));
    }

    private TxnRequest txn() {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        if (!oneIn(3)) {
            ByteString key = key();
            txn.addCompare(Compare.newBuilder()
                    .setKey(key)
                    .setRangeEnd(oneIn(3) ? endAfter(key) : ByteString.EMPTY)
                    .setTarget(Compare.CompareTarget.VERSION)
                    .setResult(Compare.CompareResult.GREATER)
                    .setVersion(random.nextInt(3)));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            txn.addSuccess(operation());
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            txn.addFailure(operation());
        }
        return txn.build();
    }

    private RequestOp operation() {
        return switch (random.nextInt(3)) {
            case 0 -> RequestOp.newBuilder().setRequestPut(put()).build();
            case 1 -> RequestOp.newBuilder().setRequestRange(range()).build();
            default -> {
                DeleteRangeRequest.Builder delete = delete();
                // In a transaction, etcd does not see that such a range holds what the transaction puts.
                yield RequestOp.newBuilder()
                        .setRequestDeleteRange(
                                delete.getRangeEnd().equals(TO_THE_END) ? delete.clearRangeEnd() : delete)
                        .build();
            }
        };
    }

    /** Who asks next: one of those given, or the empty name, for nobody. */
    String caller(List<String> loggedIn) {
        return loggedIn.isEmpty() || oneIn(15) ? "" : any(loggedIn);
    }
}
