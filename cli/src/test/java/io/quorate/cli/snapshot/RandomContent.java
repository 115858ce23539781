package io.quorate.cli.snapshot;

import com.google.protobuf.ByteString;
import io.quorate.server.proto.authpb.Permission;
import io.quorate.server.proto.etcdserverpb.AuthRoleAddRequest;
import io.quorate.server.proto.etcdserverpb.AuthRoleGrantPermissionRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserAddRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserGrantRoleRequest;
import io.quorate.server.proto.etcdserverpb.CompactionRequest;
import io.quorate.server.proto.etcdserverpb.DeleteRangeRequest;
import io.quorate.server.proto.etcdserverpb.LeaseGrantRequest;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.RequestOp;
import io.quorate.server.proto.etcdserverpb.TxnRequest;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.SplittableRandom;

/** Fills a server with what snapshots must bring along; the same for the same seed. */
final class RandomContent {

    private static final int TXNS = 120;
    private static final int OPERATIONS = 100;
    private static final int KEYS = 7000;
    private static final int LEASES = 20;
    private static final int LEASE_SECONDS = 50_000;

    private final Endpoint server;
    private final SplittableRandom random;

    private RandomContent(Endpoint server, long seed) {
        this.server = server;
        this.random = new SplittableRandom(seed);
    }

    /** Returns the revision up to which everything is compacted. */
    static long fill(Endpoint server, long seed) {
        RandomContent content = new RandomContent(server, seed);
        for (int id = 1; id <= LEASES; id++) {
            server.leases()
                    .leaseGrant(LeaseGrantRequest.newBuilder()
                            .setID(id)
                            .setTTL(LEASE_SECONDS + id)
                            .build());
        }
        for (int i = 0; i < TXNS / 2; i++) {
            content.write();
        }
        long compacted = server.revision() - 5;
        server.kv()
                .compact(CompactionRequest.newBuilder()
                        .setRevision(compacted)
                        .setPhysical(true)
                        .build());
        for (int i = 0; i < TXNS / 2; i++) {
            content.write();
        }
        content.addUsersAndRoles();
        return compacted;
    }

    private void write() {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        Set<ByteString> changed = new LinkedHashSet<>();
        while (changed.size() < OPERATIONS) {
            changed.add(key(random.nextInt(KEYS)));
        }
        for (ByteString key : changed) {
            txn.addSuccess(
                    random.nextInt(6) == 0
                            ? RequestOp.newBuilder()
                                    .setRequestDeleteRange(
                                            DeleteRangeRequest.newBuilder().setKey(key))
                            : RequestOp.newBuilder()
                                    .setRequestPut(PutRequest.newBuilder()
                                            .setKey(key)
                                            .setValue(value(random.nextInt(60)))
                                            .setLease(random.nextInt(8) == 0 ? 1 + random.nextInt(LEASES) : 0)));
        }
        server.kv().txn(txn.build());
        if (random.nextInt(20) == 0) {
            server.kv()
                    .put(PutRequest.newBuilder()
                            .setKey(key(random.nextInt(KEYS)))
                            .setValue(value(1_400_000))
                            .build());
        }
        if (random.nextInt(10) == 0) {
            int first = random.nextInt(KEYS);
            server.kv()
                    .deleteRange(DeleteRangeRequest.newBuilder()
                            .setKey(key(first))
                            .setRangeEnd(key(first + 50))
                            .build());
        }
    }

    /** Some keys have a byte 0 in them, and some have 0xFF. */
    private static ByteString key(int number) {
        ByteString plain = ByteString.copyFromUtf8(String.format("/registry/%05d", number));
        return switch (number % 7) {
            case 0 -> plain.concat(ByteString.copyFrom(new byte[] {0, 1}));
            case 1 -> plain.concat(ByteString.copyFrom(new byte[] {(byte) 0xff}));
            default -> plain;
        };
    }

    private ByteString value(int size) {
        byte[] value = new byte[size];
        random.nextBytes(value);
        return ByteString.copyFrom(value);
    }

    private void addUsersAndRoles() {
        server.auth().roleAdd(AuthRoleAddRequest.newBuilder().setName("reader").build());
        server.auth()
                .roleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder()
                        .setName("reader")
                        .setPerm(Permission.newBuilder()
                                .setPermType(Permission.Type.READ)
                                .setKey(ByteString.copyFromUtf8("/registry/"))
                                .setRangeEnd(ByteString.copyFromUtf8("/registry0")))
                        .build());
        for (String name : new String[] {"root", "alice"}) {
            server.auth()
                    .userAdd(AuthUserAddRequest.newBuilder()
                            .setName(name)
                            .setPassword(name + "'s password")
                            .build());
        }
        // etcd 3.4 lets this role be granted without having been added.
        server.auth()
                .userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                        .setUser("root")
                        .setRole("root")
                        .build());
        server.auth()
                .userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                        .setUser("alice")
                        .setRole("reader")
                        .build());
    }
}
