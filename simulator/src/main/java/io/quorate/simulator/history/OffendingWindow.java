package io.quorate.simulator.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Cuts a part of a history that has no order down to the shortest stretch of time that shows it.
 *
 * <p>It ends with the first answer that cannot be explained: the shortest beginning without an order ends there. It begins
 * as late as it can such that it has no order whatever the keys held then, of all that had been written until then. What
 * was under way when it began may have happened before, so it need not happen in it. What may or may not have happened is
 * left out if nobody in it can have seen it.
 */
final class OffendingWindow {

    /** No more writers of a value than this are named. */
    private static final int WRITERS = 5;

    /** So many moments are tried without leaving one out; few windows are longer. */
    private static final int ONE_BY_ONE = 128;

    private final HistoryPart part;
    private final Supplier<Budget> budgets;
    private final boolean counting;

    /** @param budgets one for each search */
    OffendingWindow(HistoryPart part, Supplier<Budget> budgets) {
        this.part = part;
        this.budgets = budgets;
        this.counting = part.isCounting();
    }

    /** @param otherParts how many other parts have no order either */
    Verdict.NotLinearizable explain(int otherParts) {
        List<Operation> byAnswer = part.operations().stream()
                .filter(Operation::isKnown)
                .sorted(Comparator.comparingLong(Operation::returnedNanos))
                .toList();
        // The longer a beginning is, the more it has to explain.
        int explained = 0;
        int unexplained = byAnswer.size();
        while (explained + 1 < unexplained) {
            int middle = (explained + unexplained) >>> 1;
            if (part.search(until(byAnswer, middle), budgets.get()) == Linearization.Answer.IMPOSSIBLE) {
                unexplained = middle;
            } else {
                explained = middle;
            }
        }
        return windowBefore(byAnswer.get(unexplained - 1), until(byAnswer, unexplained), otherParts);
    }

    /** The history as it stood after so many answers: what was not answered then has an unknown outcome. */
    private List<Operation> until(List<Operation> byAnswer, int answers) {
        long now = byAnswer.get(answers - 1).returnedNanos();
        List<Operation> beginning = new ArrayList<>(byAnswer.subList(0, answers));
        for (Operation late : byAnswer.subList(answers, byAnswer.size())) {
            if (late.invokedNanos() <= now) {
                beginning.add(late.withUnknownOutcome());
            }
        }
        for (Operation operation : part.operations()) {
            if (!operation.isKnown() && operation.invokedNanos() <= now) {
                beginning.add(operation);
            }
        }
        beginning.removeIf(
                operation -> !operation.isKnown() && operation.action().onlyReads());
        return beginning;
    }

    private Verdict.NotLinearizable windowBefore(Operation culprit, List<Operation> beginning, int otherParts) {
        long[] begins = beginning.stream()
                .mapToLong(Operation::invokedNanos)
                .filter(begin -> begin <= culprit.invokedNanos())
                .sorted()
                .distinct()
                .toArray();
        // From the last moment back: one by one at first, then in steps that double, and then between the last two.
        // What was under way at a moment is allowed to happen at any time after it. So a write that is seen too late
        // is explained by a beginning within it, though not by a later one, and only single steps pass over no such
        // moment. They stop where searches take too long to decide anything.
        int tooLate = begins.length;
        int early = begins.length - 1;
        int step = 1;
        while (early >= 0) {
            Linearization.Answer answer = from(begins[early], beginning);
            if (answer == Linearization.Answer.IMPOSSIBLE) {
                break;
            }
            boolean decided = answer != Linearization.Answer.UNDECIDED;
            tooLate = early;
            step = decided && step == 1 && begins.length - early < ONE_BY_ONE ? 1 : 2 * step;
            early -= step;
        }
        // The whole of it, beginning with nothing, has no order in any case.
        early = Math.max(early, -1);
        while (early + 1 < tooLate) {
            int middle = (early + tooLate) >>> 1;
            if (from(begins[middle], beginning) == Linearization.Answer.IMPOSSIBLE) {
                early = middle;
            } else {
                tooLate = middle;
            }
        }
        return early < 0
                ? verdict(culprit, beginning, beginning, List.of("no key exists"), otherParts)
                : verdict(
                        culprit,
                        beginning,
                        reaching(begins[early], beginning),
                        describe(possibleBefore(begins[early], beginning)),
                        otherParts);
    }

    private Verdict.NotLinearizable verdict(
            Operation culprit, List<Operation> beginning, List<Operation> window, List<String> before, int otherParts) {
        List<Operation> sorted = OptionalOperations.visible(window).stream()
                .sorted(Comparator.comparingLong(Operation::invokedNanos))
                .toList();
        return new Verdict.NotLinearizable(
                part.keys(), sorted, before, culprit, writers(culprit, beginning, Set.copyOf(sorted)), otherParts);
    }

    private static List<Operation> reaching(long begin, List<Operation> beginning) {
        return beginning.stream()
                .filter(operation -> operation.returnedNanos() >= begin)
                .toList();
    }

    /** Whether there is an order from this moment on, whatever the keys held then. */
    private Linearization.Answer from(long begin, List<Operation> beginning) {
        List<Operation> required = new ArrayList<>();
        List<Operation> optional = new ArrayList<>();
        for (Operation operation : reaching(begin, beginning)) {
            (operation.isKnown() && operation.invokedNanos() >= begin ? required : optional).add(operation);
        }
        KeyValues open = KeyValues.open(part.places(), counting, possibleBefore(begin, beginning));
        return new Linearization(required, optional, part.places(), counting, open, budgets.get()).search();
    }

    /** What each key can have held at a moment, if it existed. */
    private static Map<String, Set<String>> possibleBefore(long begin, List<Operation> beginning) {
        Map<String, Set<String>> possible = new HashMap<>();
        for (Operation operation : beginning) {
            if (operation.invokedNanos() < begin) {
                operation
                        .action()
                        .writes()
                        .forEach(write -> possible.computeIfAbsent(write.key(), key -> new HashSet<>())
                                .add(write.value()));
            }
        }
        return possible;
    }

    private List<String> describe(Map<String, Set<String>> possible) {
        return part.keys().stream()
                .map(key -> {
                    Set<String> values = possible.getOrDefault(key, Set.of());
                    return switch (values.size()) {
                        case 0 -> key + " does not exist";
                        case 1, 2, 3 ->
                            key + " holds "
                                    + String.join(
                                            " or ", values.stream().sorted().toList()) + " or does not exist";
                        default ->
                            key + " holds any of the " + values.size() + " values written until then or does not exist";
                    };
                })
                .toList();
    }

    /** Who wrote what the culprit saw, if that is not to be found in the window. */
    @SuppressWarnings("ReferenceEquality") // this operation, not one that looks alike
    private static List<Operation> writers(Operation culprit, List<Operation> beginning, Set<Operation> window) {
        List<Operation> writers = new ArrayList<>();
        for (Action.Read read : culprit.action().answers()) {
            Optional<String> seen = read.seen();
            if (seen.isPresent()) {
                beginning.stream()
                        .filter(operation -> !window.contains(operation) && operation != culprit)
                        .filter(operation ->
                                operation.action().writes().contains(new Action.Write(read.key(), seen.get())))
                        .forEach(writers::add);
            }
        }
        return writers.stream()
                .distinct()
                .sorted(Comparator.comparingLong(Operation::invokedNanos).reversed())
                .limit(WRITERS)
                .toList();
    }
}
