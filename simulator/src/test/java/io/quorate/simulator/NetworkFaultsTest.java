package io.quorate.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.EntryId;
import io.quorate.core.Message;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.simulator.network.LinkFaults;
import io.quorate.simulator.network.LinkFaults.Cut;
import io.quorate.simulator.network.SimulatedNetwork;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Each fault of a link does what its name says, only while it lasts, and nothing happens without one. */
class NetworkFaultsTest {

    private static final long SECOND = 1_000_000_000;
    private static final MemberId A = new MemberId(1);
    private static final MemberId B = new MemberId(2);
    private static final int FRAMES = 200;

    private final Agenda agenda = new Agenda();
    private final SimulatedNetwork network =
            new SimulatedNetwork(agenda, new SplittableRandom(7), new RunObserver() {});
    private final Life a = new Life(A);
    private Life b = new Life(B);

    /** One life of a member: what came, when, and what it was told. */
    private final class Life implements Network.Listener {
        private final List<Long> came = new ArrayList<>();
        private final List<Long> at = new ArrayList<>();
        private final Network end;
        private boolean alive = true;
        private int unreachable;
        private int pieces;

        Life(MemberId self) {
            this.end = network.open(self, () -> alive, this);
        }

        @Override
        public void received(MemberId from, PeerFrame frame) {
            if (frame instanceof PeerFrame.Raft raft && raft.message() instanceof Message.Heartbeat beat) {
                came.add(beat.term());
                at.add(agenda.now());
            }
            pieces += frame instanceof PeerFrame.Snapshot ? 1 : 0;
        }

        @Override
        public void unreachable(MemberId peer) {
            unreachable++;
        }

        @Override
        public void removed(MemberId says) {}

        @Override
        public void disowned(MemberId says) {}
    }

    private static LinkFaults with(
            double loss, double duplication, double replay, double reordering, double corruption) {
        return new LinkFaults(Cut.NONE, loss, duplication, replay, reordering, corruption, 0, 0, false, 0);
    }

    /** Sends frames that are numbered from 1, one each millisecond, and waits until all have come that will. */
    private void send(int count) {
        long begin = agenda.now();
        for (int i = 1; i <= count; i++) {
            long number = i;
            agenda.at(
                    begin + i * 1_000_000L,
                    () -> a.end.send(B, new PeerFrame.Raft(0, new Message.Heartbeat(number, 0, 0))));
        }
        agenda.runUntil(begin + 10 * SECOND);
    }

    private static List<Long> numbers(int count) {
        List<Long> numbers = new ArrayList<>();
        for (long i = 1; i <= count; i++) {
            numbers.add(i);
        }
        return numbers;
    }

    @Test
    void withoutAFaultEverythingComesOnceAndInOrderAndSoon() {
        requireThatEverythingComesOnceAndInOrderAndSoon();
    }

    private void requireThatEverythingComesOnceAndInOrderAndSoon() {
        send(FRAMES);
        assertThat(b.came).isEqualTo(numbers(FRAMES));
        assertThat(b.at.getFirst()).isLessThan(2_000_000);
        assertThat(a.unreachable).isZero();
    }

    @Test
    void whatIsMendedIsAsIfNothingHadBeen() {
        network.setFaults(A, B, LinkFaults.clog().and(LinkFaults.slow(100)).and(with(0.5, 0.5, 0.5, 0.5, 0.5)));
        network.setFaults(A, B, LinkFaults.NONE);
        requireThatEverythingComesOnceAndInOrderAndSoon();
    }

    @Test
    void lossLosesSomeFramesAndNoOthers() {
        network.setFaults(A, B, with(0.3, 0, 0, 0, 0));
        send(FRAMES);
        assertThat(b.came).hasSizeBetween(100, 180).isSorted().doesNotHaveDuplicates();
        assertThat(a.unreachable).isZero();
    }

    @Test
    void duplicationBringsSomeFramesTwice() {
        network.setFaults(A, B, with(0, 0.3, 0, 0, 0));
        send(FRAMES);
        assertThat(b.came).hasSizeBetween(230, 290).containsAll(numbers(FRAMES));
    }

    @Test
    void reorderingLetsFramesOvertakeOthers() {
        network.setFaults(A, B, new LinkFaults(Cut.NONE, 0, 0, 0, 0.5, 0, 0, SECOND, false, 0));
        send(FRAMES);
        assertThat(b.came).containsExactlyInAnyOrderElementsOf(numbers(FRAMES));
        assertThat(b.came).isNotEqualTo(numbers(FRAMES));
    }

    @Test
    void delayAloneKeepsTheOrder() {
        network.setFaults(A, B, new LinkFaults(Cut.NONE, 0, 0, 0, 0, 0, 0, SECOND, false, 0));
        send(FRAMES);
        assertThat(b.came).isEqualTo(numbers(FRAMES));
        assertThat(b.at.getLast()).isGreaterThan(SECOND / 2);
    }

