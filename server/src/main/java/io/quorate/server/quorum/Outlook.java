package io.quorate.server.quorum;

import io.quorate.server.quorum.Spread.Percentile;

/**
 * What can be said of a cluster as it is, or as a change would leave it.
 *
 * @param voters how many there are
 * @param now what it withstands with the members that are well now
 * @param whenAllAreWell what it withstands once all are
 * @param p50 of committing an entry that comes alone
 * @param p99 of the same
 */
public record Outlook(int voters, FaultTolerance now, FaultTolerance whenAllAreWell, Latency p50, Latency p99) {

    public static Outlook of(Topology topology) {
        return new Outlook(
                topology.voters().present().size(),
                FaultTolerance.now(topology),
                FaultTolerance.whenAllAreWell(topology),
                CommitLatency.of(topology, Percentile.P50),
                CommitLatency.of(topology, Percentile.P99));
    }
}
