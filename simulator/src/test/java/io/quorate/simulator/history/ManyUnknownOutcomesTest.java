package io.quorate.simulator.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * A history that a simulated cluster made (seed 1198 of the standard measurement): 59 transactions on three keys, each guarded
 * by how often a key was written. Of 22 nobody knows what came of them, and all of these have to be tried in any order, as
 * often as none of the others' order is right. Without bounds on how many of them follow each other, and without taking
 * those for the same that nobody can tell apart, 49 million steps did not decide it.
 */
class ManyUnknownOutcomesTest {

    private static final long MAX_STEPS = 200_000;

    @Test
    void it_is_decided_in_few_steps() throws Exception {
        List<Operation> history = recorded();
        assertThat(history).hasSize(59);
        assertThat(history.stream().filter(operation -> !operation.isKnown())).hasSize(22);

        assertThat(check(history)).isEqualTo(new Verdict.Linearizable(59));
    }

    @Test
    void an_answer_that_nothing_explains_is_found_in_it() throws Exception {
        List<Operation> history = new ArrayList<>(recorded());
        int place = 0;
        while (!(history.get(place).isKnown() && history.get(place).invokedNanos() > 2_500_000_000L)) {
            place++;
        }
        Operation before = history.get(place);
        Action.Transaction transaction = (Action.Transaction) before.action();
        List<Optional<String>> reads = new ArrayList<>(transaction.reads());
        reads.set(0, Optional.of("written by nobody"));
        Operation wrong = new Operation(
                before.client(),
                new Action.Transaction(
                        transaction.compares(),
                        transaction.success(),
                        transaction.failure(),
                        transaction.succeeded(),
                        reads),
                before.invokedNanos(),
                before.returnedNanos());
        history.set(place, wrong);

        assertThat(check(history))
                .isInstanceOfSatisfying(
                        Verdict.NotLinearizable.class,
                        violation -> assertThat(violation.unexplained()).isEqualTo(wrong));
    }

    private static Verdict check(List<Operation> history) {
        return new LinearizabilityChecker(MAX_STEPS, Long.MAX_VALUE).check(history);
    }

    private static List<Operation> recorded() throws Exception {
        InputStream in = ManyUnknownOutcomesTest.class.getResourceAsStream("many-unknown-outcomes.jsonl");
        try (InputStreamReader lines = new InputStreamReader(Objects.requireNonNull(in), StandardCharsets.UTF_8)) {
            return new HistoryReader(lines).read();
        }
    }
}
