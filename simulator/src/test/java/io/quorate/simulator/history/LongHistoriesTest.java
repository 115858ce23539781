package io.quorate.simulator.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Long histories, of up to 100,000 operations of 20 clients, are judged, and one wrong answer in them is found. */
class LongHistoriesTest {

    private static final int OPERATIONS = 100_000;

    @SuppressWarnings("ImmutableEnumChecker") // a plan is a record of numbers
    enum Kind {
        REGISTERS(new RandomHistory.Plan(20, OPERATIONS, 100, 0, 10, false, false)),
        COMPARE_AND_SET(new RandomHistory.Plan(20, OPERATIONS, 100, 0, 10, true, false)),
        FEW_VALUES(new RandomHistory.Plan(20, OPERATIONS, 100, 5, 2, true, false)),
        ONE_KEY(new RandomHistory.Plan(10, 5_000, 1, 0, 10, false, false)),
        KEYS_TIED_BY_TRANSACTIONS(new RandomHistory.Plan(5, 3_000, 20, 0, 2, true, true));

        final RandomHistory.Plan plan;

        Kind(RandomHistory.Plan plan) {
            this.plan = plan;
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_history_that_was_made_in_some_order_has_one(Kind kind) {
        List<Operation> history = RandomHistory.draw(kind.plan, new SplittableRandom(1));

        assertThat(history).hasSize(kind.plan.operations());
        assertThat(new LinearizabilityChecker().check(history)).isEqualTo(new Verdict.Linearizable(history.size()));
    }

    @ParameterizedTest
    @EnumSource
    void one_wrong_read_is_found_and_shown_in_a_window_that_is_read_at_a_glance(Kind kind) {
        List<Operation> history = RandomHistory.draw(kind.plan, new SplittableRandom(2));
        List<Operation> wrong = RandomHistory.withOneWrongRead(history, new SplittableRandom(3));
        Operation changed = IntStream.range(0, wrong.size())
                .filter(place -> !wrong.get(place).equals(history.get(place)))
                .mapToObj(wrong::get)
                .findFirst()
                .orElseThrow();

        assertThat(new LinearizabilityChecker().check(wrong))
                .isInstanceOfSatisfying(Verdict.NotLinearizable.class, violation -> {
                    assertThat(violation.unexplained()).isEqualTo(changed);
                    assertThat(violation.window().stream().filter(Operation::isKnown))
                            .hasSizeLessThan(100);
                });
    }
}
