package io.quorate.kv;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Reads leases, and which keys are attached to them, from the ordered store. */
final class LeaseRecords {
    private LeaseRecords() {}

    static Optional<Lease> find(OrderedStore store, long id) {
        return store.get(StoreKeys.lease(id)).map(record -> LeaseCodec.decode(id, record));
    }

    static LeaseFence fence(OrderedStore store) {
        return store.get(StoreKeys.LEASE_FENCE).map(LeaseCodec::decodeFence).orElse(LeaseFence.NONE);
    }

    /** All leases, by id. */
    static List<Lease> all(OrderedStore.Cursor cursor) {
        List<Lease> leases = new ArrayList<>();
        for (cursor.seek(new byte[] {StoreKeys.LEASE});
                cursor.isValid() && cursor.key()[0] == StoreKeys.LEASE;
                cursor.next()) {
            leases.add(LeaseCodec.decode(StoreKeys.number(cursor.key(), 1), cursor.value()));
        }
        return leases;
    }

    /** The keys that are attached to a lease, in order. */
    static List<Bytes> keys(OrderedStore.Cursor cursor, long id) {
        List<Bytes> keys = new ArrayList<>();
        for (cursor.seek(StoreKeys.attachment(id, Bytes.empty()));
                cursor.isValid() && StoreKeys.isAttachment(cursor.key(), id);
                cursor.next()) {
            keys.add(StoreKeys.attachedKey(cursor.key()));
        }
        return keys;
    }

    /** Adds everything about leases to a digest. */
    static void addTo(DigestChanges digest, OrderedStore.Cursor cursor) {
        all(cursor).forEach(lease -> digest.add(Element.lease(lease)));
        for (cursor.seek(new byte[] {StoreKeys.ATTACHMENT});
                cursor.isValid() && cursor.key()[0] == StoreKeys.ATTACHMENT;
                cursor.next()) {
            digest.add(Element.attachment(
                    StoreKeys.attachedKey(cursor.key()), StoreKeys.number(cursor.key(), 1)));
        }
        cursor.seek(StoreKeys.LEASE_FENCE);
        if (cursor.isValid() && Arrays.equals(cursor.key(), StoreKeys.LEASE_FENCE)) {
            digest.add(Element.fence(LeaseCodec.decodeFence(cursor.value())));
        }
    }

    /** Adds everything about leases to a checksum. */
    static void addTo(HistoryChecksum checksum, OrderedStore.Cursor cursor) {
        for (byte kind : new byte[] {StoreKeys.ATTACHMENT, StoreKeys.LEASE}) {
            for (cursor.seek(new byte[] {kind}); cursor.isValid() && cursor.key()[0] == kind; cursor.next()) {
                checksum.add(cursor.key(), cursor.value());
            }
        }
    }
}
