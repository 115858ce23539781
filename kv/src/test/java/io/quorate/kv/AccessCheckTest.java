package io.quorate.kv;

import static io.quorate.kv.TestClient.b;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a request looks like, every key in it is asked about. */
class AccessCheckTest {
    private static final Optional<KvError> ALLOWED = Optional.empty();
    private static final Optional<KvError> DENIED = Optional.of(KvError.PERMISSION_DENIED);
    private static final long REVISION = 5;
    private static final long PASSWORD_REVISION = 3;

    /** Reads r..s, writes w..x, does both in b..c; lease 1 holds w1, lease 2 holds w1 and r1. */
    private final AccessCheck alice = check(new Caller("alice", REVISION));

    private static AccessCheck check(Caller caller) {
        Role role = new Role(
                "app",
                List.of(
                        new Permission(Permission.Access.READ, b("r"), b("s")),
                        new Permission(Permission.Access.WRITE, b("w"), b("x")),
                        new Permission(Permission.Access.READWRITE, b("b"), b("c"))));
        AuthState auth = AuthState.of(
                true,
                REVISION,
                Map.of(
                        "alice", new User("alice", b("x"), false, PASSWORD_REVISION, List.of("app", "gone")),
                        "root", new User("root", b("x"), false, PASSWORD_REVISION, List.of("root"))),
                Map.of("app", role));
        return new AccessCheck(auth, caller, lease -> lease == 1 ? List.of(b("w1")) : List.of(b("w1"), b("r1")));
    }

    private static Txn txn(List<Compare> compares, List<Operation> success, List<Operation> failure) {
        return new Txn(compares, success, failure);
    }

    private static Range range(String key, String end) {
        return Range.of(b(key), b(end));
    }

    private static Put attached(String key, long lease) {
        return new Put(b(key), b("v"), lease, false, false, false);
    }

    private static Put withPrev(String key) {
        return new Put(b(key), b("v"), 0, true, false, false);
    }

    private static Compare compare(String key, String end) {
        return new Compare(b(key), b(end), new Compare.Version(0), Compare.Outcome.EQUAL);
    }

    @Test
    void readsAndWritesNeedTheirOwnPermission() {
        assertThat(alice.operation(Range.of(b("r1")))).isEqualTo(ALLOWED);
        assertThat(alice.operation(Range.of(b("w1")))).isEqualTo(DENIED);
        assertThat(alice.operation(range("r", "s"))).isEqualTo(ALLOWED);
        assertThat(alice.operation(range("r", "s1"))).isEqualTo(DENIED);
        assertThat(alice.operation(range("r", "\0"))).isEqualTo(DENIED);
        assertThat(alice.operation(range("q", "s"))).isEqualTo(DENIED);
        assertThat(alice.operation(Put.of(b("w"), b("")))).isEqualTo(ALLOWED);
        assertThat(alice.operation(Put.of(b("r1"), b("")))).isEqualTo(DENIED);
        assertThat(alice.operation(Put.of(b("x"), b("")))).isEqualTo(DENIED);
        assertThat(alice.operation(DeleteRange.of(b("w")))).isEqualTo(ALLOWED);
        assertThat(alice.operation(new DeleteRange(b("w"), b("x"), false))).isEqualTo(ALLOWED);
        assertThat(alice.operation(new DeleteRange(b("w"), b("\0"), false))).isEqualTo(DENIED);
    }

    @Test
    void whoeverWantsTheOldValueReads() {
        assertThat(alice.operation(withPrev("w"))).isEqualTo(DENIED);
        assertThat(alice.operation(withPrev("b"))).isEqualTo(ALLOWED);
        assertThat(alice.operation(new DeleteRange(b("w"), b("x"), true))).isEqualTo(DENIED);
        assertThat(alice.operation(new DeleteRange(b("b"), b("c"), true))).isEqualTo(ALLOWED);
    }

