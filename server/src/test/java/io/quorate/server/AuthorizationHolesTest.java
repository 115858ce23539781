package io.quorate.server;

import static io.quorate.server.EtcdClient.assertFails;
import static io.quorate.server.EtcdClient.bytes;
import static io.quorate.server.EtcdClient.op;
import static io.quorate.server.EtcdClient.putOf;
import static io.quorate.server.EtcdClient.rangeOf;
import static io.quorate.server.EtcdClient.valueIs;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.quorate.server.proto.authpb.Permission;
import io.quorate.server.proto.etcdserverpb.AlarmRequest;
import io.quorate.server.proto.etcdserverpb.AlarmType;
import io.quorate.server.proto.etcdserverpb.AuthRoleDeleteRequest;
import io.quorate.server.proto.etcdserverpb.AuthRoleRevokePermissionRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserChangePasswordRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserDeleteRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserListRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserRevokeRoleRequest;
import io.quorate.server.proto.etcdserverpb.Compare;
import io.quorate.server.proto.etcdserverpb.DeleteRangeRequest;
import io.quorate.server.proto.etcdserverpb.LeaseGrantRequest;
import io.quorate.server.proto.etcdserverpb.LeaseRevokeRequest;
import io.quorate.server.proto.etcdserverpb.LeaseTimeToLiveRequest;
import io.quorate.server.proto.etcdserverpb.LeaseTimeToLiveResponse;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RequestOp;
import io.quorate.server.proto.etcdserverpb.TxnRequest;
import io.quorate.server.proto.etcdserverpb.WatchCreateRequest;
import io.quorate.server.wire.EtcdError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ways around permissions that other stores have had; docs/security.md lists them. */
class AuthorizationHolesTest {

    /** The end of the keyspace. */
    private static final String END = "\0";

    private static final String DENIED = "rpc error: code = PermissionDenied desc = etcdserver: permission denied";

    @TempDir
    private static Path folder;

    private static TestCluster cluster;
    private static EtcdClient root;
    private static Users admin;

    /** May read and write the key "one" alone; what follows it is "onf". */
    private static EtcdClient alice;

    /** May write what begins with "w/", and read none of it. */
    private static EtcdClient writer;

    /** May read what begins with "r/", and write none of it. */
    private static EtcdClient reader;

