package io.quorate.engine.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.Message;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which heartbeats are timed, and until when. */
class MeasuredNetworkTest {

    private static final MemberId PEER = new MemberId(2);
    private static final MemberId OTHER = new MemberId(3);

    private final List<PeerFrame> sent = new ArrayList<>();
    private final List<PeerFrame> received = new ArrayList<>();
    private final List<String> roundTrips = new ArrayList<>();
    private final List<Network.Listener> below = new ArrayList<>();
    private long now = 1000;

    private final Network network = MeasuredNetwork.open(
            this::open,
            new Network.Listener() {
                @Override
                public void received(MemberId from, PeerFrame frame) {
                    received.add(frame);
                }

                @Override
                public void unreachable(MemberId peer) {}

                @Override
                public void removed(MemberId says) {}

                @Override
                public void disowned(MemberId says) {}
            },
            () -> now,
            (peer, nanos) -> roundTrips.add(peer.value() + " took " + nanos));

    MeasuredNetworkTest() throws IOException {}

    private Network open(Network.Listener listener) {
        below.add(listener);
        return new Network() {
            @Override
            public void membersChanged(Configuration current, Configuration committed) {}

            @Override
            public void send(MemberId to, PeerFrame frame) {
                sent.add(frame);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }

    private void heartbeat(MemberId to, long readRound) {
        network.send(to, new PeerFrame.Raft(1, new Message.Heartbeat(5, 9, readRound)));
    }

    private void answer(MemberId from, long readRound) {
        below.getFirst().received(from, new PeerFrame.Raft(1, new Message.HeartbeatResponse(5, readRound)));
    }

    @Test
    void theTimeFromAHeartbeatToItsAnswerIsTold() {
        heartbeat(PEER, 1);
        now += 10;
        heartbeat(OTHER, 1);
        now += 10;
        answer(PEER, 1);
        answer(OTHER, 1);

        assertThat(roundTrips).containsExactly("2 took 20", "3 took 10");
        assertThat(sent).hasSize(2);
        assertThat(received).hasSize(2);
    }

    @Test
    void anAnswerToAnotherHeartbeatEndsNothing() {
        heartbeat(PEER, 2);
        answer(PEER, 1);
        assertThat(roundTrips).isEmpty();
        now += 7;
        answer(PEER, 2);
        answer(PEER, 2);

        assertThat(roundTrips).containsExactly("2 took 7");
    }

    @Test
    void heartbeatsThatFollowAreNotTimedBeforeTheFirstIsAnswered() {
        heartbeat(PEER, 1);
        now += 5;
        heartbeat(PEER, 2);
        now += 5;
        answer(PEER, 1);
        answer(PEER, 2);

        assertThat(roundTrips).containsExactly("2 took 10");
    }

    @Test
    void whatIsLostIsGivenUp() {
        heartbeat(PEER, 1);
        below.getFirst().unreachable(PEER);
        heartbeat(PEER, 2);
        now += 3;
        answer(PEER, 2);
        heartbeat(PEER, 3);
        now += 20_000_000_000L;
        heartbeat(PEER, 4);
        now += 4;
        answer(PEER, 4);

        assertThat(roundTrips).containsExactly("2 took 3", "2 took 4");
    }
}
