package io.quorate.simulator.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** On short histories of all kinds the checker says what trying every order says. */
class CheckerAgreesWithBruteForceTest {

    private static final int HISTORIES = 1_500;

    @SuppressWarnings("ImmutableEnumChecker") // a plan is a record of numbers
    enum Kind {
        REGISTERS(new RandomHistory.Plan(4, 8, 1, 3, 250, false, false)),
        REGISTERS_OF_DISTINCT_VALUES(new RandomHistory.Plan(5, 8, 1, 0, 300, false, false)),
        COMPARE_AND_SET(new RandomHistory.Plan(4, 8, 1, 2, 300, true, false)),
        TRANSACTIONS_ON_ONE_KEY(new RandomHistory.Plan(4, 7, 1, 2, 300, true, true)),
        TRANSACTIONS(new RandomHistory.Plan(4, 8, 3, 2, 300, true, true)),
        MOST_OUTCOMES_UNKNOWN(new RandomHistory.Plan(5, 8, 2, 0, 700, true, true)),
        MANY_AT_ONCE(new RandomHistory.Plan(8, 8, 2, 2, 200, true, true));

        private final RandomHistory.Plan plan;

        Kind(RandomHistory.Plan plan) {
            this.plan = plan;
        }
    }

    private int linearizable;
    private int not;

    @ParameterizedTest
    @EnumSource
    void the_verdicts_are_the_same(Kind kind) {
        SplittableRandom random = new SplittableRandom(kind.name().hashCode());
        for (int i = 0; i < HISTORIES; i++) {
            List<Operation> history = tampered(coarse(RandomHistory.draw(kind.plan, random), random), random);
            boolean expected = BruteForce.isLinearizable(history);
            Verdict verdict = new LinearizabilityChecker().check(history);
            assertThat(verdict instanceof Verdict.Linearizable)
                    .as("history %d, which is %s: %s", i, expected ? "linearizable" : "not", history)
                    .isEqualTo(expected);
            if (verdict instanceof Verdict.NotLinearizable violation) {
                not++;
                shows(violation, history);
            } else {
                linearizable++;
            }
        }
        assertThat(linearizable).as("histories that are linearizable").isGreaterThan(HISTORIES / 10);
        assertThat(not).as("histories that are not").isGreaterThan(HISTORIES / 10);
    }

    /** The window ends with the first answer that cannot be explained: until right before it there was an explanation. */
    private static void shows(Verdict.NotLinearizable violation, List<Operation> history) {
        Operation culprit = violation.unexplained();
        assertThat(violation.window()).contains(culprit);
        assertThat(violation.window()).allMatch(operation -> operation.invokedNanos() <= culprit.returnedNanos());
        List<Operation> until = new ArrayList<>();
        List<Operation> before = new ArrayList<>();
        for (Operation operation : history) {
            if (violation.keys().containsAll(operation.action().keys())
                    && operation.invokedNanos() <= culprit.returnedNanos()) {
                boolean answered = operation.returnedNanos() <= culprit.returnedNanos();
                until.add(answered ? operation : operation.withUnknownOutcome());
                before.add(
                        operation.returnedNanos() < culprit.returnedNanos()
                                ? operation
                                : operation.withUnknownOutcome());
            }
        }
        assertThat(BruteForce.isLinearizable(until))
                .as("until the unexplained answer")
                .isFalse();
        assertThat(BruteForce.isLinearizable(before))
                .as("right before the unexplained answer")
                .isTrue();
    }

    /**
     * The window cannot begin any later: from the next moment at which something is invoked the answers have an explanation,
     * if the key held the right thing then. What was under way already may take effect at any time, or have done so before.
     */
    @ParameterizedTest
    @EnumSource(names = {"REGISTERS", "REGISTERS_OF_DISTINCT_VALUES"})
    void windows_begin_as_late_as_they_can(Kind kind) {
        SplittableRandom random = new SplittableRandom(kind.name().hashCode());
        int shortened = 0;
        for (int i = 0; i < HISTORIES; i++) {
            List<Operation> history = tampered(coarse(RandomHistory.draw(kind.plan, random), random), random);
            if (new LinearizabilityChecker().check(history) instanceof Verdict.NotLinearizable violation) {
                List<Operation> until = untilAnswerOf(violation.unexplained(), history);
                List<Operation> shortest = underWayFrom(latestBegin(violation.unexplained(), until), until);
                assertThat(known(violation.window()))
                        .as("history %d: %s", i, history)
                        .containsExactlyInAnyOrderElementsOf(known(shortest));
                shortened += known(shortest).size() < known(until).size() ? 1 : 0;
            }
        }
        assertThat(shortened).as("windows that do not begin with the history").isGreaterThan(HISTORIES / 20);
    }

