package io.quorate.kv;

import io.quorate.testing.fuzz.FuzzTarget;
import io.quorate.testing.fuzz.FuzzTargets;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/** Commands as they come out of the log, and the records of the store. */
public final class KvFuzzTargets implements FuzzTargets {

    @Override
    public List<FuzzTarget<?>> targets() {
        return List.of(
                command(),
                user(),
                role(),
                authNumbers(),
                lease(),
                fence(),
                member(),
                verification(),
                operation(),
                version(),
                currentVersion(),
                history());
    }

    private static FuzzTarget<?> command() {
        return FuzzTarget.of(
                        "command",
                        random -> CommandCodec.encode(command(random)),
                        KvFuzzTargets::strictly,
                        DecodeException.class)
                .writtenBy(CommandCodec::encode)
                .within(4096, 64 << 10, 128);
    }

    /** Every command has one encoding alone: but for callers without their login, as they were written once. */
    private static Command strictly(byte[] input) throws DecodeException {
        Command command = CommandCodec.decode(Bytes.wrap(input));
        boolean former = input[1] == AuthCodec.AUTHORIZED_WITHOUT_LOGIN;
        if (!former && !Arrays.equals(CommandCodec.encode(command), input)) {
            throw new IllegalStateException(command + " has another encoding too");
        }
        return command;
    }

    private static Command command(SplittableRandom random) {
        Command command = switch (random.nextInt(8)) {
            case 0 -> authChange(random);
            case 1 -> new Login(text(random), bytes(random), number(random));
            case 2 -> memberOf(random);
            case 3 -> verify(random);
            case 4 -> report(random);
            case 5 -> note(random);
            case 6 ->
                new AlarmChange(
                        any(AlarmChange.Action.values(), random),
                        new Alarm(number(random), any(Alarm.Type.values(), random)));
            default -> new RandomRequests(random).command(1000);
        };
        if (random.nextInt(200) == 0) {
            command = nested(random.nextInt(CommandCodec.MAX_TXN_DEPTH));
        }
        return random.nextInt(4) == 0
                ? new Authorized(new Caller(text(random), number(random), number(random)), command)
                : command;
    }

    private static Txn nested(int depth) {
        Txn txn = new Txn(List.of(), List.of(), List.of());
        for (int i = 0; i < depth; i++) {
            txn = new Txn(List.of(), List.of(txn), List.of());
        }
        return txn;
    }

    private static AuthChange authChange(SplittableRandom random) {
        return switch (random.nextInt(11)) {
            case 0 -> new AuthChange.Enable();
            case 1 -> new AuthChange.Disable();
            case 2 -> new AuthChange.AddUser(text(random), bytes(random), random.nextBoolean());
            case 3 -> new AuthChange.DeleteUser(text(random));
            case 4 -> new AuthChange.ChangePassword(text(random), bytes(random));
            case 5 -> new AuthChange.GrantRole(text(random), text(random));
            case 6 -> new AuthChange.RevokeRole(text(random), text(random));
            case 7 -> new AuthChange.AddRole(text(random));
            case 8 -> new AuthChange.DeleteRole(text(random));
            case 9 -> new AuthChange.GrantPermission(text(random), permission(random));
            default -> new AuthChange.RevokePermission(text(random), bytes(random), bytes(random));
        };
    }

    private static Permission permission(SplittableRandom random) {
        return new Permission(any(Permission.Access.values(), random), bytes(random), bytes(random));
    }

    private static PublishMember memberOf(SplittableRandom random) {
        return new PublishMember(number(random), text(random), List.of(text(random), "http://a:1"), text(random));
    }

    private static Verify verify(SplittableRandom random) {
        return new Verify(List.of(number(random), number(random)), List.of(number(random)));
    }