    @Test
    void aRangeThatIsTheWrongWayRoundIsNotForEverybody() {
        assertThat(alice.operation(range("r1", "r0"))).isEqualTo(ALLOWED);
        assertThat(alice.operation(range("z", "a"))).isEqualTo(DENIED);
    }

    @Test
    void everyPartOfATransactionCounts() {
        assertThat(alice.operation(txn(List.of(compare("r", "")), List.of(attached("w", 0)), List.of(range("r", "s")))))
                .isEqualTo(ALLOWED);
        assertThat(alice.operation(txn(List.of(compare("w", "")), List.of(), List.of())))
                .isEqualTo(DENIED);
        assertThat(alice.operation(txn(List.of(compare("r", "\0")), List.of(), List.of())))
                .isEqualTo(DENIED);
        for (Operation denied : List.of(range("a", ""), attached("r", 0), withPrev("w"), attached("w", 2))) {
            assertThat(alice.operation(txn(List.of(), List.of(denied), List.of())))
                    .isEqualTo(DENIED);
            assertThat(alice.operation(txn(List.of(), List.of(), List.of(denied))))
                    .isEqualTo(DENIED);
            Txn nested = txn(List.of(), List.of(), List.of(txn(List.of(), List.of(denied), List.of())));
            assertThat(alice.operation(txn(List.of(), List.of(range("r", ""), nested), List.of())))
                    .isEqualTo(DENIED);
        }
        Txn innerCompare = txn(List.of(compare("w", "")), List.of(), List.of());
        assertThat(alice.operation(txn(List.of(), List.of(innerCompare), List.of())))
                .isEqualTo(DENIED);
    }

    @Test
    void aLeaseIsAsMuchAsItsKeys() {
        assertThat(alice.operation(attached("w", 1))).isEqualTo(ALLOWED);
        assertThat(alice.operation(attached("w", 2))).isEqualTo(DENIED);
        assertThat(alice.revoke(1)).isEqualTo(ALLOWED);
        assertThat(alice.revoke(2)).isEqualTo(DENIED);
        assertThat(alice.attachedKeys(1)).isEqualTo(DENIED);
    }

    @Test
    void watchesRead() {
        assertThat(alice.watch(WatchRequest.of(b("r"), b("s")))).isEqualTo(ALLOWED);
        assertThat(alice.watch(WatchRequest.of(b("w")))).isEqualTo(DENIED);
        assertThat(alice.watch(WatchRequest.of(b(""), b("\0")))).isEqualTo(DENIED);
    }

    @Test
    void whoeverHasNotSaidWhoItIsOrSaidItTooLongAgoMayDoNothing() {
        AccessCheck nobody = check(Caller.NOBODY);
        assertThat(nobody.operation(Range.of(b("r")))).contains(KvError.USER_EMPTY);
        assertThat(nobody.user()).contains(KvError.USER_EMPTY);
        assertThat(nobody.root()).contains(KvError.USER_EMPTY);
        AccessCheck late = check(new Caller("alice", REVISION - 1));
        assertThat(late.operation(Range.of(b("r")))).contains(KvError.AUTH_OLD_REVISION);
        assertThat(late.watch(WatchRequest.of(b("r")))).contains(KvError.AUTH_OLD_REVISION);
        assertThat(late.goOnWatching(WatchRequest.of(b("r")))).isEqualTo(ALLOWED);
        assertThat(late.user()).isEqualTo(ALLOWED);
        assertThat(check(new Caller("gone", REVISION)).user()).isEqualTo(DENIED);
    }

