package io.quorate.simulator.invariant;

import io.quorate.kv.KvError;
import io.quorate.kv.Lease;
import io.quorate.kv.LeaseCheckpoint;
import io.quorate.kv.LeaseExpiry;
import io.quorate.kv.LeaseGrant;
import io.quorate.kv.LeaseRevoke;
import io.quorate.kv.LeaseTakeover;
import io.quorate.kv.RequestCheck;
import io.quorate.kv.Result;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** The leases of the {@link NaiveStore}. */
final class NaiveLeases {

    /** Whether a lease is there that a command would end. */
    sealed interface Found {
        record Is(Lease lease) implements Found {}

        record Not(KvError error) implements Found {}
    }

    private final TreeMap<Long, Lease> leases = new TreeMap<>(Long::compareUnsigned);
    private long term;
    private long sequence;

    boolean exists(long id) {
        return leases.containsKey(id);
    }

    List<Lease> all() {
        return List.copyOf(leases.values());
    }

    Result grant(LeaseGrant grant, long index, long revision) {
        Optional<KvError> error = RequestCheck.check(grant);
        if (error.isPresent() || exists(grant.id())) {
            return new Result.Rejected(error.orElse(KvError.LEASE_EXISTS));
        }
        long ttl = Math.max(1, grant.ttlSeconds());
        Lease lease = new Lease(grant.id(), ttl, ttl, index);
        leases.put(lease.id(), lease);
        return new Result.LeaseGrantResult(revision, lease);
    }

    Found revoked(LeaseRevoke revoke) {
        return exists(revoke.id())
                ? new Found.Is(Objects.requireNonNull(leases.get(revoke.id())))
                : new Found.Not(KvError.LEASE_NOT_FOUND);
    }

    Found expired(LeaseExpiry expiry) {
        if (expiry.term() != term) {
            return new Found.Not(KvError.LEASE_FENCED);
        }
        Lease lease = leases.get(expiry.id());
        return lease != null && lease.grantIndex() == expiry.grantIndex()
                ? new Found.Is(lease)
                : new Found.Not(KvError.LEASE_NOT_FOUND);
    }

    void remove(Lease lease) {
        leases.remove(lease.id());
    }

    Result takeOver(LeaseTakeover takeover, long revision) {
        if (takeover.term() <= term) {
            return new Result.Rejected(KvError.LEASE_FENCED);
        }
        term = takeover.term();
        sequence = 0;
        return new Result.LeaseTakeoverResult(revision, term);
    }

    Result checkpoint(LeaseCheckpoint checkpoint, long revision) {
        if (checkpoint.term() != term || checkpoint.sequence() <= sequence) {
            return new Result.Rejected(KvError.LEASE_FENCED);
        }
        sequence = checkpoint.sequence();
        for (LeaseCheckpoint.Remaining left : checkpoint.leases()) {
            leases.computeIfPresent(left.id(), (id, lease) -> {
                long seconds = Math.max(1, Math.min(left.seconds(), lease.ttlSeconds()));
                return lease.grantIndex() == left.grantIndex()
                        ? new Lease(id, lease.ttlSeconds(), seconds, lease.grantIndex())
                        : lease;
            });
        }
        return new Result.LeaseCheckpointResult(revision);
    }
}
