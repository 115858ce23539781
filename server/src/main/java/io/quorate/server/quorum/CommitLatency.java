package io.quorate.server.quorum;

import io.quorate.server.quorum.Spread.Percentile;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;

/**
 * How long a leader takes to commit an entry that comes alone: until a majority has it durably. A follower has it after the way there,
 * its sync and the way back; the leader's own sync runs beside that. So it is the n-th smallest of these times, n being a majority.
 *
 * <p>The 99th percentile takes that of each part, so it tells what happens when all parts are slow at once: rather too much.
 */
public final class CommitLatency {

    private CommitLatency() {}

    /** Of a member, if it leads; what is not measured makes it unknown, or a bound. Members that are down or behind never answer. */
    public static Latency of(Topology topology, String leader, Percentile percentile) {
        Voters voters = topology.voters();
        if (!topology.isGood(leader) || topology.node(leader).witness()) {
            return new Latency.Never();
        }
        Latency present = of(topology, leader, voters.present(), percentile);
        return voters.isJoint() ? Latency.later(present, of(topology, leader, voters.outgoing(), percentile)) : present;
    }

    /** Of the one that leads; of whoever would be fastest if nobody does. */
    public static Latency of(Topology topology, Percentile percentile) {
        return topology.leader()
                .or(() -> fastest(topology))
                .map(leader -> of(topology, leader, percentile))
                .orElseGet(Latency.Never::new);
    }

    /**
     * The voter that would commit fastest in the median, of those of which it can be told. Of voters that are well, those of the highest
     * priority alone come into question: others would not lead for long.
     */
    public static Optional<String> fastest(Topology topology) {
        int highest = topology.voters().present().stream()
                .map(topology::node)
                .filter(Node::isGood)
                .mapToInt(Node::priority)
                .max()
                .orElse(0);
        return topology.voters().present().stream()
                .filter(voter ->
                        topology.node(voter).mayLead() && topology.node(voter).priority() >= highest)
                .filter(voter -> of(topology, voter, Percentile.P50).bound().isPresent())
                .min(Comparator.comparingLong(
                        voter -> of(topology, voter, Percentile.P50).bound().orElse(Long.MAX_VALUE)));
    }

    /** For which voter a leader waits in the median, if it can be told. */
    public static Optional<String> decisive(Topology topology, String leader) {
        Latency latency = of(topology, leader, Percentile.P50);
        return latency instanceof Latency.Known known
                ? topology.voters().all().stream()
                        .filter(topology::isGood)
                        .filter(voter -> acknowledgement(topology, leader, voter, Percentile.P50)
                                .equals(OptionalLong.of(known.micros())))
                        .findFirst()
                : Optional.empty();
    }

    private static Latency of(Topology topology, String leader, SortedSet<String> voters, Percentile percentile) {
        List<Long> times = new ArrayList<>();
        int unknown = 0;
        for (String voter : voters) {
            if (topology.isGood(voter)) {
                OptionalLong time = acknowledgement(topology, leader, voter, percentile);
                if (time.isPresent()) {
                    times.add(time.getAsLong());
                } else {
                    unknown++;
                }
            }
        }
        int needed = Voters.majority(voters.size());
        if (times.size() + unknown < needed) {
            return new Latency.Never();
        }
        if (times.size() < needed) {
            return new Latency.Unknown();
        }
        Collections.sort(times);
        long micros = times.get(needed - 1);
        return unknown == 0 ? new Latency.Known(micros) : new Latency.AtMost(micros);
    }

    private static OptionalLong acknowledgement(Topology topology, String leader, String voter, Percentile percentile) {
        Optional<Spread> sync = topology.node(voter).sync();
        Optional<Spread> way = voter.equals(leader) ? Optional.of(new Spread(0, 0)) : topology.roundTrip(leader, voter);
        return sync.isPresent() && way.isPresent()
                ? OptionalLong.of(sync.get().micros(percentile) + way.get().micros(percentile))
                : OptionalLong.empty();
    }
}
