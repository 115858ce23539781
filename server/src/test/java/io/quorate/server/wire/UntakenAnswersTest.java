package io.quorate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Answers that nobody takes end in the order in which they began to wait, once there is too much of them. */
class UntakenAnswersTest {

    private final List<String> ended = new ArrayList<>();
    private final UntakenAnswers answers = new UntakenAnswers(1000);

    /** Of a connection of its own. */
    private UntakenAnswers.Answer answer(String name) {
        return answer(name, "connection of " + name);
    }

    private UntakenAnswers.Answer answer(String name, String connection) {
        return new UntakenAnswers.Answer() {
            @Override
            public Object connection() {
                return connection;
            }

            @Override
            public void endUntaken() {
                ended.add(name);
            }
        };
    }

    @Test
    void theFirstEndAndNoMoreThanHaveTo() {
        for (int i = 0; i < 5; i++) {
            answers.waits(answer("answer " + i), 300);
        }

        assertThat(ended).containsExactly("answer 0", "answer 1");
        assertThat(answers.heldBytes()).isEqualTo(900);
    }

    @Test
    void oneMayBeAsLargeAsItIs() {
        answers.waits(answer("large"), 5000);
        assertThat(ended).isEmpty();

        answers.waits(answer("next"), 1);
        assertThat(ended).containsExactly("large");
        assertThat(answers.heldBytes()).isEqualTo(1);
    }

    @Test
    void oneConnectionHasHalfOfItAndDoesNotEndTheAnswersOfOthers() {
        answers.waits(answer("other"), 400);
        for (int i = 0; i < 5; i++) {
            answers.waits(answer("answer " + i, "greedy"), 200);
        }

        assertThat(ended).containsExactly("answer 0", "answer 1", "answer 2");
        assertThat(answers.heldBytes()).isEqualTo(800);
    }

    @Test
    void whatIsTakenOfAConnectionMakesRoomForMoreOfIt() {
        UntakenAnswers.Answer slow = answer("slow", "one");
        answers.waits(answer("stuck", "one"), 200);
        for (int i = 0; i < 10; i++) {
            answers.waits(slow, 200);
            answers.taken(slow, 150);
            answers.taken(slow, 50);
        }

        assertThat(ended).isEmpty();
        assertThat(answers.heldBytes()).isEqualTo(200);
    }

    @Test
    void whatIsTakenCountsNoLongerAndBeginsAnew() {
        UntakenAnswers.Answer slow = answer("slow");
        UntakenAnswers.Answer stuck = answer("stuck");
        answers.waits(slow, 400);
        answers.waits(stuck, 400);
        answers.taken(slow);
        assertThat(answers.heldBytes()).isEqualTo(400);

        answers.waits(slow, 400);
        answers.waits(slow, 400);
        assertThat(ended).containsExactly("stuck");
        assertThat(answers.heldBytes()).isEqualTo(800);
    }
}
