package io.quorate.kv;

import io.quorate.kv.Result.CompactResult;
import io.quorate.kv.Result.DeleteRangeResult;
import io.quorate.kv.Result.PutResult;
import io.quorate.kv.Result.RangeResult;
import io.quorate.kv.Result.Rejected;
import io.quorate.kv.Result.TxnResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the store must answer, found in the plainest way: a whole copy of the keyspace for each revision. */
final class NaiveModel {
    private final List<SortedMap<Bytes, KeyValue>> byRevision = new ArrayList<>();
    private final SortedMap<Long, Lease> leases = new TreeMap<>(Long::compareUnsigned);
    private long leaseTerm;
    private long leaseSequence;
    private long compacted = -1;

    NaiveModel() {
        byRevision.add(new TreeMap<>()); // there is no revision 0
        byRevision.add(new TreeMap<>());
    }

    long revision() {
        return byRevision.size() - 1L;
    }

    long compacted() {
        return compacted;
    }

    /** The keyspace at a revision, compacted or not. */
    SortedMap<Bytes, KeyValue> at(long revision) {
        return byRevision.get((int) revision);
    }

    List<Lease> leases() {
        return List.copyOf(leases.values());
    }

    List<Bytes> leaseKeys(long id) {
        return current().values().stream()
                .filter(kv -> id != 0 && kv.lease() == id)
                .map(KeyValue::key)
                .toList();
    }

    Result apply(Command command, long index) {
        return switch (command) {
            case Txn txn -> applyAsTxn(txn);
            case Put put -> put(put);
            case DeleteRange delete -> unwrap(applyAsTxn(new Txn(List.of(), List.of(delete), List.of())));
            case Compact compact -> compact(compact.revision());
            case AlarmChange alarm -> throw new IllegalArgumentException("not modelled");
            case PublishMember member -> throw new IllegalArgumentException("not modelled");
            case LeaseGrant grant -> grant(grant, index);
            case LeaseRevoke revoke -> end(Optional.ofNullable(leases.get(revoke.id())));
            case LeaseExpiry expiry -> expire(expiry);
            case LeaseTakeover takeover -> takeOver(takeover.term());
            case LeaseCheckpoint checkpoint -> checkpoint(checkpoint);
            case Verify verify -> throw new IllegalArgumentException("not modelled");
            case NoteOperation note -> throw new IllegalArgumentException("not modelled");
            case DigestReport report -> throw new IllegalArgumentException("not modelled");
            case AuthChange change -> throw new IllegalArgumentException("not modelled");
            case Login login -> throw new IllegalArgumentException("not modelled");
            case Audited audited -> throw new IllegalArgumentException("not modelled");
            case AuditEvents events -> throw new IllegalArgumentException("not modelled");
            case ChangeAuditSettings change -> throw new IllegalArgumentException("not modelled");
            case Authorized authorized -> throw new IllegalArgumentException("not modelled");
        };
    }

    private Result grant(LeaseGrant grant, long index) {
        Optional<KvError> error = RequestCheck.check(grant);
        if (error.isPresent() || leases.containsKey(grant.id())) {
            return new Rejected(error.orElse(KvError.LEASE_EXISTS));
        }
        long ttl = grant.ttlSeconds() < 1 ? 1 : grant.ttlSeconds();
        leases.put(grant.id(), new Lease(grant.id(), ttl, ttl, index));
        return new Result.LeaseGrantResult(revision(), leases.get(grant.id()));
    }

    private Result end(Optional<Lease> found) {
        if (found.isEmpty()) {
            return new Rejected(KvError.LEASE_NOT_FOUND);
        }
        SortedMap<Bytes, KeyValue> after = new TreeMap<>(current());
        after.values().removeIf(kv -> kv.lease() == found.get().id());
        leases.remove(found.get().id());
        if (after.size() < current().size()) {
            byRevision.add(after);
        }
        return new Result.LeaseRevokeResult(revision(), found.get());
    }

    private Result expire(LeaseExpiry expiry) {
        if (expiry.term() != leaseTerm) {
            return new Rejected(KvError.LEASE_FENCED);
        }
        return end(Optional.ofNullable(leases.get(expiry.id()))
                .filter(lease -> lease.grantIndex() == expiry.grantIndex()));
    }

    private Result takeOver(long term) {
        if (term <= leaseTerm) {
            return new Rejected(KvError.LEASE_FENCED);
        }
        leaseTerm = term;
        leaseSequence = 0;
        return new Result.LeaseTakeoverResult(revision(), term);
    }

