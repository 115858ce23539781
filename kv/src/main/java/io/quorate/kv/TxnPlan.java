package io.quorate.kv;

import java.util.ArrayList;
import java.util.List;

/**
 * The branch that a transaction takes, and those that the transactions nested in that branch take.
 *
 * @param operations those of the branch taken
 * @param nested one for each operation that is a transaction, in order
 */
record TxnPlan(boolean succeeded, List<Operation> operations, List<TxnPlan> nested) {

    /** Decides all compares, nested ones included, by the store as it is before the transaction. */
    static TxnPlan of(Txn txn, ReadView before) {
        boolean succeeded = holds(txn.compares(), before);
        List<Operation> operations = succeeded ? txn.success() : txn.failure();
        List<TxnPlan> nested = new ArrayList<>();
        for (Operation operation : operations) {
            if (operation instanceof Txn inner) {
                nested.add(of(inner, before));
            }
        }
        return new TxnPlan(succeeded, operations, nested);
    }

    private static boolean holds(List<Compare> compares, ReadView before) {
        for (Compare compare : compares) {
            if (!before.satisfies(compare)) {
                return false;
            }
        }
        return true;
    }

    /** All puts that will be done. */
    List<Put> puts() {
        List<Put> puts = new ArrayList<>();
        collect(Put.class, puts);
        return puts;
    }

    /** All ranges that will be read. */
    List<Range> ranges() {
        List<Range> ranges = new ArrayList<>();
        collect(Range.class, ranges);
        return ranges;
    }

    private <T extends Operation> void collect(Class<T> type, List<T> into) {
        int inner = 0;
        for (Operation operation : operations) {
            if (type.isInstance(operation)) {
                into.add(type.cast(operation));
            } else if (operation instanceof Txn) {
                nested.get(inner++).collect(type, into);
            }
        }
    }
}
