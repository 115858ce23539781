package io.quorate.engine;

import static io.quorate.engine.HandDrivenNode.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.Message;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.FaultyDisk;
import io.quorate.engine.transport.PeerFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What becomes of what a member's application asks the leader's. */
class LeaderQuestionsTest {

    private static final MemberId LEADER = new MemberId(2);
    private static final MemberId OTHER = new MemberId(3);
    private static final Configuration VOTERS = Configuration.of(Set.of(HandDrivenNode.SELF, LEADER, OTHER));

    private final HandDrivenNode member = node(VOTERS);

    private static HandDrivenNode node(Configuration members) {
        try {
            return new HandDrivenNode(new FaultyDisk(), members, 1, options -> options);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private void follow(MemberId leader, long term) {
        member.receive(leader, new Message.Heartbeat(term, 0, 0));
        member.settle();
    }

    private CompletableFuture<Optional<ByteBuffer>> ask(String question) {
        CompletableFuture<Optional<ByteBuffer>> answer = member.node.askLeader(text(question));
        run(member.loop);
        return answer;
    }

    private PeerFrame.Question sent() {
        return member.takeSent(PeerFrame.Question.class).getFirst();
    }

    @Test
    void aFollowerAsksTheLeaderAndGivesItsAnswerToWhoeverAsked() {
        follow(LEADER, 1);
        CompletableFuture<Optional<ByteBuffer>> first = ask("a");
        PeerFrame.Question a = sent();
        CompletableFuture<Optional<ByteBuffer>> second = ask("b");
        PeerFrame.Question b = sent();
        assertThat(a.content()).isEqualTo(text("a"));

        member.receive(LEADER, new PeerFrame.Answer(0, b.id(), Optional.of(text("B"))));
        member.receive(LEADER, new PeerFrame.Answer(0, a.id(), Optional.empty()));
        member.settle();
        assertThat(first).isCompletedWithValue(Optional.empty());
        assertThat(second).isCompletedWithValue(Optional.of(text("B")));
    }

    @Test
    void onlyWhoWasAskedAnswers() {
        follow(LEADER, 1);
        CompletableFuture<Optional<ByteBuffer>> answer = ask("a");
        PeerFrame.Question question = sent();
        member.receive(OTHER, new PeerFrame.Answer(0, question.id(), Optional.of(text("wrong"))));
        member.receive(LEADER, new PeerFrame.Answer(0, question.id() + 1, Optional.of(text("wrong"))));
        member.settle();
        assertThat(answer).isNotDone();
    }

    @Test
    void nobodyIsAskedWhileNoLeaderIsKnown() {
        CompletableFuture<Optional<ByteBuffer>> answer = ask("a");
        assertThatThrownBy(answer::join).hasCauseInstanceOf(RaftException.Refused.class);
        assertThat(member.takeSent(PeerFrame.Question.class)).isEmpty();
    }

    @Test
    void aQuestionToALeaderThatIsReplacedMayHaveBeenAnswered() {
        follow(LEADER, 1);
        CompletableFuture<Optional<ByteBuffer>> answer = ask("a");
        follow(OTHER, 2);
        assertThatThrownBy(answer::join).hasCauseInstanceOf(RaftException.OutcomeUnknown.class);
    }

    @Test
    void aQuestionThatNobodyAnswersComesToAnEnd() {
        follow(LEADER, 1);
        CompletableFuture<Optional<ByteBuffer>> answer = ask("a");
        for (int i = 0; i < 10_000 && !answer.isDone(); i++) {
            // It goes on leading, and says nothing else.
            member.receive(LEADER, new Message.Heartbeat(1, 0, 0));
            member.tick();
        }
        assertThatThrownBy(answer::join).hasCauseInstanceOf(RaftException.OutcomeUnknown.class);
    }

    @Test
    void whoDoesNotLeadSaysThatItCannotTell() {
        follow(LEADER, 1);
        member.node.answerAsLeader(question -> CompletableFuture.completedFuture(Optional.of(question)));
        member.receive(OTHER, new PeerFrame.Question(0, 17, text("a")));
        member.settle();
        assertThat(member.takeSent(PeerFrame.Answer.class))
                .containsExactly(new PeerFrame.Answer(0, 17, Optional.empty()));
    }

    @Test
    void theLeaderAnswersOthersAndItself() {
        HandDrivenNode leader =
                node(Configuration.of(Set.of(HandDrivenNode.SELF)).withLearner(OTHER, List.of()));
        while (leader.node.status().leader().isEmpty()) {
            leader.tick();
        }
        CompletableFuture<Optional<ByteBuffer>> later = new CompletableFuture<>();
        leader.node.answerAsLeader(question -> later);
        leader.receive(OTHER, new PeerFrame.Question(0, 17, text("a")));
        leader.receive(new MemberId(99), new PeerFrame.Question(0, 18, text("of a stranger")));
        CompletableFuture<Optional<ByteBuffer>> own = leader.node.askLeader(text("a"));
        leader.settle();
        assertThat(own).isNotDone();

        later.complete(Optional.of(text("A")));
        assertThat(own).isCompletedWithValue(Optional.of(text("A")));
        assertThat(leader.takeSent(PeerFrame.Answer.class))
                .containsExactly(new PeerFrame.Answer(0, 17, Optional.of(text("A"))));

        leader.node.answerAsLeader(question -> {
            throw new IllegalStateException("it fails");
        });
        leader.receive(OTHER, new PeerFrame.Question(0, 18, text("b")));
        leader.settle();
        assertThat(leader.takeSent(PeerFrame.Answer.class))
                .containsExactly(new PeerFrame.Answer(0, 18, Optional.empty()));
    }
}
