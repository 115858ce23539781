package io.quorate.kv;

import io.quorate.kv.Result.AlarmResult;
import io.quorate.kv.Result.AuditResult;
import io.quorate.kv.Result.CompactResult;
import io.quorate.kv.Result.DeleteRangeResult;
import io.quorate.kv.Result.OperationResult;
import io.quorate.kv.Result.PublishResult;
import io.quorate.kv.Result.PutResult;
import io.quorate.kv.Result.Rejected;
import io.quorate.kv.Result.ReportResult;
import io.quorate.kv.Result.TxnResult;
import io.quorate.kv.Result.VerifyResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Applies the commands of one batch: each sees what those before it did, and the store sees all of it at once.
 *
 * <p>A command is judged completely before its first change, so that one that cannot be applied leaves nothing behind.
 * It is judged as strictly as before its proposal, because nothing says that whoever proposed it did so.
 */
final class BatchApplication implements AutoCloseable {
    private final Changes changes;
    private final LeaseApplication leases;
    private final AuditApplication audit;
    private final ElementHash hash;
    private final StoreState before;
    private StoreState state;

    BatchApplication(
            OrderedStore store,
            RecentKeys recent,
            StoreState state,
            ElementHash hash,
            DigestChanges digest,
            EventLog events) {
        this.before = state;
        this.state = state;
        this.hash = hash;
        this.changes = new Changes(store, recent, digest, events, state.revision());
        this.leases = new LeaseApplication(changes, key -> delete(DeleteRange.of(key)));
        this.audit = new AuditApplication(store, changes.batch(), state.audit());
    }

    Result apply(LoggedCommand logged) {
        Command command;
        try {
            command = CommandCodec.decode(logged.encoded());
        } catch (DecodeException e) {
            // Every member reads the same bytes and refuses them alike.
            return new Rejected(KvError.UNREADABLE_COMMAND);
        }
        audit.begin(command);
        Result result = command instanceof Audited audited
                ? apply(audited.command(), logged.index())
                : apply(command, logged.index());
        audit.end(command, result);
        changes.endCommand();
        state = state.withRevision(changes.revision());
        return result;
    }

    /** Writes everything to the store and answers the state it is in then. */
    StoreState commit(OrderedStore store, long appliedIndex) {
        audit.complete();
        WriteBatch batch = changes.completed();
        state = state.withAppliedIndex(appliedIndex)
                .withDigest(changes.digest())
                .withAudit(audit.log());
        state.digest().writeTo(batch, appliedIndex);
        batch.put(StoreKeys.APPLIED_INDEX, StoreKeys.number(appliedIndex));
        if (state.revision() != before.revision()) {
            batch.put(StoreKeys.REVISION, StoreKeys.number(state.revision()));
        }
        if (state.compactedRevision() != before.compactedRevision()) {
            batch.put(StoreKeys.COMPACTED_REVISION, StoreKeys.number(state.compactedRevision()));
        }
        store.write(batch);
        changes.remember();
        return state;
    }

    @Override
    public void close() {
        changes.close();
    }

    private Result apply(Command command, long index) {
        return command instanceof Authorized authorized
                ? judged(
                        accessOf(authorized.caller()).command(authorized.command()),
                        () -> execute(authorized.command(), index))
                : judged(refusedToNobody(command), () -> execute(command, index));
    }

    private AccessCheck accessOf(Caller caller) {
        return new AccessCheck(state.auth(), caller, changes.leases()::keys);
    }

