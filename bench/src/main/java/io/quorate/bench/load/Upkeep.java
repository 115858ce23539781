package io.quorate.bench.load;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorate.bench.cost.MemberAddress;
import io.quorate.server.proto.etcdserverpb.ClusterGrpc;
import io.quorate.server.proto.etcdserverpb.DeleteRangeRequest;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.LeaseGrantRequest;
import io.quorate.server.proto.etcdserverpb.LeaseGrpc;
import io.quorate.server.proto.etcdserverpb.LeaseRevokeRequest;
import io.quorate.server.proto.etcdserverpb.MemberListRequest;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RequestOp;
import io.quorate.server.proto.etcdserverpb.TxnRequest;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** What is done to a cluster before the load and after it, one request after the other. For one thread. */
final class Upkeep {

    /** etcd takes no more operations in a transaction, nor more bytes in a request, by default. */
    private static final int MAX_OPS = 100;

    private static final int MAX_BYTES = 1 << 19;

    /** A cluster answers nobody else while it removes keys: millions at once, and its clients would give up meanwhile. */
    private static final int REMOVED_AT_ONCE = 10_000;

    /** What is wrong so often is wrong with all that follow; what is wrong once may be a leader that has changed. */
    private static final int MAX_FAILURES_IN_A_ROW = 3;

    /** Longer than etcd's {@code --backend-batch-interval}, which is 100 ms by default. */
    private static final long STORE_COMMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(150);

    private final Channel channel;
    private final Duration timeout;

    Upkeep(Channel channel, Duration timeout) {
        this.channel = channel;
        this.timeout = timeout;
    }

    /** The cluster's members and where clients find them; empty if it does not tell. */
    Optional<List<MemberAddress>> members() {
        try {
            return Optional.of(ClusterGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(timeout)
                    .memberList(MemberListRequest.getDefaultInstance())
                    .getMembersList()
                    .stream()
                    .map(member -> new MemberAddress(
                            member.getName(),
                            member.getClientURLsList().stream().map(URI::create).toList()))
                    .toList());
        } catch (StatusRuntimeException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * Puts every key.
     *
     * @param isStopped whether it is to leave off
     */
    void fill(Keyspace keyspace, BooleanSupplier isStopped) throws LoadException {
        SplittableRandom random = new SplittableRandom(keyspace.size());
        int together = Math.clamp(MAX_BYTES / Math.max(1, keyspace.keyBytes() + keyspace.valueBytes()), 1, MAX_OPS);
        for (int first = 0; first < keyspace.size() && !isStopped.getAsBoolean(); first += together) {
            TxnRequest.Builder txn = TxnRequest.newBuilder();
            for (int i = first; i < Math.min(first + together, keyspace.size()); i++) {
                txn.addSuccess(RequestOp.newBuilder()
                        .setRequestPut(
                                PutRequest.newBuilder().setKey(keyspace.key(i)).setValue(keyspace.value(random))));
            }
            try {
                var unused = KVGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(timeout)
                        .txn(txn.build());
            } catch (StatusRuntimeException e) {
                throw new LoadException("the keys that are to be read could not be written", e);
            }
        }
    }

    /**
     * Waits until the member that is asked here has all keys: it must have caught up to answer a linearizable read, and a
     * serializable one is answered by what it has.
     */
    void awaitFilled(Keyspace keyspace) throws LoadException {
        try {
            var unused = KVGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(timeout)
                    .range(RangeRequest.newBuilder()
                            .setKey(keyspace.key(keyspace.size() - 1))
                            .build());
        } catch (StatusRuntimeException e) {
            throw new LoadException("a member does not catch up with the keys that are to be read", e);
        }
    }

    /**
     * Lets a store let go of what filling left in its memory. etcd 3.4 copies its buffer of late writes for every read, and keeps it
     * as large as the largest batch of keys was (mvcc/backend, {@code txReadBuffer}) until it commits a batch without any. After
     * 10,000 keys at full speed a read was five times as expensive for it. Granting and revoking a lease are writes without keys.
     */
    void settle() throws LoadException {
        try {
            LockSupport.parkNanos(STORE_COMMIT_NANOS);
            long lease = LeaseGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(timeout)
                    .leaseGrant(LeaseGrantRequest.newBuilder()
                            .setTTL(timeout.toSeconds() + 1)
                            .build())
                    .getID();
            LockSupport.parkNanos(STORE_COMMIT_NANOS);
            var unused = LeaseGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(timeout)
                    .leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());
            LockSupport.parkNanos(STORE_COMMIT_NANOS);
        } catch (StatusRuntimeException e) {
            throw new LoadException("the keys are written, but a lease was not granted and revoked after them", e);
        }
    }

    /** Removes every key of the target's, a part at a time; returns why it could not. */
    Optional<String> remove(Keyspace keyspace, Target target) {
        try {
            for (int first = 0; first < keyspace.size(); first += REMOVED_AT_ONCE) {
                var unused = KVGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(timeout)
                        .deleteRange(DeleteRangeRequest.newBuilder()
                                .setKey(keyspace.key(first))
                                .setRangeEnd(keyspace.key(Math.min(first + REMOVED_AT_ONCE, keyspace.size())))
                                .build());
            }
            return Optional.empty();
        } catch (StatusRuntimeException e) {
            return Optional.of("the keys of this run could not be removed (" + Failure.of(e.getStatus())
                    + "); do it with: quorate del --prefix "
                    + keyspace.prefix().toStringUtf8()
                    + " --endpoints "
                    + target.endpoints().stream().map(URI::toString).collect(Collectors.joining(",")));
        }
    }

    /** Revokes these, as far as they are there; returns why it could not revoke all. */
    Optional<String> revoke(Set<Long> leases) {
        Optional<Status> failure = Optional.empty();
        int inARow = 0;
        for (long lease : leases) {
            Optional<Status> failed = revoke(lease);
            inARow = failed.isPresent() ? inARow + 1 : 0;
            failure = failed.isPresent() ? failed : failure;
            if (inARow == MAX_FAILURES_IN_A_ROW) {
                break;
            }
        }
        return failure.map(status -> "not all leases of this run could be revoked (" + Failure.of(status)
                + "); they run out by themselves within a minute");
    }

    /** One is gone if it has run out, or was revoked without an answer; returns why it could not otherwise. */
    private Optional<Status> revoke(long lease) {
        try {
            var unused = LeaseGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(timeout)
                    .leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());
            return Optional.empty();
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode() == Status.Code.NOT_FOUND ? Optional.empty() : Optional.of(e.getStatus());
        }
    }
}
