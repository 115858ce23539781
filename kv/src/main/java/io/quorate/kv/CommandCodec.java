package io.quorate.kv;

import java.util.List;

/**
 * The bytes that stand for a {@link Command} in the log: a format version, a type, and the fields in order.
 *
 * <p>Numbers are varints; byte strings and lists come after their length. Every command has exactly one encoding, and
 * the decoder is strict: it accepts nothing that {@link #encode} would not have written. Types 1-15 are operations, 16
 * and up are the other commands; numbers are never used again for anything else.
 */
public final class CommandCodec {
    /** How deep transactions may be nested, the outermost counting as 1. */
    public static final int MAX_TXN_DEPTH = 128;

    static final int FORMAT_VERSION = 1;

    private static final int PUT = 1;
    private static final int DELETE_RANGE = 2;
    private static final int TXN = 3;
    private static final int RANGE = 4;
    private static final int COMPACT = 16;
    private static final int ALARM_CHANGE = 17;
    private static final int PUBLISH_MEMBER = 18;
    private static final int LEASE_GRANT = 32;
    private static final int LEASE_REVOKE = 33;
    private static final int LEASE_EXPIRY = 34;
    private static final int LEASE_TAKEOVER = 35;
    private static final int LEASE_CHECKPOINT = 36;
    private static final int VERIFY = 24;
    private static final int DIGEST_REPORT = 25;
    private static final int NOTE_OPERATION = 26;

    private CommandCodec() {}

    /**
     * The encoded command.
     *
     * @throws IllegalArgumentException if transactions are nested deeper than {@link #MAX_TXN_DEPTH}; {@link
     *     RequestCheck} refuses those
     */
    public static byte[] encode(Command command) {
        return encode(command, 0);
    }

    /**
     * The encoded command after as many bytes as asked for, which are left 0 for the caller to fill in.
     *
     * @throws IllegalArgumentException as {@link #encode(Command)}
     */
    public static byte[] encode(Command command, int reservedSize) {
        ByteWriter out = new ByteWriter(reservedSize + expectedSize(command));
        for (int i = 0; i < reservedSize; i++) {
            out.u8(0);
        }
        out.u8(FORMAT_VERSION);
        write(out, command);
        return out.toByteArray();
    }

    private static void write(ByteWriter out, Command command) {
        switch (command) {
            case Put put -> OperationCodec.writePut(typed(out, PUT), put);
            case DeleteRange delete -> OperationCodec.writeDeleteRange(typed(out, DELETE_RANGE), delete);
            case Txn txn -> OperationCodec.writeTxn(typed(out, TXN), txn, 1);
            case Compact compact -> {
                typed(out, COMPACT).varint(compact.revision());
                out.u8(compact.physical() ? 1 : 0);
            }
            case AlarmChange change -> {
                typed(out, ALARM_CHANGE).u8(change.action().number());
                out.u8(change.alarm().type().number());
                out.varint(change.alarm().memberId());
            }
            case PublishMember publish -> MemberCodec.write(typed(out, PUBLISH_MEMBER), publish);
            case LeaseGrant grant -> LeaseCodec.writeGrant(typed(out, LEASE_GRANT), grant);
            case LeaseRevoke revoke -> typed(out, LEASE_REVOKE).varint(revoke.id());
            case LeaseExpiry expiry -> LeaseCodec.writeExpiry(typed(out, LEASE_EXPIRY), expiry);
            case LeaseTakeover takeover -> typed(out, LEASE_TAKEOVER).varint(takeover.term());
            case LeaseCheckpoint checkpoint -> LeaseCodec.writeCheckpoint(typed(out, LEASE_CHECKPOINT), checkpoint);
            case Verify verify -> VerificationCodec.writeVerify(typed(out, VERIFY), verify);
            case DigestReport report -> VerificationCodec.writeReport(typed(out, DIGEST_REPORT), report);
            case NoteOperation note -> ManagedOperationCodec.writeNote(typed(out, NOTE_OPERATION), note);
            case AuthChange change -> AuthCodec.write(out, change);
            case Login login -> AuthCodec.writeLogin(typed(out, AuthCodec.LOGIN), login);
            case AuditEvents events -> AuditCodec.writeEvents(typed(out, AuditCodec.EVENTS), events);
            case ChangeAuditSettings change -> AuditCodec.write(out, change);
            case Audited audited -> {
                AuditCodec.writeOrigin(typed(out, AuditCodec.AUDITED), audited.origin());
                write(out, audited.command());
            }
            case Authorized authorized -> {
                AuthCodec.writeCaller(typed(out, AuthCodec.AUTHORIZED), authorized.caller());
                write(out, authorized.command());
            }
        }
    }

