package io.quorate.kv;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The digest of a store, found in the plainest way: from what its clients can read, added up anew. */
final class NaiveDigest {
    private final long[][] buckets = new long[StateDigest.BUCKETS][4];

    private NaiveDigest() {}

    static StateDigest of(MvccStore store) {
        NaiveDigest digest = new NaiveDigest();
        Result.RangeResult all =
                (Result.RangeResult) store.range(Range.of(Bytes.wrap(new byte[1]), Bytes.wrap(new byte[1])));
        all.kvs().forEach(digest::addPair);
        int last = StateDigest.BUCKETS - 1;
        byte[] none = {};
        digest.add(last, 2, none, store.currentRevision(), store.compactedRevision(), 0, 0, none);
        for (Alarm alarm : store.alarms()) {
            digest.add(last, 3, none, alarm.memberId(), alarm.type().number(), 0, 0, none);
        }
        for (PublishedMember member : store.members()) {
            ByteWriter out = new ByteWriter(0);
            MemberCodec.write(
                    out, new PublishMember(member.memberId(), member.name(), member.clientUrls(), member.zone()));
            digest.add(last, 4, none, member.memberId(), 0, 0, 0, out.toByteArray());
        }
        for (ManagedOperation operation : store.operations()) {
            digest.add(last, 11, none, operation.id(), 0, 0, 0, ManagedOperationCodec.encode(operation));
        }
        if (store.auditLog().hasBegun()) {
            AuditLog log = store.auditLog();
            digest.add(last, 20, none, log.last(), log.first(), 0, 0, AuditCodec.encode(log));
        }
        for (Lease lease : store.leases()) {
            byte[] id = ByteBuffer.allocate(8).putLong(lease.id()).array();
            digest.add(bucket(id), 5, id, lease.ttlSeconds(), lease.remainingSeconds(), lease.grantIndex(), 0, none);
            for (Bytes key : store.leaseKeys(lease.id())) {
                digest.add(bucket(key.toByteArray()), 6, key.toByteArray(), lease.id(), 0, 0, 0, none);
            }
        }
        LeaseFence fence = store.leaseFence();
        if (fence.term() != 0) {
            digest.add(bucket(none), 7, none, fence.term(), fence.sequence(), 0, 0, none);
        }
        return digest.at(store.appliedIndex());
    }

    private static int bucket(byte[] key) {
        int hash = Arrays.hashCode(key);
        hash = (hash ^ hash >>> 16) * 0x85ebca6b;
        hash = (hash ^ hash >>> 13) * 0xc2b2ae35;
        hash ^= hash >>> 16;
        return hash >>> 26;
    }

    private void addPair(KeyValue kv) {
        add(
                bucket(kv.key().toByteArray()),
                1,
                kv.key().toByteArray(),
                kv.createRevision(),
                kv.modRevision(),
                kv.version(),
                kv.lease(),
                kv.value().toByteArray());
    }

    private void add(int bucket, int kind, byte[] key, long a, long b, long c, long d, byte[] content) {
        ByteBuffer element = ByteBuffer.allocate(37 + key.length + content.length);
        element.put((byte) kind).putInt(key.length);
        element.putLong(a).putLong(b).putLong(c).putLong(d).put(key).put(content);
        try {
            ByteBuffer hash =
                    ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(element.array()));
            for (int lane = 0; lane < 4; lane++) {
                buckets[bucket][lane] += hash.getLong();
            }
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private StateDigest at(long index) {
        List<DigestSum> sums = new ArrayList<>();
        long[] total = new long[4];
        for (long[] bucket : buckets) {
            sums.add(new DigestSum(bucket[0], bucket[1], bucket[2], bucket[3]));
            for (int lane = 0; lane < 4; lane++) {
                total[lane] += bucket[lane];
            }
        }
        return new StateDigest(index, new DigestSum(total[0], total[1], total[2], total[3]), sums);
    }
}
