package io.quorate.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.Message;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.simulator.network.LinkFaults;
import io.quorate.simulator.network.SimulatedNetwork;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A way that takes so many bytes a second, and what becomes of its queue when it is mended. */
class SlowWayTest {

    private static final long SECOND = 1_000_000_000;
    private static final MemberId A = new MemberId(1);
    private static final MemberId B = new MemberId(2);

    private final Agenda agenda = new Agenda();
    private final SimulatedNetwork network =
            new SimulatedNetwork(agenda, new SplittableRandom(7), new RunObserver() {});
    private final Heard atB = new Heard();
    private final Network sender = open(A, new Heard());

    private Network open(MemberId member, Heard heard) {
        return network.open(member, () -> true, heard, Optional.empty());
    }

    private List<Long> came() {
        return atB.frames.stream()
                .map(frame -> ((Message.Heartbeat) ((PeerFrame.Raft) frame).message()).readRound())
                .toList();
    }

    private void send(long from, long to) {
        for (long round = from; round <= to; round++) {
            sender.send(B, new PeerFrame.Raft(0, new Message.Heartbeat(1, 0, round)));
        }
        sender.flush();
    }

    /** Seed 41632: what comes after everything was mended waited for longer than anybody waits for a cluster to get well. */
    @Test
    void whatIsSentWhenItIsMendedDoesNotWaitForWhatItHadTakenIn() {
        open(B, atB);
        network.setFaults(A, B, LinkFaults.slow(1024));
        send(1, 500);
        agenda.runUntil(SECOND);
        assertThat(came()).isNotEmpty().hasSizeLessThan(100);

        network.setFaults(A, B, LinkFaults.NONE);
        network.endBacklogs();
        agenda.runUntil(3 * SECOND);
        send(1_000, 1_000);
        agenda.runUntil(4 * SECOND);

        assertThat(came()).endsWith(1_000L).hasSizeLessThan(100);
    }
}
