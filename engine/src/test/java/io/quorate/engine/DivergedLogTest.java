package io.quorate.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.EntryBatch;
import io.quorate.core.EntryBatch.TermRun;
import io.quorate.core.EntryId;
import io.quorate.core.Message;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.FaultyDisk;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.log.EntryKind;
import io.quorate.engine.transport.PeerFrame;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A leader whose log has the same terms and indexes as the member's, and other content. */
class DivergedLogTest {

    private static final MemberId LEADER = new MemberId(2);
    private static final Configuration VOTERS =
            Configuration.of(Set.of(HandDrivenNode.SELF, LEADER, new MemberId(3)));
    private static final EntryId LAST = new EntryId(1, 3);

    private HandDrivenNode follower;
    private long hashAtLast;

    @BeforeEach
    void aFollowerOfThreeEntries() throws IOException {
        follower = new HandDrivenNode(new FaultyDisk(), VOTERS, 1, options -> options);
        PeerFrame.Raft append = (PeerFrame.Raft) HandDrivenNode.appendFromStart(1, List.of(11L, 12L, 13L), 0);
        hashAtLast = append.entries().getLast().chainHash();
        receive(append);
        assertThat(follower.lastSent(Message.AppendAccepted.class)).contains(new Message.AppendAccepted(1, 3));
        follower.takeSent(PeerFrame.Raft.class);
    }

    private void receive(PeerFrame frame) {
        follower.receive(LEADER, frame);
        follower.settle();
    }

    private static PeerFrame empty(EntryId prev, OptionalLong hash) {
        return new PeerFrame.Raft(
                0, new Message.AppendRequest(1, prev, EntryBatch.empty(prev.index() + 1), 3), List.of(), hash);
    }

    private static PeerFrame fourth(long hashBefore, OptionalLong toldHash) {
        EntryFrame entry =
                EntryFrame.encode(0, new EntryId(1, 4), EntryKind.COMMAND, hashBefore, Journal.command(14));
        var batch = new EntryBatch(4, List.of(new TermRun(1, 4)), List.of());
        return new PeerFrame.Raft(0, new Message.AppendRequest(1, LAST, batch, 3), List.of(entry), toldHash);
    }

    private void assertStoppedAt(EntryId id) {
        assertThat(follower.node.stopped()).isDone();
        assertThat(follower.node.stopped().join())
                .isInstanceOfSatisfying(LogDivergedException.class, diverged -> {
                    assertThat(diverged.id()).isEqualTo(id);
                    assertThat(diverged).hasMessageContainingAll(
                            id.toString(),
                            String.format("%016x", diverged.ownHash()),
                            String.format("%016x", diverged.leadersHash()));
                });
        assertThat(follower.lastSent(Message.AppendAccepted.class))
                .as("what was acknowledged")
                .isEmpty();
        assertThat(follower.journal.numbers()).isEmpty();
    }

    @Test
    void anEmptyAppendWithAnotherHashAtItsPreviousEntryStopsTheMember() {
        receive(empty(LAST, OptionalLong.of(hashAtLast + 1)));
        assertStoppedAt(LAST);
    }

    @Test
    void entriesBehindAnotherContentStopTheMember() {
        receive(fourth(hashAtLast + 1, OptionalLong.of(hashAtLast + 1)));
        assertStoppedAt(LAST);
    }

    @Test
    void entriesThatAreHereAlreadyWithAnotherContentStopTheMember() {
        receive(HandDrivenNode.appendFromStart(1, List.of(11L, 99L, 13L), 3));
        assertStoppedAt(LAST);
    }

    @Test
    void aNewEntryThatDoesNotContinueThisLogStopsTheMemberThoughTheLeaderTellsNoHash() {
        receive(fourth(hashAtLast + 1, OptionalLong.empty()));
        assertStoppedAt(new EntryId(1, 4));
    }

    @Test
    void anEqualHashAndAHashThatTheLeaderDoesNotKnowAreNoReasonToStop() {
        receive(empty(LAST, OptionalLong.empty()));
        receive(fourth(hashAtLast, OptionalLong.of(hashAtLast)));
        assertThat(follower.node.stopped()).isNotDone();
        assertThat(follower.lastSent(Message.AppendAccepted.class)).contains(new Message.AppendAccepted(1, 4));
        assertThat(follower.journal.numbers()).containsExactly(11L, 12L, 13L);
    }

    @Test
    void anEntryThatTheLogLacksOrHoldsInAnotherTermIsNotCompared() {
        receive(empty(new EntryId(1, 7), OptionalLong.of(5)));
        assertThat(follower.node.stopped()).isNotDone();
        assertThat(follower.lastSent(Message.AppendRejected.class)).isPresent();
    }
}
