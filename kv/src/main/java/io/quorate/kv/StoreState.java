package io.quorate.kv;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * What the store knows besides the keys, after a batch: small enough to be held in memory and replaced as a whole.
 *
 * @param appliedIndex the log index up to which everything is in the store
 * @param revision of the last change
 * @param compactedRevision the oldest that can be read; -1: nothing was compacted
 * @param alarms never changed once the state is published
 * @param members by member id; never changed once the state is published
 * @param digest of all that is found by a key
 * @param verification what members have reported of their digests
 * @param auth users and roles
 * @param operations what the manager has done lately
 * @param audit where the audit log stands
 */
record StoreState(
        long appliedIndex,
        long revision,
        long compactedRevision,
        SortedSet<Alarm> alarms,
        SortedMap<Long, PublishMember> members,
        DigestBuckets digest,
        Verification verification,
        AuthState auth,
        OperationRecords operations,
        AuditLog audit) {
    static final long FORMAT_VERSION = 2;

    /** Differs only in what a record of the history is, and those are told apart. */
    private static final long OLDEST_FORMAT_VERSION = 1;

    /** Reads the state, and begins an empty store by writing that of a store without any change. */
    static StoreState load(OrderedStore store) {
        if (store.get(StoreKeys.FORMAT).isEmpty()) {
            begin(store);
        }
        // Whoever has the keys has opened it below, and tells what format it has apart from that.
        Seals.open(store::get, Optional.empty());
        long format = number(store, StoreKeys.FORMAT);
        if (format < OLDEST_FORMAT_VERSION || format > FORMAT_VERSION) {
            throw new StoreException("the store has format version " + format + ", and this release reads version "
                    + OLDEST_FORMAT_VERSION + " to " + FORMAT_VERSION
                    + ": open it with the release that wrote it, or a later one");
        }
        SortedSet<Alarm> alarms = new TreeSet<>();
        SortedMap<Long, PublishMember> members = new TreeMap<>();
        OperationRecords operations;
        try (OrderedStore.Cursor cursor = store.cursor()) {
            for (cursor.seek(new byte[] {StoreKeys.ALARM}); at(cursor, StoreKeys.ALARM); cursor.next()) {
                alarms.add(alarm(cursor.key()));
            }
            for (cursor.seek(new byte[] {StoreKeys.MEMBER}); at(cursor, StoreKeys.MEMBER); cursor.next()) {
                PublishMember member = member(cursor.value());
                members.put(member.memberId(), member);
            }
            operations = OperationRecords.load(cursor);
        }
        long appliedIndex = number(store, StoreKeys.APPLIED_INDEX);
        return new StoreState(
                appliedIndex,
                number(store, StoreKeys.REVISION),
                number(store, StoreKeys.COMPACTED_REVISION),
                alarms,
                members,
                DigestBuckets.load(store, appliedIndex),
                store.get(StoreKeys.VERIFICATION).map(StoreState::verification).orElse(Verification.NONE),
                auth(store.get(StoreKeys.AUTH), store::cursor),
                operations,
                AuditLog.load(store.get(StoreKeys.AUDIT_LOG)));
    }

    /** To be called before anything is written: from then on, earlier releases refuse the store. */
    static void raiseFormat(OrderedStore store) {
        if (number(store, StoreKeys.FORMAT) < FORMAT_VERSION) {
            WriteBatch batch = new WriteBatch();
            batch.put(StoreKeys.FORMAT, StoreKeys.number(FORMAT_VERSION));
            store.write(batch);
        }
    }

    /** The index that a store stands at. */
    static long appliedIndex(FrozenStore store) {
        return store.get(StoreKeys.APPLIED_INDEX)
                .map(value -> StoreKeys.number(value, 0))
                .orElseThrow(() -> new StoreException("the store does not say which index it stands at"));
    }

    /** Asked for each command, and there is hardly ever any alarm. */
    boolean hasAlarm(Alarm.Type type) {
        if (alarms.isEmpty()) {
            return false;
        }
        for (Alarm alarm : alarms) {
            if (alarm.type() == type) {
                return true;
            }
        }
        return false;
    }

    StoreState withAppliedIndex(long index) {
        return new StoreState(
                index, revision, compactedRevision, alarms, members, digest, verification, auth, operations, audit);
    }

    StoreState withDigest(DigestBuckets newDigest) {
        return new StoreState(
                appliedIndex,
                revision,
                compactedRevision,
                alarms,
                members,
                newDigest,
                verification,
                auth,
                operations,
                audit);
    }

    StoreState withAuth(AuthState newAuth) {
        return new StoreState(
                appliedIndex,
                revision,
                compactedRevision,
                alarms,
                members,
                digest,
                verification,
                newAuth,
                operations,
                audit);
    }

    StoreState withVerification(Verification newVerification) {
        return new StoreState(
                appliedIndex,
                revision,
                compactedRevision,
                alarms,
                members,
                digest,
                newVerification,
                auth,
                operations,
                audit);
    }

    StoreState withOperations(OperationRecords newOperations) {
        return new StoreState(
                appliedIndex,
                revision,
                compactedRevision,
                alarms,
                members,
                digest,
                verification,
                auth,
                newOperations,
                audit);
    }

    StoreState withAudit(AuditLog newAudit) {
        return new StoreState(
                appliedIndex,
                revision,
                compactedRevision,
                alarms,
                members,
                digest,
                verification,
                auth,
                operations,
                newAudit);
    }

    /** The digest of the state, which stands at an index. */
    StateDigest digestAt(long index, ElementHash hash) {
        long[] lanes = new long[DigestSum.LANES];
        hash.of(Element.numbers(revision, compactedRevision)).addTo(lanes, 0);
        alarms.forEach(alarm -> hash.of(Element.alarm(alarm)).addTo(lanes, 0));
        members.values().forEach(member -> hash.of(Element.member(member)).addTo(lanes, 0));
        if (!auth.equals(AuthState.INITIAL)) {
            hash.of(Element.auth(auth)).addTo(lanes, 0);
            auth.users().forEach(user -> hash.of(Element.user(user)).addTo(lanes, 0));
            auth.roles().forEach(role -> hash.of(Element.role(role)).addTo(lanes, 0));
        }
        operations
                .byId()
                .values()
                .forEach(operation -> hash.of(Element.operation(operation)).addTo(lanes, 0));
        if (!audit.equals(AuditLog.NONE)) {
            // Its head stands for all records before it.
            hash.of(Element.audit(audit)).addTo(lanes, 0);
        }
        List<DigestSum> sums = digest.sums();
        sums.add(DigestBuckets.sum(lanes, 0));
        return StateDigest.of(index, sums);
    }

    StoreState withRevision(long newRevision) {
        return new StoreState(
                appliedIndex,
                newRevision,
                compactedRevision,
                alarms,
                members,
                digest,
                verification,
                auth,
                operations,
                audit);
    }

    StoreState withCompactedRevision(long newCompactedRevision) {
        return new StoreState(
                appliedIndex,
                revision,
                newCompactedRevision,
                alarms,
                members,
                digest,
                verification,
                auth,
                operations,
                audit);
    }

    StoreState withAlarm(Alarm alarm) {
        SortedSet<Alarm> changed = new TreeSet<>(alarms);
        changed.add(alarm);
        return new StoreState(
                appliedIndex,
                revision,
                compactedRevision,
                changed,
                members,
                digest,
                verification,
                auth,
                operations,
                audit);
    }

    StoreState withoutAlarm(Alarm alarm) {
        SortedSet<Alarm> changed = new TreeSet<>(alarms);
        changed.remove(alarm);
        return new StoreState(
                appliedIndex,
                revision,
                compactedRevision,
                changed,
                members,
                digest,
                verification,
                auth,
                operations,
                audit);
    }

    StoreState withMember(PublishMember member) {
        SortedMap<Long, PublishMember> changed = new TreeMap<>(members);
        changed.put(member.memberId(), member);
        return new StoreState(
                appliedIndex,
                revision,
                compactedRevision,
                alarms,
                changed,
                digest,
                verification,
                auth,
                operations,
                audit);
    }

    private static void begin(OrderedStore store) {
        try (OrderedStore.Cursor cursor = store.cursor()) {
            cursor.seek(new byte[0]);
            if (cursor.isValid()) {
                throw new StoreException("the store is not empty, but does not say what format it has");
            }
        }
        WriteBatch batch = new WriteBatch();
        batch.put(StoreKeys.FORMAT, StoreKeys.number(FORMAT_VERSION));
        batch.put(StoreKeys.APPLIED_INDEX, StoreKeys.number(0));
        batch.put(StoreKeys.REVISION, StoreKeys.number(1));
        batch.put(StoreKeys.COMPACTED_REVISION, StoreKeys.number(-1));
        store.write(batch);
    }

    private static boolean at(OrderedStore.Cursor cursor, byte kind) {
        return cursor.isValid() && cursor.key()[0] == kind;
    }

    private static long number(OrderedStore store, byte[] key) {
        byte[] value = store.get(key).orElseThrow(() -> new StoreException("the store lacks one of its own numbers"));
        return StoreKeys.number(value, 0);
    }

    static Alarm alarm(byte[] key) {
        ByteBuffer encoded = ByteBuffer.wrap(key, 1, key.length - 1);
        long memberId = encoded.getLong();
        int number = encoded.get();
        for (Alarm.Type type : Alarm.Type.values()) {
            if (type.number() == number) {
                return new Alarm(memberId, type);
            }
        }
        throw new StoreException("the store holds an alarm of unknown type " + number);
    }

    /** A store of which no user or role was ever changed has nothing of that in it. */
    static AuthState auth(Optional<byte[]> numbers, Supplier<OrderedStore.Cursor> cursors) {
        if (numbers.isEmpty()) {
            return AuthState.INITIAL;
        }
        Map<String, User> users = new HashMap<>();
        Map<String, Role> roles = new HashMap<>();
        try (OrderedStore.Cursor cursor = cursors.get()) {
            for (cursor.seek(new byte[] {StoreKeys.USER}); at(cursor, StoreKeys.USER); cursor.next()) {
                User user = AuthCodec.decodeUser(cursor.value());
                users.put(user.name(), user);
            }
            for (cursor.seek(new byte[] {StoreKeys.ROLE}); at(cursor, StoreKeys.ROLE); cursor.next()) {
                Role role = AuthCodec.decodeRole(cursor.value());
                roles.put(role.name(), role);
            }
            return AuthCodec.decode(numbers.get(), users, roles);
        } catch (DecodeException e) {
            throw new StoreException("the store holds users or roles that cannot be read: " + e.getMessage(), e);
        }
    }

    private static Verification verification(byte[] value) {
        try {
            return VerificationCodec.decode(value);
        } catch (DecodeException e) {
            throw new StoreException("the store holds reports that cannot be read: " + e.getMessage(), e);
        }
    }

    static PublishMember member(byte[] value) {
        try {
            return MemberCodec.read(new ByteReader(Bytes.wrap(value)));
        } catch (DecodeException e) {
            throw new StoreException("the store holds a member that cannot be read: " + e.getMessage(), e);
        }
    }
}
