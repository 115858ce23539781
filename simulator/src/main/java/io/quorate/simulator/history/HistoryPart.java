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

    /** An operation that says something of these keys. */
    private record Touching(Operation operation, SortedSet<String> keys) {}

    /** The parts of a history, by their first keys. */
    static List<HistoryPart> allOf(Collection<Operation> history) {
        Map<String, String> leaders = new HashMap<>();
        List<Touching> touching = new ArrayList<>(history.size());
        for (Operation operation : history) {
            SortedSet<String> keys = operation.action().keys();
            if (!keys.isEmpty() && (operation.isKnown() || !operation.action().onlyReads())) {
                touching.add(new Touching(operation, keys));
                keys.forEach(key -> unite(key, keys.first(), leaders));
            }
        }
        SortedMap<String, HistoryPart> parts = new TreeMap<>();
        for (Touching each : touching) {
            HistoryPart part = parts.computeIfAbsent(
                    leaderOf(each.keys.first(), leaders), key -> new HistoryPart(new ArrayList<>(), new TreeMap<>()));
            part.operations.add(each.operation);
            each.keys.forEach(key -> part.places.putIfAbsent(key, part.places.size()));
        }
        parts.values()
                .forEach(part -> part.operations.sort(
                        Comparator.comparingLong(Operation::invokedNanos).thenComparingLong(Operation::returnedNanos)));
        return List.copyOf(parts.values());
    }

    private static void unite(String one, String other, Map<String, String> leaders) {
        if (one.equals(other)) {
            return;
        }
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
        for (Operation operation : operations) {
            if (operation.action() instanceof Action.Transaction transaction) {
                for (Action.Compare compare : transaction.compares()) {
                    if (compare instanceof Action.Compare.HasVersion) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** Looks for an order of all that is known to have happened, beginning with keys that do not exist. */
    Linearization.Answer search(Budget budget) {
        return search(operations, budget);
    }

    /** The same for some of the operations. */
    Linearization.Answer search(List<Operation> some, Budget budget) {
        boolean counting = isCounting();
        return new Linearization(
                        some.stream().filter(Operation::isKnown).toList(),
                        some.stream().filter(operation -> !operation.isKnown()).toList(),
                        places,
                        counting,
                        KeyValues.none(places, counting),
                        budget)
                .search();
    }
}
