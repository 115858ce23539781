package io.quorate.server;

import static io.quorate.server.EtcdClient.assertFails;
import static io.quorate.server.EtcdClient.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.grpc.Channel;
import io.quorate.server.audit.AuditCopy;
import io.quorate.server.proto.authpb.Permission;
import io.quorate.server.proto.etcdserverpb.AuthUserChangePasswordRequest;
import io.quorate.server.proto.etcdserverpb.DeleteRangeRequest;
import io.quorate.server.proto.etcdserverpb.LeaseGrantRequest;
import io.quorate.server.proto.etcdserverpb.LeaseTimeToLiveRequest;
import io.quorate.server.proto.etcdserverpb.MemberAddRequest;
import io.quorate.server.proto.etcdserverpb.MemberRemoveRequest;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.WatchCreateRequest;
import io.quorate.server.proto.managerpb.AuditRule;
import io.quorate.server.proto.managerpb.AuditSettings;
import io.quorate.server.proto.managerpb.ChangeAuditSettingsRequest;
import io.quorate.server.proto.managerpb.GetAuditSettingsRequest;
import io.quorate.server.proto.managerpb.ListAuditRequest;
import io.quorate.server.proto.managerpb.ListAuditResponse;
import io.quorate.server.proto.managerpb.ManagerGrpc;
import io.quorate.server.proto.managerpb.NoteOperationRequest;
import io.quorate.server.proto.managerpb.Operation;
import io.quorate.server.proto.managerpb.OperationReport;
import io.quorate.server.proto.managerpb.Step;
import io.quorate.server.wire.EtcdError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients do is on record at all members alike: who, from where, what, and what came of it. */
class AuditApiTest {

    /** So many refusals of one user have records of their own before others are counted. */
    private static final int TOLD_AT_ONCE = 100;

    @TempDir
    private Path folder;

    private TestCluster cluster;
    private Users anybody;
    private Channel root;

