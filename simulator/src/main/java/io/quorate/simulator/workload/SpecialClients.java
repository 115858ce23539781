package io.quorate.simulator.workload;

import io.quorate.core.quorum.MemberId;
import io.quorate.kv.LeaseOptions;
import io.quorate.simulator.Agenda;
import io.quorate.simulator.Cluster;
import io.quorate.simulator.RunObserver;
import io.quorate.simulator.SimulatedMember;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The clients of a run that hold leases, those that watch, and users with those that administer them. Only some runs have them;
 * which do is the seed's choice.
 */
public final class SpecialClients {

    private static final int ONE_RUN_IN = 3;

    /** More than the faults let any clock drift. */
    private static final double DRIFT_BOUND = 0.1;

    private final Optional<LeaseOptions> options;
    private final int holders;
    private final int watchers;
    private final Optional<Users> users;
    private final SplittableRandom random;
    private Optional<LeaseHolders> leaseHolders = Optional.empty();
    private Optional<WatchClients> watchClients = Optional.empty();

    private SpecialClients(
            Optional<LeaseOptions> options, int holders, int watchers, Optional<Users> users, SplittableRandom random) {
        this.options = options;
        this.holders = holders;
        this.watchers = watchers;
        this.users = users;
        this.random = random;
    }

    /**
     * Those that the run of a seed has.
     *
     * @param forUsers another generator, so that a run without users is what it was before there were any
     */
    public static SpecialClients draw(SplittableRandom random, SplittableRandom forUsers) {
        int holders = random.nextInt(ONE_RUN_IN) == 0 ? 1 + random.nextInt(4) : 0;
        int watchers = random.nextInt(ONE_RUN_IN) == 0 ? 1 + random.nextInt(8) : 0;
        LeaseOptions options = new LeaseOptions(
                random.nextBoolean() ? DRIFT_BOUND : 0,
                Duration.ofSeconds(1 + random.nextInt(3)),
                1 + random.nextInt(5),
                Duration.ofMillis(500 + random.nextInt(2500)));
        return new SpecialClients(
                holders + watchers > 0 ? Optional.of(options) : Optional.empty(),
                holders,
                watchers,
                Users.draw(forUsers),
                random);
    }

    /** Who the next of the other clients is: in a run without users nobody. */
    Identity identity() {
        return users.map(Users::identity).orElseGet(Identity::nobody);
    }

    /** How leases are kept; empty if there are no such clients. */
    public Optional<LeaseOptions> options() {
        return options;
    }

    /** Lets them begin. */
    public void begin(Agenda agenda, Cluster cluster, RunObserver observer, Perseverance perseverance) {
        if (holders > 0) {
            leaseHolders =
                    Optional.of(new LeaseHolders(holders, agenda, cluster, random.split(), observer, perseverance));
        }
        if (watchers > 0) {
            watchClients = Optional.of(new WatchClients(watchers, agenda, cluster, random.split(), observer));
        }
        users.ifPresent(some -> some.begin(agenda, cluster, perseverance));
    }

    /** Leases are not renewed any more, watches not moved, and nobody administers. */
    public void stop() {
        leaseHolders.ifPresent(LeaseHolders::stop);
        watchClients.ifPresent(WatchClients::stop);
        users.ifPresent(Users::stop);
    }

    /** Whether the last lease has run out, the watches have seen everything, and nobody waits for an answer. */
    public boolean areDone() {
        return users.map(Users::areDone).orElse(true)
                && leaseHolders.map(LeaseHolders::areDone).orElse(true)
                && watchClients.map(WatchClients::areDone).orElse(true);
    }

    /** What they still wait for, in words. */
    public String whatIsLeft() {
        boolean leases = leaseHolders.filter(holders -> !holders.areDone()).isPresent();
        return leases
                ? leaseHolders.map(LeaseHolders::whatIsLeft).orElse("")
                : "watches have not seen everything: "
                        + watchClients.map(WatchClients::whatIsLeft).orElse("");
    }

    /** Any member that there ever was and that holds data, whether it runs or not. */
    static SimulatedMember anyMember(Cluster cluster, SplittableRandom random) {
        List<MemberId> members = cluster.withData();
        return cluster.member(members.get(random.nextInt(members.size())));
    }

    /** A member that belongs to the cluster and holds data; any, as long as nobody can tell which do. */
    static SimulatedMember anyOfTheCluster(Cluster cluster, SplittableRandom random) {
        List<MemberId> members = cluster.configuration()
                .map(now ->
                        now.members().stream().filter(id -> !now.isWitness(id)).toList())
                .orElseGet(() -> cluster.withData());
        return cluster.member(members.get(random.nextInt(members.size())));
    }
}
