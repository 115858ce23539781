package io.quorate.server;

import io.quorate.core.CoreStatus;
import io.quorate.core.SendBounds;
import io.quorate.core.SendCounts;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.LinkQuality;
import io.quorate.server.metrics.MemberMetrics;
import io.quorate.server.metrics.RecentDurations;
import io.quorate.server.metrics.WriteTotals;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** What a member's tuning measures, and changes, of its node. Thread-safe. */
record TunedLeader(MemberNode parts, MemberMetrics metrics) implements AutoTune.Leader {

    private static final double NANOS_PER_MICRO = 1e3;

    @Override
    public CoreStatus status() {
        return parts.node().status();
    }

    @Override
    public WriteTotals writes() {
        return metrics.writes();
    }

    @Override
    public SendCounts sent() {
        return parts.node().sending().counts();
    }

    @Override
    public void sendWithin(SendBounds bounds) {
        parts.node().sendWithin(bounds);
    }

    @Override
    public OptionalDouble floorMicros() {
        return floorMicros(status(), parts.links().links(), metrics.logSyncs().recent());
    }

    /** The way to the voter that completes a majority, and a sync there, which is taken to be like an own one. */
    static OptionalDouble floorMicros(
            CoreStatus status, List<LinkQuality> links, Optional<RecentDurations.Summary> ownSyncs) {
        Configuration members = status.configuration();
        int others = members.voters().size() / 2;
        if (others == 0) {
            return OptionalDouble.of(0);
        }
        List<Long> ways = links.stream()
                .filter(link -> isOtherVoter(members, status.self(), link.member()))
                .flatMap(link -> link.roundTrips().stream())
                .map(LinkQuality.RoundTrips::p50Nanos)
                .sorted()
                .toList();
        return ways.size() < others || ownSyncs.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(
                        ways.get(others - 1) / NANOS_PER_MICRO + ownSyncs.get().p50Micros());
    }

    private static boolean isOtherVoter(Configuration members, MemberId self, MemberId member) {
        return !member.equals(self) && members.voters().contains(member);
    }
}
