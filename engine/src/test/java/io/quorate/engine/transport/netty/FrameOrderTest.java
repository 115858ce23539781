package io.quorate.engine.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.EntryBatch;
import io.quorate.core.EntryId;
import io.quorate.core.Message;
import io.quorate.engine.transport.PeerFrame;
import org.junit.jupiter.api.Test;

/** Which frames of one connection are recognized as repeated. */
class FrameOrderTest {

    private final FrameOrder order = new FrameOrder();

    private static PeerFrame frame(Message message) {
        return new PeerFrame.Raft(0, message);
    }

    private void assertTaken(Message message) {
        assertThat(order.judge(frame(message))).as("%s", message).isEmpty();
    }

    private void assertRepeated(Message message) {
        assertThat(order.judge(frame(message))).as("%s", message).isPresent();
    }

    @Test
    void aLeadersFrameOfAnEarlierTermThanItsMemberHasSpokenInSince() {
        assertTaken(new Message.Heartbeat(3, 0, 0));
        assertTaken(new Message.HeartbeatResponse(4, 0));
        assertRepeated(new Message.Heartbeat(3, 0, 0));
        assertRepeated(new Message.AppendRequest(3, EntryId.ORIGIN, EntryBatch.empty(1), 0));
        assertRepeated(new Message.TimeoutNow(3));
        assertTaken(new Message.Heartbeat(4, 0, 0));
    }

    @Test
    void whatMayHaveWaitedForADiskMayBeLate() {
        assertTaken(new Message.Heartbeat(4, 0, 0));
        assertTaken(new Message.AppendAccepted(3, 7));
        assertTaken(new Message.VoteResponse(3, true));
        assertTaken(new Message.VoteRequest(3, EntryId.ORIGIN, false));
    }

    @Test
    void aTermThatIsOnlyProposedIsNotSpokenIn() {
        assertTaken(new Message.PreVoteRequest(9, EntryId.ORIGIN));
        assertTaken(new Message.PreVoteResponse(9, true));
        assertTaken(new Message.Heartbeat(4, 0, 0));
    }

    @Test
    void aReadIsAskedForOnceById() {
        assertTaken(new Message.ReadIndexRequest(4, Long.MAX_VALUE));
        assertTaken(new Message.ReadIndexRequest(4, Long.MIN_VALUE));
        assertRepeated(new Message.ReadIndexRequest(4, Long.MIN_VALUE));
        assertRepeated(new Message.ReadIndexRequest(4, Long.MAX_VALUE));
        assertTaken(new Message.ReadIndexRequest(4, Long.MIN_VALUE + 1));
    }

    @Test
    void groupsThatShareAConnectionHaveTheirOwnTermsAndMadeUpOnesTakeNoRoom() {
        assertTaken(new Message.Heartbeat(4, 0, 0));
        for (int group = 1; group < 10_000; group++) {
            assertThat(order.judge(new PeerFrame.Raft(group, new Message.Heartbeat(3, 0, 0))))
                    .isEmpty();
        }
        assertRepeated(new Message.Heartbeat(3, 0, 0));
        assertThat(order.judge(new PeerFrame.Raft(9_999, new Message.Heartbeat(1, 0, 0))))
                .isEmpty();
        assertThat(order.judge(new PeerFrame.Raft(1, new Message.Heartbeat(1, 0, 0))))
                .isPresent();
    }
}