    private static DigestReport report(SplittableRandom random) {
        DigestSum total = new DigestSum(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
        return new DigestReport(number(random), number(random), total, List.of(random.nextLong(), random.nextLong()));
    }

    private static NoteOperation note(SplittableRandom random) {
        return new NoteOperation(
                number(random),
                any(ManagedOperation.State.values(), random),
                number(random),
                random.nextBoolean(),
                bytes(random),
                random.nextBoolean() ? 0 : number(random),
                random.nextBoolean());
    }

    private static FuzzTarget<?> user() {
        return FuzzTarget.of(
                        "store-user",
                        random -> AuthCodec.encode(new User(
                                text(random),
                                bytes(random),
                                random.nextBoolean(),
                                random.nextInt(3),
                                List.of("root", text(random)))),
                        AuthCodec::decodeUser,
                        DecodeException.class)
                .writtenBy(AuthCodec::encode);
    }

    private static FuzzTarget<?> role() {
        return FuzzTarget.of(
                        "store-role",
                        random -> AuthCodec.encode(
                                new Role(text(random), List.of(permission(random), permission(random)))),
                        AuthCodec::decodeRole,
                        DecodeException.class)
                .writtenBy(AuthCodec::encode);
    }

    private static FuzzTarget<?> authNumbers() {
        TreeMap<String, User> users = new TreeMap<>();
        TreeMap<String, Role> roles = new TreeMap<>();
        return FuzzTarget.of(
                        "store-auth",
                        random -> AuthCodec.encodeNumbers(
                                AuthState.of(random.nextBoolean(), number(random), users, roles)),
                        input -> AuthCodec.decode(input, users, roles),
                        DecodeException.class)
                .writtenBy(AuthCodec::encodeNumbers, state -> state.isEnabled() + " " + state.revision());
    }

    private static FuzzTarget<?> lease() {
        return FuzzTarget.of(
                        "store-lease",
                        random -> LeaseCodec.encode(new Lease(7, number(random), number(random), number(random))),
                        input -> LeaseCodec.decode(7, input),
                        StoreException.class)
                .writtenBy(LeaseCodec::encode);
    }

    private static FuzzTarget<?> fence() {
        return FuzzTarget.of(
                        "store-lease-fence",
                        random -> LeaseCodec.encode(new LeaseFence(number(random), number(random))),
                        LeaseCodec::decodeFence,
                        StoreException.class)
                .writtenBy(LeaseCodec::encode);
    }

    private static FuzzTarget<?> member() {
        return FuzzTarget.of(
                        "store-member",
                        random -> encoded(memberOf(random)),
                        input -> MemberCodec.read(new ByteReader(Bytes.wrap(input))),
                        DecodeException.class)
                .writtenBy(KvFuzzTargets::encoded);
    }

    private static byte[] encoded(PublishMember member) {
        ByteWriter out = new ByteWriter(64);
        MemberCodec.write(out, member);
        return out.toByteArray();
    }

    private static FuzzTarget<?> verification() {
        return FuzzTarget.of(
                        "store-verification",
                        random -> VerificationCodec.encode(verification(random)),
                        VerificationCodec::decode,
                        DecodeException.class)
                .writtenBy(VerificationCodec::encode);
    }

    private static Verification verification(SplittableRandom random) {
        TreeMap<Long, DigestReport> reports = new TreeMap<>();
        TreeMap<Long, Divergence> divergences = new TreeMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            DigestReport report = report(random);
            reports.put(report.memberId(), report);
            divergences.put((long) i, new Divergence(i, number(random), List.of(1, 63), random.nextBoolean()));
        }
        return new Verification(
                number(random), verify(random), reports, divergences, new TreeSet<>(List.of(number(random))));
    }

    private static FuzzTarget<?> operation() {
        return FuzzTarget.of(
                        "store-operation",
                        random -> ManagedOperationCodec.encode(new ManagedOperation(
                                number(random),
                                number(random),
                                number(random),
                                any(ManagedOperation.State.values(), random),
                                bytes(random),
                                random.nextBoolean())),
                        ManagedOperationCodec::decode,
                        DecodeException.class)
                .writtenBy(ManagedOperationCodec::encode);
    }

    private static FuzzTarget<?> version() {
        return FuzzTarget.of(
                        "store-version",
                        random -> version(random).encode(),
                        input -> Version.decode(Bytes.wrap(input)),
                        StoreException.class)
                .writtenBy(Version::encode);
    }

    private static Version version(SplittableRandom random) {
        return random.nextInt(4) == 0
                ? Version.TOMBSTONE
                : new Version(false, number(random), number(random), number(random), bytes(random));
    }

    private static FuzzTarget<?> currentVersion() {
        return FuzzTarget.of(
                        "store-current-version",
                        random -> new CurrentVersion(number(random), random.nextInt(9), version(random)).encode(),
                        CurrentVersion::decode,
                        StoreException.class)
                .writtenBy(CurrentVersion::encode);
    }

    /** The first byte says whether the record is one of a single change, as format version 1 has them. */
    private static FuzzTarget<?> history() {
        return FuzzTarget.of(
                "store-history",
                KvFuzzTargets::historySample,
                input -> HistoryRecord.at(new At(input)).changes(),
                StoreException.class);
    }

    private static byte[] historySample(SplittableRandom random) {
        ByteWriter out = new ByteWriter(64);
        out.u8(random.nextInt(4) == 0 ? 0 : 1);
        out.varint(number(random));
        out.varint(random.nextInt(5));
        for (int i = random.nextInt(5); i > 0; i--) {
            out.varint(random.nextInt(3));
            out.bytes(bytes(random));
        }
        return out.toByteArray();
    }

    /** A cursor that stands at one record. */
    @SuppressWarnings("ArrayRecordComponent") // It is never compared.
    private record At(byte[] input) implements OrderedStore.Cursor {

        @Override
        public byte[] key() {
            boolean single = input.length == 0 || input[0] == 0;
            return single ? StoreKeys.history(5, 1) : StoreKeys.historyRecord(5, 1);
        }

        @Override
        public byte[] value() {
            return input.length == 0 ? input : Arrays.copyOfRange(input, 1, input.length);
        }

        @Override
        public int value(byte[] into) {
            byte[] value = value();
            System.arraycopy(value, 0, into, 0, Math.min(value.length, into.length));
            return value.length;
        }

        @Override
        public boolean isValid() {
            return true;
        }

        @Override
        public void seek(byte[] key) {}

        @Override
        public void next() {}

        @Override
        public void close() {}
    }

    private static String text(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> "";
            case 1 -> "Zo\u00eb \ud83d\ude00";
            default -> "name" + random.nextInt(10);
        };
    }

    private static Bytes bytes(SplittableRandom random) {
        byte[] bytes = new byte[random.nextInt(24)];
        random.nextBytes(bytes);
        return Bytes.copyOf(ByteBuffer.wrap(bytes));
    }

    /** Of all magnitudes. */
    private static long number(SplittableRandom random) {
        return random.nextLong() >>> random.nextInt(64);
    }

    private static <T> T any(T[] values, SplittableRandom random) {
        return values[random.nextInt(values.length)];
    }
}
