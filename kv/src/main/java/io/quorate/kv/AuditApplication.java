package io.quorate.kv;

import io.quorate.kv.AuditEvent.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Puts the commands of one batch on record as they are applied, each with what came of it: who, from where, what, and never a value.
 *
 * <p>Nothing is on record before the audit log has begun, so that members of earlier releases, which know of none, are in step until then.
 */
final class AuditApplication {
    /** One command may change very many keys; who did it and the most of what is on record then. */
    private static final int MAX_KEYS_OF_COMMAND = 100;

    private final AuditAppender records;

    /** Who is behind the command that is being applied. */
    private Origin origin = Origin.UNKNOWN;

    /** What it has done with that which rules name, in order. */
    private final List<KeyAccess> accesses = new ArrayList<>();

    private long untold;

    /** As they were before the command that is being applied, if that is about one of them. */
    private OperationRecords operations = OperationRecords.NONE;

    private record Origin(Optional<AuditOrigin> from, String user) {
        static final Origin UNKNOWN = new Origin(Optional.empty(), "");
    }

    private record KeyAccess(String action, String object) {}

    AuditApplication(OrderedStore store, WriteBatch batch, AuditLog log) {
        this.records = new AuditAppender(store, batch, log);
    }

    AuditLog log() {
        return records.log();
    }

    /** The next command is about to be applied. */
    void begin(Command command) {
        Command judged = command instanceof Audited audited ? audited.command() : command;
        origin = new Origin(
                command instanceof Audited audited ? Optional.of(audited.origin()) : Optional.empty(),
                judged instanceof Authorized authorized ? authorized.caller().user() : "");
        accesses.clear();
        untold = 0;
    }

    /** The command writes keys. */
    void wrote(String action, Bytes key, Bytes rangeEnd) {
        AuditSettings settings = records.log().settings();
        if (!settings.rules().isEmpty() && settings.isWriteOnRecord(origin.user(), key, rangeEnd)) {
            accessed(new KeyAccess(action, AuditRule.keys(key, rangeEnd)));
        }
    }

    /** The command reads keys, be it to compare them or to tell what they were. */
    void read(Bytes key, Bytes rangeEnd) {
        AuditSettings settings = records.log().settings();
        if (!settings.rules().isEmpty() && settings.isReadOnRecord(origin.user(), key, rangeEnd)) {
            accessed(new KeyAccess("read", AuditRule.keys(key, rangeEnd)));
        }
    }

    private void accessed(KeyAccess access) {
        if (accesses.size() < MAX_KEYS_OF_COMMAND) {
            accesses.add(access);
        } else {
            untold++;
        }
    }

    /** The command notes something of an operation; these are on record before. */
    void notes(OperationRecords before) {
        operations = before;
    }

    /** Puts what members have seen on record; begins the audit log. */
    void append(AuditEvents events) {
        events.events().forEach(records::append);
    }

    void change(AuditSettings settings) {
        records.change(settings);
        append(Kind.AUDIT, "change settings", "settings", summary(settings));
    }

    private static String summary(AuditSettings settings) {
        return AuditEvent.OK + ": " + settings.rules().size() + " rules, " + settings.maxRecords() + " records, "
                + settings.maxBytes() + " bytes";
    }

    /** The command that was begun is applied, and led to this. */
    void end(Command command, Result result) {
        if (!records.log().hasBegun()) {
            return;
        }
        switch (bare(command)) {
            case AuthChange change -> end(change, result);
            case NoteOperation note -> {
                if (origin.from().isEmpty()) {
                    // A member has noted it by itself, and said when.
                    origin = new Origin(Optional.of(new AuditOrigin(note.nowMillis(), 0, "")), origin.user());
                }
                OperationAudit.of(note, result, operations)
                        .forEach(told ->
                                append(Kind.OPERATION, told.action(), told.object(), told.result(), told.count()));
            }
            // One that is refused did nothing, and anybody may ask for it as often as he likes.
            case Compact compact
            when isAClients() && !(result instanceof Result.Rejected) ->
                append(Kind.MAINTENANCE, "compact", "revision " + compact.revision(), outcome(result));
            case AlarmChange change
            when isAClients() ->
                append(
                        Kind.MAINTENANCE,
                        word(change.action()) + " alarm",
                        word(change.alarm().type()) + " of member "
                                + Long.toHexString(change.alarm().memberId()),
                        outcome(result));
            case ChangeAuditSettings change
            when result instanceof Result.Rejected ->
                append(Kind.AUDIT, "change settings", "settings", outcome(result));
            default -> endKeys();
        }
    }

    /** What members do by themselves, such as giving up history when it is due, is nobody's. */
    private boolean isAClients() {
        return origin.from().isPresent() || !origin.user().isEmpty();
    }

    private static Command bare(Command command) {
        Command judged = command instanceof Audited audited ? audited.command() : command;
        return judged instanceof Authorized authorized ? authorized.command() : judged;
    }

    private void endKeys() {
        accesses.forEach(access -> append(Kind.KEY, access.action(), access.object(), AuditEvent.OK));
        if (untold > 0) {
            append(Kind.KEY, "access", "more keys", AuditEvent.OK, untold);
        }
    }

    private void end(AuthChange change, Result result) {
        String outcome = outcome(result);
        switch (change) {
            case AuthChange.Enable enable -> append(Kind.AUTHENTICATION, "enable", "users", outcome);
            case AuthChange.Disable disable -> append(Kind.AUTHENTICATION, "disable", "users", outcome);
            case AuthChange.AddUser add -> append(Kind.USER, "add", add.name(), outcome);
            case AuthChange.DeleteUser delete -> append(Kind.USER, "delete", delete.name(), outcome);
            case AuthChange.ChangePassword password -> append(Kind.USER, "change password", password.name(), outcome);
            case AuthChange.GrantRole grant -> append(Kind.USER, "grant role " + grant.role(), grant.user(), outcome);
            case AuthChange.RevokeRole revoke ->
                append(Kind.USER, "revoke role " + revoke.role(), revoke.user(), outcome);
            case AuthChange.AddRole add -> append(Kind.ROLE, "add", add.name(), outcome);
            case AuthChange.DeleteRole delete -> append(Kind.ROLE, "delete", delete.name(), outcome);
            case AuthChange.GrantPermission grant ->
                append(
                        Kind.ROLE,
                        "grant " + word(grant.permission().access()) + " of "
                                + AuditRule.keys(
                                        grant.permission().key(),
                                        grant.permission().rangeEnd()),
                        grant.role(),
                        outcome);
            case AuthChange.RevokePermission revoke ->
                append(Kind.ROLE, "revoke " + AuditRule.keys(revoke.key(), revoke.rangeEnd()), revoke.role(), outcome);
        }
    }

    private static String outcome(Result result) {
        return result instanceof Result.Rejected rejected ? word(rejected.error()) : AuditEvent.OK;
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private void append(Kind kind, String action, String object, String result) {
        append(kind, action, object, result, 1);
    }

    private void append(Kind kind, String action, String object, String result, long count) {
        records.append(new AuditEvent(
                origin.from().map(AuditOrigin::millis).orElse(records.log().lastMillis()),
                origin.from().map(AuditOrigin::member).orElse(0L),
                origin.user(),
                origin.from().map(AuditOrigin::address).orElse(""),
                kind,
                action,
                object,
                result,
                count));
    }

    /** To be called once, when all commands of the batch are applied. */
    void complete() {
        records.complete();
    }
}
