package io.quorate.engine;

import io.quorate.core.Rejection;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.PeerFrame;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What applications ask the leader's, and what comes back; on both sides. Belongs to the node loop. */
final class LeaderQuestions {

    private static final Logger LOG = LoggerFactory.getLogger(LeaderQuestions.class);

    /** Questions and answers are small: they must fit every frame, beside everything else. */
    static final int MAX_BYTES = 64 << 10;

    /** One that waits to be asked. */
    record Question(ByteBuffer content, CompletableFuture<Optional<ByteBuffer>> answer, long deadlineNanos) {}

    private record Asked(MemberId leader, Question question) {}

    private final int group;
    private final MemberId self;
    private final Network network;
    private final Map<Long, Asked> asked = new HashMap<>();
    private LeaderAnswers answers = LeaderAnswers.NONE;
    private long nextId;

    /** @param firstId random: answers to an earlier life of this member must not be taken for those to this one */
    LeaderQuestions(int group, MemberId self, Network network, long firstId) {
        this.group = group;
        this.self = self;
        this.network = network;
        this.nextId = firstId;
    }

    void answerWith(LeaderAnswers application) {
        answers = application;
    }

    /** Asks the leader, which may be this member. */
    void ask(Question question, Optional<MemberId> leader) {
        if (leader.isEmpty()) {
            question.answer.completeExceptionally(new RaftException.Refused(Rejection.NO_LEADER));
        } else if (leader.get().equals(self)) {
            var unused = answer(question.content)
                    .whenComplete(
                            (answer, failure) -> question.answer.complete(failure == null ? answer : Optional.empty()));
        } else {
            asked.put(nextId, new Asked(leader.get(), question));
            network.send(leader.get(), new PeerFrame.Question(group, nextId++, question.content));
        }
    }

    /** Another member asks this one; {@code leads} is what it takes itself for. */
    void asked(MemberId from, PeerFrame.Question question, boolean leads) {
        if (!leads) {
            network.send(from, new PeerFrame.Answer(group, question.id(), Optional.empty()));
            return;
        }
        var unused = answer(question.content()).whenComplete((answer, failure) -> {
            network.send(from, new PeerFrame.Answer(group, question.id(), failure == null ? answer : Optional.empty()));
            network.flush();
        });
    }

    /** Whatever the application does: an answer that can't be sent is none. */
    private CompletableFuture<Optional<ByteBuffer>> answer(ByteBuffer question) {
        CompletableFuture<Optional<ByteBuffer>> answer;
        try {
            answer = answers.answer(question);
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        return answer.thenApply(LeaderQuestions::requireSmall).whenComplete((given, failure) -> {
            if (failure != null) {
                LOG.debug("a question of another member could not be answered", failure);
            }
        });
    }

    private static Optional<ByteBuffer> requireSmall(Optional<ByteBuffer> answer) {
        if (answer.isPresent() && answer.get().remaining() > MAX_BYTES) {
            throw new IllegalArgumentException("an answer of " + answer.get().remaining() + " bytes was given, at most "
                    + MAX_BYTES + " are taken");
        }
        return answer;
    }

    void answered(MemberId from, PeerFrame.Answer answer) {
        Asked question = asked.get(answer.id());
        if (question != null && question.leader.equals(from)) {
            asked.remove(answer.id());
            question.question.answer.complete(answer.content());
        }
    }

    /** Whoever was asked leads no more, and may never answer. */
    void leaderChanged(Optional<MemberId> leader) {
        fail(question -> !leader.equals(Optional.of(question.leader)), () -> new RaftException.OutcomeUnknown(true));
    }

    void expire(long nowNanos) {
        fail(
                question -> nowNanos - question.question.deadlineNanos >= 0,
                () -> new RaftException.OutcomeUnknown(false));
    }

    void stop(Throwable cause) {
        fail(question -> true, () -> new RaftException.Stopped(cause));
    }

    private void fail(Predicate<Asked> which, Supplier<RaftException> why) {
        if (asked.isEmpty()) {
            return;
        }
        RaftException failure = why.get();
        List<Asked> failed = new ArrayList<>();
        asked.values().removeIf(question -> which.test(question) && failed.add(question));
        failed.forEach(question -> question.question.answer.completeExceptionally(failure));
    }
}
