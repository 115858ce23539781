package io.quorate.engine.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.Message;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.LinkQuality.RoundTrips;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is told of links that answer, that lose, and that do not answer at all, in virtual time. */
class LinkProbesTest {

    private static final MemberId SELF = new MemberId(1);
    private static final MemberId PEER = new MemberId(2);
    private static final MemberId OTHER = new MemberId(3);
    private static final long SECOND = 1_000_000_000L;

    private record Sent(MemberId to, PeerFrame frame) {}

    private final List<Sent> sent = new ArrayList<>();
    private final List<PeerFrame> received = new ArrayList<>();
    private final List<MemberId> told = new ArrayList<>();
    private final List<Network.Listener> below = new ArrayList<>();
    private long now = -5 * SECOND;

    private final LinkProbes probes = new LinkProbes(SELF, () -> now);
    private final Network network = probes.open(this::open, new Network.Listener() {
        @Override
        public void received(MemberId from, PeerFrame frame) {
            received.add(frame);
        }

        @Override
        public void unreachable(MemberId peer) {}

        @Override
        public void removed(MemberId says) {
            told.add(says);
        }

        @Override
        public void disowned(MemberId says) {
            told.add(says);
        }
    });

    LinkProbesTest() throws IOException {
        members(SELF, PEER, OTHER);
    }

