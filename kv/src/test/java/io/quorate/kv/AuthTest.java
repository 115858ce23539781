package io.quorate.kv;

import static io.quorate.kv.TestClient.b;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Users and roles as commands make them, with etcd's rules, and commands that count only if their caller may do that. */
class AuthTest {
    private static final Permission READ_A = new Permission(Permission.Access.READ, b("a"), b(""));

    @TempDir
    Path temporary;

    private OrderedStore ordered = new HeapStore();
    private TestClient client = new TestClient(MvccStore.open(ordered));

    @AfterEach
    void close() {
        client.store.close();
    }

    private AuthState auth() {
        return client.store.auth();
    }

    private void change(AuthChange change) {
        assertThat(client.apply(change)).isEqualTo(new Result.AuthResult(client.store.currentRevision(), change));
    }

    private static AuthChange user(String name) {
        return new AuthChange.AddUser(name, b("hash of " + name), false);
    }

    private void enable() {
        change(user("root"));
        change(new AuthChange.GrantRole("root", "root"));
        change(new AuthChange.Enable());
    }

    private Caller caller(String user) {
        return new Caller(user, auth().revision());
    }

    private Result as(String user, Command command) {
        return client.apply(new Authorized(caller(user), command));
    }

    @Test
    void eachChangeCountsTheRevisionUpByOneAndTheStoresStaysAsItIs() {
        assertThat(auth().revision()).isEqualTo(1);
        change(user("alice"));
        change(new AuthChange.AddRole("app"));
        change(new AuthChange.GrantPermission("app", READ_A));
        change(new AuthChange.GrantRole("alice", "app"));
        assertThat(auth().revision()).isEqualTo(5);
        change(new AuthChange.GrantRole("alice", "app"));
        assertThat(auth().revision()).as("what is so already is no change").isEqualTo(5);
        assertThat(client.store.currentRevision()).isEqualTo(1);
        enable();
        assertThat(auth().revision()).as("enabling is none").isEqualTo(7);
        as("root", new AuthChange.Disable());
        assertThat(auth().revision()).as("disabling is one").isEqualTo(8);
        assertThat(auth().isEnabled()).isFalse();
    }

    @Test
    void refusalsAreThoseOfEtcd() {
        assertThat(client.rejected(new AuthChange.Enable())).isEqualTo(KvError.ROOT_USER_MISSING);
        change(user("root"));
        assertThat(client.rejected(new AuthChange.Enable())).isEqualTo(KvError.ROOT_ROLE_MISSING);
        assertThat(client.rejected(user("root"))).isEqualTo(KvError.USER_EXISTS);
        assertThat(client.rejected(user(""))).isEqualTo(KvError.USER_EMPTY);
        assertThat(client.rejected(new AuthChange.DeleteUser("nobody"))).isEqualTo(KvError.USER_NOT_FOUND);
        // In UTF-8 each of these has two bytes.
        String tooLong = "ä".repeat(User.MAX_NAME_BYTES / 2) + "x";
        assertThat(client.rejected(user(tooLong))).isEqualTo(KvError.NAME_TOO_LONG);
        assertThat(client.rejected(new AuthChange.AddRole(tooLong))).isEqualTo(KvError.NAME_TOO_LONG);
        assertThat(client.rejected(new AuthChange.ChangePassword("nobody", b("x"))))
                .isEqualTo(KvError.USER_NOT_FOUND);
        assertThat(client.rejected(new AuthChange.GrantRole("nobody", "root"))).isEqualTo(KvError.USER_NOT_FOUND);
        assertThat(client.rejected(new AuthChange.GrantRole("root", "none"))).isEqualTo(KvError.ROLE_NOT_FOUND);
        assertThat(client.rejected(new AuthChange.RevokeRole("root", "root"))).isEqualTo(KvError.ROLE_NOT_GRANTED);
        assertThat(client.rejected(new AuthChange.AddRole(""))).isEqualTo(KvError.ROLE_EMPTY);
        change(new AuthChange.AddRole("app"));
        assertThat(client.rejected(new AuthChange.AddRole("app"))).isEqualTo(KvError.ROLE_EXISTS);
        assertThat(client.rejected(new AuthChange.DeleteRole("none"))).isEqualTo(KvError.ROLE_NOT_FOUND);
        assertThat(client.rejected(new AuthChange.GrantPermission("none", READ_A)))
                .isEqualTo(KvError.ROLE_NOT_FOUND);
        assertThat(client.rejected(new AuthChange.RevokePermission("app", b("a"), b(""))))
                .isEqualTo(KvError.PERMISSION_NOT_GRANTED);
        assertThat(client.rejected(new Login("root", b("hash"), 3))).isEqualTo(KvError.AUTH_NOT_ENABLED);
    }

