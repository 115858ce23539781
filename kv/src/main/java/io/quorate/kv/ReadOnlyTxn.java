package io.quorate.kv;

import io.quorate.kv.Result.Rejected;
import io.quorate.kv.Result.TxnResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Does a transaction that changes nothing, on one view of the keyspace. */
final class ReadOnlyTxn {
    private ReadOnlyTxn() {}

    static Result execute(Txn txn, ReadView view) {
        TxnPlan plan = TxnPlan.of(txn, view);
        for (Range range : plan.ranges()) {
            Optional<KvError> error = view.checkRevisionInTxn(range.revision());
            if (error.isPresent()) {
                return new Rejected(error.get());
            }
        }
        return execute(plan, view, view.revision());
    }

    private static TxnResult execute(TxnPlan plan, ReadView view, long revision) {
        List<Result> responses = new ArrayList<>();
        int nested = 0;
        for (Operation operation : plan.operations()) {
            responses.add(
                    switch (operation) {
                        case Range range -> view.range(range);
                        case Txn inner -> execute(plan.nested().get(nested++), view, 0);
                        case Put put -> throw new IllegalArgumentException("a put in a read");
                        case DeleteRange delete -> throw new IllegalArgumentException("a deletion in a read");
                    });
        }
        return new TxnResult(revision, plan.succeeded(), responses);
    }
}
