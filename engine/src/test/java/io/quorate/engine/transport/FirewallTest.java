package io.quorate.engine.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.embedded.EmbeddedChannel;
import io.quorate.core.EntryId;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class FirewallTest {

    private static final MemberId A = new MemberId(1);
    private static final MemberId B = new MemberId(2);
    private static final MemberId C = new MemberId(3);

    /** Its event loop is a timer whose time stands still until told to move. */
    private final EmbeddedChannel clock = new EmbeddedChannel();

    private final Firewall firewall = new Firewall(1, clock.eventLoop());
    private final Map<MemberId, Network.Listener> guards = new HashMap<>();
    private final Map<String, List<Long>> heard = new HashMap<>();
    private final List<String> unreachable = new ArrayList<>();
    private final Map<MemberId, Network> networks = new HashMap<>();
    private boolean innerClosed;

    FirewallTest() {
        clock.freezeTime();
        for (MemberId self : List.of(A, B, C)) {
            Network.Listener listener = new Network.Listener() {
                @Override
                public void received(MemberId from, PeerFrame frame) {
                    heard.computeIfAbsent(from + ">" + self, link -> new ArrayList<>())
                            .add(((PeerFrame.Forwarded) frame).firstRequestId());
                }

                @Override
                public void unreachable(MemberId peer) {
                    unreachable.add(self + ">" + peer);
                }

                @Override
                public void removed(MemberId says) {}

                @Override
                public void disowned(MemberId says) {}
            };
            guards.put(self, firewall.guard(self, listener));
            networks.put(self, new FirewalledNetwork(self, new Direct(self), listener, firewall));
        }
    }

    /** Delivers at the next flush. */
    private final class Direct implements Network {
        @Override
        public void membersChanged(Configuration current, Configuration committed) {}

        private final MemberId self;
        private final List<Runnable> pending = new ArrayList<>();

        Direct(MemberId self) {
            this.self = self;
        }

        @Override
        public void send(MemberId to, PeerFrame frame) {
            pending.add(() -> get(guards, to).received(self, frame));
        }

        @Override
        public void flush() {
            List<Runnable> due = List.copyOf(pending);
            pending.clear();
            due.forEach(Runnable::run);
        }

        @Override
        public void close() {
            innerClosed = true;
        }
    }

    @Test
    void wholeLinksCarryEverythingAtOnce() {
        send(A, B, 1, 3);
        assertThat(heard(A, B)).containsExactly(1L, 2L, 3L);
        assertThat(unreachable).isEmpty();
    }

    @Test
    void aCutLosesOneDirectionAloneUntilItIsHealed() {
        firewall.cut(A, B);
        send(A, B, 1, 2);
        send(B, A, 3, 4);
        send(A, C, 5, 5);
        firewall.heal(B, A);
        send(A, B, 6, 6);
        assertThat(heard(A, B)).containsExactly(6L);
        assertThat(heard(B, A)).containsExactly(3L, 4L);
        assertThat(heard(A, C)).containsExactly(5L);
    }

    @Test
    void anInterruptionIsToldOnceToTheSender() {
        firewall.cut(A, B);
        send(A, B, 1, 5);
        advance(0);
        assertThat(unreachable).containsExactly("1>2");
        firewall.heal(A, B);
        send(A, B, 6, 6);
        firewall.cut(A, B);
        send(A, B, 7, 9);
        advance(0);
        assertThat(unreachable).containsExactly("1>2", "1>2");
    }

    @Test
    void whatIsUnderWayWhenALinkIsCutIsNotHeard() {
        get(networks, A).send(B, frame(1));
        firewall.cutBothWays(A, B);
        get(networks, A).flush();
        assertThat(heard(A, B)).isEmpty();
        assertThat(firewall.isCut(A, B)).isTrue();
        assertThat(firewall.isCut(B, A)).isTrue();
    }

    @Test
    void anIsolatedMemberHearsNobodyAndIsHeardByNobody() {
        firewall.isolate(A);
        firewall.cut(C, A);
        send(A, B, 1, 1);
        send(B, A, 2, 2);
        send(B, C, 3, 3);
        firewall.heal(A, B);
        send(A, B, 4, 4);
        assertThat(heard(A, B)).as("healing links does not end an isolation").isEmpty();
        firewall.rejoin(A);
        send(A, B, 5, 5);
        send(C, A, 6, 6);
        assertThat(heard(A, B)).containsExactly(5L);
        assertThat(heard(B, A)).isEmpty();
        assertThat(heard(B, C)).containsExactly(3L);
        assertThat(heard(C, A)).as("a link that was cut by itself stays cut").isEmpty();
    }

    @Test
    void delayedFramesArriveAfterTheirDelayAndNotBefore() {
        firewall.delay(A, B, Duration.ofMillis(50));
        send(A, B, 1, 1);
        advance(30);
        send(A, B, 2, 2);
        assertThat(heard(A, B)).isEmpty();
        advance(20);
        assertThat(heard(A, B)).containsExactly(1L);
        advance(30);
        assertThat(heard(A, B)).containsExactly(1L, 2L);
    }

    @Test
    void framesKeepTheirOrderWhenTheDelayShrinks() {
        firewall.delay(A, B, Duration.ofMillis(50));
        send(A, B, 1, 2);
        firewall.delay(A, B, Duration.ofMillis(10));
        send(A, B, 3, 3);
        firewall.delay(A, B, Duration.ZERO);
        send(A, B, 4, 4);
        advance(100);
        send(A, B, 5, 5);
        assertThat(heard(A, B)).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void delayedFramesAreLostWhenTheLinkIsCutMeanwhile() {
        firewall.delay(A, B, Duration.ofMillis(50));
        send(A, B, 1, 2);
        firewall.cut(A, B);
        advance(60);
        firewall.healAll();
        send(A, B, 3, 3);
        assertThat(heard(A, B)).containsExactly(3L);
        assertThat(unreachable).containsExactly("1>2");
    }

    @Test
    void framesAreLostWithTheGivenProbabilityAndTheSameOnesForTheSameSeed() {
        firewall.lose(A, B, 0.3);
        send(A, B, 1, 10_000);
        List<Long> first = heard(A, B);
        assertThat(first).hasSizeBetween(6_700, 7_300);

        FirewallTest again = new FirewallTest();
        again.firewall.lose(A, B, 0.3);
        again.firewall.lose(C, A, 0.5);
        LongStream.rangeClosed(1, 100).forEach(i -> {
            again.send(A, B, i, i);
            again.send(C, A, i, i);
        });
        again.send(A, B, 101, 10_000);
        assertThat(again.heard(A, B)).isEqualTo(first);

        firewall.heal(A, B);
        int before = first.size();
        send(A, B, 1, 100);
        assertThat(heard(A, B)).hasSize(before + 100);
    }

    @Test
    void certaintiesAreCertain() {
        firewall.lose(A, B, 1);
        firewall.lose(A, C, 0);
        send(A, B, 1, 100);
        send(A, C, 1, 100);
        assertThat(heard(A, B)).isEmpty();
        assertThat(heard(A, C)).hasSize(100);
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> firewall.lose(A, B, 1.5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> firewall.lose(A, B, Double.NaN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> firewall.delay(A, B, Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void afterCloseDelayedFramesAreForgotten() {
        firewall.delay(A, B, Duration.ofMillis(50));
        send(A, B, 1, 2);
        get(networks, A).close();
        advance(60);
        assertThat(innerClosed).isTrue();
        assertThat(heard(A, B)).isEmpty();
    }

    private void send(MemberId from, MemberId to, long first, long last) {
        Network network = get(networks, from);
        LongStream.rangeClosed(first, last).forEach(number -> network.send(to, frame(number)));
        network.flush();
    }

    private static PeerFrame frame(long number) {
        return new PeerFrame.Forwarded(0, number, 1, EntryId.ORIGIN);
    }

    private List<Long> heard(MemberId from, MemberId to) {
        return heard.getOrDefault(from + ">" + to, List.of());
    }

    private void advance(long millis) {
        clock.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        clock.runPendingTasks();
    }

    private static <V> V get(Map<MemberId, V> map, MemberId key) {
        return Optional.ofNullable(map.get(key)).orElseThrow();
    }
}