    @BeforeAll
    static void start() throws IOException {
        cluster = TestCluster.start(1, folder, config -> ServerConfigs.withAuth(config, AuthApiTest.CHEAP));
        Users anybody = new Users(cluster.channel(0));
        anybody.add("root", "rootpw", "root");
        anybody.addRole("one", Permission.Type.READWRITE, "one", "");
        anybody.addRole("w", Permission.Type.WRITE, "w/", "w0");
        anybody.addRole("r", Permission.Type.READ, "r/", "r0");
        anybody.add("alice", "a", "one");
        anybody.add("writer", "w", "w");
        anybody.add("reader", "r", "r");
        anybody.enable();
        admin = new Users(as("root", "rootpw"));
        root = new EtcdClient(as("root", "rootpw"));
        for (String key : List.of("one", "onf", "secret", "w/a", "r/a", "r/b", "r", "r0", "r.")) {
            root.put(key, "value of " + key);
        }
        alice = new EtcdClient(as("alice", "a"));
        writer = new EtcdClient(as("writer", "w"));
        reader = new EtcdClient(as("reader", "r"));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Channel as(String user, String password) {
        return Users.with(cluster.channel(0), new Users(cluster.channel(0)).logIn(user, password));
    }

    private static void denied(Runnable request) {
        assertFails(EtcdError.PERMISSION_DENIED, request::run);
    }

    private static RangeRequest.Builder range(String from, String to) {
        return rangeOf(from).setRangeEnd(bytes(to));
    }

    private static DeleteRangeRequest.Builder deletion(String from, String to) {
        return DeleteRangeRequest.newBuilder().setKey(bytes(from)).setRangeEnd(bytes(to));
    }

    // ---- Ranges.

    /** The end that means "all that follow" was taken for a key. */
    @Test
    void aGrantForOneKeyIsNoneForAllThatFollowIt() throws InterruptedException {
        try (WatchConversation watches = WatchConversation.begin(as("alice", "a"))) {
            for (String[] asked :
                    new String[][] {{"one", END}, {"one", "onf"}, {"one", "onf\0"}, {"on", ""}, {END, END}, {"", END}
                    }) {
                var refused = watches.created(
                        WatchCreateRequest.newBuilder().setKey(bytes(asked[0])).setRangeEnd(bytes(asked[1])));
                assertThat(refused.getCancelReason())
                        .as("from '%s' to '%s'", asked[0], asked[1])
                        .isEqualTo(DENIED);
            }
            assertThat(watches.created(WatchCreateRequest.newBuilder().setKey(bytes("one")))
                            .getCanceled())
                    .isFalse();
        }
        denied(() -> alice.kv().range(range("one", END).build()));
        denied(() -> alice.kv().range(range(END, END).build()));
        denied(() -> alice.kv().deleteRange(deletion("one", END).build()));
        denied(() -> alice.kv().deleteRange(deletion(END, END).build()));
        assertThat(alice.value("one")).isEqualTo("value of one");
    }

    @Test
    void theBoundsOfAGrantAreItsOwnToTheByte() {
        ByteString last = ByteString.copyFrom(new byte[] {'r', '/', (byte) 0xff, (byte) 0xff});
        assertThat(reader.get("r/").getCount()).isZero();
        assertThat(reader.kv()
                        .range(RangeRequest.newBuilder().setKey(last).build())
                        .getCount())
                .isZero();
        assertThat(reader.kv().range(range("r/", "r0").build()).getCount()).isGreaterThanOrEqualTo(2);
        for (String outside : List.of("r", "r.", "r0", "r.\u007f")) {
            denied(() -> reader.get(outside));
        }
        denied(() -> reader.kv().range(range("r/", "r0\0").build()));
        denied(() -> reader.kv().range(range("r.\u007f", "r0").build()));
        denied(() -> reader.kv().range(range("r", "s").build()));
        denied(() -> reader.kv().range(range("r/", "").setKey(bytes("r")).build()));
    }

    /** None of these changes which keys are asked about. */
    @Test
    void howARangeIsToldDoesNotMatterToWhetherItMayBe() {
        long old = root.get("secret").getKvs(0).getModRevision();
        for (RangeRequest.Builder asked : List.of(range("r/", "r1"), rangeOf("secret"), range("r", "r0"))) {
            for (RangeRequest.Builder told : List.of(
                    asked.clone().setCountOnly(true),
                    asked.clone().setKeysOnly(true),
                    asked.clone().setLimit(1),
                    asked.clone().setSerializable(true),
                    asked.clone().setRevision(old),
                    asked.clone().setSerializable(true).setRevision(old).setCountOnly(true),
                    asked.clone().setMinModRevision(Long.MAX_VALUE),
                    asked.clone().setMaxCreateRevision(1))) {
                denied(() -> reader.kv().range(told.build()));
                denied(() -> reader.kv()
                        .txn(TxnRequest.newBuilder().addSuccess(op(told)).build()));
            }
        }
        assertThat(reader.kv()
                        .range(range("r/", "r0")
                                .setSerializable(true)
                                .setCountOnly(true)
                                .build())
                        .getCount())
                .isGreaterThanOrEqualTo(2);
    }

    @Test
    void whatWasReadableOnceIsNotWhenThePermissionHasGone() {
        admin.addRole("once", Permission.Type.READ, "once", "");
        admin.add("ben", "b", "once");
        root.put("once", "upon a time");
        EtcdClient ben = new EtcdClient(as("ben", "b"));
        long then = ben.get("once").getHeader().getRevision();
        admin.stub()
                .roleRevokePermission(AuthRoleRevokePermissionRequest.newBuilder()
                        .setRole("once")
                        .setKey(bytes("once"))
                        .build());
        for (RangeRequest.Builder asked :
                List.of(rangeOf("once"), rangeOf("once").setSerializable(true))) {
            denied(() -> ben.kv().range(asked.build()));
            denied(() -> ben.kv().range(asked.setRevision(then).build()));
        }
    }

    // ---- Transactions.

    private static TxnRequest.Builder then(RequestOp operation) {
        return TxnRequest.newBuilder().addSuccess(operation);
    }

    private static TxnRequest.Builder otherwise(RequestOp operation) {
        return TxnRequest.newBuilder().addFailure(operation);
    }

    /** Both branches count, also the one that is not taken: which one is, is decided by what is read. */
    @Test
    void whatIsNestedInATransactionIsAskedAboutAtAnyDepth() {
        List<RequestOp> forbidden = List.of(
                op(rangeOf("secret")),
                op(range("one", END)),
                op(putOf("secret", "mine")),
                op(deletion("one", END)),
                op(then(op(putOf("secret", "mine")))));
        for (RequestOp operation : forbidden) {
            for (TxnRequest.Builder txn : List.of(
                    then(operation),
                    otherwise(operation),
                    then(op(then(operation))),
                    then(op(otherwise(operation))),
                    otherwise(op(then(operation))),
                    then(op(then(op(then(op(otherwise(operation))))))))) {
                denied(() -> alice.kv().txn(txn.build()));
                denied(() -> alice.kv()
                        .txn(txn.clone().addCompare(valueIs("one", "no")).build()));
            }
        }
        assertThat(root.value("secret")).isEqualTo("value of secret");
        assertThat(alice.kv().txn(then(op(then(op(rangeOf("one"))))).build()).getSucceeded())
                .isTrue();
    }

    /** Whoever may compare a value can find it out. */
    @Test
    void comparesReadWhereverTheyStand() {
        Compare all = valueIs("one", "x").toBuilder().setRangeEnd(bytes(END)).build();
        for (Compare compare : List.of(valueIs("secret", "x"), all)) {
            TxnRequest.Builder inner = TxnRequest.newBuilder().addCompare(compare);
            denied(() -> alice.kv().txn(inner.build()));
            denied(() -> alice.kv()
                    .txn(inner.clone().addSuccess(op(putOf("one", "x"))).build()));
            denied(() -> alice.kv().txn(then(op(inner)).build()));
            denied(() -> alice.kv().txn(otherwise(op(then(op(inner)))).build()));
        }
        denied(() -> writer.kv()
                .txn(TxnRequest.newBuilder()
                        .addCompare(valueIs("w/a", "x"))
                        .addSuccess(op(putOf("w/a", "y")))
                        .build()));
        assertThat(root.value("w/a")).isEqualTo("value of w/a");
    }

    // ---- Previous values.

    @Test
    void previousValuesAreNotForWhoeverMayOnlyWrite() throws InterruptedException {
        DeleteRangeRequest.Builder one =
                DeleteRangeRequest.newBuilder().setKey(bytes("w/a")).setPrevKv(true);
        DeleteRangeRequest.Builder many = deletion("w/", "w0").setPrevKv(true);
        denied(() -> writer.kv().put(putOf("w/a", "x").setPrevKv(true).build()));
        denied(() -> writer.kv().deleteRange(one.build()));
        denied(() -> writer.kv().deleteRange(many.build()));
        for (RequestOp operation : List.of(op(putOf("w/a", "x").setPrevKv(true)), op(one), op(many))) {
            denied(() -> writer.kv().txn(then(operation).build()));
            denied(() -> writer.kv().txn(then(op(otherwise(operation))).build()));
        }
        denied(() -> writer.get("w/a"));
        try (WatchConversation watches = WatchConversation.begin(as("writer", "w"))) {
            for (boolean previous : new boolean[] {true, false}) {
                assertThat(watches.created(WatchCreateRequest.newBuilder()
                                        .setKey(bytes("w/a"))
                                        .setPrevKv(previous))
                                .getCancelReason())
                        .isEqualTo(DENIED);
            }
        }
        assertThat(root.value("w/a")).isEqualTo("value of w/a");
        writer.put("w/b", "x");
        assertThat(writer.delete("w/b").getDeleted()).isEqualTo(1);
    }

    // ---- Leases.

    private static void grant(long id, String... keys) {
        root.leases()
                .leaseGrant(LeaseGrantRequest.newBuilder().setID(id).setTTL(600).build());
        for (String key : keys) {
            root.kv().put(putOf(key, "leased").setLease(id).build());
        }
    }

    private static LeaseTimeToLiveResponse ask(EtcdClient who, long id, boolean keys) {
        return who.leases()
                .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                        .setID(id)
                        .setKeys(keys)
                        .build());
    }

