package io.quorate.simulator.history;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * Operations that share keys, with all their keys.
 *
 * @param operations by invocation, without those that say nothing: reads of which nobody knows what they saw
 * @param places of the keys, from 0
 */
record HistoryPart(List<Operation> operations, SortedMap<String, Integer> places) {

    /** The parts of a history, by their first keys. */
    static List<HistoryPart> allOf(Collection<Operation> history) {
        Map<String, String> leaders = new HashMap<>();
        for (Operation operation : history) {
            SortedSet<String> keys = operation.action().keys();
            if (operation.isKnown() || !operation.action().onlyReads()) {
                keys.forEach(key -> unite(key, keys.first(), leaders));
            }
        }
        SortedMap<String, HistoryPart> parts = new TreeMap<>();
        for (Operation operation : history) {
            SortedSet<String> keys = operation.action().keys();
            if (keys.isEmpty() || (!operation.isKnown() && operation.action().onlyReads())) {
                continue;
            }
            HistoryPart part = parts.computeIfAbsent(
                    leaderOf(keys.first(), leaders), key -> new HistoryPart(new ArrayList<>(), new TreeMap<>()));
            part.operations.add(operation);
            keys.forEach(key -> part.places.putIfAbsent(key, part.places.size()));
        }
        parts.values()
                .forEach(part -> part.operations.sort(
                        Comparator.comparingLong(Operation::invokedNanos).thenComparingLong(Operation::returnedNanos)));
        return List.copyOf(parts.values());
    }

    private static void unite(String one, String other, Map<String, String> leaders) {
        String oneLeader = leaderOf(one, leaders);
        String otherLeader = leaderOf(other, leaders);
        leaders.put(oneLeader, otherLeader);
    }

    private static String leaderOf(String key, Map<String, String> leaders) {
        String at = key;
        String next = leaders.getOrDefault(at, at);
        while (!next.equals(at)) {
            // Halving the way keeps later ways short.
            String afterNext = leaders.getOrDefault(next, next);
            leaders.put(at, afterNext);
            at = afterNext;
            next = leaders.getOrDefault(at, at);
        }
        return at;
    }

    List<String> keys() {
        return List.copyOf(places.keySet());
    }

    /** Whether it matters how often a key was written. */
    boolean isCounting() {
        return operations.stream()
                .map(Operation::action)
                .filter(Action.Transaction.class::isInstance)
                .flatMap(action -> ((Action.Transaction) action).compares().stream())
                .anyMatch(Action.Compare.HasVersion.class::isInstance);
    }

    /** Looks for an order of all that is known to have happened, beginning with keys that do not exist. */
    Linearization.Answer search(Budget budget) {
        return search(operations, budget);
    }

    /** The same for some of the operations. */
    Linearization.Answer search(List<Operation> some, Budget budget) {
        return new Linearization(
                        some.stream().filter(Operation::isKnown).toList(),
                        some.stream().filter(operation -> !operation.isKnown()).toList(),
                        places,
                        isCounting(),
                        KeyValues.none(places, isCounting()),
                        budget)
                .search();
    }
}
