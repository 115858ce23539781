package io.quorate.simulator.invariant;

import io.quorate.kv.AuthChange;
import io.quorate.kv.Authorized;
import io.quorate.kv.Bytes;
import io.quorate.kv.Command;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.Compact;
import io.quorate.kv.Compare;
import io.quorate.kv.DecodeException;
import io.quorate.kv.DeleteRange;
import io.quorate.kv.KeyValue;
import io.quorate.kv.KvError;
import io.quorate.kv.LeaseCheckpoint;
import io.quorate.kv.LeaseExpiry;
import io.quorate.kv.LeaseGrant;
import io.quorate.kv.LeaseRevoke;
import io.quorate.kv.LeaseTakeover;
import io.quorate.kv.Login;
import io.quorate.kv.Operation;
import io.quorate.kv.Put;
import io.quorate.kv.Range;
import io.quorate.kv.RequestCheck;
import io.quorate.kv.Result;
import io.quorate.kv.Txn;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The key-value store as one would write it in an hour: a sorted map of the pairs as they are now, and what each revision
 * changed. It knows what the clients of a run send: single keys and ranges as they are now, transactions of them,
 * compactions, leases, users and roles; no read of an older revision.
 */
final class NaiveStore {

    private NavigableMap<Bytes, KeyValue> pairs = new TreeMap<>();
    private long revision = 1;
    private long compactedRevision = -1;
    private final NaiveLeases leases = new NaiveLeases();
    private long index;
    private NaiveUsers users = new NaiveUsers();

    /** By the index from which on there are these users and roles; none of them is changed any more. */
    private final NavigableMap<Long, NaiveUsers> usersFrom = new TreeMap<>(Map.of(0L, users));

    /** What a key was before a revision, and what after it. */
    record Change(Optional<KeyValue> before, Optional<KeyValue> after) {}

    /** By revision, beginning with revision 0, and there by key. */
    private final List<NavigableMap<Bytes, Change>> history =
            new ArrayList<>(List.of(new TreeMap<>(), new TreeMap<>()));

    private NavigableMap<Bytes, Change> changes = new TreeMap<>();

    /** Whether the command under way has changed something: all that it changes bears one revision. */
    private boolean changed;

    /** What comes of the next committed command. */
    Result apply(Bytes encoded, long atIndex) {
        index = atIndex;
        Command command;
        try {
            command = CommandCodec.decode(encoded);
        } catch (DecodeException e) {
            return new Result.Rejected(KvError.UNREADABLE_COMMAND);
        }
        changed = false;
        changes = new TreeMap<>();
        Result result = refused(new NaiveAccess(users, this::attached).refused(command))
                .orElseGet(() -> apply(command instanceof Authorized authorized ? authorized.command() : command));
        if (changed) {
            history.add(changes);
        }
        revision = now();
        return result;
    }

    /** Of the last command. */
    long index() {
        return index;
    }

    /** The users and roles after all that stands in the log up to an index, as far as the model has come. */
    NaiveUsers usersAt(long atIndex) {
        return Objects.requireNonNull(usersFrom.floorEntry(atIndex)).getValue();
    }

    long revision() {
        return revision;
    }

    long compactedRevision() {
        return compactedRevision;
    }

    NaiveLeases leases() {
        return leases;
    }

    /** What a revision changed, by key; nothing if it has not come yet. */
    NavigableMap<Bytes, Change> changesOf(long ofRevision) {
        return ofRevision < history.size() ? history.get((int) ofRevision) : Collections.emptyNavigableMap();
    }

    /** All pairs, in the order of their keys. */
    Result everything() {
        return new Result.RangeResult(revision, List.copyOf(pairs.values()), false, pairs.size());
    }

    private long now() {
        return changed ? revision + 1 : revision;
    }

    private List<Bytes> attached(long lease) {
        return pairs.values().stream()
                .filter(kv -> kv.lease() == lease)
                .map(KeyValue::key)
                .toList();
    }