    private static void revoke(EtcdClient who, long id) {
        who.leases().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(id).build());
    }

    @Test
    void aLeaseOfOthersIsNotJoinedNorEndedNorAreItsKeysTold() {
        grant(7, "theirs", "r/leased");
        RequestOp attached = op(putOf("one", "x").setLease(7));
        denied(() -> alice.kv().put(putOf("one", "x").setLease(7).build()));
        denied(() -> alice.kv().txn(then(attached).build()));
        denied(() -> alice.kv().txn(otherwise(op(otherwise(attached))).build()));
        denied(() -> revoke(alice, 7));
        denied(() -> ask(alice, 7, true));
        // It may see one of two.
        denied(() -> ask(reader, 7, true));
        denied(() -> revoke(reader, 7));
        assertThat(ask(alice, 7, false).getKeysCount()).isZero();
        assertThat(root.get("theirs").getCount()).isEqualTo(1);
    }

    @Test
    void aLeaseIsForWhoeverMayDoTheSameToItsKeys() {
        grant(8, "r/only");
        assertThat(ask(reader, 8, true).getKeysList()).containsExactly(bytes("r/only"));
        denied(() -> revoke(reader, 8));
        revoke(root, 8);
        grant(9, "w/only");
        denied(() -> ask(writer, 9, true));
        writer.kv().put(putOf("w/more", "x").setLease(9).build());
        revoke(writer, 9);
        assertThat(root.kv().range(range("w/m", "w/p").build()).getCount()).isZero();
    }

    // ---- Users.

    private static AlarmRequest alarm(AlarmRequest.AlarmAction action) {
        return AlarmRequest.newBuilder()
                .setAction(action)
                .setMemberID(7)
                .setAlarm(AlarmType.NOSPACE)
                .build();
    }

    /** As in etcd: a full store must not keep anybody from taking rights away. */
    @Test
    void usersAreManagedAlsoUnderAnAlarmThatThereIsNoSpace() {
        root.maintenance().alarm(alarm(AlarmRequest.AlarmAction.ACTIVATE));
        try {
            assertFails(EtcdError.NO_SPACE, () -> root.put("full", "x"));
            admin.addRole("late", Permission.Type.READ, "one", "");
            admin.add("carol", "c", "late");
            EtcdClient carol = new EtcdClient(as("carol", "c"));
            assertThat(carol.get("one").getCount()).isEqualTo(1);
            admin.stub()
                    .userChangePassword(AuthUserChangePasswordRequest.newBuilder()
                            .setName("carol")
                            .setPassword("d")
                            .build());
            assertFails(EtcdError.INVALID_AUTH_TOKEN, () -> carol.get("one"));
            EtcdClient again = new EtcdClient(as("carol", "d"));
            admin.stub()
                    .userRevokeRole(AuthUserRevokeRoleRequest.newBuilder()
                            .setName("carol")
                            .setRole("late")
                            .build());
            denied(() -> again.get("one"));
            admin.stub()
                    .userDelete(
                            AuthUserDeleteRequest.newBuilder().setName("carol").build());
            admin.stub()
                    .roleDelete(
                            AuthRoleDeleteRequest.newBuilder().setRole("late").build());
            assertThat(admin.stub()
                            .userList(AuthUserListRequest.getDefaultInstance())
                            .getUsersList())
                    .doesNotContain("carol");
        } finally {
            root.maintenance().alarm(alarm(AlarmRequest.AlarmAction.DEACTIVATE));
        }
    }

    @Test
    void whoeverManagesUsersButRootIsRefusedUnderAnAlarmToo() {
        root.maintenance().alarm(alarm(AlarmRequest.AlarmAction.ACTIVATE));
        try {
            Users unprivileged = new Users(as("alice", "a"));
            denied(() -> unprivileged.add("mallory", "m"));
            denied(() -> unprivileged.grant("alice", "root"));
            denied(() -> alice.maintenance().alarm(alarm(AlarmRequest.AlarmAction.DEACTIVATE)));
        } finally {
            root.maintenance().alarm(alarm(AlarmRequest.AlarmAction.DEACTIVATE));
        }
    }
}