    @Test
    void whileEnabledTheRootUserStaysAndKeepsItsRole() {
        enable();
        change("root", new AuthChange.AddRole("root"));
        assertThat(as("root", new AuthChange.DeleteUser("root"))).isEqualTo(refused(KvError.INVALID_AUTH_MANAGEMENT));
        assertThat(as("root", new AuthChange.DeleteRole("root"))).isEqualTo(refused(KvError.INVALID_AUTH_MANAGEMENT));
        assertThat(as("root", new AuthChange.RevokeRole("root", "root")))
                .isEqualTo(refused(KvError.INVALID_AUTH_MANAGEMENT));
    }

    private void change(String user, AuthChange change) {
        assertThat(as(user, change)).isInstanceOf(Result.AuthResult.class);
    }

    private static Result refused(KvError error) {
        return new Result.Rejected(error);
    }

    @Test
    void aGrantForTheSameRangeReplacesTheOneBefore() {
        change(new AuthChange.AddRole("app"));
        Permission write = new Permission(Permission.Access.WRITE, b("a"), b(""));
        Permission range = new Permission(Permission.Access.READ, b("a"), b("c"));
        Permission first = new Permission(Permission.Access.READ, b("B"), b(""));
        change(new AuthChange.GrantPermission("app", READ_A));
        change(new AuthChange.GrantPermission("app", range));
        change(new AuthChange.GrantPermission("app", first));
        change(new AuthChange.GrantPermission("app", write));
        assertThat(auth().role("app").orElseThrow().permissions()).containsExactlyInAnyOrder(first, write, range);
        assertThat(auth().role("app").orElseThrow().permissions().getFirst()).isEqualTo(first);
        change(new AuthChange.RevokePermission("app", b("a"), b("")));
        assertThat(auth().role("app").orElseThrow().permissions()).containsExactly(first, range);
    }

    @Test
    void aRoleThatIsDeletedIsTakenFromAllUsers() {
        change(user("alice"));
        change(user("bob"));
        change(new AuthChange.AddRole("app"));
        change(new AuthChange.AddRole("other"));
        change(new AuthChange.GrantRole("alice", "other"));
        change(new AuthChange.GrantRole("alice", "app"));
        change(new AuthChange.GrantRole("bob", "app"));
        change(new AuthChange.DeleteRole("app"));
        assertThat(auth().users().stream().map(User::roles)).containsExactly(List.of("other"), List.of());
        assertThat(auth().roles().stream().map(Role::name)).containsExactly("other");
    }

    @Test
    void whatAClientAskedForWithoutACallerIsRefusedOnceEnabled() {
        client.apply(Put.of(b("a"), b("1")));
        client.apply(new LeaseGrant(7, 30));
        enable();
        for (Command command : List.of(
                Put.of(b("a"), b("2")),
                DeleteRange.of(b("a")),
                new Txn(List.of(), List.of(), List.of()),
                new LeaseGrant(8, 30),
                new LeaseRevoke(7),
                user("mallory"),
                new AuthChange.Disable())) {
            assertThat(client.rejected(command)).as("%s", command).isEqualTo(KvError.USER_EMPTY);
        }
        assertThat(client.apply(new LeaseTakeover(1))).isInstanceOf(Result.LeaseTakeoverResult.class);
        assertThat(client.apply(new Compact(2, false))).isInstanceOf(Result.CompactResult.class);
        assertThat(client.apply(new NoteOperation(0, ManagedOperation.State.RUNNING, 1, false, b(""))))
                .as("a member that operates on the cluster by itself")
                .isInstanceOf(Result.OperationResult.class);
    }