    /**
     * What a client has asked for comes with its caller once authentication is enabled; if it comes without, that was enabled
     * while the command was under way. The members' own commands have none.
     */
    private Optional<KvError> refusedToNobody(Command command) {
        if (!state.auth().isEnabled()) {
            return Optional.empty();
        }
        return switch (command) {
            case Put put -> Optional.of(KvError.USER_EMPTY);
            case DeleteRange delete -> Optional.of(KvError.USER_EMPTY);
            case Txn txn -> Optional.of(KvError.USER_EMPTY);
            case LeaseGrant grant -> Optional.of(KvError.USER_EMPTY);
            case LeaseRevoke revoke -> Optional.of(KvError.USER_EMPTY);
            case AuthChange change -> Optional.of(KvError.USER_EMPTY);
            case Compact compact -> Optional.empty();
            case AlarmChange change -> Optional.empty();
            case PublishMember publish -> Optional.empty();
            case Verify verify -> Optional.empty();
            case DigestReport report -> Optional.empty();
            case NoteOperation note -> Optional.empty();
            case LeaseExpiry expiry -> Optional.empty();
            case LeaseTakeover takeover -> Optional.empty();
            case LeaseCheckpoint checkpoint -> Optional.empty();
            case Login login -> Optional.empty();
            case ChangeAuditSettings change -> Optional.of(KvError.USER_EMPTY);
            case AuditEvents events -> Optional.empty();
            case Authorized nested -> Optional.empty();
            case Audited nested -> Optional.empty();
        };
    }

    private Result execute(Command command, long index) {
        return switch (command) {
            case Put put -> judged(judge(put), () -> put(put));
            case DeleteRange delete ->
                judged(refusedByCorruption().or(() -> RequestCheck.check(delete)), () -> delete(delete));
            case Txn txn -> apply(txn);
            case Compact compact -> judged(judge(compact), () -> compact(compact));
            case AlarmChange change -> apply(change);
            case PublishMember member -> apply(member);
            case LeaseGrant grant ->
                judged(refusedByAlarm().or(() -> RequestCheck.check(grant)), () -> leases.grant(grant, index));
            case LeaseRevoke revoke -> judged(refusedByCorruption(), () -> leases.revoke(revoke));
            case LeaseExpiry expiry -> judged(refusedByCorruption(), () -> leases.expire(expiry));
            case LeaseTakeover takeover -> leases.takeOver(takeover);
            case LeaseCheckpoint checkpoint -> leases.checkpoint(checkpoint);
            case Verify verify -> verify(verify, index);
            case DigestReport report -> report(report);
            case NoteOperation note -> apply(note, index);
            case AuthChange change -> apply(change);
            case Login login -> AuthApplication.login(login, state.auth(), changes.revision(), index);
            case AuditEvents events -> {
                audit.append(events);
                yield new AuditResult(changes.revision(), audit.log().last());
            }
            case ChangeAuditSettings change -> apply(change);
            case Authorized nested -> throw new IllegalStateException("no command has two callers");
            case Audited nested -> throw new IllegalStateException("no command has two origins");
        };
    }

    private Result apply(ChangeAuditSettings change) {
        if (change.settings().problem().isPresent()) {
            return new Rejected(KvError.AUDIT_SETTINGS);
        }
        if (!audit.log().settings().equals(change.expected().orElse(audit.log().settings()))) {
            return new Rejected(KvError.AUDIT_SETTINGS_CHANGED);
        }
        audit.change(change.settings());
        return new AuditResult(changes.revision(), audit.log().last());
    }

    private Result apply(AuthChange change) {
        AuthApplication.Outcome outcome = new AuthApplication(state.auth(), changes.batch()).apply(change);
        if (outcome instanceof AuthApplication.Outcome.Changed changed) {
            state = state.withAuth(changed.state());
        }
        return AuthApplication.result(outcome, change, changes.revision());
    }

    private static Result judged(Optional<KvError> error, Supplier<Result> change) {
        return error.isPresent() ? new Rejected(error.get()) : change.get();
    }

    private Optional<KvError> judge(Put put) {
        return refusedByAlarm().or(() -> RequestCheck.check(put)).or(() -> judgeByContent(put));
    }

    private Optional<KvError> judge(Compact compact) {
        return refusedByCorruption().or(() -> {
            if (compact.revision() <= state.compactedRevision()) {
                return Optional.of(KvError.COMPACTED);
            }
            return compact.revision() > changes.revision() ? Optional.of(KvError.FUTURE_REVISION) : Optional.empty();
        });
    }

