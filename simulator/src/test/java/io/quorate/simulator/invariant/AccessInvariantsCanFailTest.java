package io.quorate.simulator.invariant;

import static io.quorate.simulator.invariant.Seen.assertViolated;
import static io.quorate.simulator.invariant.Seen.command;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.kv.AuthChange;
import io.quorate.kv.Authorized;
import io.quorate.kv.Bytes;
import io.quorate.kv.Caller;
import io.quorate.kv.Command;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.DeleteRange;
import io.quorate.kv.KvError;
import io.quorate.kv.LeaseGrant;
import io.quorate.kv.LeaseRevoke;
import io.quorate.kv.LoggedCommand;
import io.quorate.kv.Login;
import io.quorate.kv.Permission;
import io.quorate.kv.Put;
import io.quorate.kv.Range;
import io.quorate.kv.Result;
import io.quorate.kv.Txn;
import io.quorate.simulator.ClientNews.ReadJudged;
import io.quorate.simulator.StillCluster;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the invariant of users and roles lets pass, what it does not, and what its model says is refused. */
class AccessInvariantsCanFailTest {

    /** Ada may write a to c, and read a to d: no single permission is for all of these keys. */
    private static final List<AuthChange> SET_UP = List.of(
            new AuthChange.AddUser("root", Bytes.empty(), false),
            new AuthChange.GrantRole("root", "root"),
            new AuthChange.AddUser("ada", Bytes.empty(), false),
            new AuthChange.AddRole("writer"),
            new AuthChange.GrantPermission("writer", permission(Permission.Access.READWRITE, "a", "b")),
            new AuthChange.GrantPermission("writer", permission(Permission.Access.WRITE, "b", "d")),
            new AuthChange.GrantPermission("writer", permission(Permission.Access.READ, "b", "e")),
            new AuthChange.GrantRole("ada", "writer"),
            new AuthChange.Enable());

    private static final long REVISION = 9;
    private static final Caller ADA = new Caller("ada", REVISION);

    private final StillCluster still = new StillCluster(2);
    private final NaiveStore model = new NaiveStore();
    private final JudgedWhenApplied access = new JudgedWhenApplied(model);
    private final ModelledResults results = new ModelledResults(still.cluster(), model, access);
    private long index;

    private static Permission permission(Permission.Access allowed, String from, String end) {
        return new Permission(allowed, Bytes.utf8(from), Bytes.utf8(end));
    }

    private static Put put(String key) {
        return Put.of(Bytes.utf8(key), Bytes.utf8("v"));
    }

    private static DeleteRange delete(String from, String end) {
        return DeleteRange.of(Bytes.utf8(from), Bytes.utf8(end));
    }

    @BeforeEach
    void usersAndRolesAreSetUp() {
        for (AuthChange change : SET_UP) {
            assertThat(modelled(change)).isEqualTo(new Result.AuthResult(1, change));
        }
    }

    private Result modelled(Command command) {
        return model.apply(Bytes.wrap(CommandCodec.encode(command)), ++index);
    }

    private Result asAda(Command command) {
        return modelled(new Authorized(ADA, command));
    }

    private static Result refused(KvError error) {
        return new Result.Rejected(error);
    }

    /** A member's store really applies what the model has applied. */
    private void setUp(long member) {
        for (int i = 0; i < SET_UP.size(); i++) {
            apply(member, i + 1L, SET_UP.get(i));
        }
    }

    private List<Result> apply(long member, long at, Command command) {
        Bytes encoded = Bytes.wrap(CommandCodec.encode(command));
        return still.member(member).store().orElseThrow().apply(List.of(new LoggedCommand(at, encoded)), at);
    }

    private void seen(Invariant invariant, long member, long at, Command command, List<Result> seen) {
        invariant.applied(still.member(member), List.of(command(1, at, command)), seen, at);
    }

    @Test
    void aCommandThatIsJudgedWronglyIsAViolationOfThisInvariant() {
        Command denied = new Authorized(ADA, put("z"));
        assertThatThrownBy(
                        () -> seen(results, 1, index + 1, denied, List.of(new Result.PutResult(2, Optional.empty()))))
                .isInstanceOf(InvariantViolation.class)
                .hasMessageContaining("judged when applied");
    }

    @Test
    void aCommandThatIsRefusedThoughItIsAllowedIsOneToo() {
        Command allowed = new Authorized(ADA, put("a"));
        assertThatThrownBy(() -> seen(results, 1, index + 1, allowed, List.of(refused(KvError.AUTH_OLD_REVISION))))
                .isInstanceOf(InvariantViolation.class)
                .hasMessageContaining("judged when applied");
    }

