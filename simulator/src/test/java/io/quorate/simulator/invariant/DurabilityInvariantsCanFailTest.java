package io.quorate.simulator.invariant;

import static io.quorate.simulator.invariant.Seen.assertViolated;
import static io.quorate.simulator.invariant.Seen.frame;
import static io.quorate.simulator.invariant.Seen.id;
import static io.quorate.simulator.invariant.Seen.leads;
import static io.quorate.simulator.invariant.Seen.raft;
import static io.quorate.simulator.invariant.Seen.segment;
import static io.quorate.simulator.invariant.Seen.step;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.Effect;
import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import io.quorate.core.Message;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.log.RaftLog;
import io.quorate.simulator.CrashKind;
import io.quorate.simulator.StillCluster;
import io.quorate.simulator.disk.Damage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the invariants of durability let pass, and what they do not. */
class DurabilityInvariantsCanFailTest {

    private static final EntryId FIRST = new EntryId(1, 1);

    private final StillCluster still = new StillCluster(3);
    private final RestartsAgreeWithDisk disks = new RestartsAgreeWithDisk();
    private final DurableBeforeSent sent = new DurableBeforeSent(disks);
    private final Object file = new Object();
    private long end;

    @BeforeEach
    void open() {
        for (long member = 1; member <= 3; member++) {
            sent.opened(still.member(member));
        }
    }

    /** Behind whatever was written before. */
    private void write(MemberId member, byte[] frame) {
        disks.written(member, file, end, frame);
        end += frame.length;
    }

    private void durable(long member, byte[] frame) {
        write(id(member), frame);
        disks.synced(id(member), file, true);
    }

    @Test
    void aMemberThatForgotADurableEntryIsFound() {
        disks.opened(still.member(1));
        durable(1, frame(0, 0, 0, FIRST));
        assertViolated(() -> disks.opened(still.member(1)));
    }

    @Test
    void aMemberThatForgotItsDurableVoteIsFound() {
        durable(1, frame(3, 2, 0));
        assertViolated(() -> disks.opened(still.member(1)));
    }

    @Test
    void whatWasLostWithThePowerOrNeverSyncedNeedNotBeThere() {
        write(id(1), frame(3, 2, 0, FIRST));
        disks.crashed(still.member(1), CrashKind.POWER_LOSS);
        disks.synced(id(1), file, true);
        write(id(1), frame(3, 2, 0, FIRST));
        disks.synced(id(1), file, false);
        disks.synced(id(1), file, true);
        disks.opened(still.member(1));
    }

    /** The member goes by this vote, which it has not written. */
    private void believes(long member, long term, long vote) {
        RaftLog log = still.member(member).log().orElseThrow();
        log.saveHardState(new HardState(term, Optional.of(id(vote)), 0));
        assertThat(log.takePending()).isPresent();
    }

    @Test
    void theHeaderOfASegmentMayTellOfAVoteUntilAFrameFollows() {
        believes(1, 3, 2);
        assertViolated(() -> disks.opened(still.member(1)));
        durable(1, segment(3, 2));
        disks.opened(still.member(1));
        disks.opened(still.member(1));
        believes(1, 4, 3);
        durable(1, segment(4, 3));
        durable(1, frame(3, 2, 0));
        assertViolated(() -> disks.opened(still.member(1)));
    }

    /** Seed 62980: a start that was misled began to copy one into quarantine, and refused then. */
    @Test
    void aCopyOfAnEarlierSegmentTellsNothing() {
        durable(1, frame(3, 2, 0));
        byte[] second = segment(3, 2);
        ByteBuffer.wrap(second).putLong(40, 2);
        durable(1, second);
        durable(1, segment(4, 2));
        believes(1, 4, 2);
        assertViolated(() -> disks.opened(still.member(1)));
    }

    /** Seed 225503: a header was durable, and power went before its file had the name of a segment. */
    @Test
    void afterARestartTheLogMayGoOnInTheSegmentBefore() {
        durable(1, frame(3, 2, 0));
        byte[] second = segment(3, 2);
        ByteBuffer.wrap(second).putLong(40, 2);
        durable(1, second);
        believes(1, 3, 2);
        disks.opened(still.member(1));
        durable(1, frame(4, 3, 0));
        believes(1, 4, 3);
        disks.opened(still.member(1));
        believes(1, 3, 2);
        assertViolated(() -> disks.opened(still.member(1)));
    }

