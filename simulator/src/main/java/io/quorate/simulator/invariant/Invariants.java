package io.quorate.simulator.invariant;

import io.quorate.simulator.Cluster;
import java.util.List;

/** All invariants of a run. */
public final class Invariants {

    private Invariants() {}

    /** One of each, for a new run. */
    public static List<Invariant> all(Cluster cluster) {
        CommittedLog committed = new CommittedLog(cluster);
        return List.of(
                new OneLeaderPerTerm(),
                new LogMatching(),
                committed,
                new LeaderCompleteness(committed),
                new LeaderAppendOnly(),
                new MonotonicState(),
                new PromisesOutliveRestarts(),
                new SameCommandsSameState(),
                new AppliedOnce(),
                new NoNodeBreaksDown());
    }
}
