package io.quorate.simulator.workload;

import io.quorate.kv.Result;
import io.quorate.simulator.history.HistoryReport;
import io.quorate.simulator.history.LinearizabilityChecker;
import io.quorate.simulator.history.Operation;
import io.quorate.simulator.history.Verdict;
import io.quorate.simulator.invariant.InvariantViolation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the clients asked for and were answered, with the times of both. */
final class ClientHistory {

    private static final long MAX_STEPS = 5_000_000;

    /** One request that is under way. */
    record Pending(int client, Request request, long invokedNanos) {}

    private final List<Operation> operations = new ArrayList<>();

    void succeeded(Pending pending, Result result, long now) {
        pending.request
                .action(Optional.of(result))
                .ifPresent(action -> operations.add(new Operation(pending.client, action, pending.invokedNanos, now)));
    }

    /** It may have happened, or may yet. */
    void unknown(Pending pending) {
        open(pending).ifPresent(operations::add);
    }

    /** A request of which nobody knows what came of it; nothing for one that no history has a word for. */
    static Optional<Operation> open(Pending pending) {
        return pending.request
                .action(Optional.empty())
                .map(action -> new Operation(pending.client, action, pending.invokedNanos, Operation.NEVER));
    }

    /** All that has ended, except what certainly did not happen. */
    List<Operation> operations() {
        return List.copyOf(operations);
    }

    /**
     * Judges whether what the clients have seen can have been.
     *
     * @return whether that could be decided; with too many requests of unknown outcome it cannot
     * @throws InvariantViolation if it cannot have been
     */
    boolean judge() {
        return switch (new LinearizabilityChecker(MAX_STEPS, Long.MAX_VALUE).check(operations)) {
            case Verdict.Linearizable ignored -> true;
            case Verdict.Undecided ignored -> false;
            case Verdict.NotLinearizable violation ->
                throw new InvariantViolation("linearizability", HistoryReport.text(violation));
        };
    }
}