    private Optional<KvError> judgeByContent(Put put) {
        if (isUnknown(put.lease())) {
            return Optional.of(KvError.LEASE_NOT_FOUND);
        }
        boolean keepsSomething = put.ignoreValue() || put.ignoreLease();
        return keepsSomething && changes.current(put.key(), false).isEmpty()
                ? Optional.of(KvError.KEY_NOT_FOUND)
                : Optional.empty();
    }

    private PutResult put(Put put) {
        audit.wrote("put", put.key(), Bytes.empty());
        if (put.prevKv()) {
            audit.read(put.key(), Bytes.empty());
        }
        Optional<KeyValue> before = changes.supersede(put.key(), put.prevKv() || put.ignoreValue());
        long revision = changes.revision() + 1;
        Version version = before.isPresent()
                ? successor(before.get(), put)
                : new Version(false, revision, 1, put.lease(), put.value());
        changes.write(put.key(), version);
        changes.leases().move(put.key(), before.isPresent() ? before.get().lease() : 0, version.lease());
        return new PutResult(revision, put.prevKv() ? before : Optional.empty());
    }

    private static Version successor(KeyValue before, Put put) {
        return new Version(
                false,
                before.createRevision(),
                before.version() + 1,
                put.ignoreLease() ? before.lease() : put.lease(),
                put.ignoreValue() ? before.value() : put.value());
    }

    private DeleteRangeResult delete(DeleteRange delete) {
        audit.wrote("delete", delete.key(), delete.rangeEnd());
        if (delete.prevKv()) {
            audit.read(delete.key(), delete.rangeEnd());
        }
        List<KeyValue> deleted = delete.rangeEnd().isEmpty()
                ? changes.supersede(delete.key(), delete.prevKv()).stream().toList()
                : supersedeIn(delete);
        for (KeyValue kv : deleted) {
            changes.write(kv.key(), Version.TOMBSTONE);
            changes.leases().move(kv.key(), kv.lease(), 0);
        }
        return new DeleteRangeResult(changes.readRevision(), deleted.size(), delete.prevKv() ? deleted : List.of());
    }

    private List<KeyValue> supersedeIn(DeleteRange delete) {
        List<KeyValue> live = new ArrayList<>();
        KeyScan scan =
                changes.view(state.compactedRevision()).scan(delete.key(), delete.rangeEnd(), changes.readRevision());
        while (scan.next()) {
            KeyValue pair = scan.keyValue();
            changes.supersede(pair);
            live.add(delete.prevKv() ? pair : pair.withoutValue());
        }
        return live;
    }

    private Result apply(Txn txn) {
        Optional<KvError> refused = (txn.hasPut() ? refusedByAlarm() : refusedByCorruption())
                .or(() -> RequestCheck.check(txn, Integer.MAX_VALUE));
        if (refused.isPresent()) {
            return new Rejected(refused.get());
        }
        ReadView before = changes.view(state.compactedRevision());
        TxnPlan plan = TxnPlan.of(txn, before);
        for (Put put : plan.puts()) {
            Optional<KvError> error = judgeInTxn(put);
            if (error.isPresent()) {
                return new Rejected(error.get());
            }
        }
        for (Range range : plan.ranges()) {
            Optional<KvError> error = before.checkRevisionInTxn(range.revision());
            if (error.isPresent()) {
                return new Rejected(error.get());
            }
        }
        noteCompares(txn);
        TxnResult result = execute(plan);
        return new TxnResult(changes.readRevision(), result.succeeded(), result.responses());
    }

    /** In a transaction etcd looks for the key first and for the lease second, without one the other way round. */
    private Optional<KvError> judgeInTxn(Put put) {
        boolean keepsSomething = put.ignoreValue() || put.ignoreLease();
        if (keepsSomething && changes.current(put.key(), false).isEmpty()) {
            return Optional.of(KvError.KEY_NOT_FOUND);
        }
        return isUnknown(put.lease()) ? Optional.of(KvError.LEASE_NOT_FOUND) : Optional.empty();
    }