    @Test
    void theHeaderOfASegmentDoesNotTakeADurableVoteBack() {
        durable(1, frame(4, 3, 0));
        for (long vote : new long[] {2, 3}) {
            believes(1, 3, vote);
            durable(1, segment(3, vote));
            assertViolated(() -> disks.opened(still.member(1)));
        }
        believes(1, 4, 2);
        durable(1, segment(4, 2));
        assertViolated(() -> disks.opened(still.member(1)));
    }

    @Test
    void whatRottedNeedNotBeThere() {
        durable(1, frame(3, 2, 0, FIRST));
        disks.rotted(id(1), Damage.ANY);
        disks.opened(still.member(1));
        disks.opened(still.member(1));
    }

    /** A start reads, and writes the last frame once more: where that goes elsewhere, the next start alone finds what is left. */
    @Test
    void whatAStartHasWrittenElsewhereExcusesTheNextStartAndNoOther() {
        whatTheStartHasWrittenElsewhereExcusesTheNextOneAlone(() -> disks.crashed(still.member(1), CrashKind.PROCESS));
    }

    /** Seed 61794: a node that stops by itself is started again like one that died, and what that start writes is a start's. */
    @Test
    void whatAStartHasWrittenElsewhereExcusesTheNextStartThoughTheNodeHadStoppedByItself() {
        whatTheStartHasWrittenElsewhereExcusesTheNextOneAlone(
                () -> disks.stopped(still.member(1), new IOException("a read went wrong")));
    }

    private void whatTheStartHasWrittenElsewhereExcusesTheNextOneAlone(Runnable end) {
        durable(1, frame(3, 2, 0));
        believes(1, 3, 2);
        end.run();
        write(id(1), frame(3, 2, 0));
        disks.rotted(id(1), Damage.ANY);
        disks.opened(still.member(1));

        disks.crashed(still.member(1), CrashKind.PROCESS);
        believes(1, 2, 1);
        disks.opened(still.member(1));

        disks.crashed(still.member(1), CrashKind.PROCESS);
        believes(1, 1, 1);
        assertViolated(() -> disks.opened(still.member(1)));
    }

    /** What rots before a start is found by it, and by no other. */
    @Test
    void whatHasRottedBeforeAStartExcusesThatOneAlone() {
        durable(1, frame(3, 2, 0));
        disks.crashed(still.member(1), CrashKind.PROCESS);
        disks.rotted(id(1), Damage.ANY);
        believes(1, 2, 1);
        disks.opened(still.member(1));

        disks.crashed(still.member(1), CrashKind.PROCESS);
        believes(1, 1, 1);
        assertViolated(() -> disks.opened(still.member(1)));
    }

    @Test
    void aBitThatTurnedTakesTheLastFrameAlone() {
        durable(1, frame(3, 2, 0, FIRST));
        disks.rotted(id(1), Damage.ONE_BIT);
        disks.opened(still.member(1));
        durable(1, frame(3, 2, 0, FIRST));
        durable(1, frame(3, 2, 0));
        disks.rotted(id(1), Damage.ONE_BIT);
        assertViolated(() -> disks.opened(still.member(1)));
    }

    /** Seed 80322: the start wrote the frame before that once more, which is a mark, and no newer than what the bit took. */
    @Test
    void aBitThatTurnedTakesTheLastFrameThoughTheOneBeforeIsWrittenOnceMore() {
        byte[] mark = frame(0, 0, 0);
        byte[] last = frame(0, 0, 0, new EntryId(1, 2));
        durable(1, frame(0, 0, 0, FIRST));
        write(id(1), mark);
        write(id(1), last);
        disks.synced(id(1), file, true);
        disks.crashed(still.member(1), CrashKind.POWER_LOSS);
        disks.rotted(id(1), Damage.ONE_BIT);
        disks.written(id(1), file, end - last.length, new byte[last.length]);
        disks.written(id(1), file, end - last.length - mark.length, mark);
        disks.synced(id(1), file, true);
        holdsTheFirst();

        disks.opened(still.member(1));
    }

