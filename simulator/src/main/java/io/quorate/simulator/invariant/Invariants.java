package io.quorate.simulator.invariant;

import io.quorate.encryption.DataKey;
import io.quorate.kv.LeaseOptions;
import io.quorate.simulator.Cluster;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** All invariants of a run; {@code docs/invariants.md} has the list by their numbers. */
public final class Invariants {

    private Invariants() {}

    /**
     * One of each, for a new run. Those that others ask come before them.
     *
     * @param clock the virtual time, in nanoseconds
     * @param leases how leases are kept, if there are any
     */
    public static List<Invariant> all(Cluster cluster, LongSupplier clock, Optional<LeaseOptions> leases) {
        return all(cluster, clock, leases, List.of());
    }

    /**
     * As the other one.
     *
     * @param keys with which members' logs are sealed, if they are; more may come
     */
    public static List<Invariant> all(
            Cluster cluster, LongSupplier clock, Optional<LeaseOptions> leases, List<DataKey> keys) {
        RestartsAgreeWithDisk disks = new RestartsAgreeWithDisk(keys);
        CommittedLog committed = new CommittedLog();
        CommittedIsDurable durable = new CommittedIsDurable(disks, committed);
        NaiveStore model = new NaiveStore();
        JudgedWhenApplied access = new JudgedWhenApplied(model);
        return List.of(
                disks,
                new DurableBeforeSent(disks),
                committed,
                durable,
                new OwnTermCommits(committed),
                new OneLeaderPerTerm(),
                new WitnessesHoldNoData(),
                new ElectedByQuorum(),
                new OneChangeAtATime(durable),
                new LinearConfigurations(committed),
                new AcknowledgedChanges(),
                new PromotedHoldTheLog(disks, committed),
                new LeadersMayLead(),
                new ConfigurationOfTheLog(),
                new LogMatching(),
                new LeaderCompleteness(committed),
                new LeaderAppendOnly(),
                new MonotonicState(),
                new PromisesOutliveRestarts(),
                new FreshReadIndex(committed),
                new FreshAnswers(),
                new SameCommandsSameState(),
                new SameState(cluster),
                new ModelledResults(cluster, model, access),
                access,
                new WatchesMissNothing(model),
                new LeasesLastTheirTime(
                        clock, leases.map(LeaseOptions::clockDriftBound).orElse(0.0)),
                new AppliedOnce(),
                new NoNodeBreaksDown(),
                new NoCrashLoop(),
                new LeaderAfterMending(cluster, clock));
    }
}