    @Test
    void whoeverLoggedInWithAPasswordThatIsNoneAnyMoreMayDoNothing() {
        Optional<KvError> over = Optional.of(KvError.INVALID_AUTH_TOKEN);
        for (Caller caller : List.of(
                new Caller("root", PASSWORD_REVISION - 1), new Caller("root", REVISION, PASSWORD_REVISION - 1))) {
            AccessCheck root = check(caller);
            assertThat(root.user()).isEqualTo(over);
            assertThat(root.root()).isEqualTo(over);
            assertThat(root.userDetails("root")).isEqualTo(over);
            assertThat(root.roleDetails("app")).isEqualTo(over);
            assertThat(root.goOnWatching(WatchRequest.of(b("r")))).isEqualTo(over);
            assertThat(root.command(new AuthChange.Disable())).isEqualTo(over);
            assertThat(root.operation(Range.of(b("r")))).isNotEqualTo(ALLOWED);
            assertThat(root.revoke(1)).isNotEqualTo(ALLOWED);
        }
        assertThat(check(new Caller("root", PASSWORD_REVISION)).root()).isEqualTo(ALLOWED);
    }

    @Test
    void rootMayDoEverythingAndUsersSeeThemselves() {
        AccessCheck root = check(new Caller("root", REVISION));
        assertThat(root.operation(range("a", "\0"))).isEqualTo(ALLOWED);
        assertThat(root.root()).isEqualTo(ALLOWED);
        assertThat(root.userDetails("alice")).isEqualTo(ALLOWED);
        assertThat(alice.root()).isEqualTo(DENIED);
        assertThat(alice.userDetails("alice")).isEqualTo(ALLOWED);
        assertThat(alice.userDetails("root")).isEqualTo(DENIED);
        assertThat(alice.roleDetails("app")).isEqualTo(ALLOWED);
        assertThat(alice.roleDetails("other")).isEqualTo(DENIED);
    }

    @Test
    void anOperatorLooksAfterTheClusterAndHasNoKeysAndNoUsers() {
        AuthState auth = AuthState.of(
                true,
                REVISION,
                Map.of("olga", new User("olga", b("x"), false, PASSWORD_REVISION, List.of(User.OPERATOR))),
                Map.of(User.OPERATOR, new Role(User.OPERATOR, List.of())));
        AccessCheck olga = new AccessCheck(auth, new Caller("olga", REVISION), lease -> List.of());
        NoteOperation note = new NoteOperation(0, ManagedOperation.State.RUNNING, 1, false, b(""));
        assertThat(olga.operator()).isEqualTo(ALLOWED);
        assertThat(olga.command(note)).isEqualTo(ALLOWED);
        assertThat(olga.command(new AlarmChange(AlarmChange.Action.DEACTIVATE, new Alarm(7, Alarm.Type.NOSPACE))))
                .isEqualTo(ALLOWED);
        assertThat(olga.root()).isEqualTo(DENIED);
        assertThat(olga.command(new AuthChange.Disable())).isEqualTo(DENIED);
        assertThat(olga.userDetails("root")).isEqualTo(DENIED);
        assertThat(olga.operation(Range.of(b("r")))).isEqualTo(DENIED);
        assertThat(olga.operation(Put.of(b("w"), b("")))).isEqualTo(DENIED);
        assertThat(olga.watch(WatchRequest.of(b("r")))).isEqualTo(DENIED);
        assertThat(alice.operator()).isEqualTo(DENIED);
        assertThat(check(new Caller("root", REVISION)).operator()).isEqualTo(ALLOWED);
        assertThat(check(Caller.NOBODY).operator()).contains(KvError.USER_EMPTY);
    }

    @Test
    void aRoleNamedOperatorThatIsGoneOrAllowsKeysMakesNobodyAnOperator() {
        User olga = new User("olga", b("x"), false, PASSWORD_REVISION, List.of(User.OPERATOR));
        Role withKeys = new Role(User.OPERATOR, List.of(new Permission(Permission.Access.READ, b("r"), b("s"))));
        for (Map<String, Role> roles : List.of(Map.<String, Role>of(), Map.of(User.OPERATOR, withKeys))) {
            AuthState auth = AuthState.of(true, REVISION, Map.of("olga", olga), roles);
            AccessCheck check = new AccessCheck(auth, new Caller("olga", REVISION), lease -> List.of());
            assertThat(check.operator()).isEqualTo(DENIED);
        }
    }

