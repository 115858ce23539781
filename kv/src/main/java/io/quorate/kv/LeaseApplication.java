package io.quorate.kv;

import io.quorate.kv.Result.LeaseCheckpointResult;
import io.quorate.kv.Result.LeaseGrantResult;
import io.quorate.kv.Result.LeaseRevokeResult;
import io.quorate.kv.Result.LeaseTakeoverResult;
import io.quorate.kv.Result.Rejected;
import java.util.function.Consumer;

/**
 * Applies the commands about leases. No clock is looked at here: that a lease's time is over is something that the leader
 * says through the log, and its word counts as long as no later leader has taken the leases over.
 */
final class LeaseApplication {
    private final Changes changes;
    private final LeaseChanges leases;
    private final Consumer<Bytes> deleteKey;

    /** @param deleteKey deletes a key in the revision of the command under way */
    LeaseApplication(Changes changes, Consumer<Bytes> deleteKey) {
        this.changes = changes;
        this.leases = changes.leases();
        this.deleteKey = deleteKey;
    }

    Result grant(LeaseGrant grant, long index) {
        if (leases.find(grant.id()).isPresent()) {
            return new Rejected(KvError.LEASE_EXISTS);
        }
        long ttl = Math.max(1, grant.ttlSeconds());
        Lease lease = new Lease(grant.id(), ttl, ttl, index);
        leases.put(lease);
        return new LeaseGrantResult(changes.revision(), lease);
    }

    Result revoke(LeaseRevoke revoke) {
        return leases.find(revoke.id()).map(this::end).orElse(new Rejected(KvError.LEASE_NOT_FOUND));
    }

    Result expire(LeaseExpiry expiry) {
        if (expiry.term() != leases.fence().term()) {
            return new Rejected(KvError.LEASE_FENCED);
        }
        return leases.find(expiry.id())
                .filter(lease -> lease.grantIndex() == expiry.grantIndex())
                .map(this::end)
                .orElse(new Rejected(KvError.LEASE_NOT_FOUND));
    }

    /** Deletes the keys, all in the revision of this command, and then the lease. */
    private Result end(Lease lease) {
        leases.keys(lease.id()).forEach(deleteKey);
        leases.remove(lease);
        return new LeaseRevokeResult(changes.readRevision(), lease);
    }

    Result takeOver(LeaseTakeover takeover) {
        if (takeover.term() <= leases.fence().term()) {
            return new Rejected(KvError.LEASE_FENCED);
        }
        leases.setFence(new LeaseFence(takeover.term(), 0));
        return new LeaseTakeoverResult(changes.revision(), takeover.term());
    }

    Result checkpoint(LeaseCheckpoint checkpoint) {
        LeaseFence fence = leases.fence();
        if (checkpoint.term() != fence.term() || checkpoint.sequence() <= fence.sequence()) {
            return new Rejected(KvError.LEASE_FENCED);
        }
        leases.setFence(new LeaseFence(fence.term(), checkpoint.sequence()));
        for (LeaseCheckpoint.Remaining remaining : checkpoint.leases()) {
            leases.find(remaining.id())
                    .filter(lease -> lease.grantIndex() == remaining.grantIndex())
                    .ifPresent(lease -> leases.put(lease.withRemaining(remaining.seconds())));
        }
        return new LeaseCheckpointResult(changes.revision());
    }
}
