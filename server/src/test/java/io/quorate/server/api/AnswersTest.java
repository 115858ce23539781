package io.quorate.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A call ends, whatever becomes of its answer. */
class AnswersTest {

    private static final class Call implements StreamObserver<String> {
        private final List<String> heard = new ArrayList<>();

        @Override
        public void onNext(String answer) {
            heard.add(answer);
        }

        @Override
        public void onError(Throwable failure) {
            heard.add("failed");
        }

        @Override
        public void onCompleted() {
            heard.add("completed");
        }
    }

    private final Call call = new Call();

    @Test
    void anAnswerEndsIt() {
        Answers.send(call, () -> CompletableFuture.completedFuture(1), number -> "one");
        assertThat(call.heard).containsExactly("one", "completed");
    }

    @Test
    void anAnswerThatCannotBeMadeEndsIt() {
        Answers.send(call, () -> CompletableFuture.completedFuture(1), number -> {
            throw new StackOverflowError("the answer is nested too deep");
        });
        assertThat(call.heard).containsExactly("failed");
    }
}