    private Result apply(Command command) {
        return switch (command) {
            case Put put ->
                refused(RequestCheck.check(put).or(() -> refusedByContent(put))).orElseGet(() -> put(put));
            case DeleteRange delete -> refused(RequestCheck.check(delete)).orElseGet(() -> delete(delete));
            case Txn txn -> transact(txn);
            case Compact compact -> compact(compact);
            case LeaseGrant grant -> leases.grant(grant, index, revision);
            case LeaseRevoke revoke -> end(leases.revoked(revoke));
            case LeaseExpiry expiry -> end(leases.expired(expiry));
            case LeaseTakeover takeover -> leases.takeOver(takeover, revision);
            case LeaseCheckpoint checkpoint -> leases.checkpoint(checkpoint, revision);
            case AuthChange change -> change(change);
            case Login login ->
                refused(users.refused(login))
                        .orElseGet(() -> new Result.LoginResult(
                                revision, login.user(), login.tokenHash(), index, users.revision()));
            default -> throw new IllegalStateException("no client of a run sends " + command);
        };
    }

    private Result change(AuthChange change) {
        NaiveUsers after = users.copy();
        Optional<KvError> error = after.change(change);
        if (error.isPresent()) {
            return new Result.Rejected(error.get());
        }
        users = after;
        usersFrom.put(index, after);
        return new Result.AuthResult(revision, change);
    }

    private static Optional<Result> refused(Optional<KvError> error) {
        return error.map(Result.Rejected::new);
    }

    private Optional<KvError> refusedByContent(Put put) {
        if (put.lease() != 0 && !leases.exists(put.lease())) {
            return Optional.of(KvError.LEASE_NOT_FOUND);
        }
        boolean keeps = put.ignoreValue() || put.ignoreLease();
        return keeps && !pairs.containsKey(put.key()) ? Optional.of(KvError.KEY_NOT_FOUND) : Optional.empty();
    }

    private Result put(Put put) {
        changed = true;
        Optional<KeyValue> before = Optional.ofNullable(pairs.get(put.key()));
        Bytes value = put.ignoreValue() ? before.orElseThrow().value() : put.value();
        long created = before.map(KeyValue::createRevision).orElse(now());
        long version = before.map(KeyValue::version).orElse(0L) + 1;
        long lease = put.ignoreLease() ? before.orElseThrow().lease() : put.lease();
        KeyValue after = new KeyValue(put.key(), created, now(), version, value, lease);
        pairs.put(put.key(), after);
        changes.put(put.key(), new Change(before, Optional.of(after)));
        return new Result.PutResult(now(), put.prevKv() ? before : Optional.empty());
    }

    private Result delete(DeleteRange delete) {
        List<KeyValue> before = List.copyOf(in(pairs, delete.key(), delete.rangeEnd()));
        remove(before);
        return new Result.DeleteRangeResult(now(), before.size(), delete.prevKv() ? before : List.of());
    }

    private void remove(List<KeyValue> gone) {
        for (KeyValue kv : gone) {
            pairs.remove(kv.key());
            changes.put(kv.key(), new Change(Optional.of(kv), Optional.empty()));
        }
        changed |= !gone.isEmpty();
    }

    /** Ends a lease, or says why not. */
    private Result end(NaiveLeases.Found found) {
        return switch (found) {
            case NaiveLeases.Found.Not not -> new Result.Rejected(not.error());
            case NaiveLeases.Found.Is is -> {
                remove(pairs.values().stream()
                        .filter(kv -> kv.lease() == is.lease().id())
                        .toList());
                leases.remove(is.lease());
                yield new Result.LeaseRevokeResult(now(), is.lease());
            }
        };
    }

    private Result compact(Compact compact) {
        if (compact.revision() <= compactedRevision) {
            return new Result.Rejected(KvError.COMPACTED);
        }
        if (compact.revision() > revision) {
            return new Result.Rejected(KvError.FUTURE_REVISION);
        }
        compactedRevision = compact.revision();
        return new Result.CompactResult(revision);
    }