    @Test
    void anOperationIsNotedForWhoeverAdministersAlone() {
        change(user("alice"));
        enable();
        NoteOperation begins = new NoteOperation(0, ManagedOperation.State.RUNNING, 1, false, b(""));
        assertThat(as("alice", begins)).isEqualTo(refused(KvError.PERMISSION_DENIED));
        assertThat(as("", begins)).isEqualTo(refused(KvError.USER_EMPTY));
        assertThat(as("root", begins)).isInstanceOf(Result.OperationResult.class);
        assertThat(client.store.operations()).hasSize(1);
    }

    @Test
    void aCallerIsJudgedByTheRolesItHasWhereTheCommandStandsInTheLog() {
        change(user("alice"));
        change(new AuthChange.AddRole("app"));
        change(new AuthChange.GrantPermission("app", new Permission(Permission.Access.WRITE, b("a"), b("b"))));
        change(new AuthChange.GrantRole("alice", "app"));
        enable();
        Caller before = caller("alice");
        assertThat(as("alice", Put.of(b("a1"), b("x")))).isInstanceOf(Result.PutResult.class);
        assertThat(as("alice", Put.of(b("b"), b("x")))).isEqualTo(refused(KvError.PERMISSION_DENIED));
        assertThat(as("alice", user("mallory"))).isEqualTo(refused(KvError.PERMISSION_DENIED));
        change("root", new AuthChange.RevokeRole("alice", "app"));
        assertThat(client.apply(new Authorized(before, Put.of(b("a1"), b("y")))))
                .isEqualTo(refused(KvError.AUTH_OLD_REVISION));
        assertThat(as("alice", Put.of(b("a1"), b("y")))).isEqualTo(refused(KvError.PERMISSION_DENIED));
        change("root", new AuthChange.DeleteUser("alice"));
        assertThat(as("alice", new LeaseGrant(8, 30))).isEqualTo(refused(KvError.PERMISSION_DENIED));
        assertThat(as("", Put.of(b("a1"), b("y")))).isEqualTo(refused(KvError.USER_EMPTY));
        assertThat(as("root", Put.of(b("b"), b("x")))).isInstanceOf(Result.PutResult.class);
    }

    @Test
    void aLoginCountsIfNothingHasChangedSinceThePasswordWasCompared() {
        enable();
        assertThat(client.apply(new Login("root", b("hash"), auth().revision())))
                .isEqualTo(
                        new Result.LoginResult(1, "root", b("hash"), client.store.appliedIndex(), auth().revision()));
        assertThat(client.rejected(new Login("root", b("hash"), auth().revision() - 1)))
                .isEqualTo(KvError.AUTH_OLD_REVISION);
        assertThat(client.rejected(new Login("nobody", b("hash"), auth().revision())))
                .isEqualTo(KvError.AUTH_FAILED);
    }