    @Test
    void everythingIsAllowedAsLongAsNobodyEnablesIt() {
        AccessCheck free = new AccessCheck(AuthState.INITIAL, Caller.NOBODY, lease -> List.of());
        assertThat(free.operation(range("a", "\0"))).isEqualTo(ALLOWED);
        assertThat(free.operation(attached("w", 2))).isEqualTo(ALLOWED);
        assertThat(free.root()).isEqualTo(ALLOWED);
        assertThat(free.userDetails("alice")).isEqualTo(ALLOWED);
        assertThat(free.watch(WatchRequest.of(b("a")))).isEqualTo(ALLOWED);
    }

    @Test
    void permissionsThatTouchAreOne() {
        Permission first = new Permission(Permission.Access.READ, b("a"), b("b"));
        Permission second = new Permission(Permission.Access.READWRITE, b("b"), b("c"));
        Permission single = new Permission(Permission.Access.READ, b("c"), b(""));
        Permission rest = new Permission(Permission.Access.READ, b("c\0"), b("\0"));
        assertThat(KeyPermissions.of(List.of(second, first)).mayRead(new KeyRange.Between(b("a"), b("c"))))
                .isTrue();
        assertThat(KeyPermissions.of(List.of(second, first)).mayWrite(new KeyRange.Between(b("a"), b("c"))))
                .isFalse();
        assertThat(KeyPermissions.of(List.of(rest, single, second, first)).mayRead(new KeyRange.From(b("a"))))
                .isTrue();
        assertThat(KeyPermissions.of(List.of(rest, second, first)).mayRead(new KeyRange.From(b("a"))))
                .as("the key c is missing")
                .isFalse();
    }

    /** A model looks at every key by itself; keys have up to two letters, of which there are few. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void noKeyIsReadThatNoPermissionNames(long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        List<Bytes> keys = keys();
        for (int round = 0; round < 2000; round++) {
            List<Permission> granted = new ArrayList<>();
            for (int i = random.nextInt(5); i >= 0; i--) {
                granted.add(new Permission(access(random), draw(keys, random), end(keys, random)));
            }
            KeyRange asked = KeyRange.of(draw(keys, random), end(keys, random));
            Set<Bytes> wanted =
                    new TreeSet<>(keys.stream().filter(asked::contains).toList());
            boolean expected = wanted.stream()
                    .allMatch(key -> granted.stream()
                            .anyMatch(permission -> permission.access().allows(Permission.Access.READ)
                                    && KeyRange.of(permission.key(), permission.rangeEnd())
                                            .contains(key)));
            boolean covered = KeyPermissions.of(granted).mayRead(asked);
            if (covered) {
                assertThat(expected)
                        .as("seed %d: %s of %s", seed, asked, granted)
                        .isTrue();
            } else if (asked instanceof KeyRange.Single) {
                assertThat(expected)
                        .as("seed %d: %s of %s", seed, asked, granted)
                        .isFalse();
            }
        }
    }

    private static List<Bytes> keys() {
        List<Bytes> keys = new ArrayList<>();
        for (char first = 'a'; first <= 'd'; first++) {
            keys.add(b(String.valueOf(first)));
            for (char second : new char[] {'\0', 'a', 'b'}) {
                keys.add(b("" + first + second));
            }
        }
        return keys;
    }

    private static Permission.Access access(RandomGenerator random) {
        return List.of(Permission.Access.READ, Permission.Access.WRITE, Permission.Access.READWRITE)
                .get(random.nextInt(3));
    }

    private static Bytes draw(List<Bytes> keys, RandomGenerator random) {
        return keys.get(random.nextInt(keys.size()));
    }

    private static Bytes end(List<Bytes> keys, RandomGenerator random) {
        return switch (random.nextInt(6)) {
            case 0 -> b("\0");
            case 1, 2 -> b("");
            default -> draw(keys, random);
        };
    }
}
