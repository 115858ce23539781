package io.quorate.kv;

import java.util.List;
import java.util.Optional;

/**
 * Judges requests by themselves, before they are proposed or read; what depends on the store's content is judged when
 * they are applied.
 */
public final class RequestCheck {
    /** etcd's default for the most operations in a transaction. */
    public static final int DEFAULT_MAX_TXN_OPS = 128;

    private RequestCheck() {}

    public static Optional<KvError> check(Range range) {
        return range.key().isEmpty() ? Optional.of(KvError.KEY_NOT_PROVIDED) : Optional.empty();
    }

    public static Optional<KvError> check(Put put) {
        if (put.key().isEmpty()) {
            return Optional.of(KvError.KEY_NOT_PROVIDED);
        }
        if (put.ignoreValue() && !put.value().isEmpty()) {
            return Optional.of(KvError.VALUE_PROVIDED);
        }
        if (put.ignoreLease() && put.lease() != 0) {
            return Optional.of(KvError.LEASE_PROVIDED);
        }
        return Optional.empty();
    }

    public static Optional<KvError> check(DeleteRange delete) {
        return delete.key().isEmpty() ? Optional.of(KvError.KEY_NOT_PROVIDED) : Optional.empty();
    }

    /** A lease needs an id: whoever proposes it chooses one if the client does not. */
    public static Optional<KvError> check(LeaseGrant grant) {
        if (grant.id() == 0) {
            return Optional.of(KvError.LEASE_NOT_FOUND);
        }
        return grant.ttlSeconds() > LeaseGrant.MAX_TTL_SECONDS
                ? Optional.of(KvError.LEASE_TTL_TOO_LARGE)
                : Optional.empty();
    }

    /**
     * Judges a transaction.
     *
     * @param maxTxnOps the most compares, and the most operations in either branch; nested transactions get what is
     *     left of it
     */
    public static Optional<KvError> check(Txn txn, int maxTxnOps) {
        return checkShape(txn, maxTxnOps, 1)
                .or(() -> WrittenKeys.check(txn.success()))
                .or(() -> WrittenKeys.check(txn.failure()));
    }

    private static Optional<KvError> checkShape(Txn txn, int maxTxnOps, int depth) {
        int most = Math.max(
                txn.compares().size(),
                Math.max(txn.success().size(), txn.failure().size()));
        if (most > maxTxnOps || depth > CommandCodec.MAX_TXN_DEPTH) {
            return Optional.of(KvError.TOO_MANY_OPERATIONS);
        }
        for (Compare compare : txn.compares()) {
            if (compare.key().isEmpty()) {
                return Optional.of(KvError.KEY_NOT_PROVIDED);
            }
        }
        int rest = maxTxnOps - most;
        return checkBranch(txn.success(), rest, depth).or(() -> checkBranch(txn.failure(), rest, depth));
    }

    private static Optional<KvError> checkBranch(List<Operation> operations, int maxTxnOps, int depth) {
        for (Operation operation : operations) {
            Optional<KvError> error = switch (operation) {
                case Range range -> check(range);
                case Put put -> check(put);
                case DeleteRange delete -> check(delete);
                case Txn txn -> checkShape(txn, maxTxnOps, depth + 1);
            };
            if (error.isPresent()) {
                return error;
            }
        }
        return Optional.empty();
    }
}
