package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.CoreStatus;
import io.quorate.core.CoreStatus.FollowerStatus;
import io.quorate.core.EntryId;
import io.quorate.core.RoleName;
import io.quorate.core.SendBounds;
import io.quorate.core.SendCounts;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.LinkQuality;
import io.quorate.engine.transport.LinkQuality.RoundTrips;
import io.quorate.server.metrics.RecentDurations;
import io.quorate.server.metrics.WriteTotals;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a member does by itself, in virtual time, of a node that is played by the test. */
class AutoTuneTest {

    private static final MemberId SELF = new MemberId(1);
    private static final Configuration MEMBERS = Configuration.of(Set.of(SELF, new MemberId(2), new MemberId(3)));
    private static final SendBounds MOST = new SendBounds(1 << 20, 256);

    private final Node node = new Node();
    private final AutoTune tune = new AutoTune("m0", node, MOST);
    private long nowNanos;
    private int clients = 64;

    @AfterEach
    void end() {
        tune.close();
    }

    private static CoreStatus status(RoleName role, long term) {
        return status(role, term, 9, List.of());
    }

    private static CoreStatus status(RoleName role, long term, long last, List<FollowerStatus> followers) {
        return new CoreStatus(
                SELF,
                role,
                term,
                Optional.of(SELF),
                new EntryId(term, last),
                last,
                last,
                last,
                EntryId.ORIGIN,
                MEMBERS,
                false,
                false,
                Optional.empty(),
                followers);
    }

    /** Clients write, sixty-four if nothing else is said; each write takes as long as the test says. */
    private static final class Node implements AutoTune.Leader {
        private final List<SendBounds> asked = new ArrayList<>();
        private RoleName role = RoleName.LEADER;
        private long term = 5;
        private long last = 9_000;
        private long lagOfOne;
        private boolean heard = true;
        private WriteTotals writes = new WriteTotals(0, 0, List.of(1.0), List.of(0L), 0, 0);
        private SendCounts sent = SendCounts.NONE;

        @Override
        public CoreStatus status() {
            return AutoTuneTest.status(
                    role,
                    term,
                    last,
                    List.of(
                            new FollowerStatus(new MemberId(2), "replicate", last, last + 1, true, 0),
                            new FollowerStatus(new MemberId(3), "replicate", last - lagOfOne, last + 1, heard, 0)));
        }

        @Override
        public WriteTotals writes() {
            return writes;
        }

        @Override
        public SendCounts sent() {
            return sent;
        }

        @Override
        public OptionalDouble floorMicros() {
            return OptionalDouble.of(100);
        }

        @Override
        public void sendWithin(SendBounds bounds) {
            asked.add(bounds);
        }
    }

    /** A window is over in which each write took so long. */
    private void window(double millis) {
        nowNanos += AutoTune.WINDOW.toNanos();
        double seconds = clients * AutoTune.WINDOW.toSeconds();
        long count = Math.round(seconds / millis * 1e3);
        WriteTotals old = node.writes;
        node.writes = new WriteTotals(
                old.count() + count,
                old.sumSeconds() + seconds,
                old.upperBoundsSeconds(),
                List.of(old.counts().getFirst() + count),
                old.replicated() + count,
                old.replicateSumSeconds() + 0.9 * seconds);
        node.sent = new SendCounts(node.sent.messages() + 1_000, 0, node.sent.underWay() + 4_000, 0);
        tune.step(nowNanos);
    }

    /** A first look, and two windows that are alike. */
    private void beginTrial() {
        window(1);
        window(1);
        assertThat(node.asked).isEmpty();
        window(1);
        assertThat(node.asked).hasSize(1);
    }

    @Test
    void aGainHoldsOn() {
        beginTrial();
        window(1);
        window(0.8);
        window(0.8);
        assertThat(node.asked).containsExactly(new SendBounds(1 << 20, 2));
    }

    @Test
    void underAnotherLoadItBeginsAnew() {
        beginTrial();
        window(1);
        window(0.8);
        window(0.8);
        clients = 256;
        window(3);
        window(3);
        assertThat(node.asked).containsExactly(new SendBounds(1 << 20, 2), MOST);
    }

    @Test
    void whatIsNoGainIsTakenBack() {
        beginTrial();
        window(1);
        window(1.2);
        assertThat(node.asked).containsExactly(new SendBounds(1 << 20, 2), MOST);
    }

    @Test
    void nothingIsTriedByAMemberThatDoesNotLead() {
        node.role = RoleName.FOLLOWER;
        window(1);
        window(1);
        window(1);
        window(1);
        assertThat(node.asked).isEmpty();
    }

    @Test
    void aNewTermEndsATrialWithoutAVerdict() {
        beginTrial();
        node.term++;
        window(0.5);
        assertThat(node.asked).containsExactly(new SendBounds(1 << 20, 2), MOST);
    }

    @Test
    void whatLeavesAFollowerBehindIsTakenBack() {
        beginTrial();
        window(1);
        node.lagOfOne = 6_000;
        window(0.8);
        assertThat(node.asked).containsExactly(new SendBounds(1 << 20, 2), MOST);
    }

    @Test
    void whatIsMerelyOnItsWayToAFollowerIsNoLag() {
        for (int i = 0; i < 3; i++) {
            tune.look();
            node.last += 6_000;
            node.lagOfOne = 6_000;
            window(1);
        }
        assertThat(node.asked).containsExactly(new SendBounds(1 << 20, 2));
    }

    @Test
    void whatAFollowerStillLacksAfterALookIsLag() {
        for (int i = 0; i < 3; i++) {
            tune.look();
            node.last += 6_000;
            node.lagOfOne = 12_000;
            window(1);
        }
        assertThat(node.asked).isEmpty();
    }

    @Test
    void aFollowerThatIsNotHeardKeepsNothingFromBeingTried() {
        node.lagOfOne = 6_000;
        node.heard = false;
        beginTrial();
        node.lagOfOne = 9_000;
        window(1);
        window(0.8);
        window(0.8);
        assertThat(node.asked).containsExactly(new SendBounds(1 << 20, 2));
    }

    private static LinkQuality link(long member, long p50Micros) {
        return new LinkQuality(
                new MemberId(member),
                true,
                Optional.of(new RoundTrips(9, 1_000, p50Micros * 1_000, 9_000_000)),
                9,
                0,
                0);
    }

    @Test
    void replicatingTakesAtLeastTheWayToTheNearestMajorityAndASync() {
        Optional<RecentDurations.Summary> syncs = Optional.of(new RecentDurations.Summary(9, 150, 900, 900));
        CoreStatus leader = status(RoleName.LEADER, 5);
        assertThat(TunedLeader.floorMicros(leader, List.of(link(3, 400), link(2, 70), link(9, 1)), syncs))
                .as("of three voters one other is enough, and a learner does not count")
                .hasValue(220);
        assertThat(TunedLeader.floorMicros(leader, List.of(), syncs)).isEmpty();
        assertThat(TunedLeader.floorMicros(leader, List.of(link(2, 70)), Optional.empty()))
                .isEmpty();
    }
}