    @BeforeEach
    void start() throws IOException {
        cluster = TestCluster.start(3, folder, config -> ServerConfigs.withAuth(config, AuthApiTest.CHEAP));
        anybody = new Users(cluster.channel(0));
        anybody.add("root", "rootpw", "root");
        anybody.add("alice", "secret");
        anybody.addRole("app", Permission.Type.READWRITE, "app/", "app0");
        anybody.grant("alice", "app");
        anybody.enable();
        root = Users.with(cluster.channel(0), anybody.logIn("root", "rootpw"));
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private ManagerGrpc.ManagerBlockingStub manager(Channel channel) {
        return ManagerGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
    }

    private List<String> lines() {
        return manager(root).listAudit(ListAuditRequest.getDefaultInstance()).getRecordsList();
    }

    /** From the user on, without what differs from run to run. */
    private static String gist(String line) {
        return line.substring(line.indexOf("\"user\":"), line.indexOf(",\"count\":"))
                .replace("\"", "");
    }

    private void await(String gist) {
        TestCluster.await(() -> lines().stream().map(AuditApiTest::gist).anyMatch(gist::equals), gist);
    }

    private EtcdClient alice(int member) {
        return new EtcdClient(Users.with(cluster.channel(member), anybody.logIn("alice", "secret")));
    }

    @Test
    void usersAndRolesAreOnRecordBeforeUsersAreEnabledAndAfterwards() {
        assertThat(lines().stream().map(AuditApiTest::gist))
                .contains(
                        "user:,address:127.0.0.1,kind:user,action:add,object:alice,result:ok",
                        "user:,address:127.0.0.1,kind:user,action:grant role app,object:alice,result:ok",
                        "user:,address:127.0.0.1,kind:role,action:grant readwrite of \\app/\\ to"
                                + " \\app0\\,object:app,result:ok",
                        "user:,address:127.0.0.1,kind:authentication,action:enable,object:users,result:ok",
                        "user:root,address:127.0.0.1,kind:authentication,action:login,object:root,result:ok");
        Users byRoot = new Users(root);
        byRoot.stub()
                .userChangePassword(AuthUserChangePasswordRequest.newBuilder()
                        .setName("alice")
                        .setPassword("new")
                        .build());
        assertThat(gist(lines().getLast()))
                .isEqualTo("user:root,address:127.0.0.1,kind:user,action:change password,object:alice,result:ok");
        assertThat(catchThrowable(() -> byRoot.grant("alice", "no-role"))).isNotNull();
        assertThat(gist(lines().getLast())).endsWith("action:grant role no-role,object:alice,result:role not found");
    }

    @Test
    void wrongPasswordsAndTokensAreOnRecordAndNamesThatAreNobodysAreNot() {
        assertFails(EtcdError.AUTH_FAILED, () -> anybody.logIn("alice", "wrong"));
        assertFails(EtcdError.AUTH_FAILED, () -> anybody.logIn("my-password", ""));
        EtcdClient forged = new EtcdClient(Users.with(cluster.channel(1), "forged.1"));
        assertFails(EtcdError.INVALID_AUTH_TOKEN, () -> forged.get("app/a"));
        String failed = EtcdError.AUTH_FAILED.message();
        await("user:,address:127.0.0.1,kind:authentication,action:login,object:alice,result:" + failed);
        await("user:,address:127.0.0.1,kind:authentication,action:login,object:a name that is no user's,result:"
                + failed);
        await("user:,address:127.0.0.1,kind:authentication,action:token,object:KV/Range,result:invalid auth token");
        assertThat(String.join("\n", lines())).doesNotContain("my-password").doesNotContain("forged");
    }

    @Test
    void whateverIsRefusedIsOnRecord() throws InterruptedException {
        EtcdClient alice = alice(1);
        assertFails(EtcdError.PERMISSION_DENIED, () -> alice.get("other"));
        assertFails(EtcdError.PERMISSION_DENIED, () -> alice.put("other", "hidden"));
        assertFails(EtcdError.PERMISSION_DENIED, () -> alice.delete("other"));
        assertFails(EtcdError.USER_EMPTY, () -> new EtcdClient(cluster.channel(2)).get("other"));
        assertFails(
                EtcdError.PERMISSION_DENIED,
                () -> new Users(Users.with(cluster.channel(0), anybody.logIn("alice", "secret"))).disable());
        try (WatchConversation watches =
                WatchConversation.begin(Users.with(cluster.channel(1), anybody.logIn("alice", "secret")))) {
            assertThat(watches.created(WatchCreateRequest.newBuilder().setKey(bytes("other")))
                            .getCanceled())
                    .isTrue();
        }
        String denied = "user:alice,address:127.0.0.1,kind:authorization,action:%s,object:%s,result:permission denied";
        await(denied.formatted("KV/Range", "\\other\\"));
        await(denied.formatted("KV/Put", "\\other\\"));
        await(denied.formatted("KV/DeleteRange", "\\other\\"));
        await(denied.formatted("Auth/AuthDisable", ""));
        await(denied.formatted("Watch/Watch", "\\other\\"));
        await("user:,address:127.0.0.1,kind:authorization,action:KV/Range,object:\\other\\,result:user empty");
        assertThat(String.join("\n", lines())).doesNotContain("hidden");
    }

    @Test
    void changesOfMembersAreOnRecordBeforeTheyAreMadeAndWithWhatCameOfThem() {
        EtcdClient byRoot = new EtcdClient(root);
        long added = byRoot.cluster()
                .memberAdd(MemberAddRequest.newBuilder()
                        .addPeerURLs("http://127.0.0.1:1")
                        .setIsLearner(true)
                        .build())
                .getMember()
                .getID();
        byRoot.cluster()
                .memberRemove(MemberRemoveRequest.newBuilder().setID(added).build());
        assertFails(
                EtcdError.MEMBER_NOT_FOUND,
                () -> byRoot.cluster()
                        .memberRemove(MemberRemoveRequest.newBuilder().setID(77).build()));
        String change = "user:root,address:127.0.0.1,kind:membership,action:Cluster/%s,object:%s,result:%s";
        await(change.formatted("MemberRemove", "4d", EtcdError.MEMBER_NOT_FOUND.message()));
        assertThat(lines().stream().map(AuditApiTest::gist))
                .contains(
                        change.formatted("MemberAdd", "http://127.0.0.1:1", "asked for"),
                        change.formatted("MemberAdd", "http://127.0.0.1:1", "ok"),
                        change.formatted("MemberRemove", Long.toHexString(added), "asked for"),
                        change.formatted("MemberRemove", Long.toHexString(added), "ok"));
    }

    @Test
    void operationsAndCompactionsAreOnRecord() {
        OperationReport.Builder report = OperationReport.newBuilder().setTitle("members remove c");
        long id = manager(root)
                .noteOperation(
                        NoteOperationRequest.newBuilder().setReport(report).build())
                .getOperation()
                .getId();
        manager(root)
                .noteOperation(NoteOperationRequest.newBuilder()
                        .setId(id)
                        .setState(Operation.State.DONE)
                        .setReport(report.addSteps(Step.newBuilder()
                                        .setName("remove c")
                                        .setDone(true)
                                        .setResult("it is gone"))
                                .setOutcome("done and verified"))
                        .build());
        EtcdClient byRoot = new EtcdClient(root);
        byRoot.put("app/a", "1");
        byRoot.put("app/a", "2");
        byRoot.compact(2);
        assertThat(lines().stream().map(AuditApiTest::gist))
                .endsWith(
                        byRoot("operation", "begin", "operation " + id + ": members remove c", "ok"),
                        byRoot("operation", "step", "operation " + id + ": remove c", "done: it is gone"),
                        byRoot("operation", "end", "operation " + id + ": members remove c", "done: done and verified"),
                        byRoot("maintenance", "compact", "revision 2", "ok"));
    }

    private static String byRoot(String kind, String action, String object, String result) {
        return "user:root,address:127.0.0.1,kind:" + kind + ",action:" + action + ",object:" + object + ",result:"
                + result;
    }

    private void rule(AuditRule.Access access, String key, String rangeEnd, String user) {
        AuditSettings before = manager(root)
                .getAuditSettings(GetAuditSettingsRequest.getDefaultInstance())
                .getSettings();
        var unused = manager(root)
                .changeAuditSettings(ChangeAuditSettingsRequest.newBuilder()
                        .setSettings(before.toBuilder()
                                .addRules(AuditRule.newBuilder()
                                        .setAccess(access)
                                        .setKey(bytes(key))
                                        .setRangeEnd(bytes(rangeEnd))
                                        .setUser(user)))
                        .build());
    }

    @Test
    void accessThatARuleNamesIsOnRecord() throws InterruptedException {
        rule(AuditRule.Access.READWRITE, "app/", "app0", "alice");
        EtcdClient byRoot = new EtcdClient(root);
        byRoot.put("app/by-root", "hidden");
        EtcdClient alice = alice(0);
        alice.put("app/a", "hidden");
        alice.value("app/a");
        alice.kv()
                .deleteRange(DeleteRangeRequest.newBuilder()
                        .setKey(bytes("app/"))
                        .setRangeEnd(bytes("app0"))
                        .build());
        try (WatchConversation watches =
                WatchConversation.begin(Users.with(cluster.channel(0), anybody.logIn("alice", "secret")))) {
            assertThat(watches.created(WatchCreateRequest.newBuilder().setKey(bytes("app/w")))
                            .getCanceled())
                    .isFalse();
        }
        String access = "user:alice,address:127.0.0.1,kind:key,action:%s,object:%s,result:ok";
        await(access.formatted("put", "\\app/a\\"));
        await(access.formatted("KV/Range", "\\app/a\\"));
        await(access.formatted("delete", "\\app/\\ to \\app0\\"));
        await(access.formatted("Watch/Watch", "\\app/w\\"));
        assertThat(String.join("\n", lines())).doesNotContain("hidden").doesNotContain("by-root");
    }

    @Test
    void whoeverIsToldWhichKeysALeaseHasReadsThemAndNobodyEndsThem() {
        EtcdClient alice = alice(0);
        long lease = 4711;
        var granted = alice.leases()
                .leaseGrant(
                        LeaseGrantRequest.newBuilder().setID(lease).setTTL(30).build());
        PutRequest put = PutRequest.newBuilder()
                .setKey(bytes("app/leased"))
                .setValue(bytes("hidden"))
                .setLease(granted.getID())
                .build();
        assertThat(alice.kv().put(put).getHeader().getRevision()).isPositive();
        rule(AuditRule.Access.READWRITE, "app/", "app0", "");
        LeaseTimeToLiveRequest request =
                LeaseTimeToLiveRequest.newBuilder().setID(lease).setKeys(true).build();
        assertThat(alice.leases().leaseTimeToLive(request).getKeysCount()).isEqualTo(1);
        await("user:alice,address:127.0.0.1,kind:key,action:Lease/LeaseTimeToLive,object:\\app/leased\\,result:ok");

        var brief = alice.leases()
                .leaseGrant(LeaseGrantRequest.newBuilder()
                        .setID(lease + 1)
                        .setTTL(1)
                        .build());
        var moved = alice.kv().put(put.toBuilder().setLease(brief.getID()).build());
        assertThat(moved.getHeader().getRevision()).isPositive();
        await("user:,address:,kind:key,action:delete,object:\\app/leased\\,result:ok");
        assertThat(lines())
                .filteredOn(line -> line.contains("\"action\":\"delete\""))
                .as("by the leader, at its own time")
                .singleElement()
                .asString()
                .contains("\"member\":\""
                        + Long.toHexString(cluster.member(cluster.leader()).memberId()) + "\"");
        assertThat(String.join("\n", lines())).doesNotContain("hidden");
    }

    @Test
    void whatIsSeenWhileThereIsNoQuorumIsOnRecordOnceThereIsOneAgain() throws IOException {
        int left = cluster.follower();
        EtcdClient alice = alice(left);
        assertThat(alice.get("app/nothing").getCount()).isZero();
        List<Integer> others =
                Stream.of(0, 1, 2).filter(member -> member != left).toList();
        others.forEach(cluster::stop);
        RangeRequest read = RangeRequest.newBuilder()
                .setKey(bytes("other"))
                .setSerializable(true)
                .build();
        int asked = TOLD_AT_ONCE + 50;
        for (int i = 0; i < asked; i++) {
            assertFails(EtcdError.PERMISSION_DENIED, () -> alice.kv().range(read));
        }
        for (int other : others) {
            cluster.start(other);
        }
        cluster.awaitReady();
        root = Users.with(cluster.channel(left), new Users(cluster.channel(left)).logIn("root", "rootpw"));
        String denied = "user:alice,address:127.0.0.1,kind:authorization,action:%s,object:%s,result:%s";
        await(denied.formatted("suppressed", "events of this kind", "too many to be told one by one"));
        long told = lines().stream()
                .filter(line -> gist(line).equals(denied.formatted("KV/Range", "\\other\\", "permission denied")))
                .count();
        long counted = lines().stream()
                .filter(line -> line.contains("\"action\":\"suppressed\""))
                .mapToLong(line -> Long.parseLong(line.replaceAll(".*\"count\":(\\d+).*", "$1")))
                .sum();
        assertThat(told).isGreaterThanOrEqualTo(TOLD_AT_ONCE);
        assertThat(told + counted).as("none is missing").isEqualTo(asked);
    }

    @Test
    void whoeverHasSeenOtherSettingsChangesNothing() {
        AuditSettings seen = manager(root)
                .getAuditSettings(GetAuditSettingsRequest.getDefaultInstance())
                .getSettings();
        rule(AuditRule.Access.READ, "app/", "app0", "");
        ChangeAuditSettingsRequest late = ChangeAuditSettingsRequest.newBuilder()
                .setSettings(seen.toBuilder().setMaxRecords(200))
                .setExpected(seen)
                .build();
        assertThat(catchThrowable(() -> manager(root).changeAuditSettings(late)))
                .hasMessageContaining(
                        "FAILED_PRECONDITION: etcdserver: the audit settings are not what they were any more");
        AuditSettings now = manager(root)
                .getAuditSettings(GetAuditSettingsRequest.getDefaultInstance())
                .getSettings();
        assertThat(now.getRulesCount()).isEqualTo(1);
        assertThat(now.getMaxRecords()).isEqualTo(seen.getMaxRecords());
        var changed = manager(root)
                .changeAuditSettings(late.toBuilder().setExpected(now).build());
        assertThat(changed.getHeader().getMemberId()).isNotZero();
    }

    @Test
    void onlyRootReadsAndChangesIt() {
        Channel alice = Users.with(cluster.channel(1), anybody.logIn("alice", "secret"));
        assertFails(EtcdError.PERMISSION_DENIED, () -> manager(alice).listAudit(ListAuditRequest.getDefaultInstance()));
        assertFails(
                EtcdError.PERMISSION_DENIED,
                () -> manager(alice)
                        .listAudit(ListAuditRequest.newBuilder()
                                .setSerializable(true)
                                .build()));
        assertFails(
                EtcdError.PERMISSION_DENIED,
                () -> manager(alice).changeAuditSettings(ChangeAuditSettingsRequest.getDefaultInstance()));
    }

    @Test
    void settingsThatMakeNoSenseAreRefusedInOneSentence() {
        assertThat(catchThrowable(
                        () -> manager(root).changeAuditSettings(ChangeAuditSettingsRequest.getDefaultInstance())))
                .hasMessage("INVALID_ARGUMENT: etcdserver: an audit log keeps from 100 to 10000000 records, not 0");
    }

    @Test
    void allMembersHaveTheSameChainAlsoOneThatWasAway() throws IOException {
        int away = cluster.follower();
        cluster.stop(away);
        Users byRoot = new Users(Users.with(
                cluster.channel(cluster.leader()),
                new Users(cluster.channel(cluster.leader())).logIn("root", "rootpw")));
        byRoot.add("bob", "pw");
        cluster.start(away);
        cluster.awaitReady();
        byRoot.add("carol", "pw");
        List<AuditCopy> copies = new ArrayList<>();
        for (int member = 0; member < 3; member++) {
            int asked = member;
            TestCluster.await(
                    () -> cluster.member(asked).machine().store().auditRecords(1, 10_000).stream()
                            .anyMatch(line -> line.contains("\"object\":\"carol\"")),
                    "the record at member " + asked);
            Channel channel =
                    Users.with(cluster.channel(member), new Users(cluster.channel(member)).logIn("root", "rootpw"));
            ListAuditResponse told = manager(channel)
                    .listAudit(
                            ListAuditRequest.newBuilder().setSerializable(true).build());
            AuditCopy copy = new AuditCopy("member " + member);
            told.getRecordsList().forEach(copy::add);
            copy.endsWith(told.getLastNumber(), told.getHead());
            assertThat(copy.problems()).isEmpty();
            copies.add(copy);
        }
        assertThat(copies.get(0).differenceFrom(copies.get(1))).isEmpty();
        assertThat(copies.get(1).differenceFrom(copies.get(2))).isEmpty();
    }

    @Test
    void aFloodOfGuessesTakesBoundedRoom() {
        int before = lines().size();
        EtcdClient forged = new EtcdClient(Users.with(cluster.channel(1), "forged.1"));
        for (int i = 0; i < 400; i++) {
            assertFails(EtcdError.INVALID_AUTH_TOKEN, () -> forged.get("app/a"));
        }
        TestCluster.await(
                () -> lines().stream().anyMatch(line -> line.contains("\"action\":\"suppressed\"")),
                "the number of the rest");
        assertThat(lines()).hasSizeLessThan(before + 390);
    }
}