    private static List<Operation> known(List<Operation> operations) {
        return operations.stream().filter(Operation::isKnown).toList();
    }

    /** What was asked for by then; what comes after that answer is not known yet. */
    private static List<Operation> untilAnswerOf(Operation culprit, List<Operation> history) {
        List<Operation> byAnswer = history.stream()
                .sorted(Comparator.comparingLong(Operation::returnedNanos).thenComparingLong(Operation::invokedNanos))
                .toList();
        int answers = byAnswer.indexOf(culprit) + 1;
        List<Operation> until = new ArrayList<>(byAnswer.subList(0, answers));
        byAnswer.stream()
                .skip(answers)
                .filter(operation -> operation.invokedNanos() <= culprit.returnedNanos())
                .forEach(operation -> until.add(operation.withUnknownOutcome()));
        return until;
    }

    /** The last moment from which there is no explanation; before everything if there is one from all of them. */
    private static long latestBegin(Operation culprit, List<Operation> until) {
        return until.stream()
                .mapToLong(Operation::invokedNanos)
                .filter(begin -> begin <= culprit.invokedNanos() && !isExplainedFrom(begin, until))
                .max()
                .orElse(Long.MIN_VALUE);
    }

    private static boolean isExplainedFrom(long begin, List<Operation> until) {
        List<Operation> window = underWayFrom(begin, until).stream()
                .map(operation -> operation.invokedNanos() >= begin ? operation : operation.withUnknownOutcome())
                .toList();
        return Stream.concat(
                        Stream.of(Map.<String, String>of()),
                        until.stream()
                                .filter(operation -> operation.invokedNanos() < begin)
                                .flatMap(operation -> operation.action().writes().stream())
                                .map(write -> Map.of(write.key(), write.value())))
                .anyMatch(held -> BruteForce.isLinearizableFrom(held, window));
    }

    /** What was under way at a moment or later. */
    private static List<Operation> underWayFrom(long begin, List<Operation> until) {
        return until.stream()
                .filter(operation -> operation.returnedNanos() >= begin)
                .toList();
    }

    /** Times of which several are the same. */
    private static List<Operation> coarse(List<Operation> history, SplittableRandom random) {
        long unit = random.nextBoolean() ? 1 : 250;
        return history.stream()
                .map(operation -> new Operation(
                        operation.client(),
                        operation.action(),
                        operation.invokedNanos() / unit,
                        operation.isKnown() ? operation.returnedNanos() / unit : Operation.NEVER))
                .toList();
    }

    /** Some answers are other than they were. */
    private static List<Operation> tampered(List<Operation> history, SplittableRandom random) {
        List<Operation> tampered = new ArrayList<>(history);
        for (int changes = random.nextInt(4); changes > 0; changes--) {
            int place = random.nextInt(history.size());
            Operation operation = tampered.get(place);
            tampered.set(
                    place,
                    new Operation(
                            operation.client(),
                            other(operation.action(), random),
                            operation.invokedNanos(),
                            operation.returnedNanos()));
        }
        return tampered;
    }

    private static Action other(Action action, SplittableRandom random) {
        Optional<String> value = random.nextInt(3) == 0 ? Optional.empty() : Optional.of("v" + random.nextInt(3));
        return switch (action) {
            case Action.Read read -> new Action.Read(read.key(), value);
            case Action.Write write -> write;
            case Action.Delete delete -> delete;
            case Action.CompareAndSet set ->
                new Action.CompareAndSet(set.key(), set.expected(), set.value(), !set.succeeded());
            case Action.Transaction transaction ->
                new Action.Transaction(
                        transaction.compares(),
                        transaction.success(),
                        transaction.failure(),
                        transaction.succeeded(),
                        transaction.reads().stream().map(ignored -> value).toList());
        };
    }

    @Test
    void windows_end_where_the_first_answer_has_no_explanation_even_if_several_come_at_the_same_moment() {
        Operation write = new Operation(1, new Action.Write("x", "1"), 0, 10);
        Operation good = new Operation(2, new Action.Read("x", Optional.of("1")), 20, 30);
        Operation bad = new Operation(3, new Action.Read("x", Optional.of("2")), 20, 30);

        for (List<Operation> history : List.of(List.of(write, good, bad), List.of(write, bad, good))) {
            Verdict verdict = new LinearizabilityChecker().check(history);
            assertThat(verdict)
                    .isInstanceOfSatisfying(
                            Verdict.NotLinearizable.class,
                            violation -> assertThat(violation.unexplained()).isEqualTo(bad));
        }
    }
}
