package io.quorate.simulator.history;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Judges whether a history is linearizable (Herlihy and Wing, 1990): whether every operation can have taken effect at one
 * moment between its invocation and its answer. In the beginning no key exists.
 *
 * <p>Linearizability is local: a history is linearizable if its parts that share no key are. So the search is done for
 * each set of keys that transactions tie together. Thread-safe.
 */
public final class LinearizabilityChecker {

    private static final long MAX_STEPS = 100_000_000;

    /** No more parts than this are looked at for the shortest window. */
    private static final int EXPLAINED_PARTS = 20;

    private final long maxSteps;
    private final long maxBytes;

    /** A checker that gives a part of a history up after 100 million steps, or when half of the heap would be full. */
    public LinearizabilityChecker() {
        this(MAX_STEPS, Runtime.getRuntime().maxMemory() / 2);
    }

    /**
     * A checker with a budget.
     *
     * @param maxSteps how often an operation may be tried, for each part
     * @param maxBytes the memory for what was tried, roughly
     */
    public LinearizabilityChecker(long maxSteps, long maxBytes) {
        this.maxSteps = maxSteps;
        this.maxBytes = maxBytes;
    }

    /**
     * Judges. The order of the operations does not matter. Where several parts are wrong, the one is shown that takes the
     * fewest operations to show.
     */
    public Verdict check(Collection<Operation> history) {
        List<HistoryPart> wrong = new ArrayList<>();
        Optional<Verdict> undecided = Optional.empty();
        for (HistoryPart part : HistoryPart.allOf(history)) {
            Budget budget = newBudget();
            switch (part.search(budget)) {
                case ORDERED -> {}
                case IMPOSSIBLE -> wrong.add(part);
                case UNDECIDED -> undecided = Optional.of(new Verdict.Undecided(part.keys(), budget.steps()));
            }
        }
        if (wrong.isEmpty()) {
            return undecided.orElseGet(() -> new Verdict.Linearizable(history.size()));
        }
        return wrong.stream()
                .limit(EXPLAINED_PARTS)
                .map(part -> new OffendingWindow(part, this::newBudget).explain(wrong.size() - 1))
                .min(Comparator.comparingInt(verdict -> verdict.window().size()))
                .orElseThrow();
    }

    private Budget newBudget() {
        return new Budget(maxSteps, maxBytes);
    }
}