    @Test
    void replayBringsOldFramesToTheNextLifeOfTheReceiver() {
        network.setFaults(A, B, with(0, 0, 0.5, 0, 0));
        long begin = agenda.now();
        for (int i = 1; i <= FRAMES; i++) {
            a.end.send(B, new PeerFrame.Raft(0, new Message.Heartbeat(i, 0, 0)));
        }
        agenda.runUntil(begin + SECOND / 10);
        Life before = b;
        before.alive = false;
        b = new Life(B);
        agenda.runUntil(begin + 5 * SECOND);
        assertThat(before.came).containsAll(numbers(FRAMES));
        assertThat(b.came).isNotEmpty().allMatch(number -> number <= FRAMES);
    }

    @Test
    void aDamagedFrameEndsTheConnectionWithAllThatIsUnderWay() {
        network.setFaults(A, B, with(0, 0, 0, 0, 1));
        a.end.send(B, new PeerFrame.Raft(0, new Message.Heartbeat(1, 0, 0)));
        network.setFaults(A, B, LinkFaults.NONE);
        a.end.send(B, new PeerFrame.Raft(0, new Message.Heartbeat(2, 0, 0)));
        agenda.runUntil(SECOND);
        assertThat(b.came).isEmpty();
        assertThat(a.unreachable).isEqualTo(1);
        a.end.send(B, new PeerFrame.Raft(0, new Message.Heartbeat(3, 0, 0)));
        agenda.runUntil(2 * SECOND);
        assertThat(b.came).containsExactly(3L);
    }

    @Test
    void aHalfOpenLinkSwallowsEverythingAndNobodyIsTold() {
        network.setFaults(A, B, LinkFaults.HALF_OPEN);
        send(FRAMES);
        b.end.send(A, new PeerFrame.Raft(0, new Message.Heartbeat(1, 0, 0)));
        agenda.runUntil(20 * SECOND);
        assertThat(b.came).isEmpty();
        assertThat(a.unreachable).isZero();
        assertThat(a.came).as("the other way stands").containsExactly(1L);
    }

    @Test
    void aCutIsToldAtMostOnceForEachInterruption() {
        int told = 0;
        for (int i = 0; i < 20; i++) {
            network.setFaults(A, B, LinkFaults.CUT);
            send(10);
            network.setFaults(A, B, LinkFaults.NONE);
            send(1);
            assertThat(a.unreachable - told).isBetween(0, 1);
            told = a.unreachable;
        }
        assertThat(told).isBetween(3, 17);
        assertThat(b.came).hasSize(20);
    }

    @Test
    void aCloggedLinkDeliversNothingAndThenAllAtOnce() {
        network.setFaults(A, B, LinkFaults.clog());
        send(FRAMES);
        assertThat(b.came).isEmpty();
        network.setFaults(A, B, LinkFaults.NONE);
        agenda.runUntil(agenda.now() + SECOND);
        assertThat(b.came).isEqualTo(numbers(FRAMES));
        assertThat(b.at.getFirst()).isEqualTo(b.at.getLast());
    }

    @Test
    void aSlowReceiverFillsABoundedQueueAndTheSenderIsToldOnceOfWhatIsDropped() {
        network.setFaults(A, B, LinkFaults.slow(1_000));
        int frames = 5_000;
        for (int i = 1; i <= frames; i++) {
            a.end.send(B, new PeerFrame.Raft(0, new Message.Heartbeat(i, 0, 0)));
        }
        agenda.runUntil(SECOND);
        assertThat(b.came.size()).isBetween(5, 60);
        assertThat(a.unreachable).isEqualTo(1);
        agenda.runUntil(1_000 * SECOND);
        assertThat(b.came).hasSizeLessThan(frames).isEqualTo(numbers(b.came.size()));
    }

    @Test
    void theTransferOfASnapshotBreaksOffBetweenTwoPieces() {
        List<MemberId> interrupted = new ArrayList<>();
        network.interruptSnapshot(2, (sender, receiver) -> Collections.addAll(interrupted, sender, receiver));
        for (int i = 0; i < 6; i++) {
            piece(i);
            agenda.runUntil(agenda.now() + SECOND);
        }
        assertThat(interrupted).containsExactly(A, B);
        assertThat(b.pieces)
                .as("the third is lost, and the connection stands again for the fourth")
                .isEqualTo(5);
        assertThat(a.unreachable).isEqualTo(1);
    }

    private void piece(int number) {
        SnapshotMeta meta = new SnapshotMeta(new EntryId(1, 9), Configuration.of(Set.of(A, B)), 1);
        a.end.send(
                B,
                new PeerFrame.Snapshot(
                        0, new Message.SnapshotChunk(1, meta, number * 4L, 4, 24), ByteBuffer.allocate(4)));
    }
}
