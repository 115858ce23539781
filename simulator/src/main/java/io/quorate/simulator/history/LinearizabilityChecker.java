package io.quorate.simulator.history;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Judges whether a history is linearizable (Herlihy and Wing, 1990): whether every operation can have taken effect at one
 * moment between its invocation and its answer.
 *
 * <p>Linearizability is local: a history is linearizable if its parts that share no key are. So the search is done for
 * each set of keys that transactions tie together.
 */
public final class LinearizabilityChecker {

    private static final long MAX_STEPS = 20_000_000;

    private final long maxSteps;

    /** A checker that gives a part of a history up after 20 million steps. */
    public LinearizabilityChecker() {
        this(MAX_STEPS);
    }

    /** @param maxSteps the most choices to make for each part */
    public LinearizabilityChecker(long maxSteps) {
        this.maxSteps = maxSteps;
    }

    /** Judges. The order of the list does not matter. */
    public Verdict check(Collection<Operation> history) {
        Optional<Verdict> undecided = Optional.empty();
        for (Part part : parts(history)) {
            Linearization search = new Linearization(part.operations, part.nothing());
            Optional<Boolean> found = search.search(maxSteps);
            if (found.isEmpty()) {
                undecided = Optional.of(new Verdict.Undecided(part.keys(), search.steps()));
            } else if (!found.get()) {
                return explain(part);
            }
        }
        return undecided.orElseGet(() -> new Verdict.Linearizable(history.size()));
    }

    /** Operations that share keys, by invocation, with all their keys. */
    private record Part(List<Operation> operations, SortedMap<String, Integer> places) {

        List<String> keys() {
            return List.copyOf(places.keySet());
        }

        KeyValues nothing() {
            boolean counting = operations.stream()
                    .map(Operation::action)
                    .filter(Action.Transaction.class::isInstance)
                    .flatMap(action -> ((Action.Transaction) action).compares().stream())
                    .anyMatch(Action.Compare.HasVersion.class::isInstance);
            return KeyValues.none(places, counting);
        }
    }

    private static List<Part> parts(Collection<Operation> history) {
        Map<String, String> leaders = new HashMap<>();
        for (Operation operation : history) {
            String first = operation.action().keys().first();
            for (String key : operation.action().keys()) {
                leaders.put(leaderOf(key, leaders), leaderOf(first, leaders));
            }
        }
        SortedMap<String, Part> parts = new TreeMap<>();
        for (Operation operation : history) {
            // A read of which nobody knows what it saw says nothing.
            if (!operation.isKnown() && operation.action().onlyReads()) {
                continue;
            }
            String leader = leaderOf(operation.action().keys().first(), leaders);
            Part part = parts.computeIfAbsent(leader, key -> new Part(new ArrayList<>(), new TreeMap<>()));
            part.operations.add(operation);
            for (String key : operation.action().keys()) {
                part.places.putIfAbsent(key, part.places.size());
            }
        }
        parts.values()
                .forEach(part -> part.operations.sort(
                        Comparator.comparingLong(Operation::invokedNanos).thenComparingLong(Operation::returnedNanos)));
        return List.copyOf(parts.values());
    }

    private static String leaderOf(String key, Map<String, String> leaders) {
        String leader = key;
        String next = leaders.putIfAbsent(leader, leader);
        while (next != null && !next.equals(leader)) {
            leader = next;
            next = leaders.get(leader);
        }
        return leader;
    }

    /** Cuts the part down to where it cannot be explained. */
    private Verdict explain(Part part) {
        List<Operation> byAnswer = new ArrayList<>(part.operations);
        byAnswer.removeIf(operation -> !operation.isKnown());
        byAnswer.sort(Comparator.comparingLong(Operation::returnedNanos));
        // The longer a beginning is, the more it has to explain: search for the shortest that has no order.
        int explained = 0;
        int unexplained = byAnswer.size();
        while (explained + 1 < unexplained) {
            int middle = (explained + unexplained) >>> 1;
            List<Operation> beginning = until(part, byAnswer.get(middle - 1).returnedNanos());
            Optional<Boolean> found = new Linearization(beginning, part.nothing()).search(maxSteps);
            if (found.isPresent() && !found.get()) {
                unexplained = middle;
            } else {
                explained = middle;
            }
        }
        Operation culprit = byAnswer.get(unexplained - 1);
        List<Operation> offending = until(part, culprit.returnedNanos());
        int begin = lastQuietPlace(offending, culprit);
        List<String> before =
                Linearization.outcomes(offending.subList(0, begin), part.nothing(), maxSteps / 100).stream()
                        .map(KeyValues::toString)
                        .sorted()
                        .toList();
        List<Operation> window = new ArrayList<>();
        for (int i = 0; i < offending.size(); i++) {
            // What is not known to have happened before the window may happen in it.
            if (i >= begin || !offending.get(i).isKnown()) {
                window.add(offending.get(i));
            }
        }
        return new Verdict.NotLinearizable(part.keys(), window, before, culprit);
    }

    /** The history as it stood at a moment: what was not answered then has an unknown outcome. */
    private static List<Operation> until(Part part, long nanos) {
        List<Operation> beginning = new ArrayList<>();
        for (Operation operation : part.operations) {
            if (operation.invokedNanos() <= nanos) {
                boolean answered = operation.returnedNanos() <= nanos;
                if (answered || !operation.action().onlyReads()) {
                    beginning.add(
                            answered
                                    ? operation
                                    : new Operation(
                                            operation.client(),
                                            operation.action(),
                                            operation.invokedNanos(),
                                            Operation.NEVER));
                }
            }
        }
        return beginning;
    }

    /** The last place before the culprit's at which no operation was under way whose answer came. */
    private static int lastQuietPlace(List<Operation> operations, Operation culprit) {
        int quiet = 0;
        long latestAnswer = Long.MIN_VALUE;
        for (int i = 0; i < operations.size(); i++) {
            Operation operation = operations.get(i);
            if (operation.invokedNanos() > culprit.invokedNanos()) {
                break;
            }
            if (latestAnswer < operation.invokedNanos()) {
                quiet = i;
            }
            if (operation.isKnown()) {
                latestAnswer = Math.max(latestAnswer, operation.returnedNanos());
            }
        }
        return quiet;
    }
}
