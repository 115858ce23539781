package io.quorate.kv;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The keys that one branch of a transaction may put and the ranges that it may delete, nested branches included.
 *
 * <p>etcd refuses a branch that puts a key twice, or puts a key in a range that it deletes, because all changes of a
 * transaction share one revision. Only one of the two branches of a nested transaction is taken, so they may overlap.
 */
final class WrittenKeys {
    private final Set<Bytes> puts = new HashSet<>();
    private final List<DeleteRange> deletes = new ArrayList<>();

    private WrittenKeys() {}

    static Optional<KvError> check(List<Operation> branch) {
        // Most branches do one thing, and that by itself is never done twice.
        boolean isSingle = branch.isEmpty() || (branch.size() == 1 && !(branch.getFirst() instanceof Txn));
        return isSingle || collect(branch).isPresent() ? Optional.empty() : Optional.of(KvError.DUPLICATE_KEY);
    }

    /** Nothing if a key is written twice. */
    private static Optional<WrittenKeys> collect(List<Operation> branch) {
        WrittenKeys written = new WrittenKeys();
        for (Operation operation : branch) {
            if (operation instanceof DeleteRange delete) {
                written.deletes.add(delete);
            }
        }
        for (Operation operation : branch) {
            if (operation instanceof Txn txn && !written.addNested(txn)) {
                return Optional.empty();
            }
        }
        for (Operation operation : branch) {
            if (operation instanceof Put put && !written.add(put.key())) {
                return Optional.empty();
            }
        }
        return Optional.of(written);
    }

    private boolean addNested(Txn txn) {
        Optional<WrittenKeys> success = collect(txn.success());
        Optional<WrittenKeys> failure = collect(txn.failure());
        if (success.isEmpty() || failure.isEmpty()) {
            return false;
        }
        Set<Bytes> ofSuccess = success.get().puts;
        for (Bytes key : ofSuccess) {
            if (!add(key)) {
                return false;
            }
        }
        for (Bytes key : failure.get().puts) {
            if (!ofSuccess.contains(key) && !add(key)) {
                return false;
            }
        }
        deletes.addAll(success.get().deletes);
        deletes.addAll(failure.get().deletes);
        return true;
    }

    private boolean add(Bytes key) {
        for (DeleteRange delete : deletes) {
            if (KeyRange.of(delete.key(), delete.rangeEnd()).contains(key)) {
                return false;
            }
        }
        return puts.add(key);
    }
}
