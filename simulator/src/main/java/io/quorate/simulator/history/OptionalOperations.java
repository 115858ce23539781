package io.quorate.simulator.history;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Operations that need not have happened, such as those of unknown outcome. Those that ask for the same are one kind: it
 * does not matter which of them was done, so they are done in the order of their invocation. Those whose effects nobody can
 * have seen are left out.
 */
final class OptionalOperations {

    /** How many of each kind were done. */
    static final class Done {
        private final int[] counts;

        private Done(int[] counts) {
            this.counts = counts;
        }

        /** Whether no kind was done more often here than there. */
        boolean isWithin(Done other) {
            for (int kind = 0; kind < counts.length; kind++) {
                if (counts[kind] > other.counts[kind]) {
                    return false;
                }
            }
            return true;
        }

        /** The memory that the numbers take. */
        long bytes() {
            return (long) Integer.BYTES * counts.length;
        }
    }

    private record Asked(Action action, boolean known) {}

    private record Seen(String key, Optional<String> value) {}

    private final List<Operation> kinds = new ArrayList<>();
    private final List<Footprint> footprints = new ArrayList<>();
    private final List<long[]> invocations = new ArrayList<>();

    private OptionalOperations() {}

    /**
     * @param operations what need not have happened
     * @param required what has
     */
    static OptionalOperations of(List<Operation> operations, List<Operation> required, Map<String, Integer> keys) {
        OptionalOperations optional = new OptionalOperations();
        Visible visible = new Visible();
        required.forEach(visible::add);
        operations.forEach(visible::add);
        Map<Asked, List<Operation>> kinds = new LinkedHashMap<>();
        for (Operation operation : operations) {
            if (visible.isVisible(operation.action())) {
                kinds.computeIfAbsent(new Asked(operation.action(), operation.isKnown()), kind -> new ArrayList<>())
                        .add(operation);
            }
        }
        kinds.values().forEach(alike -> {
            optional.kinds.add(alike.getFirst());
            optional.footprints.add(Footprint.of(alike.getFirst(), keys));
            optional.invocations.add(
                    alike.stream().mapToLong(Operation::invokedNanos).sorted().toArray());
        });
        return optional;
    }

    /** Those of which anybody can have seen something, or that are not optional. */
    static List<Operation> visible(List<Operation> operations) {
        Visible visible = new Visible();
        operations.forEach(visible::add);
        return operations.stream()
                .filter(operation -> operation.isKnown() || visible.isVisible(operation.action()))
                .toList();
    }

    /** What answers have said of keys, and which keys are compared. */
    private static final class Visible {
        private final Set<Seen> seen = new HashSet<>();
        private final Set<String> compared = new HashSet<>();

        void add(Operation operation) {
            boolean known = operation.isKnown();
            switch (operation.action()) {
                case Action.Read read -> see(known, read.key(), read.seen());
                case Action.Write ignored -> {}
                case Action.Delete ignored -> {}
                case Action.CompareAndSet set -> compared.add(set.key());
                case Action.Transaction transaction -> {
                    transaction.compares().forEach(compare -> compared.add(compare.key()));
                    int read = 0;
                    for (Action.Step step : transaction.succeeded() ? transaction.success() : transaction.failure()) {
                        if (known && step instanceof Action.Read) {
                            see(true, step.key(), transaction.reads().get(read++));
                        }
                    }
                }
            }
        }

        private void see(boolean known, String key, Optional<String> value) {
            if (known) {
                seen.add(new Seen(key, value));
            }
        }

        /** Whether anything that it writes may have been seen. */
        boolean isVisible(Action action) {
            return switch (action) {
                case Action.Read ignored -> false;
                case Action.Write write -> isVisible(write.key(), Optional.of(write.value()));
                case Action.Delete delete -> isVisible(delete.key(), Optional.empty());
                case Action.CompareAndSet set -> isVisible(set.key(), Optional.of(set.value()));
                case Action.Transaction transaction ->
                    transaction.success().stream().anyMatch(this::isVisible)
                            || transaction.failure().stream().anyMatch(this::isVisible);
            };
        }

        private boolean isVisible(String key, Optional<String> value) {
            return compared.contains(key) || seen.contains(new Seen(key, value));
        }
    }

    int kinds() {
        return kinds.size();
    }

    Operation operation(int kind) {
        return kinds.get(kind);
    }

    /** How many there are of this kind. */
    int times(int kind) {
        return invocations.get(kind).length;
    }

    Footprint footprint(int kind) {
        return footprints.get(kind);
    }

    Done noneDone() {
        return new Done(new int[kinds.size()]);
    }

    /** Whether another of this kind can have its turn before an answer. */
    boolean canBegin(int kind, Done done, long earliestAnswer) {
        int count = done.counts[kind];
        long[] invoked = invocations.get(kind);
        return count < invoked.length && invoked[count] <= earliestAnswer;
    }

    Done with(Done done, int kind) {
        int[] counts = done.counts.clone();
        counts[kind]++;
        return new Done(counts);
    }

    /** Adds the keys of all that can have their turn before an answer. */
    void addKeys(List<BitSet> keys, Done done, long earliestAnswer) {
        for (int kind = 0; kind < kinds.size(); kind++) {
            if (canBegin(kind, done, earliestAnswer)) {
                keys.add(footprints.get(kind).touched());
            }
        }
    }
}