    @Test
    void aLoginEndsWithThePasswordAndWithTheUserThatItWasMadeWith() {
        change(user("alice"));
        enable();
        Caller root = caller("root");
        Caller alice = caller("alice");
        change("root", new AuthChange.AddRole("app"));
        assertThat(client.apply(new Authorized(root, new AuthChange.AddRole("other"))))
                .as("other changes do not end it")
                .isInstanceOf(Result.AuthResult.class);
        change("root", new AuthChange.ChangePassword("root", b("hash of another")));
        for (Command command : List.of(
                new AuthChange.ChangePassword("root", b("hash of the thief's")),
                new AuthChange.Disable(),
                new AlarmChange(AlarmChange.Action.ACTIVATE, new Alarm(1, Alarm.Type.NOSPACE)),
                new Compact(1, false),
                new LeaseGrant(8, 30))) {
            assertThat(client.apply(new Authorized(root, command)))
                    .as("%s", command)
                    .isEqualTo(refused(KvError.INVALID_AUTH_TOKEN));
        }
        change("root", new AuthChange.DeleteUser("alice"));
        change("root", user("alice"));
        assertThat(client.apply(new Authorized(alice, new LeaseGrant(8, 30))))
                .as("another of the same name")
                .isEqualTo(refused(KvError.INVALID_AUTH_TOKEN));
        Caller lookedUpAgain = new Caller("alice", auth().revision(), alice.loginRevision());
        assertThat(client.apply(new Authorized(lookedUpAgain, Put.of(b("a"), b("x")))))
                .isEqualTo(refused(KvError.INVALID_AUTH_TOKEN));
        assertThat(as("alice", new LeaseGrant(8, 30))).isInstanceOf(Result.LeaseGrantResult.class);
    }

    @Test
    void aUserThatWasWrittenBeforeKeepsItsBytesAndItsLogins() throws DecodeException {
        User before = new User("bob", b("hash"), false, 0, List.of("app"));
        byte[] written = {3, 'b', 'o', 'b', 4, 'h', 'a', 's', 'h', 0, 1, 3, 'a', 'p', 'p'};
        assertThat(AuthCodec.encode(before)).isEqualTo(written);
        assertThat(AuthCodec.decodeUser(written)).isEqualTo(before);
        User since = new User("bob", b("hash"), false, 300, List.of("app"));
        assertThat(AuthCodec.decodeUser(AuthCodec.encode(since))).isEqualTo(since);
    }

    @ParameterizedTest
    @EnumSource(StoreKind.class)
    void usersAndRolesArePartOfTheStoreAndOfItsDigestAndOfSnapshots(StoreKind kind) {
        client.store.close();
        ordered = kind.open(temporary.resolve("store"));
        client = new TestClient(MvccStore.open(ordered));
        DigestSum none = client.store.digest().total();
        change(user("alice"));
        assertThat(client.store.digest().total()).isNotEqualTo(none);
        change(new AuthChange.AddRole("app"));
        change(new AuthChange.GrantPermission("app", READ_A));
        change(new AuthChange.GrantRole("alice", "app"));
        change(new AuthChange.AddUser("bob", b(""), true));
        enable();
        AuthState before = auth();
        DigestSum digest = client.store.digest().total();
        long hash = client.store.hash();
        Path checkpoint = temporary.resolve("checkpoint");
        client.store.checkpointTo(checkpoint);
        change("root", new AuthChange.DeleteUser("alice"));
        change("root", new AuthChange.DeleteRole("app"));
        assertThat(client.store.digest().total()).isNotEqualTo(digest);
        assertThat(client.store.hash()).isNotEqualTo(hash);
        AuthState after = auth();
        if (kind == StoreKind.ROCKS) {
            client.store.close();
            ordered = kind.open(temporary.resolve("store"));
        }
        client = new TestClient(MvccStore.open(ordered));
        assertThat(auth()).isEqualTo(after);
        client.store.restoreFrom(checkpoint);
        assertThat(auth()).isEqualTo(before);
        assertThat(client.store.digest().total()).isEqualTo(digest);
        assertThat(auth().user("bob").orElseThrow().passwordless()).isTrue();
    }

    @Test
    void theChecksumTellsWhetherAuthenticationIsEnabledAndHowOftenUsersHaveChanged() {
        change(user("root"));
        change(new AuthChange.GrantRole("root", "root"));
        long disabled = client.store.hash();
        change(new AuthChange.Enable());
        long enabled = client.store.hash();
        change("root", user("bob"));
        change("root", new AuthChange.DeleteUser("bob"));
        assertThat(List.of(disabled, enabled, client.store.hash())).doesNotHaveDuplicates();
    }
}
