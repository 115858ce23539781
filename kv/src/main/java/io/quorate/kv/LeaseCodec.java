package io.quorate.kv;

import java.util.ArrayList;
import java.util.List;

/** The bytes that stand for leases in the store, and for commands about them in the log. */
final class LeaseCodec {
    private LeaseCodec() {}

    /** The record of a lease in the store, whose key says its id. */
    static byte[] encode(Lease lease) {
        ByteWriter out = new ByteWriter(24);
        out.varint(lease.ttlSeconds());
        out.varint(lease.remainingSeconds());
        out.varint(lease.grantIndex());
        return out.toByteArray();
    }

    static Lease decode(long id, byte[] record) {
        ByteReader in = new ByteReader(Bytes.wrap(record));
        try {
            Lease lease = new Lease(id, in.varint(), in.varint(), in.varint());
            in.expectEnd();
            return lease;
        } catch (DecodeException e) {
            throw new StoreException("the store holds a lease that cannot be read: " + e.getMessage(), e);
        }
    }

    static byte[] encode(LeaseFence fence) {
        ByteWriter out = new ByteWriter(20);
        out.varint(fence.term());
        out.varint(fence.sequence());
        return out.toByteArray();
    }

    static LeaseFence decodeFence(byte[] record) {
        ByteReader in = new ByteReader(Bytes.wrap(record));
        try {
            LeaseFence fence = new LeaseFence(in.varint(), in.varint());
            in.expectEnd();
            return fence;
        } catch (DecodeException e) {
            throw new StoreException("the store's fence of leases cannot be read: " + e.getMessage(), e);
        }
    }

    static void writeGrant(ByteWriter out, LeaseGrant grant) {
        out.varint(grant.id());
        out.varint(grant.ttlSeconds());
    }

    static LeaseGrant readGrant(ByteReader in) throws DecodeException {
        return new LeaseGrant(in.varint(), in.varint());
    }

    static void writeExpiry(ByteWriter out, LeaseExpiry expiry) {
        out.varint(expiry.id());
        out.varint(expiry.grantIndex());
        out.varint(expiry.term());
    }

    static LeaseExpiry readExpiry(ByteReader in) throws DecodeException {
        return new LeaseExpiry(in.varint(), in.varint(), in.varint());
    }

    static void writeCheckpoint(ByteWriter out, LeaseCheckpoint checkpoint) {
        out.varint(checkpoint.term());
        out.varint(checkpoint.sequence());
        out.varint(checkpoint.leases().size());
        for (LeaseCheckpoint.Remaining lease : checkpoint.leases()) {
            out.varint(lease.id());
            out.varint(lease.grantIndex());
            out.varint(lease.seconds());
        }
    }

    static LeaseCheckpoint readCheckpoint(ByteReader in) throws DecodeException {
        long term = in.varint();
        long sequence = in.varint();
        int count = in.count();
        List<LeaseCheckpoint.Remaining> leases = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            leases.add(new LeaseCheckpoint.Remaining(in.varint(), in.varint(), in.varint()));
        }
        return new LeaseCheckpoint(term, sequence, leases);
    }
}
