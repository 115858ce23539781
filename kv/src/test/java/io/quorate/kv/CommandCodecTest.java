package io.quorate.kv;

import static io.quorate.kv.TestClient.b;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/** Commands come back from their bytes as they were, and bytes that are no command are told apart. */
class CommandCodecTest {
    private static final long SEED = 42;

    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);

    @Test
    void everyCommandComesBackAsItWas() throws DecodeException {
        List<Command> commands = List.of(
                Put.of(b("key"), b("value")),
                new Put(b(""), b(""), -1, true, true, true),
                new Put(b("k"), Bytes.wrap(new byte[100_000]), Long.MIN_VALUE, false, true, false),
                new DeleteRange(b("a"), b("\0"), true),
                new Compact(Long.MAX_VALUE, true),
                new Compact(-1, false),
                new AlarmChange(AlarmChange.Action.ACTIVATE, new Alarm(-1, Alarm.Type.CORRUPT)),
                new AlarmChange(AlarmChange.Action.DEACTIVATE, new Alarm(0, Alarm.Type.NOSPACE)),
                new PublishMember(1L << 63, "Zürich", List.of("http://a:1", "https://[::1]:2379")),
                new PublishMember(0, "", List.of()),
                new PublishMember(7, "n", List.of("http://a:1"), "zone 3"),
                new LeaseGrant(-1, LeaseGrant.MAX_TTL_SECONDS),
                new LeaseRevoke(Long.MIN_VALUE),
                new LeaseExpiry(Long.MAX_VALUE, 7, 3),
                new LeaseTakeover(9),
                new LeaseCheckpoint(4, 5, List.of()),
                new LeaseCheckpoint(
                        4, 5, List.of(new LeaseCheckpoint.Remaining(1, 2, 3), new LeaseCheckpoint.Remaining(-1, 9, 0))),
                new Verify(List.of(1L, -1L, Long.MAX_VALUE), List.of(7L)),
                new Verify(List.of(), List.of()),
                new DigestReport(-1, 5, new DigestSum(1, -2, 3, -4), List.of(0L, -1L)),
                new DigestReport(0, Long.MAX_VALUE, DigestSum.ZERO, List.of()),
                new NoteOperation(0, ManagedOperation.State.RUNNING, 1_700_000_000_000L, true, b("")),
                new NoteOperation(42, ManagedOperation.State.BROKEN_OFF, 0, false, b("report")),
                NoteOperation.past(ManagedOperation.State.DONE, 1_700_000_000_000L, 12, true, b("report")),
                new AuthChange.Enable(),
                new AuthChange.Disable(),
                new AuthChange.AddUser("Zoë", b("$2a$10$x"), false),
                new AuthChange.AddUser("bob", b(""), true),
                new AuthChange.DeleteUser(""),
                new AuthChange.ChangePassword("bob", b("hash")),
                new AuthChange.GrantRole("bob", "app"),
                new AuthChange.RevokeRole("bob", "app"),
                new AuthChange.AddRole("app"),
                new AuthChange.DeleteRole("app"),
                new AuthChange.GrantPermission("app", new Permission(Permission.Access.READWRITE, b("a"), b("\0"))),
                new AuthChange.RevokePermission("app", b(""), b("b")),
                new Login("bob", b("hash"), 9),
                new Authorized(new Caller("bob", 700, 6), Put.of(b("key"), b("value"))),
                new Authorized(Caller.NOBODY, new AuthChange.Disable()),
                new AuditEvents(List.of(
                        new AuditEvent(
                                1,
                                -1,
                                "bob",
                                "10.0.0.9",
                                AuditEvent.Kind.AUTHENTICATION,
                                "login",
                                "",
                                "wrong password",
                                1),
                        new AuditEvent(0, 0, "", "", AuditEvent.Kind.KEY, "read", "\"a\"", "ok", Long.MAX_VALUE))),
                new Audited(new AuditOrigin(1_700_000_000_000L, -7, "::/64"), new AuthChange.AddRole("app")),
                new Audited(
                        new AuditOrigin(0, 0, ""),
                        new Authorized(new Caller("bob", 700, 6), Put.of(b("key"), b("value")))),
                new ChangeAuditSettings(AuditSettings.DEFAULTS),
                new ChangeAuditSettings(
                        AuditSettings.DEFAULTS, Optional.of(new AuditSettings(List.of(), 1000, 1 << 20))),
                new ChangeAuditSettings(new AuditSettings(
                        List.of(new AuditRule(Permission.Access.READWRITE, b("a"), b("\0"), "bob")), 100, 1 << 20)));
        for (Command command : commands) {
            assertThat(roundTrip(command)).isEqualTo(command);
        }
    }

    @Test
    void randomCommandsComeBackAsTheyWere() throws DecodeException {
        RandomRequests requests = new RandomRequests(random);
        for (int i = 0; i < 2000; i++) {
            Command command = requests.command(1000);
            assertThat(roundTrip(command)).as("seed %d", SEED).isEqualTo(command);
        }
    }

    @Test
    void aCallerThatWasWrittenBeforeItsLoginWasNotedHasLoggedInWhenItWasLookedUp() throws DecodeException {
        Command disable = new AuthChange.Disable();
        byte[] plain = CommandCodec.encode(disable);
        byte[] before = {plain[0], 48, 3, 'b', 'o', 'b', 7, plain[1]};
        assertThat(CommandCodec.decode(Bytes.wrap(before))).isEqualTo(new Authorized(new Caller("bob", 7, 7), disable));
    }

    @Test
    void theCallerCanHaveRoomInFront() throws DecodeException {
        Command command = Put.of(b("key"), b("value"));
        byte[] withRoom = CommandCodec.encode(command, 17);
        assertThat(Arrays.copyOf(withRoom, 17)).isEqualTo(new byte[17]);
        assertThat(CommandCodec.decode(Bytes.wrap(withRoom, 17, withRoom.length - 17)))
                .isEqualTo(command);
    }

    @Test
    void aCommandThatIsCutShortOrHasTooMuchIsRefused() {
        RandomRequests requests = new RandomRequests(random);
        for (int i = 0; i < 300; i++) {
            byte[] encoded = CommandCodec.encode(requests.command(1000));
            for (int length = 0; length < encoded.length; length++) {
                Bytes cut = Bytes.wrap(encoded, 0, length);
                assertThatThrownBy(() -> CommandCodec.decode(cut)).isInstanceOf(DecodeException.class);
            }
            Bytes longer = Bytes.wrap(Arrays.copyOf(encoded, encoded.length + 1));
            assertThatThrownBy(() -> CommandCodec.decode(longer)).isInstanceOf(DecodeException.class);
        }
    }

    @Test
    void damagedAndRandomBytesAreACommandOrRefusedAndNothingElse() {
        RandomRequests requests = new RandomRequests(random);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = random.nextBoolean() ? CommandCodec.encode(requests.command(1000)) : garbage();
            for (int flips = random.nextInt(4); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                Command command = CommandCodec.decode(Bytes.wrap(bytes));
                assertThat(roundTrip(command)).isEqualTo(command);
            } catch (DecodeException expected) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(5000);
    }

    @Test
    void absurdLengthsAndCountsAreRefusedWithoutAllocatingForThem() {
        for (int type : new int[] {1, 2, 3, 18, 24, 36}) {
            for (int position = 2; position < 8; position++) {
                byte[] bytes = new byte[40];
                bytes[0] = CommandCodec.FORMAT_VERSION;
                bytes[1] = (byte) type;
                Arrays.fill(bytes, position, position + 8, (byte) 0xff);
                bytes[position + 8] = 0x7f;
                assertThatThrownBy(() -> CommandCodec.decode(Bytes.wrap(bytes))).isInstanceOf(DecodeException.class);
            }
        }
    }

    @Test
    void anotherFormatVersionAndAnUnknownTypeAreRefused() {
        byte[] encoded = CommandCodec.encode(Put.of(b("a"), b("b")));
        byte[] later = encoded.clone();
        later[0] = 2;
        assertThatThrownBy(() -> CommandCodec.decode(Bytes.wrap(later)))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("format version 2");
        byte[] unknown = encoded.clone();
        unknown[1] = 15;
        assertThatThrownBy(() -> CommandCodec.decode(Bytes.wrap(unknown)))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("unknown type 15");
    }

    @Test
    void transactionsAreNestedToABoundedDepth() throws DecodeException {
        Txn txn = new Txn(List.of(), List.of(), List.of());
        for (int depth = 1; depth < CommandCodec.MAX_TXN_DEPTH; depth++) {
            txn = new Txn(List.of(), List.of(txn), List.of());
        }
        assertThat(roundTrip(txn)).isEqualTo(txn);
        Txn tooDeep = new Txn(List.of(), List.of(txn), List.of());
        assertThatThrownBy(() -> CommandCodec.encode(tooDeep)).isInstanceOf(IllegalArgumentException.class);

        byte[] endless = new byte[100_000];
        for (int i = 0; i + 3 < endless.length; i += 3) {
            endless[i + 1] = 3; // a transaction, no compares, one operation ...
            endless[i + 3] = 1;
        }
        endless[0] = CommandCodec.FORMAT_VERSION;
        assertThatThrownBy(() -> CommandCodec.decode(Bytes.wrap(endless)))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("nested deeper");
    }

    private byte[] garbage() {
        byte[] bytes = new byte[1 + random.nextInt(60)];
        random.nextBytes(bytes);
        bytes[0] = CommandCodec.FORMAT_VERSION;
        return bytes;
    }

    private static Command roundTrip(Command command) throws DecodeException {
        return CommandCodec.decode(Bytes.wrap(CommandCodec.encode(command)));
    }
}
