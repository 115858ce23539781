package io.quorate.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.Message;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.simulator.network.LinkFaults;
import io.quorate.simulator.network.SimulatedNetwork;
import java.util.ArrayList;
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
    private final List<Long> came = new ArrayList<>();
    private final Network sender = open(A, new ArrayList<>());

    private Network open(MemberId member, List<Long> rounds) {
        return network.open(member, () -> true, listener(rounds), Optional.empty());
    }

    private static Network.Listener listener(List<Long> rounds) {
        return new Network.Listener() {
            @Override
            public void received(MemberId from, PeerFrame frame) {
                if (frame instanceof PeerFrame.Raft raft && raft.message() instanceof Message.Heartbeat heartbeat) {
                    rounds.add(heartbeat.readRound());
                }
            }

            @Override
            public void unreachable(MemberId peer) {}

            @Override
            public void removed(MemberId says) {}

            @Override
            public void disowned(MemberId says) {}
        };
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
        open(B, came);
        network.setFaults(A, B, LinkFaults.slow(1024));
        send(1, 500);
        agenda.runUntil(SECOND);
        assertThat(came).isNotEmpty().hasSizeLessThan(100);

        network.setFaults(A, B, LinkFaults.NONE);
        network.endBacklogs();
        agenda.runUntil(3 * SECOND);
        send(1_000, 1_000);
        agenda.runUntil(4 * SECOND);

        assertThat(came).endsWith(1_000L).hasSizeLessThan(100);
    }
}