    /** Seed 12458: the start that cut it off was broken off, and the next one did not find what had never been durable. */
    @Test
    void whatAStartHasCutOffIsNotMadeDurableByItsSync() {
        durable(1, frame(0, 0, 0, FIRST));
        byte[] unsynced = frame(0, 0, 0, new EntryId(1, 2));
        write(id(1), unsynced);
        disks.crashed(still.member(1), CrashKind.PROCESS);
        disks.rotted(id(1), Damage.ONE_BIT);
        disks.written(id(1), file, end - unsynced.length, new byte[unsynced.length]);
        disks.written(id(1), file, end - unsynced.length, frame(0, 0, 0));
        disks.synced(id(1), file, true);
        disks.crashed(still.member(1), CrashKind.PROCESS);
        holdsTheFirst();

        disks.opened(still.member(1));
    }

    @Test
    void whatNobodyHasCutOffIsMadeDurableByTheNextSync() {
        durable(1, frame(0, 0, 0, FIRST));
        write(id(1), frame(0, 0, 0, new EntryId(1, 2)));
        disks.crashed(still.member(1), CrashKind.PROCESS);
        disks.synced(id(1), file, true);
        holdsTheFirst();

        assertViolated(() -> disks.opened(still.member(1)));
    }

    /** All that the member's log has, and nothing of it is still to be written. */
    private void holdsTheFirst() {
        still.append(1, 1, "a");
        assertThat(still.member(1).log().orElseThrow().takePending()).isPresent();
    }

    @Test
    void anAcknowledgementWaitsForASyncThatSucceeds() {
        still.append(2, 1, "a");
        Message accepted = new Message.AppendAccepted(1, 1);
        write(id(2), frame(1, 0, 0, FIRST));
        assertViolated(() -> sent.sent(id(2), id(1), raft(accepted)));
        disks.synced(id(2), file, false);
        assertViolated(() -> sent.sent(id(2), id(1), raft(accepted)));
        durable(2, frame(1, 0, 0, FIRST));
        sent.sent(id(2), id(1), raft(accepted));
    }

    @Test
    void anAcknowledgementNeedsTheEntryOfTheRightTerm() {
        still.append(2, 2, "a");
        durable(2, frame(2, 0, 0, FIRST));
        assertViolated(() -> sent.sent(id(2), id(1), raft(new Message.AppendAccepted(2, 1))));
    }

    @Test
    void aVoteIsDurableBeforeItIsSent() {
        durable(2, frame(4, 1, 0));
        sent.sent(id(2), id(1), raft(new Message.VoteResponse(4, true)));
        assertViolated(() -> sent.sent(id(2), id(3), raft(new Message.VoteResponse(4, true))));
        assertViolated(() -> sent.sent(id(2), id(1), raft(new Message.VoteResponse(5, true))));
        sent.sent(id(2), id(3), raft(new Message.VoteResponse(5, false)));
    }

    @Test
    void aCandidateHasItsOwnVoteDurable() {
        Message request = new Message.VoteRequest(4, EntryId.ORIGIN, false);
        assertViolated(() -> sent.sent(id(2), id(1), raft(request)));
        durable(2, frame(4, 2, 0));
        sent.sent(id(2), id(1), raft(request));
    }

    @Test
    void whatIsCommittedIsDurableOnAQuorum() {
        CommittedLog committed = new CommittedLog();
        CommittedIsDurable invariant = new CommittedIsDurable(disks, committed);
        still.append(1, 1, "a");
        step(committed, still.member(1), leads(1));
        durable(1, frame(1, 1, 0, FIRST));
        durable(9, frame(1, 1, 0, FIRST));
        assertViolated(() -> invariant.committed(still.member(1), 1, FIRST));
        durable(3, frame(1, 1, 0, FIRST));
        step(committed, still.member(1), new Effect.Apply(1));
    }

    @Test
    void aVoteIsRememberedAfterARestart() {
        PromisesOutliveRestarts invariant = new PromisesOutliveRestarts();
        invariant.opened(still.member(2));
        invariant.sent(id(2), id(1), raft(new Message.VoteResponse(4, true)));
        assertViolated(() -> invariant.sent(id(2), id(3), raft(new Message.VoteResponse(4, true))));
        assertViolated(() -> invariant.opened(still.member(2)));
    }

    @Test
    void whatWasAcceptedIsThereAfterARestart() {
        PromisesOutliveRestarts invariant = new PromisesOutliveRestarts();
        invariant.opened(still.member(2));
        still.append(2, 0, "a");
        invariant.sent(id(2), id(1), raft(new Message.AppendAccepted(0, 1)));
        invariant.opened(still.member(2));
        still.restart(2, CrashKind.POWER_LOSS);
        assertViolated(() -> invariant.opened(still.member(2)));
    }
}