    private boolean isUnknown(long lease) {
        return lease != 0 && changes.leases().find(lease).isEmpty();
    }

    private TxnResult execute(TxnPlan plan) {
        List<Result> responses = new ArrayList<>();
        int nested = 0;
        for (Operation operation : plan.operations()) {
            responses.add(
                    switch (operation) {
                        case Range range -> {
                            audit.read(range.key(), range.rangeEnd());
                            yield changes.view(state.compactedRevision()).range(range);
                        }
                        case Put put -> put(put);
                        case DeleteRange delete -> delete(delete);
                        case Txn txn -> {
                            noteCompares(txn);
                            yield execute(plan.nested().get(nested++));
                        }
                    });
        }
        return new TxnResult(0, plan.succeeded(), responses);
    }

    /** Whoever compares finds out what is there. */
    private void noteCompares(Txn txn) {
        txn.compares().forEach(compare -> audit.read(compare.key(), compare.rangeEnd()));
    }

    private Result compact(Compact compact) {
        state = state.withCompactedRevision(compact.revision());
        return new CompactResult(changes.revision());
    }

    private Result apply(AlarmChange change) {
        Alarm alarm = change.alarm();
        List<Alarm> changed = switch (change.action()) {
            case ACTIVATE -> {
                state = state.withAlarm(alarm);
                changes.batch().put(StoreKeys.alarm(alarm), new byte[0]);
                yield List.of(alarm);
            }
            case DEACTIVATE -> {
                boolean active = state.alarms().contains(alarm);
                state = state.withoutAlarm(alarm);
                changes.batch().delete(StoreKeys.alarm(alarm));
                yield active ? List.of(alarm) : List.of();
            }
        };
        return new AlarmResult(changes.revision(), changed);
    }

    private Result apply(PublishMember member) {
        state = state.withMember(member);
        ByteWriter encoded = new ByteWriter(128);
        MemberCodec.write(encoded, member);
        changes.batch().put(StoreKeys.member(member.memberId()), encoded.toByteArray());
        return new PublishResult(changes.revision());
    }

    private Result apply(NoteOperation note, long index) {
        audit.notes(state.operations());
        if (note.report().size() > NoteOperation.MAX_REPORT_BYTES) {
            return new Rejected(KvError.REPORT_TOO_LARGE);
        }
        Optional<OperationRecords.Outcome> outcome = state.operations().after(note, index);
        if (outcome.isEmpty()) {
            return new Rejected(KvError.OPERATION_NOT_FOUND);
        }
        outcome.get().records().writeTo(changes.batch(), state.operations());
        state = state.withOperations(outcome.get().records());
        return new OperationResult(
                changes.revision(), outcome.get().operation(), outcome.get().accepted());
    }

    private Result verify(Verify verify, long index) {
        replace(state.verification().begun(index, verify));
        return new VerifyResult(
                state.withDigest(changes.digest()).withAudit(audit.log()).digestAt(index, hash));
    }

    private Result report(DigestReport report) {
        replace(state.verification().reported(report));
        return new ReportResult(state.verification());
    }

    private void replace(Verification verification) {
        if (!verification.equals(state.verification())) {
            state = state.withVerification(verification);
            changes.batch().put(StoreKeys.VERIFICATION, VerificationCodec.encode(verification));
        }
    }

    private Optional<KvError> refusedByCorruption() {
        return state.hasAlarm(Alarm.Type.CORRUPT) ? Optional.of(KvError.CORRUPT) : Optional.empty();
    }

    private Optional<KvError> refusedByAlarm() {
        if (state.hasAlarm(Alarm.Type.CORRUPT)) {
            return Optional.of(KvError.CORRUPT);
        }
        return state.hasAlarm(Alarm.Type.NOSPACE) ? Optional.of(KvError.NO_SPACE) : Optional.empty();
    }
}
