package io.quorate.kv;

import java.util.List;
import java.util.Optional;

/**
 * What came of an operation or a command.
 *
 * <p>The revision in a result is the store's when the operation was done; inside a transaction, etcd's rules apply: a
 * put and everything after the first change carries the transaction's own revision, what comes before it the one before.
 */
public sealed interface Result {

    /**
     * A pair was written.
     *
     * @param prev the pair before, if it was asked for and there was one
     */
    record PutResult(long revision, Optional<KeyValue> prev) implements Result {}

    /**
     * Pairs were deleted.
     *
     * @param deleted how many
     * @param prevKvs the pairs before, if they were asked for, in key order
     */
    record DeleteRangeResult(long revision, long deleted, List<KeyValue> prevKvs) implements Result {
        public DeleteRangeResult {
            prevKvs = List.copyOf(prevKvs);
        }
    }

    /**
     * Pairs were read.
     *
     * @param revision the store's current revision, also when an older one was read
     * @param more whether the limit cut some off
     * @param count the number of keys in the range, regardless of limit and filters
     */
    record RangeResult(long revision, List<KeyValue> kvs, boolean more, long count) implements Result {
        public RangeResult {
            kvs = List.copyOf(kvs);
        }
    }

    /**
     * A transaction took one of its branches.
     *
     * @param revision the store's afterwards; 0 in a nested transaction, whose header is empty in etcd
     * @param succeeded whether it was the success branch
     * @param responses one for each operation of that branch, none of them {@link Rejected}
     */
    record TxnResult(long revision, boolean succeeded, List<Result> responses) implements Result {
        public TxnResult {
            responses = List.copyOf(responses);
        }
    }

    /** The history below the revision asked for is no longer readable; {@code revision} is the current one. */
    record CompactResult(long revision) implements Result {}

    /** The alarms that were raised or disarmed; raising one that is active answers it again. */
    record AlarmResult(long revision, List<Alarm> alarms) implements Result {
        public AlarmResult {
            alarms = List.copyOf(alarms);
        }
    }

    /** What the member said of itself is on record. */
    record PublishResult(long revision) implements Result {}

    /**
     * A checksum of the history, equal on all members that answer with the same two revisions.
     *
     * @param hash CRC32C, from 0 to 2^32-1
     * @param revision up to which changes count
     * @param compactedRevision the compacted revision; -1: nothing was compacted
     */
    record HashResult(long hash, long revision, long compactedRevision) implements Result {}

    /** The lease was granted. */
    record LeaseGrantResult(long revision, Lease lease) implements Result {}

    /** The lease is over, revoked or expired, and its keys are deleted. */
    record LeaseRevokeResult(long revision, Lease lease) implements Result {}

    /** Users, roles, or whether anybody asks for them, are as this change says. */
    record AuthResult(long revision, AuthChange change) implements Result {}

    /**
     * A user is known by a token from now on.
     *
     * @param index of the log entry
     * @param authRevision of users and roles there
     */
    record LoginResult(long revision, String user, Bytes tokenHash, long index, long authRevision) implements Result {
        /** Says nothing of the token. */
        @Override
        public String toString() {
            return "LoginResult[" + user + " at index " + index + ", revision " + authRevision + "]";
        }
    }

    /** From here on, what the leader of this term says of the leases' time counts. */
    record LeaseTakeoverResult(long revision, long term) implements Result {}

    /** What is left of the leases is on record. */
    record LeaseCheckpointResult(long revision) implements Result {}
    /** The state was marked to be compared; this is what it came to, at this member. */
    record VerifyResult(StateDigest digest) implements Result {}

    /** A member's digest is on record, or came too late to be; this is what the members' digests tell now. */
    record ReportResult(Verification verification) implements Result {}

    /**
     * An operation of the manager is on record as noted, or is not.
     *
     * @param operation as it is on record now; if it was not accepted, the one that is in its way, or that is over already
     */
    record OperationResult(long revision, ManagedOperation operation, boolean accepted) implements Result {}

    /** Events are on record, or what is to be; this is the number of the last record. */
    record AuditResult(long revision, long lastNumber) implements Result {}

    /** Nothing was changed, for the reason given. */
    record Rejected(KvError error) implements Result {}
}
