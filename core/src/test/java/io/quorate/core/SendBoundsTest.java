package io.quorate.core;

import static io.quorate.core.CoreUnderTest.TWO;
import static io.quorate.core.CoreUnderTest.messages;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** How a leader sends entries may change while it leads. Of three members, one answers. */
class SendBoundsTest {

    private final CoreUnderTest leader = CoreUnderTest.ofVoters(3).toEstablishedLeader();
    private SendCounts before = leader.sendCounts();

    private void within(long messageBytes, int messages) {
        leader.step(new Event.SendBoundsChanged(new SendBounds(messageBytes, messages)));
        before = leader.sendCounts();
    }

    /** One of them, and what is sent then to member 2. */
    private List<Message.AppendRequest> proposeAndFlush(int count) {
        leader.propose(count);
        return sentToTwo(leader.flush());
    }

    private static List<Message.AppendRequest> sentToTwo(List<Effect> effects) {
        List<Effect> toTwo = effects.stream()
                .filter(effect ->
                        effect instanceof Effect.Send send && send.to().equals(TWO))
                .toList();
        return messages(toTwo, Message.AppendRequest.class).stream()
                .filter(request -> !request.entries().isEmpty())
                .toList();
    }

    @Test
    void oneMessageAtATimeWaitsForItsAnswerAndTakesAlongWhatHasCome() {
        within(1_000, 1);
        assertThat(proposeAndFlush(1)).hasSize(1);
        assertThat(proposeAndFlush(1)).isEmpty();
        assertThat(proposeAndFlush(1)).isEmpty();
        leader.accepted(TWO, 2);
        assertThat(sentToTwo(leader.flush()))
                .singleElement()
                .satisfies(request -> assertThat(request.entries().lastIndex()).isEqualTo(4));
    }

    @Test
    void messagesGetSmallerFromTheNextOneOn() {
        assertThat(proposeAndFlush(3)).hasSize(1);
        within(2, 4);
        assertThat(proposeAndFlush(5)).hasSize(3);
        assertThat(leader.sendCounts().since(before).full())
                .as("two of three to each of two followers")
                .isEqualTo(4);
    }

    @Test
    void whatIsUnderWayAlreadyStaysUnderWayWhenLessIsAllowed() {
        proposeAndFlush(1);
        proposeAndFlush(1);
        proposeAndFlush(1);
        within(1_000, 2);
        assertThat(proposeAndFlush(1)).isEmpty();
        leader.accepted(TWO, 2);
        assertThat(sentToTwo(leader.flush())).as("two are under way still").isEmpty();
        leader.accepted(TWO, 3);
        assertThat(sentToTwo(leader.flush())).hasSize(1);
    }

    @Test
    void noMoreIsTakenThanTheMemberWasStartedWith() {
        within(5_000, 100);
        assertThat(leader.sendBounds()).isEqualTo(new SendBounds(1_000, 4));
        within(5_000, 3);
        assertThat(leader.sendBounds()).isEqualTo(new SendBounds(1_000, 3));
        for (int i = 0; i < 3; i++) {
            assertThat(proposeAndFlush(1)).hasSize(1);
        }
        assertThat(proposeAndFlush(1)).isEmpty();
    }

    @Test
    void whatTheBoundsDoIsCounted() {
        within(1_000, 2);
        proposeAndFlush(1);
        proposeAndFlush(1);
        proposeAndFlush(1);
        assertThat(leader.sendCounts().since(before))
                .as("to each of two followers two messages, one and two under way, and a third that had to wait")
                .isEqualTo(new SendCounts(4, 0, 6, 2));
    }

    @Test
    void boundsThatLetNothingThroughAreNone() {
        assertThatThrownBy(() -> new SendBounds(0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SendBounds(1, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