    /** A transaction that turns out to be impossible has changed nothing. */
    private Result transact(Txn txn) {
        Optional<KvError> error = RequestCheck.check(txn, Integer.MAX_VALUE);
        if (error.isPresent()) {
            return new Result.Rejected(error.get());
        }
        // Of a plain one the compares come before all changes, and nothing in it can turn out to be impossible.
        NavigableMap<Bytes, KeyValue> before = isPlain(txn) ? pairs : new TreeMap<>(pairs);
        Result result = branch(txn, before);
        if (result instanceof Result.Rejected) {
            pairs = before;
            changed = false;
            changes.clear();
            return result;
        }
        Result.TxnResult done = (Result.TxnResult) result;
        return new Result.TxnResult(now(), done.succeeded(), done.responses());
    }

    private static boolean isPlain(Txn txn) {
        return isPlain(txn.success()) && isPlain(txn.failure());
    }

    private static boolean isPlain(List<Operation> operations) {
        for (Operation operation : operations) {
            boolean plain = switch (operation) {
                case Range range -> true;
                case Put put -> put.lease() == 0 && !put.ignoreValue() && !put.ignoreLease();
                case DeleteRange delete -> true;
                case Txn inner -> false;
            };
            if (!plain) {
                return false;
            }
        }
        return true;
    }

    /** @param before the pairs before the whole transaction, by which all compares are judged */
    private Result branch(Txn txn, NavigableMap<Bytes, KeyValue> before) {
        boolean succeeded = txn.compares().stream().allMatch(compare -> holds(compare, before));
        List<Result> responses = new ArrayList<>();
        for (Operation operation : succeeded ? txn.success() : txn.failure()) {
            Result response = switch (operation) {
                case Range range -> range(range);
                case Put put -> refused(refusedByContent(put)).orElseGet(() -> put(put));
                case DeleteRange delete -> delete(delete);
                case Txn inner -> branch(inner, before);
            };
            if (response instanceof Result.Rejected) {
                return response;
            }
            responses.add(response);
        }
        return new Result.TxnResult(0, succeeded, responses);
    }

    private Result range(Range range) {
        if (!range.equals(Range.of(range.key(), range.rangeEnd()))) {
            throw new IllegalStateException("no client of a run sends " + range);
        }
        List<KeyValue> found = List.copyOf(in(pairs, range.key(), range.rangeEnd()));
        return new Result.RangeResult(now(), found, false, found.size());
    }

    private static Collection<KeyValue> in(NavigableMap<Bytes, KeyValue> pairs, Bytes key, Bytes end) {
        if (end.isEmpty()) {
            KeyValue found = pairs.get(key);
            return found == null ? List.of() : List.of(found);
        }
        if (end.size() == 1 && end.at(0) == 0) {
            return pairs.tailMap(key, true).values();
        }
        return key.compareTo(end) < 0 ? pairs.subMap(key, true, end, false).values() : List.of();
    }

    private static boolean holds(Compare compare, NavigableMap<Bytes, KeyValue> pairs) {
        Collection<KeyValue> found = in(pairs, compare.key(), compare.rangeEnd());
        if (found.isEmpty()) {
            KeyValue nothing = new KeyValue(compare.key(), 0, 0, 0, Bytes.empty(), 0);
            return !(compare.target() instanceof Compare.Value) && holds(compare, nothing);
        }
        return found.stream().allMatch(kv -> holds(compare, kv));
    }

    private static boolean holds(Compare compare, KeyValue kv) {
        int order = switch (compare.target()) {
            case Compare.Version target -> Long.compare(kv.version(), target.version());
            case Compare.CreateRevision target -> Long.compare(kv.createRevision(), target.createRevision());
            case Compare.ModRevision target -> Long.compare(kv.modRevision(), target.modRevision());
            case Compare.Lease target -> Long.compare(kv.lease(), target.lease());
            case Compare.Value target -> kv.value().compareTo(target.value());
        };
        return switch (compare.outcome()) {
            case EQUAL -> order == 0;
            case GREATER -> order > 0;
            case LESS -> order < 0;
            case NOT_EQUAL -> order != 0;
        };
    }
}