    private Network open(Network.Listener listener) {
        below.add(listener);
        return new Network() {
            @Override
            public void membersChanged(Configuration current, Configuration committed) {}

            @Override
            public void send(MemberId to, PeerFrame frame) {
                sent.add(new Sent(to, frame));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }

    private void members(MemberId... members) {
        Configuration configuration = Configuration.of(Set.of(members));
        network.membersChanged(configuration, configuration);
    }

    /** Sends a round of probes, of which those to the given members are answered after their times. */
    private void probe(Map<MemberId, Long> nanosToAnswer) {
        sent.clear();
        probes.probe();
        long begin = now;
        List<Sent> pings = List.copyOf(sent);
        new TreeMap<>(nanosToAnswer).forEach((member, nanos) -> {
            now = begin + nanos;
            pings.stream().filter(ping -> ping.to().equals(member)).forEach(this::answer);
        });
        now = begin + LinkProbes.INTERVAL.toNanos();
    }

    private void answer(Sent ping) {
        long sequence = ((PeerFrame.Ping) ping.frame()).sequence();
        below.getFirst().received(ping.to(), new PeerFrame.Pong(0, sequence));
    }

    private LinkQuality link(MemberId member) {
        return probes.links().stream()
                .filter(link -> link.member().equals(member))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aPingIsAnsweredAtOnceAndTheNodeHearsOfNeither() {
        below.getFirst().received(PEER, new PeerFrame.Ping(0, 77));
        below.getFirst().received(PEER, new PeerFrame.Pong(0, 78));

        assertThat(sent).containsExactly(new Sent(PEER, new PeerFrame.Pong(0, 77)));
        assertThat(received).isEmpty();

        PeerFrame heartbeat = new PeerFrame.Raft(1, new Message.Heartbeat(5, 9, 1));
        below.getFirst().received(PEER, heartbeat);
        assertThat(received).containsExactly(heartbeat);
    }

    @Test
    void beforeTheFirstOutcomeNothingIsClaimed() {
        LinkQuality unknown = new LinkQuality(PEER, false, Optional.empty(), 0, 0, 0);
        assertThat(link(PEER)).isEqualTo(unknown);
        probe(Map.of());
        assertThat(link(PEER)).isEqualTo(unknown);
    }

    @Test
    void eachLinkIsMeasuredByItself() {
        for (int i = 1; i <= 4; i++) {
            probe(Map.of(PEER, i * 100L, OTHER, 5_000L));
        }
        assertThat(link(PEER))
                .isEqualTo(new LinkQuality(PEER, true, Optional.of(new RoundTrips(4, 100, 200, 400)), 4, 0, 0));
        assertThat(link(OTHER).roundTrips()).contains(new RoundTrips(4, 5_000, 5_000, 5_000));
    }

    @Test
    void whatIsNotAnsweredInTimeIsLostAndTheLinkIsDownUntilAnAnswerComes() {
        probe(Map.of(PEER, 100L));
        for (int i = 0; i < 5; i++) {
            probe(Map.of());
        }
        assertThat(link(PEER))
                .isEqualTo(new LinkQuality(PEER, false, Optional.of(new RoundTrips(1, 100, 100, 100)), 3, 2, 1));

        probe(Map.of(PEER, 200L));
        assertThat(link(PEER).connected()).isTrue();
    }

    @Test
    void anAnswerThatComesTooLateDoesNotMakeTheProbeAnswered() {
        sent.clear();
        probes.probe();
        Sent ping = sent.getFirst();
        now += ProbedLink.LOST_NANOS + 1;
        answer(ping);

        assertThat(link(ping.to())).isEqualTo(new LinkQuality(ping.to(), false, Optional.empty(), 1, 1, 1));
    }

    @Test
    void whatWasLostBeforeTheLinkWasThereDoesNotCount() {
        for (int i = 0; i < 5; i++) {
            probe(Map.of());
        }
        assertThat(link(PEER)).isEqualTo(new LinkQuality(PEER, false, Optional.empty(), 2, 2, 1));

        probe(Map.of(PEER, 100L));
        assertThat(link(PEER))
                .isEqualTo(new LinkQuality(PEER, true, Optional.of(new RoundTrips(1, 100, 100, 100)), 1, 0, 0));
    }

    @Test
    void aLinkThatComesAndGoesIsToldFromOneThatWasAwayOnce() {
        for (int round = 0; round < 3; round++) {
            probe(Map.of(PEER, 100L, OTHER, 100L));
            probe(round == 1 ? Map.of() : Map.of(OTHER, 100L));
            probe(round == 1 ? Map.of() : Map.of(OTHER, 100L));
        }
        for (int i = 0; i < 4; i++) {
            probe(Map.of(PEER, 100L, OTHER, 100L));
        }
        assertThat(List.of(link(PEER).lost(), link(PEER).outages())).containsExactly(6, 3);
        assertThat(List.of(link(OTHER).lost(), link(OTHER).outages())).containsExactly(2, 1);
    }

    @Test
    void onlyTheLastMinuteCounts() {
        for (int i = 0; i < 50; i++) {
            probe(Map.of());
        }
        for (int i = 0; i < 60; i++) {
            probe(Map.of(PEER, 300L));
        }
        assertThat(link(PEER))
                .isEqualTo(new LinkQuality(PEER, true, Optional.of(new RoundTrips(60, 300, 300, 300)), 60, 0, 0));

        now += 61 * SECOND;
        assertThat(link(PEER).sent()).isZero();
    }

    @Test
    void membersThatComeAreMeasuredAndThoseThatGoAreForgotten() {
        MemberId joined = new MemberId(4);
        members(SELF, PEER, joined);
        probe(Map.of(PEER, 100L, joined, 100L, OTHER, 100L));

        assertThat(probes.links()).extracting(LinkQuality::member).containsExactly(PEER, joined);
    }

    @Test
    void answersToWhatWasNeverAskedMeanNothing() {
        below.getFirst().received(PEER, new PeerFrame.Pong(0, now));
        below.getFirst().received(new MemberId(9), new PeerFrame.Pong(0, 1));
        probe(Map.of());
        below.getFirst().received(PEER, new PeerFrame.Pong(0, Long.MIN_VALUE));
        below.getFirst().received(PEER, new PeerFrame.Pong(0, Long.MAX_VALUE));

        assertThat(link(PEER).sent()).isZero();
    }

    /** A member that is not told that others have disowned it would go on for itself. */
    @Test
    void whatTheNetworkSaysOfThisMemberGetsThrough() {
        below.getFirst().removed(PEER);
        below.getFirst().disowned(OTHER);
        assertThat(told).containsExactly(PEER, OTHER);
    }
}
