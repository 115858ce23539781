package io.quorate.server.snapshot;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.quorate.kv.Alarm;
import io.quorate.kv.AuthState;
import io.quorate.kv.Bytes;
import io.quorate.kv.KeyValue;
import io.quorate.kv.Lease;
import io.quorate.kv.Role;
import io.quorate.kv.StoreExport;
import io.quorate.kv.StoredChange;
import io.quorate.kv.User;
import io.quorate.server.bolt.BoltWriter;
import io.quorate.server.bolt.RandomOutput;
import io.quorate.server.proto.etcdserverpb.AlarmMember;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.stream.Collectors;

/**
 * Writes the content of a store as etcd's database.
 *
 * <p>The buckets about the cluster stay empty, as in the database of a cluster that is only founded: whoever restores a snapshot
 * founds a new one, and throws away what is there of the old one. etcd 3.4 would delete keys of the names of its members, too.
 */
final class EtcdSnapshot {
    private static final byte[] NO_VALUE = {};

    /** Orders as the database does, by unsigned bytes. */
    private static final Comparator<byte[]> ORDER = Arrays::compareUnsigned;

    private final BoltWriter out;
    private final StoreExport store;
    private final DiskRoom room;

    private EtcdSnapshot(BoltWriter out, StoreExport store, DiskRoom room) {
        this.room = room;
        this.out = out;
        this.store = store;
    }

    /**
     * Where a snapshot is taken.
     *
     * @param term of the member that takes it, at least 1
     * @param voters the ids of the members that vote
     */
    record Origin(long term, SortedSet<Long> voters) {}

    /**
     * Writes to a place that is empty, and is closed then. Blocks; ends with an exception if the thread is interrupted.
     *
     * @throws io.quorate.kv.StoreException if the store cannot be read
     * @throws io.grpc.StatusRuntimeException if there is no room left meanwhile
     */
    static void write(RandomOutput file, StoreExport store, Origin origin, DiskRoom room) throws IOException {
        try (BoltWriter out = BoltWriter.to(file, BoltWriter.USUAL_PAGE_BYTES)) {
            EtcdSnapshot snapshot = new EtcdSnapshot(out, store, room);
            snapshot.writeAlarms();
            snapshot.writeAuth();
            out.beginBucket(EtcdSchema.CLUSTER);
            snapshot.writeHistory();
            snapshot.writeLeases();
            out.beginBucket(EtcdSchema.MEMBERS);
            out.beginBucket(EtcdSchema.MEMBERS_REMOVED);
            snapshot.writeMeta(origin);
            out.finish();
        }
    }

    private void writeAlarms() throws IOException {
        out.beginBucket(EtcdSchema.ALARM);
        List<byte[]> alarms =
                store.alarms().stream().map(EtcdSnapshot::encode).sorted(ORDER).toList();
        for (byte[] alarm : alarms) {
            out.put(alarm, NO_VALUE);
        }
    }

    private static byte[] encode(Alarm alarm) {
        return AlarmMember.newBuilder()
                .setMemberID(alarm.memberId())
                .setAlarmValue(alarm.type().number())
                .build()
                .toByteArray();
    }

    private void writeAuth() throws IOException {
        AuthState auth = store.auth();
        out.beginBucket(EtcdSchema.AUTH);
        out.put(EtcdSchema.AUTH_ENABLED, new byte[] {(byte) (auth.isEnabled() ? 1 : 0)});
        out.put(EtcdSchema.AUTH_REVISION, number(auth.revision()));
        out.beginBucket(EtcdSchema.AUTH_ROLES);
        for (Role role : sorted(auth.roles(), Role::name)) {
            out.put(utf8(role.name()), AuthRecords.encode(role));
        }
        out.beginBucket(EtcdSchema.AUTH_USERS);
        for (User user : sorted(auth.users(), User::name)) {
            out.put(utf8(user.name()), AuthRecords.encode(user));
        }
    }

    /** Java orders text by another rule than by the bytes of its UTF-8. */
    private static <T> List<T> sorted(List<T> named, java.util.function.Function<T, String> name) {
        return named.stream()
                .sorted(Comparator.comparing(one -> utf8(name.apply(one)), ORDER))
                .toList();
    }

    private void writeHistory() throws IOException {
        out.beginBucket(EtcdSchema.KEY);
        store.<IOException>changes(this::write, room::requireReserve);
    }

    private void write(StoredChange change) throws IOException {
        byte[] record = encode(change);
        room.written(record.length);
        out.put(new RevisionKey(change.revision(), change.sub(), change.deletion()).encode(), record);
    }

    private static byte[] encode(StoredChange change) {
        KeyValue kv = change.kv();
        io.quorate.server.proto.mvccpb.KeyValue.Builder record =
                io.quorate.server.proto.mvccpb.KeyValue.newBuilder().setKey(string(kv.key()));
        if (!change.deletion()) {
            record.setCreateRevision(kv.createRevision())
                    .setModRevision(kv.modRevision())
                    .setVersion(kv.version())
                    .setValue(string(kv.value()))
                    .setLease(kv.lease());
        }
        return record.build().toByteArray();
    }

    private void writeLeases() throws IOException {
        out.beginBucket(EtcdSchema.LEASE);
        for (Lease lease : store.leases()) {
            io.quorate.server.proto.leasepb.Lease.Builder record = io.quorate.server.proto.leasepb.Lease.newBuilder()
                    .setID(lease.id())
                    .setTTL(lease.ttlSeconds());
            if (lease.remainingSeconds() < lease.ttlSeconds()) {
                record.setRemainingTTL(lease.remainingSeconds());
            }
            out.put(number(lease.id()), record.build().toByteArray());
        }
    }

    private void writeMeta(Origin origin) throws IOException {
        out.beginBucket(EtcdSchema.META);
        // Since etcd 3.5, as is the term.
        out.put(EtcdSchema.CONF_STATE, utf8(confState(origin.voters())));
        out.put(EtcdSchema.CONSISTENT_INDEX, number(store.appliedIndex()));
        if (store.compactedRevision() > 0) {
            byte[] compacted = new RevisionKey(store.compactedRevision(), 0, false).encode();
            out.put(EtcdSchema.FINISHED_COMPACTION, compacted);
            out.put(EtcdSchema.SCHEDULED_COMPACTION, compacted);
        }
        out.put(EtcdSchema.TERM, number(origin.term()));
    }

    private static String confState(SortedSet<Long> voters) {
        return voters.stream()
                .map(Long::toUnsignedString)
                .collect(Collectors.joining(",", "{\"voters\":[", "],\"auto_leave\":false}"));
    }

    private static byte[] number(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static ByteString string(Bytes bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes.asByteBuffer());
    }
}