    private Result checkpoint(LeaseCheckpoint checkpoint) {
        if (checkpoint.term() != leaseTerm || checkpoint.sequence() <= leaseSequence) {
            return new Rejected(KvError.LEASE_FENCED);
        }
        leaseSequence = checkpoint.sequence();
        for (LeaseCheckpoint.Remaining remaining : checkpoint.leases()) {
            Lease lease = leases.get(remaining.id());
            if (lease != null && lease.grantIndex() == remaining.grantIndex()) {
                long seconds = Math.max(1, Math.min(lease.ttlSeconds(), remaining.seconds()));
                leases.put(lease.id(), new Lease(lease.id(), lease.ttlSeconds(), seconds, lease.grantIndex()));
            }
        }
        return new Result.LeaseCheckpointResult(revision());
    }

    Result range(Range range) {
        Optional<KvError> error = check(range);
        return error.isPresent() ? new Rejected(error.get()) : range(range, current(), revision());
    }

    /** Alone, unlike in a transaction, a put is refused for its lease before it is refused for its key. */
    private Result put(Put put) {
        if (RequestCheck.check(put).isEmpty() && isUnknown(put.lease())) {
            return new Rejected(KvError.LEASE_NOT_FOUND);
        }
        return unwrap(applyAsTxn(new Txn(List.of(), List.of(put), List.of())));
    }

    private Result compact(long revision) {
        if (revision <= compacted) {
            return new Rejected(KvError.COMPACTED);
        }
        if (revision > revision()) {
            return new Rejected(KvError.FUTURE_REVISION);
        }
        compacted = revision;
        return new CompactResult(revision());
    }

    private static Result unwrap(Result result) {
        return result instanceof TxnResult txn ? txn.responses().getFirst() : result;
    }

    private Result applyAsTxn(Txn txn) {
        Optional<KvError> error = RequestCheck.check(txn, Integer.MAX_VALUE);
        if (error.isEmpty()) {
            error = check(txn, true).or(() -> check(txn, false));
        }
        if (error.isPresent()) {
            return new Rejected(error.get());
        }
        Run run = new Run();
        TxnResult result = run.execute(txn);
        if (run.changed) {
            byRevision.add(run.after);
        }
        return new TxnResult(revision(), result.succeeded(), result.responses());
    }

    /** Judges the puts of the path taken, or the ranges. */
    private Optional<KvError> check(Txn txn, boolean puts) {
        for (Operation operation : taken(txn)) {
            Optional<KvError> error = Optional.empty();
            if (operation instanceof Txn nested) {
                error = check(nested, puts);
            } else if (puts && operation instanceof Put put) {
                if ((put.ignoreLease() || put.ignoreValue()) && !current().containsKey(put.key())) {
                    error = Optional.of(KvError.KEY_NOT_FOUND);
                } else if (isUnknown(put.lease())) {
                    error = Optional.of(KvError.LEASE_NOT_FOUND);
                }
            } else if (!puts && operation instanceof Range range) {
                // Only here less than 0 is taken at its word.
                error = range.revision() < 0 && range.revision() < compacted
                        ? Optional.of(KvError.COMPACTED)
                        : check(range);
            }
            if (error.isPresent()) {
                return error;
            }
        }
        return Optional.empty();
    }

    private Optional<KvError> check(Range range) {
        if (range.revision() > revision()) {
            return Optional.of(KvError.FUTURE_REVISION);
        }
        return range.revision() > 0 && range.revision() < compacted ? Optional.of(KvError.COMPACTED) : Optional.empty();
    }

    private boolean isUnknown(long lease) {
        return lease != 0 && !leases.containsKey(lease);
    }

    private List<Operation> taken(Txn txn) {
        return txn.compares().stream().allMatch(this::satisfied) ? txn.success() : txn.failure();
    }

    private boolean satisfied(Compare compare) {
        List<KeyValue> kvs = in(current(), compare.key(), compare.rangeEnd());
        if (kvs.isEmpty()) {
            return !(compare.target() instanceof Compare.Value)
                    && satisfied(compare, new KeyValue(compare.key(), 0, 0, 0, Bytes.empty(), 0));
        }
        return kvs.stream().allMatch(kv -> satisfied(compare, kv));
    }

    private static boolean satisfied(Compare compare, KeyValue kv) {
        int order = switch (compare.target()) {
            case Compare.Version target -> Long.compare(kv.version(), target.version());
            case Compare.CreateRevision target -> Long.compare(kv.createRevision(), target.createRevision());
            case Compare.ModRevision target -> Long.compare(kv.modRevision(), target.modRevision());
            case Compare.Lease target -> Long.compare(kv.lease(), target.lease());
            case Compare.Value target -> kv.value().compareTo(target.value());
        };
        return switch (compare.outcome()) {
            case EQUAL -> order == 0;
            case NOT_EQUAL -> order != 0;
            case LESS -> order < 0;
            case GREATER -> order > 0;
        };
    }

    private SortedMap<Bytes, KeyValue> current() {
        return byRevision.getLast();
    }

