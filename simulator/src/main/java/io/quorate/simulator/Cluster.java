package io.quorate.simulator;

import io.quorate.core.CoreStatus;
import io.quorate.core.RoleName;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.RaftNode;
import io.quorate.simulator.network.SimulatedNetwork;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** All members of a run, those that are down included. */
public final class Cluster {

    private final Agenda agenda;
    private final MemberSettings settings;
    private final SplittableRandom random;
    private final RunObserver observer;
    private final SimulatedNetwork network;
    private final Map<MemberId, SimulatedMember> members = new TreeMap<>();
    private List<MemberId> withData = List.of();

    private final Configuration beginning;

    /** Members 1 to {@code size} with empty disks, none of which is started. All hold data. */
    public Cluster(int size, MemberSettings settings, Agenda agenda, SplittableRandom random, RunObserver observer) {
        this(WitnessDraw.of(size, 0), settings, agenda, random, observer);
    }

    /** The voters of a configuration, with empty disks, none of which is started. */
    Cluster(
            Configuration beginning,
            MemberSettings settings,
            Agenda agenda,
            SplittableRandom random,
            RunObserver observer) {
        this.beginning = beginning;
        this.agenda = agenda;
        this.settings = settings;
        this.random = random;
        this.observer = observer;
        this.network = new SimulatedNetwork(agenda, random.split(), observer);
        for (MemberId id : beginning.voters()) {
            add(id, beginning, beginning.isWitness(id));
        }
    }

    private SimulatedMember add(MemberId id, Configuration bootstrap, boolean witness) {
        SimulatedMember member =
                new SimulatedMember(id, bootstrap, witness, agenda, network, settings, random.split(), observer);
        members.put(id, member);
        withData = members.values().stream()
                .filter(added -> !added.isWitness())
                .map(SimulatedMember::id)
                .toList();
        return member;
    }

    /** A member with an empty disk that belongs to no configuration yet. */
    SimulatedMember addMember(boolean witness) {
        return add(new MemberId(members.size() + 1L), Configuration.of(Set.of()), witness);
    }

    /** With whom it began. */
    Configuration beginning() {
        return beginning;
    }

    /** Those that hold data, whom clients ask, in order. */
    public List<MemberId> withData() {
        return withData;
    }

    /**
     * Whether every voter runs and has all that it ever acknowledged: only then may one of them lose something, or become
     * indispensable.
     */
    boolean everyVoterIsWhole() {
        Optional<Configuration> configuration = configuration();
        return configuration.isPresent()
                && !configuration.get().isJoint()
                && configuration.get().voters().stream().map(this::member).allMatch(Cluster::isWhole);
    }

    /** Whether a member runs, and has on its disk all that it ever acknowledged. */
    static boolean isWhole(SimulatedMember member) {
        return !member.isSuspect()
                && !member.isWiped()
                && !member.lacksItsEnd()
                && member.node()
                        .map(RaftNode::status)
                        .filter(status -> !status.votingSuspended())
                        .isPresent();
    }

    /** The configuration that the leader knows, if somebody leads. */
    public Optional<Configuration> configuration() {
        return leader().flatMap(SimulatedMember::node).map(node -> node.status().configuration());
    }

    /** The ids of all members, in order. */
    public Collection<MemberId> ids() {
        return Collections.unmodifiableSet(members.keySet());
    }

    /** All members, in the order of their ids. */
    public Collection<SimulatedMember> members() {
        return Collections.unmodifiableCollection(members.values());
    }

    public SimulatedMember member(MemberId id) {
        return Optional.ofNullable(members.get(id)).orElseThrow();
    }

    /** The shortest time after which a follower that hears from no leader may campaign. */
    public long electionTimeoutNanos() {
        return settings.electionTimeoutNanos();
    }

    SimulatedNetwork network() {
        return network;
    }

    /** Of those members that say that they lead, the one of the latest term. */
    public Optional<SimulatedMember> leader() {
        Optional<SimulatedMember> latest = Optional.empty();
        long latestTerm = -1;
        for (SimulatedMember member : members.values()) {
            Optional<CoreStatus> status = member.node().map(RaftNode::status);
            if (status.isPresent()
                    && status.get().role() == RoleName.LEADER
                    && status.get().term() > latestTerm) {
                latestTerm = status.get().term();
                latest = Optional.of(member);
            }
        }
        return latest;
    }
}
