package io.quorate.kv;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** The leases as the commands of one batch have left them so far, over what the store holds; not thread-safe. */
final class LeaseChanges {
    private final OrderedStore store;
    private final WriteBatch batch;
    private final DigestChanges digest;
    private final Map<Long, Optional<Lease>> changed = new HashMap<>();

    /** Of each lease, the keys that were attached (true) or detached (false). */
    private final Map<Long, SortedMap<Bytes, Boolean>> attachments = new HashMap<>();

    private Optional<LeaseFence> fence = Optional.empty();

    /**
     * No changes yet.
     *
     * @param batch takes every change at once
     * @param digest likewise
     */
    LeaseChanges(OrderedStore store, WriteBatch batch, DigestChanges digest) {
        this.store = store;
        this.digest = digest;
        this.batch = batch;
    }

    Optional<Lease> find(long id) {
        Optional<Lease> known = changed.get(id);
        return known != null ? known : LeaseRecords.find(store, id);
    }

    void put(Lease lease) {
        find(lease.id()).ifPresent(before -> digest.remove(Element.lease(before)));
        digest.add(Element.lease(lease));
        changed.put(lease.id(), Optional.of(lease));
        batch.put(StoreKeys.lease(lease.id()), LeaseCodec.encode(lease));
    }

    /** Removes a lease that has no keys any more. */
    void remove(Lease lease) {
        digest.remove(Element.lease(lease));
        changed.put(lease.id(), Optional.empty());
        batch.delete(StoreKeys.lease(lease.id()));
    }

    /** A key goes from one lease to another; 0 stands for none. */
    void move(Bytes key, long from, long to) {
        if (from == to) {
            return;
        }
        if (from != 0) {
            attachmentsOf(from).put(key, false);
            batch.delete(StoreKeys.attachment(from, key));
            digest.remove(Element.attachment(key, from));
        }
        if (to != 0) {
            attachmentsOf(to).put(key, true);
            batch.put(StoreKeys.attachment(to, key), new byte[0]);
            digest.add(Element.attachment(key, to));
        }
    }

    /** The keys that are attached to a lease, in order. */
    List<Bytes> keys(long id) {
        TreeSet<Bytes> keys;
        try (OrderedStore.Cursor cursor = store.cursor()) {
            keys = new TreeSet<>(LeaseRecords.keys(cursor, id));
        }
        attachmentsOf(id).forEach((key, attached) -> {
            if (attached) {
                keys.add(key);
            } else {
                keys.remove(key);
            }
        });
        return new ArrayList<>(keys);
    }

    LeaseFence fence() {
        LeaseFence known = fence.orElseGet(() -> LeaseRecords.fence(store));
        fence = Optional.of(known);
        return known;
    }

    void setFence(LeaseFence raised) {
        if (!fence().equals(LeaseFence.NONE)) {
            digest.remove(Element.fence(fence()));
        }
        digest.add(Element.fence(raised));
        fence = Optional.of(raised);
        batch.put(StoreKeys.LEASE_FENCE, LeaseCodec.encode(raised));
    }

    private SortedMap<Bytes, Boolean> attachmentsOf(long id) {
        return attachments.computeIfAbsent(id, none -> new TreeMap<>());
    }
}