    private RangeResult range(Range range, SortedMap<Bytes, KeyValue> now, long revision) {
        SortedMap<Bytes, KeyValue> then = range.revision() > 0 ? byRevision.get((int) range.revision()) : now;
        List<KeyValue> all = in(then, range.key(), range.rangeEnd());
        if (range.countOnly()) {
            return new RangeResult(revision, List.of(), false, all.size());
        }
        // Without an order and a filter, etcd sorts no more than it needs to know whether there are more.
        boolean firstAlone = range.limit() > 0 && range.sortOrder() == Range.SortOrder.NONE && !range.hasFilters();
        List<KeyValue> kvs =
                new ArrayList<>(firstAlone ? all.subList(0, (int) Math.min(all.size(), range.limit() + 1)) : all);
        kvs.removeIf(kv -> range.minModRevision() != 0 && kv.modRevision() < range.minModRevision());
        kvs.removeIf(kv -> range.maxModRevision() != 0 && kv.modRevision() > range.maxModRevision());
        kvs.removeIf(kv -> range.minCreateRevision() != 0 && kv.createRevision() < range.minCreateRevision());
        kvs.removeIf(kv -> range.maxCreateRevision() != 0 && kv.createRevision() > range.maxCreateRevision());
        Comparator<KeyValue> order = switch (range.sortTarget()) {
            case KEY -> Comparator.comparing(KeyValue::key);
            case VALUE -> Comparator.comparing(KeyValue::value);
            case VERSION -> Comparator.comparingLong(KeyValue::version);
            case CREATE -> Comparator.comparingLong(KeyValue::createRevision);
            case MOD -> Comparator.comparingLong(KeyValue::modRevision);
        };
        kvs.sort(range.sortOrder() == Range.SortOrder.DESCEND ? order.reversed() : order);
        boolean more = range.limit() > 0 && kvs.size() > range.limit();
        List<KeyValue> answered = more ? kvs.subList(0, (int) range.limit()) : kvs;
        return new RangeResult(
                revision,
                range.keysOnly() ? answered.stream().map(KeyValue::withoutValue).toList() : answered,
                more,
                all.size());
    }

    private static List<KeyValue> in(SortedMap<Bytes, KeyValue> keyspace, Bytes key, Bytes rangeEnd) {
        boolean toEnd = rangeEnd.equals(Bytes.wrap(new byte[1]));
        return keyspace.values().stream()
                .filter(kv -> rangeEnd.isEmpty()
                        ? kv.key().equals(key)
                        : kv.key().compareTo(key) >= 0 && (toEnd || kv.key().compareTo(rangeEnd) < 0))
                .toList();
    }

    /** One transaction under way. */
    private final class Run {
        private final SortedMap<Bytes, KeyValue> after = new TreeMap<>(current());
        private final List<List<Operation>> branches = new ArrayList<>();
        private boolean changed;

        TxnResult execute(Txn txn) {
            collect(txn);
            return executeNext(txn);
        }

        /** Decides every branch on the way before anything changes. */
        private void collect(Txn txn) {
            List<Operation> branch = taken(txn);
            branches.add(branch);
            for (Operation operation : branch) {
                if (operation instanceof Txn nested) {
                    collect(nested);
                }
            }
        }

        private TxnResult executeNext(Txn txn) {
            boolean succeeded = txn.compares().stream().allMatch(NaiveModel.this::satisfied);
            List<Result> responses = new ArrayList<>();
            for (Operation operation : branches.removeFirst()) {
                responses.add(
                        switch (operation) {
                            case Range range -> range(range, after, now());
                            case Put put -> put(put);
                            case DeleteRange delete -> delete(delete);
                            case Txn nested -> executeNext(nested);
                        });
            }
            return new TxnResult(0, succeeded, responses);
        }

        private long now() {
            return changed ? revision() + 1 : revision();
        }

        private PutResult put(Put put) {
            changed = true;
            KeyValue old = after.get(put.key());
            Bytes value = put.ignoreValue() && old != null ? old.value() : put.value();
            long lease = put.ignoreLease() && old != null ? old.lease() : put.lease();
            after.put(
                    put.key(),
                    old == null
                            ? new KeyValue(put.key(), now(), now(), 1, value, lease)
                            : new KeyValue(put.key(), old.createRevision(), now(), old.version() + 1, value, lease));
            return new PutResult(now(), put.prevKv() ? Optional.ofNullable(old) : Optional.empty());
        }

        private DeleteRangeResult delete(DeleteRange delete) {
            List<KeyValue> gone = in(after, delete.key(), delete.rangeEnd());
            gone.forEach(kv -> after.remove(kv.key()));
            changed |= !gone.isEmpty();
            return new DeleteRangeResult(now(), gone.size(), delete.prevKv() ? gone : List.of());
        }
    }
}