    @Test
    void membersHaveTheUsersAndRolesOfTheirPlaceInTheLog() {
        setUp(1);
        setUp(2);
        Command disable = new Authorized(new Caller("root", REVISION), new AuthChange.Disable());
        apply(1, index + 1, disable);
        modelled(disable);
        access.restored(still.member(1), index);
        access.restored(still.member(2), index - 1);
        assertViolated(() -> access.restored(still.member(2), index));
        apply(2, index, new Authorized(new Caller("root", REVISION), new AuthChange.AddRole("other")));
        assertViolated(() -> seen(access, 2, index, disable, List.of()));
    }

    @Test
    void whatIsRefusedChangesNothing() {
        setUp(1);
        Command denied = new Authorized(ADA, put("z"));
        List<Result> result = List.of(modelled(denied));
        assertThat(apply(1, index, denied)).isEqualTo(result);
        seen(access, 1, index, denied, result);
        apply(1, index + 1, new Authorized(ADA, put("a")));
        Command again = new Authorized(ADA, put("y"));
        Result second = modelled(again);
        assertViolated(
                () -> access.applied(still.member(1), List.of(command(1, index, again)), List.of(second), index));
    }

    @Test
    void readsAreJudgedByTheUsersAndRolesOfTheMembersPlace() {
        Range range = Range.of(Bytes.utf8("a"), Bytes.utf8("e"));
        modelled(new Authorized(new Caller("root", REVISION), new AuthChange.RevokeRole("ada", "writer")));
        access.told(new ReadJudged(index - 1, ADA, range, Optional.empty()));
        access.told(new ReadJudged(index, ADA, range, Optional.of(KvError.AUTH_OLD_REVISION)));
        assertViolated(() -> access.told(new ReadJudged(index, ADA, range, Optional.empty())));
        assertViolated(
                () -> access.told(new ReadJudged(index - 1, ADA, range, Optional.of(KvError.PERMISSION_DENIED))));
    }

    @Test
    void theModelAllowsWhatPermissionsThatTouchCoverTogether() {
        assertThat(asAda(put("a"))).isInstanceOf(Result.PutResult.class);
        assertThat(asAda(put("e"))).isEqualTo(refused(KvError.PERMISSION_DENIED));
        assertThat(asAda(delete("a", "d"))).isInstanceOf(Result.DeleteRangeResult.class);
        assertThat(asAda(delete("a", "e"))).isEqualTo(refused(KvError.PERMISSION_DENIED));
        Range read = Range.of(Bytes.utf8("a"), Bytes.utf8("e"));
        assertThat(asAda(new Txn(List.of(), List.of(read, put("c")), List.of())))
                .isInstanceOf(Result.TxnResult.class);
        assertThat(asAda(new Txn(List.of(), List.of(), List.of(new Txn(List.of(), List.of(put("e")), List.of())))))
                .isEqualTo(refused(KvError.PERMISSION_DENIED));
    }

    @Test
    void theModelAsksWhoHasAskedAndWhen() {
        assertThat(modelled(put("a"))).isEqualTo(refused(KvError.USER_EMPTY));
        assertThat(modelled(new Authorized(Caller.NOBODY, put("a")))).isEqualTo(refused(KvError.USER_EMPTY));
        assertThat(modelled(new Authorized(new Caller("eve", REVISION), put("a"))))
                .isEqualTo(refused(KvError.PERMISSION_DENIED));
        assertThat(modelled(new Authorized(new Caller("ada", REVISION - 1), put("a"))))
                .isEqualTo(refused(KvError.AUTH_OLD_REVISION));
        assertThat(asAda(new AuthChange.Disable())).isEqualTo(refused(KvError.PERMISSION_DENIED));
        assertThat(modelled(new Login("ada", Bytes.empty(), REVISION - 1)))
                .isEqualTo(refused(KvError.AUTH_OLD_REVISION));
        assertThat(modelled(new Login("ada", Bytes.empty(), REVISION))).isInstanceOf(Result.LoginResult.class);
    }

    @Test
    void theModelAsksForAllKeysThatHangOnALease() {
        Caller root = new Caller("root", REVISION);
        asAda(new LeaseGrant(7, 60));
        Put attached = new Put(Bytes.utf8("a"), Bytes.utf8("v"), 7, false, false, false);
        assertThat(asAda(attached)).isInstanceOf(Result.PutResult.class);
        modelled(new Authorized(root, new Put(Bytes.utf8("z"), Bytes.utf8("v"), 7, false, false, false)));
        assertThat(asAda(attached)).isEqualTo(refused(KvError.PERMISSION_DENIED));
        assertThat(asAda(new LeaseRevoke(7))).isEqualTo(refused(KvError.PERMISSION_DENIED));
        assertThat(modelled(new Authorized(root, new LeaseRevoke(7)))).isInstanceOf(Result.LeaseRevokeResult.class);
    }
}
