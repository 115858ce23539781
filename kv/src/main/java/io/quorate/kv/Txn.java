package io.quorate.kv;

import java.util.List;

/**
 * Does {@code success} if all compares hold and {@code failure} otherwise, as one change (etcd's {@code TxnRequest}).
 *
 * <p>All compares, those of nested transactions included, see the store as it was before the transaction.
 */
public record Txn(List<Compare> compares, List<Operation> success, List<Operation> failure)
        implements Operation, Command {

    public Txn {
        compares = List.copyOf(compares);
        success = List.copyOf(success);
        failure = List.copyOf(failure);
    }

    /** Whether neither branch can change anything: such a transaction is a read and need not go through the log. */
    public boolean isReadOnly() {
        return readsOnly(success) && readsOnly(failure);
    }

    /** Whether reading it needs no leader: it writes nothing, and every range in it is serializable. */
    public boolean isSerializable() {
        return serializable(success) && serializable(failure);
    }

    /** Whether either branch may put something. */
    public boolean hasPut() {
        return puts(success) || puts(failure);
    }

    private static boolean puts(List<Operation> operations) {
        for (Operation operation : operations) {
            boolean puts = switch (operation) {
                case Range range -> false;
                case Put put -> true;
                case DeleteRange delete -> false;
                case Txn txn -> txn.hasPut();
            };
            if (puts) {
                return true;
            }
        }
        return false;
    }

    private static boolean readsOnly(List<Operation> operations) {
        for (Operation operation : operations) {
            boolean reads = switch (operation) {
                case Range range -> true;
                case Put put -> false;
                case DeleteRange delete -> false;
                case Txn txn -> txn.isReadOnly();
            };
            if (!reads) {
                return false;
            }
        }
        return true;
    }

    private static boolean serializable(List<Operation> operations) {
        for (Operation operation : operations) {
            boolean serializable = switch (operation) {
                case Range range -> range.serializable();
                case Put put -> false;
                case DeleteRange delete -> false;
                case Txn txn -> txn.isSerializable();
            };
            if (!serializable) {
                return false;
            }
        }
        return true;
    }
}