    /**
     * The command that the bytes stand for; its keys and values share their storage.
     *
     * @throws DecodeException if they stand for none, for whatever reason; nothing else is thrown
     */
    public static Command decode(Bytes encoded) throws DecodeException {
        ByteReader in = new ByteReader(encoded);
        int version = in.u8();
        if (version != FORMAT_VERSION) {
            throw new DecodeException("command of format version " + version + ", not " + FORMAT_VERSION);
        }
        int type = in.u8();
        Command command = type == AuditCodec.AUDITED
                ? new Audited(AuditCodec.readOrigin(in), readJudged(in.u8(), in))
                : readJudged(type, in);
        in.expectEnd();
        return command;
    }

    private static Command readJudged(int type, ByteReader in) throws DecodeException {
        return switch (type) {
            case AuthCodec.AUTHORIZED -> new Authorized(AuthCodec.readCaller(in), read(in.u8(), in));
            case AuthCodec.AUTHORIZED_WITHOUT_LOGIN ->
                new Authorized(AuthCodec.readCallerWithoutLogin(in), read(in.u8(), in));
            default -> read(type, in);
        };
    }

    private static Command read(int type, ByteReader in) throws DecodeException {
        return switch (type) {
            case PUT -> OperationCodec.readPut(in);
            case DELETE_RANGE -> OperationCodec.readDeleteRange(in);
            case TXN -> OperationCodec.readTxn(in, 1);
            case COMPACT -> new Compact(in.varint(), OperationCodec.readFlags(in, 1) == 1);
            case ALARM_CHANGE -> readAlarmChange(in);
            case PUBLISH_MEMBER -> MemberCodec.read(in);
            case LEASE_GRANT -> LeaseCodec.readGrant(in);
            case LEASE_REVOKE -> new LeaseRevoke(in.varint());
            case LEASE_EXPIRY -> LeaseCodec.readExpiry(in);
            case LEASE_TAKEOVER -> new LeaseTakeover(in.varint());
            case LEASE_CHECKPOINT -> LeaseCodec.readCheckpoint(in);
            case VERIFY -> VerificationCodec.readVerify(in);
            case DIGEST_REPORT -> VerificationCodec.readReport(in);
            case NOTE_OPERATION -> ManagedOperationCodec.readNote(in);
            case AuthCodec.LOGIN -> AuthCodec.readLogin(in);
            case AuditCodec.EVENTS -> AuditCodec.readEvents(in);
            case AuditCodec.SETTINGS -> AuditCodec.readChange(in);
            case AuditCodec.SETTINGS_IF -> AuditCodec.readConditionalChange(in);
            default -> AuthCodec.read(type, in);
        };
    }

    static void writeOperation(ByteWriter out, Operation operation, int depth) {
        switch (operation) {
            case Put put -> OperationCodec.writePut(typed(out, PUT), put);
            case DeleteRange delete -> OperationCodec.writeDeleteRange(typed(out, DELETE_RANGE), delete);
            case Txn txn -> OperationCodec.writeTxn(typed(out, TXN), txn, depth + 1);
            case Range range -> OperationCodec.writeRange(typed(out, RANGE), range);
        }
    }

    static Operation readOperation(ByteReader in, int depth) throws DecodeException {
        int type = in.u8();
        return switch (type) {
            case PUT -> OperationCodec.readPut(in);
            case DELETE_RANGE -> OperationCodec.readDeleteRange(in);
            case TXN -> OperationCodec.readTxn(in, depth + 1);
            case RANGE -> OperationCodec.readRange(in);
            default -> throw new DecodeException("operation of unknown type " + type);
        };
    }

    private static AlarmChange readAlarmChange(ByteReader in) throws DecodeException {
        AlarmChange.Action action = OperationCodec.readEnum(in, List.of(AlarmChange.Action.values()));
        Alarm.Type type = OperationCodec.readEnum(in, List.of(Alarm.Type.values()));
        return new AlarmChange(action, new Alarm(in.varint(), type));
    }

    private static ByteWriter typed(ByteWriter out, int type) {
        out.u8(type);
        return out;
    }

    /** Exact enough that a put is written without growing the array. */
    private static int expectedSize(Command command) {
        if (command instanceof Audited audited) {
            return 64 + expectedSize(audited.command());
        }
        if (command instanceof Authorized authorized) {
            return 32 + 3 * authorized.caller().user().length() + expectedSize(authorized.command());
        }
        return command instanceof Put put ? 24 + put.key().size() + put.value().size() : 256;
    }
}
